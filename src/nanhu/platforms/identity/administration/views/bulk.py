"""Bulk actions: choose, look at who is affected and who is not and why, confirm, watch, read what came of it."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.bodies import takes_files
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.administration.forms import BulkForm
from nanhu.platforms.identity.administration.models import BulkAction
from nanhu.platforms.identity.administration.policies import DESK, scope_of
from nanhu.platforms.identity.administration.queries.accounts import Filter, filtered, rows_of
from nanhu.platforms.identity.administration.services import bulk
from nanhu.platforms.identity.administration.sheets import csv_answer
from nanhu.platforms.identity.administration.views.frame import by_of, holder_at, tabs_of, viewer_of
from nanhu.platforms.identity.policies import role_required

LINES, RECENT, LETTERS = 50, 10, 500
MEGABYTE = 1024 * 1024


@takes_files(largest=2 * MEGABYTE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@role_required(*DESK)
def choose(request: HttpRequest) -> HttpResponse:
    form = BulkForm(request.POST or None, request.FILES or None)
    facts: dict[str, Any] = {"form": form, "tabs": tabs_of(request), "recent": mine(request)[:RECENT]}
    if request.method != "POST" or not form.is_valid():
        return render(request, "identity/administration/bulk.html", facts, status=422 if form.is_bound else 200)
    try:
        action = previewed(request, form)
    except CampusError as error:
        facts["error"] = error.message
        return render(request, "identity/administration/bulk.html", facts, status=error.http_status)
    return redirect("identity:bulk_action", public_id=action.public_id)


def previewed(request: HttpRequest, form: BulkForm) -> BulkAction:
    said, holder, by = form.cleaned_data, holder_at(request), by_of(request)
    numbers = form.listed()
    order = bulk.Order(
        kind=said["kind"], reason=said["reason"], until=said["until"], chosen_how=chosen_how(form, numbers)
    )
    if numbers:
        return bulk.preview_numbers(by=by, holder=holder, order=order, numbers=numbers)
    wanted = Filter(
        unit_code=said["unit"].code if said["unit"] else "",
        kind=said["affiliation"],
        grade=said["grade"],
        state=said["state"],
    )
    accounts = filtered(wanted, scope=scope_of(holder)).order_by("pk")[: bulk.MOST + 1] if not wanted.is_empty else []
    return bulk.preview_accounts(by=by, holder=holder, order=order, accounts=list(accounts))


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


def mine(request: HttpRequest) -> Any:
    return BulkAction.objects.filter(account_id=viewer_of(request).account_id).annotate(
        will=Count("items", filter=Q(items__skipped=""))
    )


def action_or_404(request: HttpRequest, public_id: UUID) -> BulkAction:
    """Each sees the works he prepared himself."""
    action: BulkAction | None = mine(request).filter(public_id=public_id).first()
    if action is None:
        raise Http404
    return action


@require_safe
@never_cache
@role_required(*DESK)
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    action = action_or_404(request, public_id)
    which = "skipped" if request.GET.get("state") == "skipped" else "will"
    items = action.items.exclude(skipped="") if which == "skipped" else action.items.filter(skipped="")
    page = Paginator(items.select_related("account").order_by("position"), LINES).get_page(request.GET.get("page"))
    people = {row.account.pk: row for row in rows_of([one.account.person_id for one in page if one.account])}
    counts = action.items.aggregate(
        will=Count("id", filter=Q(skipped="")),
        skipped=Count("id", filter=~Q(skipped="")),
        done=Count("id", filter=Q(done_at__isnull=False)),
    )
    facts = {
        "action": action,
        "page": page,
        "lines": [(one, people.get(one.account_id or 0)) for one in page],
        "counts": counts,
        "which": which,
        "tabs": tabs_of(request),
    }
    return render(request, "identity/administration/bulk_action.html", facts)


@require_POST
@role_required(*DESK)
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    action = action_or_404(request, public_id)
    try:
        action = bulk.confirm(by=by_of(request), action=action)
    except CampusError:
        return redirect("identity:bulk_action", public_id=public_id)
    if action.progress_id is None:
        return redirect("identity:bulk_action", public_id=public_id)
    return redirect("progress", public_id=action.progress_id)


@require_safe
@never_cache
@role_required(*DESK)
def export(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    action = action_or_404(request, public_id)
    heads = [_("序号"), _("学工号"), _("不予办理的原因"), _("结果")]
    found = action.items.values_list("position", "typed", "skipped", "outcome", "done_at").iterator(chunk_size=2000)
    rows = (
        (position, typed, skipped, outcome or (_("已办理") if done_at else ""))
        for position, typed, skipped, outcome, done_at in found
    )
    return csv_answer(f"bulk-{action.pk}.csv", heads, rows)


@require_safe
@never_cache
@role_required(*DESK)
def letters(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Slips to cut apart: who, which number, how to begin. No secret stands on them."""
    action = action_or_404(request, public_id)
    if action.kind != BulkAction.Kind.LETTERS or action.state != BulkAction.State.DONE:
        raise Http404
    items = (
        action.items.filter(skipped="", outcome="", done_at__isnull=False)
        .select_related("account")
        .order_by("position")
    )
    page = Paginator(items, LETTERS).get_page(request.GET.get("page"))
    rows = rows_of([one.account.person_id for one in page if one.account])
    return render(request, "identity/administration/letters.html", {"rows": rows, "page": page, "action": action})
