"""The desk of places: the tree and what is closed; rooms, who stands in them by the week, and which are free."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, day_named
from nanhu.kernel.kit import (
    SIGNED_IN,
    Badge,
    Console,
    Empty,
    Link,
    Markup,
    Number,
    PageRequest,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Column
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.registry import Role, Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus.filters import FreeRoomFilters, PlaceFilters, RoomFilters
from nanhu.platforms.campus.forms import CloseForm
from nanhu.platforms.campus.models import Occupancy, Place, Room
from nanhu.platforms.campus.models.occupancy import clock_words
from nanhu.platforms.campus.queries import occupancy
from nanhu.platforms.campus.queries import places as queries
from nanhu.platforms.campus.services import places as services
from nanhu.platforms.campus.services.rooms import facts_of, line_of
from nanhu.platforms.campus.sheets import ROOMS

KEEPER = "campus.keeper"
KEEPER_ROLE = Role(
    key=KEEPER, name=_("地点管理员"), description=_("登记房间，停用和恢复楼宇、房间；停用后里面的门不再放人进入")
)
SEES_ALL = frozenset({KEEPER, "campus.registrar"})
"""Who reads what a booking or a meeting is; everybody else its kind alone."""
SHOWN_BEFORE_CLOSING = 20

desk = Console(
    "campus",
    _("各处地点"),
    icon="map-pin",
    owner=_("后勤处"),
    description=_("校区、楼宇、房间，哪些已停用，谁在用"),
    roles=[KEEPER_ROLE],
    order=46,
)


class Places(Table):
    name = Text(_("地点"), lambda line: "　" * line.depth + term(line.place.name))
    code = Text(_("代码"), "place__key", is_number=True)
    kind = Badge(_("种类"), "place__kind", names=Place.Kind.choices, tone="none")
    state = Badge(
        _("状态"),
        names={"open": _("使用中"), "closed": _("停用中"), "above": _("随上级停用")},
        tones={"open": "good"},
        tone="bad",
    )
    closed = Markup(_("为什么停用"), "campus/_closed.html")
    actions = Markup(_("操作"), "campus/_actions.html")


class FreeRooms(Table):
    ordering = ("place__key",)
    name = Link(_("房间"), "place__name", to="room", by=("place__key",), is_term=True)
    building = Text(_("所在楼"), "place__parent__name", is_term=True)
    floor = Number(_("楼层"))
    kind = Text(_("类型"), names=dict(Room.Kind.choices))
    seats = Number(_("座位"))
    equipment = Text(_("设备"), lambda room: "、".join(map(term, room.equipment)), is_wide=True)


def cell_of(room: Room, key: str) -> str:
    return line_of(room.place.key, facts_of(room))[key]


class Rooms(Table):
    """Handed out, it is a room sheet."""

    ordering = ("place__key",)
    code = Link(_("房间代码"), "place__key", to="room", by=("place__key",), is_number=True)
    name = Text(_("名称"), "place__name")
    building = Text(_("所在楼"), "place__parent__name")
    floor = Number(_("楼层"))
    kind = Text(_("类型"), names=dict(Room.Kind.choices))
    seats = Number(_("座位"))
    exam_seats = Number(_("考位"), is_wide=True)
    area = Number(_("面积（㎡）"), "area_m2", is_wide=True)
    owner = Text(_("归属单位"), "owner__name", is_wide=True)
    equipment = Text(_("设备"), lambda room: "、".join(room.equipment), is_wide=True)
    lock = Text(_("门锁"), names=dict(Room.Lock.choices), is_wide=True)
    actions = Markup(_("操作"), "campus/_room_actions.html")

    @classmethod
    def exported_columns(cls) -> tuple[Column, ...]:
        return tuple(Text(one.head, partial(cell_of, key=one.key)) for one in ROOMS.columns)


class Stays(Table):
    room = Text(_("房间"), "room__place__name", is_term=True)
    when = Text(_("时间"), "hours")
    kind = Text(_("种类"), names=dict(Occupancy.Kind.choices))
    what = Text(_("谁在用"))


@desk.page(
    "", title=_("各处地点"), tab=_("地点"), lead=_("停用一个地点，里面各处一并停用；恢复后，单独停用过的仍停用。")
)
def places(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有地点"), icon="map-pin", text=_("地点随学校的初始数据建立。"))
    wanted = PlaceFilters(request.GET)
    lines = queries.place_lines(wanted.narrow(Place.objects.all()) if wanted.is_narrowing else None)
    return listing(request, Places, lines, PlaceFilters, empty=none)


def standing(request: PageRequest, place: Place) -> dict[str, Any]:
    rows = occupancy.standing_in(place).select_related("room__place")
    return {"standing": list_of(request, Stays, rows, per_page=SHOWN_BEFORE_CLOSING, caption=_("从现在起谁在用"))}


@places.form(
    "<str:key>/close/",
    CloseForm,
    title=_("停用地点"),
    lead=_("停用后门不再放人进入，出门不受影响；规则和记录保留。停用的房间不再排给任何人。"),
    submit=_("停用这个地点"),
    tone="danger",
    icon="ban",
    subject=queries.place_to_close,
    facts=standing,
    template="campus/close.html",
    done=lambda place: _("%(name)s已停用。") % {"name": place.name},
)
def close(request: PageRequest, form: CloseForm, place: Place) -> Place:
    said = form.cleaned_data
    return services.close_place(by=request.actor, place=place, reason=said["reason"], though_held=said["though_held"])


@places.form(
    "<str:key>/reopen/",
    ReasonForm,
    title=_("恢复地点"),
    submit=_("恢复使用"),
    icon="rotate-ccw",
    subject=queries.place_to_reopen,
    done=lambda place: _("%(name)s已恢复使用。") % {"name": place.name},
)
def reopen(request: PageRequest, form: ReasonForm, place: Place) -> Place:
    return services.reopen_place(by=request.actor, place=place, reason=form.cleaned_data["reason"])


@desk.page(
    "rooms/", title=_("房间"), tab=_("房间"), lead=_("登记的房间。新增和修改用“房间表”整份交，另一位复核后生效。")
)
def rooms(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有房间"), icon="door-open", text=_("在“房间表”里下载模板，一行一个房间。"))
    return listing(request, Rooms, occupancy.rooms(), RoomFilters, empty=none, export_as="房间")


@desk.page(
    "free/",
    title=_("空闲房间"),
    roles=SIGNED_IN,
    lead=_("选一天和起止时间，列出没有排课、考试和借用的房间。空着不等于开着：门以现场为准。"),
)
def free(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有选时间"), icon="clock", text=_("写明哪一天、从几点到几点，再筛选。"))
    usable = occupancy.shared_rooms()
    asks = FreeRoomFilters(request.GET).asks_a_time
    shown = usable if asks else usable.none()
    return listing(
        request, FreeRooms, shown, FreeRoomFilters, empty=none, template="campus/free.html", facts={"asks": asks}
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the grid of a week."""

    title: str
    place: str
    tone: str = ""
    url: str = ""


@free.page("/rooms/<str:key>/", title=_("房间"), subject=occupancy.room_with)
def room(request: PageRequest, found: Room) -> HttpResponseBase:
    monday = monday_in(request.GET.get("week", ""))
    week = occupancy.week_of_room(found, monday)
    facts = {
        "room": found,
        "facts": facts_about(found),
        "is_open": queries.is_open(found.place),
        "days": [dates.day(day, campus_today().year) for day in week.days],
        "rows": [
            (
                band.words,
                [
                    (dates.day(day, campus_today().year), [entry_of(one, request.viewer) for one in cell])
                    for day, cell in zip(week.days, cells, strict=True)
                ],
            )
            for band, cells in week.rows
        ],
        "before": (monday - occupancy.WEEK).isoformat(),
        "after": (monday + occupancy.WEEK).isoformat(),
    }
    return render(request, "campus/room.html", facts)


def monday_in(text: str) -> date:
    """Of the week that the address names, else of this one."""
    day = day_named(text, first=date(2000, 1, 1), last=date(2100, 1, 1))
    return day - timedelta(days=day.weekday())


def facts_about(found: Room) -> list[tuple[Any, Any]]:
    return [
        (_("所在楼"), term(found.place.parent.name) if found.place.parent else ""),
        (_("楼层"), found.floor),
        (_("类型"), found.get_kind_display()),
        (_("座位 / 考位"), f"{found.seats} / {found.exam_seats}"),
        (_("设备"), "、".join(map(term, found.equipment)) or "—"),
        (_("归属单位"), term(found.owner.name) if found.owner else "—"),
    ]


def entry_of(one: Occupancy, viewer: Viewer) -> Entry:
    is_told = bool(SEES_ALL & viewer.roles)
    title = one.what if is_told else one.public_words
    hours = clock_words(one.during.lower, one.during.upper)
    return Entry(title, hours, "warn" if one.kind == Occupancy.Kind.EXAM else "")
