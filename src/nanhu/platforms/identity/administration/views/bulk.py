"""Bulk actions: choose, look at who is affected and who is not and why, confirm, watch, read what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit import (
    Badge,
    Empty,
    Filters,
    Link,
    Markup,
    Number,
    PageRequest,
    Table,
    Text,
    Views,
    export,
    list_of,
    listing,
    page_of,
)
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.administration.errors import BulkEmptyError
from nanhu.platforms.identity.administration.forms import BulkForm
from nanhu.platforms.identity.administration.models import BulkAction, BulkItem
from nanhu.platforms.identity.administration.policies import DESK, holder_of, scope_of
from nanhu.platforms.identity.administration.queries.accounts import Filter, Row, filtered, rows_of
from nanhu.platforms.identity.administration.services import bulk as services
from nanhu.platforms.identity.administration.views.accounts import account as account_page
from nanhu.platforms.identity.models import Account

RECENT, LETTERS = 10, 500


@dataclass(frozen=True, slots=True)
class Line:
    item: BulkItem
    row: Row | None

    @property
    def account(self) -> Account | None:
        return self.row.account if self.row else None


def with_people(items: Sequence[BulkItem]) -> list[Line]:
    rows = {row.account.pk: row for row in rows_of([one.account.person_id for one in items if one.account])}
    return [Line(one, rows.get(one.account_id or 0)) for one in items]


def linked_name(line: Line) -> str:
    if line.row is None:
        return ""
    return format_html('<a href="{}">{}</a>', account_page.address(public_id=line.row.public_id), line.row.person.name)


class Done(Table):
    at = Link(gettext_lazy("时间"), lambda one: dates.moment_words(one.created_at, now()), to="bulk_action")
    kind = Text(gettext_lazy("办理事项"), "get_kind_display")
    chosen_how = Text(gettext_lazy("范围"))
    will = Number(gettext_lazy("人数"))
    state = Badge(gettext_lazy("状态"), names=BulkAction.State.choices, tones={"running": "info", "done": "good"})


class Items(Table):
    typed = Text(gettext_lazy("学工号"), "item__typed", is_number=True)
    name = Text(gettext_lazy("姓名"), linked_name)
    unit = Text(gettext_lazy("单位"), "row__tie__unit_path", is_term=True)
    state = Markup(gettext_lazy("账号"), "identity/administration/_state.html")


class Skipped(Items):
    why = Text(gettext_lazy("跳过的原因"), "item__skipped")


class ItemFilters(Filters):
    state = Views(
        {"skipped": (gettext_lazy("跳过"), ~Q(skipped=""))}, everything=gettext_lazy("将办理"), usual=Q(skipped="")
    )


def outcome(item: BulkItem) -> str:
    return item.outcome or (_("已办理") if item.done_at else "")


class Chosen(Items):
    outcome = Text(gettext_lazy("结果"), lambda line: outcome(line.item))


class Report(Table):
    position = Number(gettext_lazy("序号"))
    typed = Text(gettext_lazy("学工号"))
    skipped = Text(gettext_lazy("不予办理的原因"))
    outcome = Text(gettext_lazy("结果"), outcome)


def mine(request: PageRequest) -> QuerySet[BulkAction]:
    """Each sees the works he prepared himself."""
    own = BulkAction.objects.filter(account_id=request.viewer.account_id)
    return own.annotate(will=Count("items", filter=Q(items__skipped="")))


def action_of(request: PageRequest, public_id: UUID) -> BulkAction:
    return get_object_or_404(mine(request), public_id=public_id)


def recent(request: PageRequest) -> Mapping[str, Any]:
    found = list(mine(request)[:RECENT])
    return {"recent": list_of(request, Done, found, caption=_("我办理过的")) if found else None}


@desk.form(
    "bulk",
    BulkForm,
    title=gettext_lazy("批量办理"),
    tab=gettext_lazy("批量办理"),
    lead=gettext_lazy("先列出影响范围、跳过的账号和原因，确认之后才开始。"),
    roles=DESK,
    submit=gettext_lazy("预览"),
    icon="eye",
    to="bulk_action",
    template="identity/administration/bulk.html",
    facts=recent,
    largest_file=2 * MEGABYTE,
)
def bulk(request: PageRequest, form: BulkForm) -> BulkAction:
    said, holder, numbers = form.cleaned_data, holder_of(request.viewer), form.listed()
    order = services.Order(
        kind=said["kind"], reason=said["reason"], until=said["until"], chosen_how=chosen_how(form, numbers)
    )
    if numbers:
        return services.preview_numbers(by=request.actor, holder=holder, order=order, numbers=numbers)
    wanted = Filter(
        unit_code=said["unit"].code if said["unit"] else "",
        kind=said["affiliation"],
        grade=said["grade"],
        state=said["state"],
    )
    accounts = (
        filtered(wanted, scope=scope_of(holder)).order_by("pk")[: services.MOST + 1] if not wanted.is_empty else []
    )
    return services.preview_accounts(by=request.actor, holder=holder, order=order, accounts=list(accounts))


def chosen_how(form: BulkForm, numbers: list[str]) -> str:
    if numbers:
        return _("名单，{count} 行").format(count=len(numbers))
    said = form.cleaned_data
    unit = [f"{said['unit'].code} {said['unit'].name}"] if said["unit"] else []
    shown = [
        str(dict(form.fields[name].choices).get(said[name], ""))  # type: ignore[attr-defined]
        for name in ("affiliation", "state")
        if said[name]
    ]
    return " · ".join([*unit, *shown, *([said["grade"]] if said["grade"] else [])])[:200]


@bulk.page("<uuid:public_id>", title=gettext_lazy("批量办理"), subject=Seen(action_of))
def bulk_action(request: PageRequest, action: BulkAction) -> HttpResponseBase:
    is_skipped = ItemFilters(request.GET).is_narrowing
    counts = action.items.aggregate(
        will=Count("id", filter=Q(skipped="")),
        skipped=Count("id", filter=~Q(skipped="")),
        done=Count("id", filter=Q(done_at__isnull=False)),
    )
    nobody = Empty(title=_("没有可办理的账号"), icon="circle-check", text=_("换一份名单或条件再预览。"))
    return listing(
        request,
        Skipped if is_skipped else Chosen,
        action.items.select_related("account").order_by("position"),
        ItemFilters,
        each=with_people,
        empty=nobody,
        template="identity/administration/bulk_action.html",
        facts={"action": action, "counts": counts},
    )


@bulk_action.action("confirm", subject=Seen(action_of))
def bulk_confirm(request: PageRequest, action: BulkAction) -> HttpResponse | None:
    """Leads to how far it is; what somebody confirmed before is shown as it stands."""
    try:
        action = services.confirm(by=request.actor, action=action)
    except (BulkEmptyError, WrongStateError):
        return None
    return redirect("progress", public_id=action.progress_id) if action.progress_id else None


@bulk_action.download("export")
def bulk_export(request: PageRequest, action: BulkAction) -> HttpResponseBase:
    return export(list_of(request, Report, action.items.order_by("position")), f"bulk-{action.pk}")


@bulk_action.page("letters", title=gettext_lazy("账号通知单"))
def bulk_letters(request: PageRequest, action: BulkAction) -> HttpResponse:
    """Slips to cut apart: who, which number, how to begin. No secret stands on them."""
    if action.kind != BulkAction.Kind.LETTERS or action.state != BulkAction.State.DONE:
        raise Http404
    items = action.items.filter(skipped="", outcome="", done_at__isnull=False).select_related("account")
    page = page_of(request, items.order_by("position"), LETTERS)
    rows = rows_of([one.account.person_id for one in page if one.account])
    return render(request, "identity/administration/letters.html", {"rows": rows, "page": page})
