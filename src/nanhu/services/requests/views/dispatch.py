"""The dispatcher's desk (报修调度): what came, who takes it, what is late; crews, promises, operators, hours."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import listed, tidied
from nanhu.kernel.kit import Badge, Console, Empty, Link, Number, PageRequest, Table, Text, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record, seen
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import qr
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.requests import policies, shifts
from nanhu.services.requests.forms import AssignForm, BillForm, ClassForm, CrewForm, MergeForm, OperatorForm, RouteForm
from nanhu.services.requests.models import Crew, FaultClass, Operator, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.queries import hours_by_crew, living_in
from nanhu.services.requests.services import dispatching, settings, working
from nanhu.services.requests.services.arriving import address_of
from nanhu.services.requests.views.figures import this_year
from nanhu.services.requests.views.shared import JobFilters, Jobs, called, show_phone, show_request

State = Request.State
desk = Console(
    "requests:dispatch",
    _("报修调度"),
    icon="clipboard-list",
    owner=_("服务大厅"),
    description=_("派单、超时、班组、时限、宿舍网络运营商"),
    roles=policies.DESK_ROLES,
    order=39,
)
DISPATCHER = (policies.DISPATCHER,)


def new_repairs() -> Any:
    return Request.objects.filter(kind__in=REPAIRS, state=State.NEW)


new = entered("requests.new", new_repairs)
with_leader = entered("requests.with_leader", lambda: new_repairs().filter(is_with_leader=True))


def waiting(viewer: Viewer) -> int:
    """New ones that nobody covers; for the leader those that wandered twice."""
    return new(viewer) if policies.DISPATCHER in viewer.roles else with_leader(viewer)


@desk.page("", title=_("全部报修"), tab=_("全部报修"), waits=True, count=waiting)
def jobs(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有报修"), icon="wrench")
    rows = policies.repairs(request.viewer).order_by("-is_urgent", "-created_at")
    return listing(request, Jobs, rows, JobFilters, empty=none, export_as="报修")


@jobs.page("<uuid:public_id>/", title=_("报修单"), subject=seen(policies.repairs, Request.what), about=called)
def request(request: PageRequest, found: Request) -> HttpResponse:
    links = []
    is_leader = policies.LEADER in request.viewer.roles
    if policies.DISPATCHER in request.viewer.roles or is_leader:
        links += [assign] if found.state in {State.NEW, State.ASSIGNED} and may_assign(request.viewer, found) else []
        links += [route] if found.state in {State.NEW, State.ASSIGNED, State.WAITING} else []
        links += [merge] if found.state in OPEN else []
    if found.state in {State.DONE, State.CLOSED}:
        is_billed = found.bills.exists()
        links += [withdraw_bill] if is_billed else [bill] if found.cause == Request.Cause.MISUSE else []
    return show_request(request, found, links=links, call=call.address(public_id=found.public_id))


@request.page("call/", title=_("联系电话"), posts=True)
def call(request: PageRequest, found: Request) -> HttpResponse:
    """To hear whether it is so before a crew runs: of danger anybody may have pressed the box."""
    return show_phone(request, found)


def may_assign(viewer: Viewer, found: Request) -> bool:
    return not found.is_with_leader or policies.LEADER in viewer.roles


def assignable(viewer: Viewer) -> QuerySet[Request]:
    rows = policies.repairs(viewer)
    return rows if policies.LEADER in viewer.roles else rows.filter(is_with_leader=False)


@request.form(
    "assign/",
    AssignForm,
    title=_("派单"),
    subject=seen(assignable, Request.what),
    arguments=lambda _request, _found: {"on_duty": shifts.all_words()},
    done=_("已派。"),
)
def assign(request: PageRequest, form: AssignForm, found: Request) -> None:
    said = form.cleaned_data
    dispatching.assign(
        by=request.actor, request=found, crew=said["crew"], worker_id=said["worker"], window=said["window"]
    )


@request.form("route/", RouteForm, title=_("转给别的班组"), done=_("已转。"))
def route(request: PageRequest, form: RouteForm, found: Request) -> None:
    is_leader = policies.LEADER in request.viewer.roles
    dispatching.route(by=request.actor, request=found, is_leader=is_leader, **form.cleaned_data)


@request.form(
    "merge/", MergeForm, title=_("并入同一件"), lead=_("同一地点、同一类、相差不到 48 小时。"), done=_("已并。")
)
def merge(request: PageRequest, form: MergeForm, found: Request) -> None:
    dispatching.merge(by=request.actor, request=found, into_number=tidied(form.cleaned_data["number"]).upper())


@request.form(
    "bill/",
    BillForm,
    title=_("开缴费单"),
    lead=_("人为损坏的材料费；人工不收费。开出以后在缴费人的账单里。"),
    initial=lambda _request, found: {"payer": people.person_as_typed(found.person_id)},
    arguments=lambda _request, found: {"occupants": len(living_in(found.place))},
    roles=DISPATCHER,
    done=_("已开出。"),
)
def bill(request: PageRequest, form: BillForm, found: Request) -> None:
    said = form.cleaned_data
    payers = living_in(found.place) if said.get("is_shared") else {"": said["payer"]}
    working.bill(by=request.actor, request=found, payers=payers)


@request.form(
    "bill/withdraw/",
    ReasonForm,
    title=_("撤销缴费单"),
    lead=_("开给了不该缴的人，或金额不对：由开单以外的人撤销，撤销以后可以重开。"),
    done=_("已撤销。"),
)
def withdraw_bill(request: PageRequest, form: ReasonForm, found: Request) -> None:
    working.withdraw_bill(by=request.actor, request=found, reason=form.cleaned_data["reason"])


class Crews(Table):
    name = Link(_("班组"), to="change_crew")
    phone = Text(_("电话"), is_number=True)
    classes = Text(_("修什么"), lambda crew: "、".join(one.name for one in crew.classes.all()), sort=False)
    buildings = Text(
        _("哪些楼"), lambda crew: "、".join(one.name for one in crew.buildings.all()) or _("全校"), sort=False
    )
    people = Number(_("人数"), lambda crew: len(crew.members.all()), sort=False)
    on_duty = Text(_("值班表上现在"), shifts.words_of, sort=False)
    active = Badge(
        _("状态"), "is_active", names={True: _("在用"), False: _("停用")}, tones={True: "good", False: "none"}
    )


@desk.page("crews/", title=_("班组"), tab=_("班组"), roles=DISPATCHER)
def crews(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有班组"), icon="hard-hat", action=_("加一个"), to="add_crew")
    rows = Crew.objects.prefetch_related("classes", "buildings", "members").order_by("name")
    return listing(request, Crews, rows, empty=none, template="requests/kept.html", facts={"add": add_crew})


def crew_facts(form: CrewForm) -> dict[str, Any]:
    said = dict(form.cleaned_data)
    return said | {"buildings": listed(said["buildings"]), "members": listed(said["members"])}


@crews.form("new/", CrewForm, title=_("加班组"), icon="plus", done=_("已加。"), to="crews")
def add_crew(request: PageRequest, form: CrewForm) -> None:
    settings.set_crew(by=request.actor, **crew_facts(form))


def said_of_crew(_request: PageRequest, crew: Crew) -> dict[str, Any]:
    said = settings.said_of(crew)
    lines = {one: " ".join(said[one]) for one in ("buildings", "members")}
    vendor = crew.vendor.public_id if crew.vendor else None
    return {**said, **lines, "name": crew.name, "name_en": crew.name_en, "vendor": vendor}


@crews.form(
    "<uuid:public_id>/",
    CrewForm,
    title=_("改班组"),
    subject=record(Crew.objects.all(), Crew.what),
    initial=said_of_crew,
    done=_("已改。"),
    to="crews",
)
def change_crew(request: PageRequest, form: CrewForm, crew: Crew) -> None:
    settings.set_crew(by=request.actor, crew=crew, **crew_facts(form))


class Classes(Table):
    name = Link(_("类别"), to="change_class", by=("key",), sort=False)
    minutes = Text(_("多久内处理"), "promised", sort=False)
    urgent = Text(_("什么算危险"), "urgent_words", sort=False)
    urgent_minutes = Number(_("危险时几分钟到"))


@desk.page("promises/", title=_("时限"), tab=_("时限"), roles=DISPATCHER)
def promises(request: PageRequest) -> HttpResponseBase:
    return listing(request, Classes, FaultClass.objects.all())


@promises.form(
    "<str:key>/",
    ClassForm,
    title=_("改时限"),
    subject=record(FaultClass.objects.all(), FaultClass.what),
    initial=lambda _request, one: {"minutes": one.minutes, "urgent_minutes": one.urgent_minutes},
    done=_("已改。"),
    to="promises",
)
def change_class(request: PageRequest, form: ClassForm, one: FaultClass) -> None:
    settings.set_class(by=request.actor, fault_class=one, facts=form.cleaned_data)


class Operators(Table):
    name = Link(_("运营商"), to="change_operator")
    phone = Text(_("报修电话"), is_number=True)
    buildings = Text(_("哪些楼"), lambda one: "、".join(row.building.name for row in one.buildings.all()), sort=False)


@desk.page("operators/", title=_("宿舍网络运营商"), tab=_("运营商"), roles=DISPATCHER)
def operators(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记运营商"), icon="network", action=_("加一家"), to="add_operator")
    rows = Operator.objects.prefetch_related("buildings__building").order_by("name")
    return listing(request, Operators, rows, empty=none, template="requests/kept.html", facts={"add": add_operator})


@operators.form("new/", OperatorForm, title=_("加运营商"), done=_("已加。"), to="operators")
def add_operator(request: PageRequest, form: OperatorForm) -> None:
    said = form.cleaned_data
    settings.set_operator(by=request.actor, **said | {"buildings": listed(said["buildings"])})


@operators.form(
    "<uuid:public_id>/",
    OperatorForm,
    title=_("改运营商"),
    subject=record(Operator.objects.all(), Operator.what),
    initial=lambda _request, one: {
        **{name: getattr(one, name) for name in ("name", "name_en", "phone", "url", "words", "words_en")},
        "buildings": " ".join(row.building.key for row in one.buildings.select_related("building")),
    },
    done=_("已改。"),
    to="operators",
)
def change_operator(request: PageRequest, form: OperatorForm, operator: Operator) -> None:
    said = form.cleaned_data
    settings.set_operator(by=request.actor, operator=operator, **said | {"buildings": listed(said["buildings"])})


class PlaceForm(forms.Form):
    place = campus.PlaceField(label=_("楼或房间"), help_text=_("写楼：楼里每个房间一个码"))


@desk.page("codes/", title=_("地点码"), tab=_("地点码"), roles=DISPATCHER, posts=True)
def codes(request: PageRequest) -> HttpResponseBase:
    """To be printed and hung up: of a room, or of a building and each room in it."""
    form = PlaceForm(request.POST if request.method == "POST" else None)
    chosen = form.cleaned_data["place"] if form.is_bound and form.is_valid() else None
    rows = campus.Place.objects.filter(Q(pk=chosen.pk) | Q(parent=chosen.pk)).order_by("key") if chosen else []
    labels = [(one, qr.picture(address_of(one), scale=4, border=4)) for one in rows]
    return render(request, "requests/codes.html", {"form": form, "labels": labels})


class Hours(Table):
    name = Text(_("班组"), "name")
    jobs = Number(_("今年接单"), total=True)
    done = Number(_("办完"), total=True)
    late = Number(_("超时"), total=True)
    again = Number(_("返工"), total=True)
    proved = Number(_("扫码到场"), total=True)
    minutes = Number(_("分钟"), total=True)
    rating = Text(_("评分"), lambda row: f"{row['rating']:.1f}" if row["rating"] else "")


@desk.page("hours/", title=_("工作量"), tab=_("工作量"))
def hours(request: PageRequest) -> HttpResponseBase:
    return listing(request, Hours, hours_by_crew(this_year()), export_as="维修工作量")
