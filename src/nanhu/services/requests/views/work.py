"""A worker's list (我的工单), on a phone, in the order of the walk: arrive, cannot get in, done; also without a network."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.services.requests import policies, walking
from nanhu.services.requests.forms import DoneForm, NoEntryForm
from nanhu.services.requests.models import Crew, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.rules import LARGEST_PHOTO, PHOTOS
from nanhu.services.requests.services import working
from nanhu.services.requests.services.arriving import code_of, is_code_of
from nanhu.services.requests.views.shared import TONES, called, me, show_phone, show_request

desk = Console(
    "requests:work",
    _("我的工单"),
    icon="hard-hat",
    owner=_("服务大厅"),
    description=_("班组的维修单：到场、进不了门、办完"),
    roles=[policies.WORKER_ROLE],
    order=38,
)

TO_DO = [one for one in OPEN if one != Request.State.WAITING]


def open_jobs(viewer: Viewer) -> Any:
    return policies.jobs(viewer).filter(state__in=OPEN)


def to_do(person: Any) -> Any:
    crews = Crew.objects.filter(members__person_id=person, is_active=True)
    return Request.objects.filter(kind__in=REPAIRS, crew__in=crews, state__in=TO_DO)


@desk.page(
    "",
    title=_("我的工单"),
    tab=_("工单"),
    waits=True,
    count=own_count("requests.jobs", to_do),
    lead=_("按楼、按房间排好。没有网络也能填，连上以后自动上传。"),
    opens_whole=True,
)
def jobs(request: PageRequest) -> HttpResponseBase:
    rows = open_jobs(request.viewer).order_by("-is_urgent", "place__key", "due_at")
    stops, maps = walking.way_through(rows.select_related("place__parent__parent__parent", "fault_class"))
    shown = [(stop, [shown_job(one) for one in stop.jobs]) for stop in stops]
    facts = {"stops": shown, "maps": maps, "account": request.viewer.account_id, "causes": Request.Cause.choices}
    facts |= {"most": PHOTOS, "largest": LARGEST_PHOTO, "largest_words": LARGEST_PHOTO // 1_000_000}
    return render(request, "requests/jobs.html", facts)


def shown_job(one: Request) -> tuple[Request, str, str, str, str]:
    """With its tone, how late it is, and where it is gone on with."""
    addresses = (page.address(public_id=one.public_id) for page in (arrive, finish))
    return (one, TONES[one.state], dates.late_words(one.due_at, now()), *addresses)


@jobs.page(
    "<uuid:public_id>/", title=_("维修单"), subject=seen(policies.jobs, Request.what), about=called, opens_whole=True
)
def request(request: PageRequest, found: Request) -> HttpResponse:
    links = [finish, no_entry] if found.is_open else []
    return show_request(
        request,
        found,
        links=links,
        arrive=arrive.address(public_id=found.public_id) if found.state in {"assigned", "waiting"} else "",
        call=call.address(public_id=found.public_id),
    )


@request.action("arrive/", done=_("已记下到场。"), to="request")
def arrive(request: PageRequest, found: Request) -> Request:
    return working.arrive(**me(request), request=found)


def standing_at(key: str, code: str) -> Any:
    """The place whose code was read; a wrong one is nowhere."""
    place = campus.Place.objects.filter(key=key).first()
    if place is None or not is_code_of(place, code):
        raise NotFoundError(what=_("这个地点码"))
    return place


@jobs.page("at/<str:key>/<str:code>/", title=_("到了这里"), subject=standing_at, opens_whole=True)
def here(request: PageRequest, place: Any) -> HttpResponse:
    """One's open jobs at the place in which one stands: a press says that one is there."""
    coming = open_jobs(request.viewer).filter(place=place, state__in=["assigned", "waiting"]).order_by("due_at")
    code = code_of(place)
    facts = {"place": place, "jobs": [(one, arrive_here.address(public_id=one.public_id, code=code)) for one in coming]}
    return render(request, "requests/here.html", facts)


def job_and_code(request: PageRequest, public_id: object, code: str) -> tuple[Request, str]:
    return record(policies.jobs(request.viewer), Request.what)(public_id=public_id), code


@jobs.action("<uuid:public_id>/here/<str:code>/", subject=Seen(job_and_code), done=_("已记下到场。"), to="request")
def arrive_here(request: PageRequest, found: tuple[Request, str]) -> Request:
    return working.arrive(**me(request), request=found[0], code=found[1])


@request.page("call/", title=_("联系电话"), posts=True)
def call(request: PageRequest, found: Request) -> HttpResponse:
    return show_phone(request, found)


@request.form("no-entry/", NoEntryForm, title=_("进不了门"), done=_("已请报修人选时间，时限先停。"), to="jobs")
def no_entry(request: PageRequest, form: NoEntryForm, found: Request) -> None:
    working.cannot_enter(**me(request), request=found, proposed=form.proposed)


@request.form(
    "done/",
    DoneForm,
    title=_("办完"),
    template="requests/done.html",
    done=_("办完了，等报修人评价。"),
    to="jobs",
    largest_file=PHOTOS * LARGEST_PHOTO,
)
def finish(request: PageRequest, form: DoneForm, found: Request) -> None:
    working.done(**me(request), request=found, **form.facts)
