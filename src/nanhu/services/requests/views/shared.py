"""What the desks of requests have in common: the table's columns, a request's page, the phone behind it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Day,
    Due,
    Filters,
    Link,
    Moment,
    Money,
    Number,
    Page,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    list_of,
)
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import Event
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import reads_chinese
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Crew, Entry, FaultClass, Material, Photo, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.rules import price_of
from nanhu.services.requests.services.timeline import target_of

State = Request.State
TONES: Final[Mapping[str, Any]] = {
    State.NEW: "warn",
    State.ASSIGNED: "info",
    State.WORKING: "info",
    State.WAITING: "warn",
    State.DONE: "good",
    State.CLOSED: "none",
    State.MERGED: "none",
    State.WITHDRAWN: "none",
}
OF_CREW: Final = frozenset({"assigned", "arrived", "no_entry", "done"})
"""Steps of which who only follows a request is told whose they were; who lives there is no business of his."""
LATE: Final = Q(state__in=OPEN, due_at__lt=Now())


class Requests(Table):
    title: Link = Link(_("什么事"), to="request", sort=False)
    state = Badge(_("状态"), names=State.choices, tones=TONES)
    due = Due(_("最晚"), lambda one: one.due_at if one.is_open else None, sort="due_at")
    number = Text(_("编号"), is_number=True, is_wide=True)


class Jobs(Requests):
    """Of the dispatcher."""

    crew = Text(_("班组"), "crew__name")
    heat = Number(_("我也是"))
    reopened = Number(_("返工"), is_wide=True)
    filed = Moment(_("提交时间"), "created_at", is_wide=True)


class Questions(Table):
    beginning = Link(_("问题"), lambda one: one.words[:60], to="request", sort=False)
    kind = Badge(_("类型"), names=Request.Kind.choices, tone="none")
    state = Badge(_("状态"), names=State.choices, tones=TONES)
    due = Due(_("最晚"), lambda one: one.due_at if one.state == State.NEW else None, sort="due_at")
    unit = Text(_("在哪个单位"), "unit__name", is_wide=True)
    number = Text(_("编号"), is_number=True, is_wide=True)


class Complaints(Table):
    """`last`: the last day on which it may be answered; the promise ends with that day."""

    accused = Link(
        _("投诉谁"),
        lambda one: one.accused_unit.name if one.accused_unit else one.accused_words or str(_("没有写明")),
        to="request",
        sort="accused_unit__name",
    )
    state = Badge(_("状态"), names=State.choices, tones=TONES)
    last = Day(_("最后一天"), lambda one: last_day(one) if one.state == State.NEW else None, sort="due_at")
    day = Day(_("提交时间"))
    unit = Text(_("在哪个单位"), "unit__name", is_wide=True)
    number = Text(_("编号"), is_number=True, is_wide=True)


def last_day(request: Request) -> date | None:
    return campus_time(request.due_at - timedelta(seconds=1)).date() if request.due_at else None


class Materials(Table):
    item = Text(_("材料"))
    quantity = Number(_("数量"))
    price_fen = Money(_("单价"))
    sum_fen = Money(_("小计"))


class JobFilters(Filters):
    q = PlaceSearch("number", places=("place__name", "place__parent__name"), label=_("编号或地点"))
    state = Choice(_("状态"), State.choices)
    fault_class = Choice(_("类别"), FaultClass.Key.choices, field="fault_class__key")
    show = Views(
        {
            "open": (_("没办完的"), Q(state__in=OPEN)),
            "late": (_("超时的"), LATE),
            "leader": (_("等负责人定的"), Q(is_with_leader=True, state=State.NEW)),
            "pay": (
                _("该收费的"),
                Q(cause=Request.Cause.MISUSE, bills=None, pk__in=Material.objects.values("request")),
            ),
        }
    )


class ComplaintFilters(Filters):
    q = Search("number", label=_("编号"))
    show = Views({"open": (_("没答复的"), Q(state=State.NEW)), "late": (_("超时的"), LATE)})


class OpenFilters(Filters):
    q = Search("number", label=_("编号"))
    show = Views(
        {
            "open": (_("没答复的"), Q(state=State.NEW)),
            "late": (_("超时的"), LATE),
            "leader": (_("等负责人定的"), Q(is_with_leader=True, state=State.NEW)),
        }
    )


def facts_of(request: Request, *, is_whole: bool, is_inner: bool = True) -> list[tuple[Words, object]]:
    """`is_whole`: for its requester and who works on it; who only follows it reads no words. `is_inner`: for the office alone. Where a
    complaint lies, and whom we take for the accused, would tell its author who is here."""
    found: list[tuple[Words, object]] = []
    if request.place:
        found += [(_("地点"), request.place.full_name), (_("类别"), request.fault_class)]
    if request.crew:
        found.append((_("班组"), format_html("{} {}", request.crew.called, request.crew.phone)))
    elif request.unit and request.kind not in REPAIRS and (is_inner or request.kind != Request.Kind.COMPLAINT):
        found.append((_("办理单位"), request.unit.name))
    if request.is_open and request.due_at:
        is_day = request.kind == Request.Kind.COMPLAINT or request.is_anonymous
        last = last_day(request)
        late = dates.late_words(request.due_at, now())
        words = (
            dates.short_day(last, last.year) if is_day and last else late or dates.moment_words(request.due_at, now())
        )
        found.append((_("最晚"), words))
    if is_whole:
        found += [
            (_("联系时间"), request.window),
            (_("不在也可以进门"), _("可以") if request.may_enter else ""),
            (_("系统"), request.get_system_display()),
            (_("设备"), request.device),
            (_("投诉单位"), request.accused_unit.name if request.accused_unit else ""),
            (_("投诉的人"), name_of(request.accused_person_id) if is_inner else ""),
        ]
    if request.cause and is_whole:
        found.append((_("原因"), request.get_cause_display()))
    if request.heat:
        found.append((_("我也是"), request.heat))
    return [(name, value) for name, value in found if value]


def name_of(person_id: int | None) -> str:
    card = people.person_card(person_id) if person_id else None
    return card.name if card else ""


def events_of(request: Request, *, is_inner: bool, is_whole: bool = True) -> list[Event]:
    rows = request.entries.all() if is_inner else request.entries.filter(is_inner=False)
    if not is_whole:
        return [Event(one.get_what_display(), one.who if one.what in OF_CREW else "", one.at) for one in rows]
    crews = named_in_english()
    return [Event(one.get_what_display(), one.who, one.at, words_of(one, crews)) for one in rows]


def named_in_english() -> list[tuple[str, str]]:
    """Crews, for a reader of English; none for others."""
    if reads_chinese():
        return []
    return list(Crew.objects.exclude(name_en="").order_by("-name").values_list("name", "name_en"))


def words_of(entry: Entry, crews: Iterable[tuple[str, str]]) -> str:
    """To whom it went begins with the crew's name, as it was then."""
    if entry.what == Entry.What.ASSIGNED:
        for name, english in crews:
            if entry.words.startswith(name):
                return english + entry.words.removeprefix(name)
    return audit_words.reason(entry.words)


def called(found: Request) -> str:
    return f"{found.number} {found.title}"


def show_request(
    request: PageRequest,
    found: Request,
    *,
    links: Iterable[Page] = (),
    is_inner: bool = True,
    is_whole: bool = True,
    **more: Any,
) -> HttpResponse:
    """Its facts, words, pictures and timeline, with what this reader may do."""
    materials = list(found.materials.all()) if is_whole else []
    shown = {
        "found": found,
        "tone": TONES[found.state],
        "facts": facts_of(found, is_whole=is_whole, is_inner=is_inner),
        "is_whole": is_whole,
        "is_inner": is_inner,
        "photos": photos_of(request.viewer, found, is_whole=is_whole, is_inner=is_inner),
        "sealed_photos": found.anonymous_photos.count() if found.is_anonymous else 0,
        "materials": list_of(request, Materials, materials, caption=_("用了什么材料")) if materials else None,
        "is_billed": bool(materials) and found.bills.exists(),
        "material_sum": format_yuan(price_of((one.quantity, one.price_fen) for one in materials)),
        "events": events_of(found, is_inner=is_inner, is_whole=is_whole),
        "links": [(page.title, page.address(public_id=found.public_id)) for page in links],
        **more,
    }
    return render(request, "requests/request.html", shown)


def photos_of(viewer: Viewer, found: Request, *, is_whole: bool, is_inner: bool) -> list[Photo]:
    """The office sees all; a requester those that are no follower's, a follower his own."""
    if found.is_anonymous or (not is_whole and viewer.person_id is None):
        return []
    rows = found.photos.select_related("file")
    return list(rows if is_inner else rows.filter(follower=None if is_whole else viewer.person_id))


def me(request: PageRequest) -> dict[str, Any]:
    return {"by": request.actor, "person_id": request.person_id}


def show_phone(request: PageRequest, found: Request) -> HttpResponse:
    """By a press, which is written down."""
    phone = phone_of(request.actor, found) if request.method == "POST" and found.is_open else ""
    return render(request, "requests/call.html", {"found": found, "phone": phone})


@transaction.atomic
def phone_of(by: Actor, request: Request) -> str:
    """The number to call back: the one that was typed, else that on record. Each look is written down."""
    if request.phone:
        target = f"person:{request.person_id}"
        audit.record(by=by, action="requests.reveal_phone", target=target, facts={"request": target_of(request)})
        return request.phone
    return people.phone_of(request.person_id, by=by, purpose="报修联系") if request.person_id else ""
