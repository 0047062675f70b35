"""Newcomers of the staff (新进教职工) who wait for the personnel office: its own record, never this page, makes them members."""

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Markup,
    Moment,
    PageRequest,
    Search,
    Table,
    Text,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.services.mobile import policies
from nanhu.services.mobile.forms import AnswerForm
from nanhu.services.mobile.models import Newcomer
from nanhu.services.mobile.services import certifying

State = Newcomer.State
personnel = Console(
    "mobile:personnel",
    _("新进教职工"),
    icon="user-plus",
    owner=_("人事处"),
    description=_("还没有人事记录的新进教职工的登记"),
    roles=[role for role in policies.ROLES if role.key == policies.PERSONNEL],
    order=64,
)


waiting = entered("mobile.newcomers", lambda: Newcomer.objects.filter(state=State.WAITING))


def waiting_lines(_viewer: Viewer, limit: int) -> list[WaitingLine]:
    rows = Newcomer.objects.filter(state=State.WAITING).select_related("unit").order_by("created_at")[:limit]
    return [
        WaitingLine(title=f"{one.name} · {one.unit.name}", url=newcomers.address(), since=one.created_at)
        for one in rows
    ]


class Newcomers(Table):
    name = Text(_("姓名"))
    campus_no = Text(_("工号"), is_number=True)
    unit = Text(_("入职部门"), "unit__name")
    phone = Text(_("手机号"), "phone_masked", is_number=True)
    at = Moment(_("登记于"), "created_at")
    state = Badge(_("状态"), names=State.choices, tones={"entered": "good", "refused": "none"}, tone="warn")
    answer = Text(_("答复"))
    action = Markup(_("操作"), "mobile/_newcomer_actions.html")


class NewcomerFilters(Filters):
    q = Search("name", "campus_no", label=_("姓名、工号"))
    state = Choice(_("状态"), State.choices)


@personnel.page(
    "",
    title=_("新进教职工"),
    tab=_("登记"),
    lead=_("请在人事系统里建档；记录一到，登记自动办结，企业微信随之开通。"),
    count=waiting,
    waits=True,
)
def newcomers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有登记"), icon="user-plus")
    rows = Newcomer.objects.exclude(state=State.UNCONFIRMED).select_related("unit").order_by("-created_at")
    return listing(request, Newcomers, rows, NewcomerFilters, empty=none, export_as="新进教职工登记")


newcomers.waiting_lines = waiting_lines


@newcomers.form(
    "<uuid:public_id>/refuse/",
    AnswerForm,
    title=_("不属实"),
    subject=record(Newcomer.objects.filter(state=State.WAITING), Newcomer.what),
    done=_("已答复。"),
    to="newcomers",
)
def refuse(request: PageRequest, form: AnswerForm, found: Newcomer) -> None:
    certifying.refuse(by=request.actor, newcomer=found, answer=form.cleaned_data["answer"])
