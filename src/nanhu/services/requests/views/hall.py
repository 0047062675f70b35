"""The hall (服务大厅), for everybody: report, ask, complain; follow what became of it, rate it."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Choice,
    Console,
    Day,
    Empty,
    Filters,
    Link,
    Number,
    PageRequest,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Reader
from nanhu.kernel.kit.records import seen
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.registry import Viewer
from nanhu.kernel.school import school
from nanhu.platforms.campus import api as campus
from nanhu.services.requests import policies, queries
from nanhu.services.requests.errors import StaffOnlyError
from nanhu.services.requests.forms import (
    NETWORK,
    BuildingForm,
    ComplaintForm,
    NetworkForm,
    OpinionForm,
    PolicyForm,
    RatingForm,
    RepairForm,
    ServiceForm,
    WindowForm,
    WordsForm,
)
from nanhu.services.requests.models import FaultClass, Request
from nanhu.services.requests.models.requests import QUESTIONS, REPAIRS
from nanhu.services.requests.offices import offices, unit_id
from nanhu.services.requests.queries import promise_by_building
from nanhu.services.requests.rules import LARGEST_PHOTO, PHOTOS
from nanhu.services.requests.services import answering, filing, working
from nanhu.services.requests.views.figures import this_year
from nanhu.services.requests.views.shared import Requests, called, me, show_request

State, Kind = Request.State, Request.Kind
BODY = PHOTOS * LARGEST_PHOTO
MOST_SAID = 600
BEGINS = 24
desk = Console(
    "requests:hall",
    _("服务大厅"),
    icon="concierge-bell",
    owner=_("服务大厅"),
    description=_("报修、咨询、投诉、反映情况"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=30,
)


class OwnTitle(Link):
    """One's own question by how it begins, so that two of a kind are told apart; another's never."""

    def words(self, value: Any, row: Any, reader: Reader) -> str:
        said = super().words(value, row, reader)
        is_own = row.account_id is not None and row.account_id == reader.account_id
        begins = " ".join(row.words.split())[:BEGINS] if is_own and row.kind in QUESTIONS else ""
        return f"{said} · {begins}" if begins else said


class Mine(Requests):
    title = OwnTitle(_("什么事"), to="request", sort=False)
    day = Day(_("提交时间"))
    kind = Text(_("类型"), names=dict(Kind.choices), sort="kind")


class MyFilters(Filters):
    kind = Choice(_("类型"), Kind.choices)
    state = Choice(_("状态"), State.choices)


@desk.page("", title=_("服务大厅"), tab=_("我要办"))
def home(request: PageRequest) -> HttpResponse:
    ways: list[tuple[Words, str, str, Words]] = [
        (_("后勤报修"), "wrench", repair.address(), _("水电、门锁、空调、家具")),
        (_("网络报修"), "network", network.address(), _("办公室上不了网；宿舍找运营商")),
        (_("信息服务"), "headset", service.address(), _("企业微信、邮箱、OA、门户的问题")),
        (_("政策咨询"), "message-circle-question-mark", policy.address(), _("问部门，限时答复")),
        (_("投诉受理"), "scale", complaint.address(), _("五个工作日内答复，可以匿名")),
        (_("舆情反映"), "megaphone", opinion.address(), _("只有宣传部、党办看得到，可以匿名")),
    ]
    mine = policies.followed(request.viewer).order_by("-created_at")[:5]
    shown = list_of(request, Mine, list(mine), caption=_("我最近的请求"))
    return render(request, "requests/hall.html", {"ways": ways, "mine": shown})


@desk.page("mine/", title=_("我的请求"), tab=_("我的请求"))
def mine(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有提交过请求"), icon="inbox", action=_("去办一件"), to="home")
    return listing(request, Mine, policies.followed(request.viewer).order_by("-created_at"), MyFilters, empty=none)


class Kept(Table):
    building = Text(_("楼栋"), "building")
    done = Number(_("今年办完"))
    kept = Number(_("按时"))
    rating = Text(_("评分"), lambda row: f"{row['rating']:.1f}" if row["rating"] else "")


@desk.page("promise/", title=_("承诺与兑现"), tab=_("承诺"), lead=_("每类多久内处理，各楼今年兑现了多少。"))
def promise(request: PageRequest) -> HttpResponse:
    facts = {"classes": FaultClass.objects.all(), "kept": list_of(request, Kept, promise_by_building(this_year()))}
    return render(request, "requests/promise.html", facts)


@mine.page("<uuid:public_id>/", title=_("请求"), subject=seen(policies.followed, Request.what))
def request(request: PageRequest, found: Request) -> HttpResponse:
    is_own = found.person_id == request.viewer.person_id
    links = []
    if is_own and found.state == State.WAITING:
        links.append(window)
    if is_own and found.state == State.DONE:
        links += [rate, not_fixed if found.kind in REPAIRS else ask_again]
    return show_request(
        request,
        found,
        links=links,
        is_inner=False,
        is_whole=is_own,
        withdraw=withdraw.address(public_id=found.public_id) if is_own and found.is_open and not found.heat else "",
    )


OWN = seen(policies.own, Request.what)


@request.form("rate/", RatingForm, title=_("评价"), subject=OWN, about=called, done=_("谢谢您的评价。"))
def rate(request: PageRequest, form: RatingForm, found: Request) -> None:
    working.rate(**me(request), request=found, **form.cleaned_data)


@request.form("again/", WordsForm, title=_("没有修好"), subject=OWN, about=called, done=_("已转给班长，重新安排。"))
def not_fixed(request: PageRequest, form: WordsForm, found: Request) -> None:
    working.not_fixed(**me(request), request=found, **form.cleaned_data)


@request.form("more/", WordsForm, title=_("还没有说清"), subject=OWN, about=called, done=_("已转回去，等再答复。"))
def ask_again(request: PageRequest, form: WordsForm, found: Request) -> None:
    answering.ask_again(**me(request), request=found, **form.cleaned_data)


@request.form(
    "window/",
    WindowForm,
    title=_("选时间"),
    subject=OWN,
    about=called,
    arguments=lambda _request, found: {"offered": found.proposed},
    done=_("约好了。"),
)
def window(request: PageRequest, form: WindowForm, found: Request) -> None:
    working.choose_window(by=request.actor, request=found, window=form.cleaned_data["window"])


@request.action("withdraw/", subject=OWN, done=_("已撤回。"))
def withdraw(request: PageRequest, found: Request) -> None:
    working.withdraw(**me(request), request=found)


def said_before(request: PageRequest) -> dict[str, str]:
    """What another page of the campus has found out (`?say=`): its words stand in the form and can be changed before they are sent."""
    text = "".join(one for one in request.GET.get("say", "")[:MOST_SAID] if one.isprintable() or one == "\n")
    return {"words": text} if text else {}


def known_of(kind: str) -> Any:
    """The room, the phone and the fault of last time: nothing that is known is asked again."""

    def initial(request: PageRequest) -> dict[str, Any]:
        last, place = queries.last_repair(request.viewer, kind), queries.room_of(request.viewer)
        return {
            "place": campus.as_typed([place])[place.pk] if place else "",
            "fault_class": last.fault_class.key if last and last.fault_class else None,
            "phone": last.phone if last else "",
            "may_enter": last.may_enter if last else False,
            **said_before(request),
        }

    return initial


def filed(made: Request) -> str:
    return str(_("已提交，编号 %(number)s，%(state)s。") % {"number": made.number, "state": made.get_state_display()})


@home.form(
    "repair/",
    RepairForm,
    title=_("后勤报修"),
    initial=known_of(Kind.REPAIR),
    template="requests/repair.html",
    submit=_("我要报修"),
    done=filed,
    to="request",
    largest_file=BODY,
)
def repair(request: PageRequest, form: RepairForm) -> Request:
    return filing.file_repair(**me(request), **form.cleaned_data)


def works_here(viewer: Viewer) -> bool:
    return "staff" in viewer.faces


@home.page("network/", title=_("网络报修"), posts=True)
def network(request: PageRequest) -> HttpResponseBase:
    """Staff are led to the form; a student is shown whom to call, and is never refused."""
    if works_here(request.viewer):
        return render(request, "requests/network.html", {"office": office.address()})
    typed = BuildingForm(request.POST) if request.method == "POST" else BuildingForm()
    place = typed.cleaned_data["place"] if typed.is_valid() else None
    place = place or queries.room_of(request.viewer)
    operator = queries.operator_at(place) if place else None
    where = place.full_name if place else ""
    facts = {"form": typed, "place": where, "operator": operator, "service": service.address()}
    return render(request, "requests/network.html", facts | {"phone": school().info_centre_phone})


@network.form(
    "office/",
    NetworkForm,
    title=_("办公网络报修"),
    initial=known_of(Kind.NETWORK),
    template="requests/repair.html",
    submit=_("我要报修"),
    done=filed,
    to="request",
    largest_file=BODY,
)
def office(request: PageRequest, form: NetworkForm) -> Request:
    if not works_here(request.viewer):
        raise StaffOnlyError
    network_class = FaultClass.objects.get(key=NETWORK)
    return filing.file_repair(**me(request), kind=Kind.NETWORK, fault_class=network_class, **form.cleaned_data)


@home.form(
    "service/",
    ServiceForm,
    title=_("信息服务"),
    lead=_("先看下面有没有现成的答案，没有再提交；一个工作日内答复。"),
    initial=said_before,
    template="requests/question.html",
    facts=lambda _request: {"known": reverse("requests:known")},
    done=filed,
    to="request",
    largest_file=BODY,
)
def service(request: PageRequest, form: ServiceForm) -> Request:
    unit = unit_id(offices().information)
    return filing.file_question(**me(request), kind=Kind.SERVICE, unit_id=unit, **form.cleaned_data)


@home.form(
    "policy/",
    PolicyForm,
    title=_("政策咨询"),
    lead=_("三个工作日内答复；不归这个部门的，他们会转过去。"),
    initial=said_before,
    template="requests/question.html",
    facts=lambda _request: {"known": reverse("requests:known")},
    done=filed,
    to="request",
    largest_file=BODY,
)
def policy(request: PageRequest, form: PolicyForm) -> Request:
    said = form.cleaned_data
    return filing.file_question(**me(request), kind=Kind.POLICY, unit_id=said.pop("unit").id, **said)


@home.form(
    "complaint/",
    ComplaintForm,
    title=_("投诉"),
    lead=_("五个工作日内答复。被投诉的单位、本人和下属都看不到这件投诉，也不能办理。"),
    template="requests/told.html",
    done=filed,
    to="request",
    largest_file=BODY,
)
def complaint(request: PageRequest, form: ComplaintForm) -> Request:
    said = form.cleaned_data
    meant = filing.written_facts(
        kind=Kind.COMPLAINT,
        words=said["words"],
        unit=said["unit"].code if said["unit"] else "",
        accused=said["accused"],
    )
    return filing.file_complaint(**me(request), photos=said["photos"], **meant)


@home.form(
    "opinion/",
    OpinionForm,
    title=_("反映舆情"),
    lead=_("只有在宣传部、党办任职的人看得到。危险的事请先打 110 或保卫处值班室。"),
    template="requests/told.html",
    done=filed,
    to="request",
    largest_file=BODY,
)
def opinion(request: PageRequest, form: OpinionForm) -> Request:
    return filing.file_opinion(**me(request), **form.cleaned_data)
