"""What an office decides: whether a source of its shall be another's (改归属)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given
from nanhu.kernel.kit import Badge, Empty, Link, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.platforms.datahub.forms import AgreeForm, ReasonForm
from nanhu.platforms.datahub.models import OwnerChange
from nanhu.platforms.datahub.services import owner_changes
from nanhu.platforms.datahub.services.owners import is_spoken_for_by
from nanhu.platforms.datahub.views.desk import gate_desk
from nanhu.platforms.datahub.views.office import in_units, may_open


def changes_of_owner(viewer: Viewer) -> QuerySet[OwnerChange]:
    """Of sources that are, or were, those units'."""
    return OwnerChange.objects.filter(in_units(viewer, "before")).select_related("before", "unit")


def changes_to_decide(person: int | Given) -> QuerySet[OwnerChange]:
    """But for who asked, stands in for him alone, or is of the other side as well."""
    spoken = is_spoken_for_by(person, "before", besides="author__person_id")
    rows = OwnerChange.objects.filter(spoken, before__is_active=True, state=OwnerChange.State.ASKED)
    return rows.exclude(author__person_id=person).exclude(owner_changes.is_of_the_other_side(person))


count_changes = own_count("datahub.owner_changes_to_decide", changes_to_decide)


class OwnerChanges(Table):
    title = Link(_("来源"), "source_name", to="office_change", by=("public_id",))
    before = Text(_("现在的负责部门"), "before__name")
    unit = Text(_("改为"), "unit__name")
    reason = Text(_("理由"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=OwnerChange.State.choices, tones={OwnerChange.State.ASKED: "warn"}, tone="none")


@gate_desk.page(
    "office/owners/",
    title=_("改负责部门的申请"),
    tab=_("部门同意改归属"),
    lead=_("数据管理员要把本部门的来源改归别的部门：由本部门决定。已经在等本部门确认的文件，仍由本部门确认。"),
    allows=may_open,
    count=count_changes,
    waits=True,
)
def office_changes(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要本部门决定的申请"), icon="shield-check")
    return listing(request, OwnerChanges, changes_of_owner(request.viewer).order_by("-pk"), empty=none)


@office_changes.page("<uuid:public_id>/", title=_("改负责部门的申请"), subject=seen(changes_of_owner, OwnerChange.what))
def office_change(request: PageRequest, found: OwnerChange) -> HttpResponse:
    return render(request, "datahub/office_change.html", facts_of_change(request, found))


def facts_of_change(request: PageRequest, found: OwnerChange) -> dict[str, Any]:
    """`decides`: whether the reader may."""
    waits = found.state == OwnerChange.State.ASKED and not found.is_overdue
    others = owner_changes.deciders_of(found).accounts if waits else frozenset()
    return {"change": found, "decides": request.viewer.account_id in others}


@office_change.form(
    "agree/",
    AgreeForm,
    title=_("同意改归属"),
    lead=_("以后这个来源相差太多的文件，由改后的部门确认。"),
    submit=_("同意"),
    icon="check",
    template="datahub/office_change_form.html",
    facts=facts_of_change,
    proves=True,
    done=_("已同意，以后由那个部门确认。"),
)
def agree_change(request: PageRequest, _form: AgreeForm, found: OwnerChange) -> None:
    owner_changes.agree_owner(by=request.actor, asked=found)


@office_change.form(
    "refuse/",
    ReasonForm,
    title=_("不同意改归属"),
    submit=_("不同意"),
    tone="danger",
    icon="ban",
    template="datahub/office_change_form.html",
    facts=facts_of_change,
    proves=True,
    done=_("没有同意，仍归本部门。"),
)
def refuse_change(request: PageRequest, form: ReasonForm, found: OwnerChange) -> None:
    owner_changes.refuse_owner(by=request.actor, asked=found, answer=form.cleaned_data["reason"])


def lines_to_decide(viewer: Viewer, limit: int) -> list[WaitingLine]:
    rows = changes_to_decide(viewer.person_id or 0).select_related("unit").order_by("id")[:limit]
    return [
        WaitingLine(
            title=_("%(source)s改归%(unit)s") % {"source": one.source_name, "unit": one.unit.name},
            url=office_change.address(public_id=one.public_id),
            who=one.author_name,
            since=one.created_at,
        )
        for one in rows
    ]


office_changes.waiting_lines = lines_to_decide
