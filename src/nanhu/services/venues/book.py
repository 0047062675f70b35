"""What everybody does with venues: looks when they are free, books hours, waits for them, cancels, moves when displaced."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    Number,
    PageRequest,
    Table,
    Text,
    Views,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm, reason_field
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.money import short_yuan
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.words import term
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues import grids, policies, queries, rules
from nanhu.services.venues.forms import DETAILS, BookForm, CancelForm, HoursForm, SeriesForm
from nanhu.services.venues.models import LIVING, Application, Booking, Venue, Waiting
from nanhu.services.venues.presets import USES, Use, flow_key
from nanhu.services.venues.services import booking as bookings
from nanhu.services.venues.services import displacing, keys, waiting

State = Booking.State
TONES: Final[Mapping[str, Tone]] = {
    "approved": "good",
    "in_use": "info",
    "closed": "none",
    "refused": "none",
    "released": "none",
    "cancelled": "none",
    "no_show": "bad",
    "displaced": "bad",
}

book = Console(
    "venues:book",
    _("场地申请"),
    icon="calendar-check",
    owner=_("后勤处"),
    description=_("教室、实验室、报告厅、球馆哪时空着，点了就约"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=34,
)


class UseChoice(Choice):
    """By the name of its process, as the list of services leads here."""

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(uses__contains=[given[""].partition(".")[2]]) if given[""] else None


class FreeVenues(campus.FreeAt):
    """By the function that books."""

    def free_between(self, begins_at: datetime, ends_at: datetime) -> Q:
        return Q(pk__in=queries.free_between(begins_at, ends_at))


def use_choices() -> list[tuple[str, str]]:
    return [(flow_key(one.key), term(one.name)) for one in USES.values()]


class VenueFilters(Filters):
    q = FoldedSearch(label=_("名称、地点、设备或拼音"))
    use = UseChoice(_("做什么用"), use_choices)
    free = FreeVenues(_("空着的时间"))
    size = Views({"50": (_("50 人以上"), Q(capacity__gte=50)), "100": (_("100 人以上"), Q(capacity__gte=100))})


class Venues(Table):
    ordering = ("room__place__key",)
    name = Link(_("场地"), "called", to="venue", sort="name")
    use_names = Text(_("做什么用"), sort=False, is_wide=True)
    capacity = Number(_("最多人数"))
    week = Markup(_("这七天"), "venues/_week_bars.html")


@book.page("", title=_("场地申请"), tab=_("场地"), lead=_("绿色是空着的时间。点一天看几点到几点，点格子就约。"))
def overview(request: PageRequest) -> HttpResponseBase:
    first = grids.first_day_in(request.GET.get("day") or request.GET.get("free_on", ""))
    none = Empty(title=_("没有这样的场地"), icon="calendar-x", text=_("换个说法，或减少一个条件。"))
    return listing(
        request,
        Venues,
        askable(request.viewer),
        VenueFilters,
        each=lambda rows: grids.with_weeks(rows, first),
        per_page=25,
        empty=none,
        template="venues/overview.html",
        facts=turning(first),
    )


def turning(first: Any) -> dict[str, Any]:
    week = timedelta(days=grids.DAYS)
    return {"before": (first - week).isoformat(), "after": (first + week).isoformat(), "first": first.isoformat()}


def askable(viewer: Viewer) -> QuerySet[Venue]:
    return policies.may_ask(viewer, queries.venues())


VENUE = Seen(lambda request, public_id: policies.venue_of(request.viewer, public_id))


@overview.page(
    "<uuid:public_id>/", title=_("这个场地"), subject=VENUE, about=lambda one: str(one.called), opens_whole=True
)
def venue(request: PageRequest, found: Venue) -> HttpResponse:
    first = grids.first_day_in(request.GET.get("day", ""))
    facts = {
        "venue": found,
        "facts": facts_about(found),
        "week": grids.week_of(found, first, request.viewer, leads_of(found)),
        "pictures": found.pictures.select_related("file"),
        "apply": apply.address(public_id=found.public_id),
        "series": series.address(public_id=found.public_id),
        "wait": wait.address(public_id=found.public_id),
        "draws": found.draws.filter(settled_at=None).select_related("draw"),
        **turning(first),
    }
    return render(request, "venues/venue.html", facts)


def leads_of(found: Venue) -> grids.Leads:
    named = {"public_id": found.public_id}
    return grids.Leads(apply=apply.address(**named), wait=wait.address(**named))


def facts_about(found: Venue) -> list[tuple[Any, Any]]:
    place = found.room.place
    return [
        (_("地点"), place.full_name),
        (_("做什么用"), found.use_names),
        (_("最多人数"), found.capacity),
        (_("设备"), "、".join(map(term, found.equipment)) or "—"),
        (_("前后"), around_words(found)),
        (_("提前"), _("%(least)s 到 %(most)s 天") % {"least": found.notice_days, "most": found.ahead_days}),
        (_("收费"), fee_words(found.fee_fen)),
        (_("钥匙"), found.key_desk_shown or _("不用领")),
        (_("管理"), term(found.unit.name)),
    ]


def fee_words(fen_an_hour: int) -> Any:
    return _("每小时 %(yuan)s 元") % {"yuan": short_yuan(fen_an_hour)} if fen_an_hour else _("不收")


def around_words(found: Venue) -> Any:
    if found.turnover is not None:
        return _("两场之间隔 %(minutes)s 分钟") % {"minutes": found.turnover}
    if not found.set_up and not found.clear_up:
        return _("不留")
    return _("布置 %(before)s、清场 %(after)s 分钟") % {"before": found.set_up, "after": found.clear_up}


def chosen_use(request: PageRequest, found: Venue, before: str = "") -> Use:
    """That the form names, else what it named before, else the first that this reader may choose here."""
    offered = policies.uses_for(request.viewer, found)
    named = request.POST.get("use") or request.GET.get("use") or before
    return next((one for one in offered if one.key == named), offered[0])


def form_arguments(request: PageRequest, found: Venue) -> dict[str, Any]:
    return {"venue": found, "chosen": chosen_use(request, found)}


def named_hours(request: PageRequest, found: Venue) -> dict[str, Any]:
    """As the tapped cell says them: an hour from there, or until `to`; where none was tapped, from when it opens on the first day that its
    notice leaves."""
    named = request.GET.get("day", "")
    day = grids.first_day_in(named) if named else campus_today() + timedelta(days=found.notice_days)
    begins, ends = (minutes_in(request.GET.get(name, "")) for name in ("from", "to"))
    if begins is None:
        that_day = found.openings.filter(weekday=day.isoweekday(), during__contains=day)
        begins = that_day.values_list("opens", flat=True).order_by("opens").first()
    hours = {} if begins is None else {"begins": begins, "ends": ends or begins + grids.BAND}
    return {"day": day, **hours}


def minutes_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("10000") else None


def form_facts(request: PageRequest, found: Venue, before: str = "") -> dict[str, Any]:
    used = chosen_use(request, found, before)
    others = [one for one in policies.uses_for(request.viewer, found) if one.key != used.key]
    return {
        "venue": found,
        "fee": fee_words(found.fee_fen),
        "used": term(used.name),
        "others": [(one.key, term(one.name)) for one in others],
    }


@venue.form(
    "apply/",
    BookForm,
    title=_("约这个场地"),
    submit=_("提交申请"),
    icon="calendar-check",
    arguments=form_arguments,
    initial=named_hours,
    facts=form_facts,
    template="venues/apply.html",
    to="booking",
    done=lambda made: _now("已提交，编号 %(number)s，时间先为您留着。") % {"number": made.application.number},
)
def apply(request: PageRequest, form: BookForm, found: Venue) -> Booking:
    made = bookings.book(
        by=request.actor,
        person_id=request.person_id,
        venue=found,
        order=form.order(),
        hours=[form.hours],
        token=token_of(request) or uuid4(),
        offered=own_offer(request, found, form.hours),
    )
    [booked] = queries.BOOKED(application=made.pk)
    booked.application = made
    return booked


def own_offer(request: PageRequest, found: Venue, hours: Any) -> Waiting | None:
    """The reader's own place in the line for these very hours, if it has been his turn."""
    return queries.OFFER.first(person=request.person_id, venue=found.pk, begins=hours[0], ends=hours[1])


def looked_over(_request: PageRequest, form: SeriesForm, found: Venue) -> dict[str, Any]:
    """Each date: free, or taken with another hour of that day."""
    wanted = form.wanted()
    refused = set(queries.refused_of(found, wanted))
    clashes = [
        (campus.span_words(*one), campus.span_words(*other) if (other := queries.next_free(found, one)) else "")
        for one in wanted
        if one in refused
    ]
    free = [one for one in wanted if one not in refused]
    return {
        "free": [campus.span_words(*one) for one in free],
        "clashes": clashes,
        "count": len(wanted),
        "dates": ",".join(campus_time(one[0]).date().isoformat() for one in free),
    }


@venue.form(
    "series/",
    SeriesForm,
    title=_("约一个系列"),
    lead=_("每周或隔周同一时间。先查每一天，碰上的列出来，由您决定约不约其余的。"),
    submit=_("查这些日期"),
    icon="calendar-range",
    arguments=form_arguments,
    initial=named_hours,
    facts=form_facts,
    preview=looked_over,
    template="venues/series.html",
    to="booking",
    done=lambda made: _now("已提交，编号 %(number)s。") % {"number": made.application.number},
)
def series(request: PageRequest, form: SeriesForm, found: Venue) -> Booking:
    made = bookings.book(
        by=request.actor,
        person_id=request.person_id,
        venue=found,
        order=form.order(),
        hours=form.chosen_hours(),
        token=token_of(request) or uuid4(),
    )
    first = made.bookings.order_by("begins_at").first()
    assert first is not None  # noqa: S101 - a series without dates is refused
    return first


@venue.form(
    "wait/",
    HoursForm,
    title=_("排候补"),
    lead=_("有人取消、这段时间空出来时，按先后问：给您留两小时，过时问下一位。"),
    submit=_("排上"),
    icon="hourglass",
    initial=named_hours,
    to="mine",
    done=_("已排上，轮到时发邮件告诉您。"),
)
def wait(request: PageRequest, form: HoursForm, found: Venue) -> None:
    waiting.join(by=request.actor, person_id=request.person_id, venue=found, hours=form.hours)


class Mine(Table):
    when = Link(_("时间"), to="booking", sort="begins_at")
    venue = Text(_("场地"), "venue__called", sort="venue__name")
    title = Text(_("活动"), "application__title")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    number = Text(_("编号"), "application__number", is_number=True, is_wide=True)


class MyFilters(Filters):
    show = Views({"coming": (_("还没用的"), Q(state__in=LIVING))})


TO_COME: Final = Case(When(state__in=LIVING, then="begins_at"))
"""What is still to be used stands first, the nearest on top; then what is over, the latest on top."""


def own_bookings(viewer: Viewer) -> QuerySet[Booking]:
    """Those that somebody asked for, answers for or works at."""
    me = viewer.person_id or 0
    of_mine = Q(application__person=me) | Q(application__sponsor=me) | Q(application__technician=me)
    return queries.bookings().filter(of_mine).order_by(TO_COME.asc(nulls_last=True), "-begins_at")


@book.page("mine/", title=_("我的借用"), tab=_("我的借用"))
def mine(request: PageRequest) -> HttpResponse:
    none = Empty(title=_("还没有约过场地"), icon="calendar-check", action=_("看看哪里空着"), to="overview")
    found = list_of(request, Mine, own_bookings(request.viewer), MyFilters, empty=none, caption=_("我的借用"))
    waits = [
        (one, take_address(one), leave.address(public_id=one.public_id))
        for one in queries.waiting_of(request.person_id)
    ]
    objections = [
        (called(one), above.address(public_id=one.public_id)) for one in policies.answered_above(request.viewer)
    ]
    return render(request, "venues/mine.html", {"list": found, "waits": waits, "objections": objections})


def take_address(one: Waiting) -> str:
    """The form, filled in with the hours that are kept for him."""
    begins, ends = campus_time(one.begins_at), campus_time(one.ends_at)
    day = begins.date()
    minutes = queries.minutes_on((begins, ends), day)
    address = apply.address(public_id=one.venue.public_id)
    return f"{address}?day={day.isoformat()}&from={minutes[0]}&to={minutes[1]}"


def own_waiting(viewer: Viewer) -> QuerySet[Waiting]:
    return Waiting.objects.filter(person=viewer.person_id or 0)


@mine.action("waiting/<uuid:public_id>/leave/", subject=seen(own_waiting, Waiting.what), done=_("已退出候补。"))
def leave(request: PageRequest, found: Waiting) -> None:
    waiting.leave(by=request.actor, person_id=request.person_id, waiting=found)


def called(found: Booking) -> str:
    return f"{found.application.title} {found.venue.called} {found.when}"


@mine.page("<uuid:public_id>/", title=_("借用"), subject=seen(own_bookings, Booking.what), about=called)
def booking(request: PageRequest, found: Booking) -> HttpResponse:
    made = found.application
    is_own = made.person_id == request.viewer.person_id
    offers = displacing.offers_for(found) if is_own else []
    others = made.bookings.select_related("venue").exclude(pk=found.pk).order_by("begins_at")
    facts = {
        "booking": found,
        "facts": [*([] if is_own else [(_("申请人"), made.person_name)]), *facts_of(found)],
        "tone": "good" if found.state in {State.APPROVED, State.IN_USE} else "quiet",
        "others": others if is_own else [],
        "is_own": is_own,
        "may_cancel": is_own and found.state in {State.HELD, State.APPROVED} and found.ends_at > now(),
        "offers": [(one, fee_words(min(one.fee_fen, found.fee_fen))) for one in offers],
        "cancel": cancel.address(public_id=found.public_id),
        "counts": is_own and found.counts,
        "missed": queries.standing_of(made.person_id)[1] if is_own and found.counts else 0,
        "most_missed": rules.MOST_MISSED,
        "may_object": is_own and keys.may_object(found),
        "object": object_to.address(public_id=found.public_id),
    }
    return render(request, "venues/booking.html", facts)


def facts_of(found: Booking) -> list[tuple[Any, Any]]:
    made = found.application
    rows = [
        (_("场地"), found.venue.called),
        (_("时间"), found.when),
        (_("用途类别"), made.use_name),
        (_("用途"), made.purpose),
        (_("人数"), made.headcount),
        (_("单位（自填）"), made.unit.name if made.unit else "—"),
        (_("设备"), made.equipment or "—"),
        (_("收费"), fee_words(found.fee_fen)),
        *((DETAILS[name], said) for name, said in made.details.items() if name in DETAILS),
        *persons_of(made),
        (_("编号"), made.number),
    ]
    held = _("%(from)s 起可进，%(to)s 前清场") % {
        "from": f"{campus_time(found.held_from):%H:%M}",
        "to": f"{campus_time(found.held_to):%H:%M}",
    }
    return [*rows, (_("进出"), held), *([(_("原因"), found.reason)] if found.reason else [])]


def persons_of(made: Application) -> list[tuple[Any, Any]]:
    """Who answers for it, who works at it."""
    named = [(_("负责人"), made.sponsor_id), (_("技术员"), made.technician_id)]
    cards = people.person_cards([one for _label, one in named if one is not None])
    return [(label, cards[one].name) for label, one in named if one in cards]


def applied(viewer: Viewer) -> QuerySet[Booking]:
    """Of who applied: a sponsor sees it and cancels nothing."""
    return own_bookings(viewer).filter(application__person=viewer.person_id or 0)


@booking.form(
    "cancel/",
    CancelForm,
    title=_("取消借用"),
    lead=_("开始前 24 小时以上取消不计次；再晚取消、或没有到场，一学期满三次后要单位负责人同意才能再约。"),
    submit=_("取消这次借用"),
    tone="danger",
    icon="calendar-x",
    subject=seen(applied, Booking.what),
    done=_("已取消，时间已放开。"),
)
def cancel(request: PageRequest, form: CancelForm, found: Booking) -> None:
    bookings.cancel(by=request.actor, booking=found, reason=form.cleaned_data["reason"])


def objection_above(request: PageRequest, public_id: UUID) -> Booking:
    found = next((one for one in policies.answered_above(request.viewer) if one.public_id == public_id), None)
    if found is None:
        raise NotFoundError(what=Booking.what)
    return found


class AnswerForm(ReasonForm):
    decision = forms.ChoiceField(
        label=_("怎么答复"),
        choices=[("pardon", _("不计入未到场")), ("uphold", _("维持未到场"))],
        widget=forms.RadioSelect,
    )
    field_order = ("decision", "reason")


def objected(_request: PageRequest, found: Booking) -> dict[str, Any]:
    who, why = (_("申请人"), found.application.person_name), (_("为什么不该计入"), found.objection)
    return {"facts": [who, why, *facts_of(found)]}


@mine.form(
    "above/<uuid:public_id>/",
    AnswerForm,
    title=_("未到场的申诉"),
    lead=_("管这个场地的只有记下未到场的那一位，所以由您答复。"),
    submit=_("答复"),
    icon="scale",
    subject=Seen(objection_above),
    about=called,
    facts=objected,
    template="venues/above.html",
    done=_("已答复，申请人会读到。"),
    to="mine",
)
def above(request: PageRequest, form: AnswerForm, found: Booking) -> None:
    """For who stands above the only keeper, who marked it."""
    answer = keys.pardon if form.cleaned_data["decision"] == "pardon" else keys.uphold
    answer(by=request.actor, keeper_id=request.person_id, booking=found, reason=form.cleaned_data["reason"])


class ObjectForm(ReasonForm):
    reason = reason_field(_("为什么不该计入"), _("例：刷同学的卡进的门；当天住院，有证明"))


@booking.form(
    "object/",
    ObjectForm,
    title=_("申诉未到场"),
    lead=_("其实来了，或实在来不了：写清楚，管场地的人会答复。每次借用只能申诉一次。"),
    submit=_("交给管场地的人"),
    icon="scale",
    subject=seen(applied, Booking.what),
    done=_("已提交，答复会告诉您。"),
)
def object_to(request: PageRequest, form: ObjectForm, found: Booking) -> None:
    keys.object_to(by=request.actor, booking=found, words=form.cleaned_data["reason"])


def offered_move(request: PageRequest, public_id: UUID, number: int) -> tuple[Booking, Venue]:
    """The venue by its number: only one of those offered is taken."""
    found = record(applied(request.viewer), Booking.what)(public_id=public_id)
    chosen = next((one for one in displacing.offers_for(found) if one.pk == number), None)
    if chosen is None:
        raise NotFoundError(what=Venue.what)
    return found, chosen


@booking.action("move/<int:number>/", subject=Seen(offered_move), done=_("已改到新的场地，不用再批。"))
def move(request: PageRequest, chosen: tuple[Booking, Venue]) -> None:
    displacing.move(by=request.actor, booking=chosen[0], venue=chosen[1])
