"""What other rooms show of venues: the tile, the calendar, what is not given back, what somebody booked, what the search finds."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import read_only, registry
from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Occurrence, Outstanding, Owner, TileContent, Verdict, Viewer
from nanhu.platforms.ledger import api as ledger
from nanhu.services.venues import queries
from nanhu.services.venues.models import LIVING, Booking, DrawOrder, Venue, VenuePost, Waiting
from nanhu.services.venues.services.holding import give_time_back
from nanhu.services.venues.services.keys import ISSUER, is_back_late
from nanhu.services.venues.signs import occurrence_of

SHOWN = 3
ledger.issuers.add(
    ledger.Issuer(key=ISSUER, name=_("场地管理"), enquiries=_("时间或损坏不对，请联系这个场地的管理单位。")),
)


def keys_out(person_ids: Collection[int], _purpose: str) -> Mapping[int, Sequence[Outstanding]]:
    """Keys that were not brought back."""
    found: dict[int, list[Outstanding]] = {}
    out = queries.bookings().filter(application__person__in=person_ids, key_out_at__isnull=False, key_in_at=None)
    for one in out.order_by("pk"):
        what = _("%(venue)s的钥匙没有还") % {"venue": one.venue.name}
        how = _("还到%(desk)s") % {"desk": one.venue.key_desk_shown or one.venue.called}
        url = reverse("venues:book:booking", args=[one.public_id])
        found.setdefault(one.application.person_id, []).append(Outstanding(what=what, how=how, url=url))
    return found


def booked_by(person: Any) -> QuerySet[Booking]:
    is_ahead = Q(ends_at__gt=Now()) | Q(state=Booking.State.IN_USE)
    return Booking.objects.filter(is_ahead, application__person=person, state__in=LIVING)


count_booked = own_count("venues.booked", booked_by)
NEXT = Prepared(
    lambda: (
        booked_by(Given("person"))
        .select_related("venue")
        .only("state", "begins_at", "ends_at", "held_to", "key_out_at", "key_in_at", "venue__name", "venue__name_en")
        .order_by("begins_at")[:SHOWN]
    )
)


def tile(viewer: Viewer) -> TileContent | None:
    """My next bookings; a key that is late stands first."""
    if not count_booked(viewer):
        return None
    found = NEXT(person=viewer.person_id or 0)
    if not found:
        return None
    late = [one for one in found if one.state == Booking.State.IN_USE and one.key_out_at and is_back_late(one)]
    lines = tuple(f"{one.when} {one.venue.called} · {one.get_state_display()}" for one in found)
    return TileContent(
        caption=_("钥匙该还了") if late else _("接下来的借用"),
        lines=lines,
        url=reverse("venues:book:mine"),
        tone="attention" if late else "plain",
    )


def occurrences(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """What somebody booked, answers for or works at; what was refused, let go or taken from him stays as cancelled."""
    found = CONCERNING(person=viewer.person_id or 0, since=start_of(since), until=end_of(until))
    yield from (occurrence_of(one) for one in found)


def concerning(me: Any) -> Q:
    return Q(application__person=me) | Q(application__sponsor=me) | Q(application__technician=me)


CONCERNING = Prepared(
    lambda: (
        queries.bookings()
        .filter(concerning(Given("person")))
        .filter(begins_at__lt=Given("until", DateTimeField()), ends_at__gt=Given("since", DateTimeField()))
        .order_by("begins_at")
    )
)


def bookings_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    me = owner.person_id
    found = queries.bookings().filter(concerning(me)).order_by("-begins_at")
    for one in found.filter(application__created_at__gte=since) if since else found:
        yield {
            "number": one.application.number,
            "venue": one.venue.name,
            "is_applicant": one.application.person_id == me,
            "title": one.application.title,
            "purpose": one.application.purpose,
            "begins_at": one.begins_at.isoformat(),
            "ends_at": one.ends_at.isoformat(),
            "state": str(one.get_state_display()),
            "objection": one.objection if one.application.person_id == me else "",
            "objection_answer": one.objection_answer if one.application.person_id == me else "",
        }


def waiting_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    found = Waiting.objects.filter(person=owner.person_id).select_related("venue").order_by("-begins_at")
    for one in found.filter(created_at__gte=since) if since else found:
        yield {
            "venue": one.venue.name,
            "begins_at": one.begins_at.isoformat(),
            "ends_at": one.ends_at.isoformat(),
            "state": str(one.get_state_display()),
        }


def draw_rows(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    """What somebody wrote for a draw goes a year after it; that he had part in it stays."""
    found = DrawOrder.objects.filter(person=owner.person_id).select_related(
        "venue_draw__draw", "venue_draw__venue", "entry"
    )
    for one in found.filter(entry__entered_at__gte=since) if since else found.order_by("-entry__entered_at"):
        yield {
            "draw": one.venue_draw.draw.title,
            "venue": one.venue_draw.venue.name,
            "entered_at": one.entry.entered_at.isoformat(),
            "token": one.entry.token,
            "wishes": one.entry.wishes,
            "places": one.entry.places,
            "title": one.order.get("title", ""),
            "purpose": one.order.get("purpose", ""),
        }


def check_venues() -> registry.CheckResult:
    """A venue without hours is never free; one without an approver falls to the head of its process's unit."""
    living = Venue.objects.filter(withdrawn_at=None)
    closed = living.filter(openings=None).count()
    decided = VenuePost.objects.filter(duty=VenuePost.Duty.FIRST).values("venue")
    nobodys = living.exclude(pk__in=decided).count()
    if not closed and not nobodys:
        return registry.CheckResult(verdict=Verdict.OK, message=str(_("每个场地都有开放时间和审批岗位")))
    said = _("%(closed)s 个场地没有开放时间，%(nobodys)s 个没有审批岗位") % {"closed": closed, "nobodys": nobodys}
    remedy = str(_("在“场地管理 → 场地”里补上"))
    return registry.CheckResult(verdict=Verdict.WARN, message=str(said), remedy=remedy)


read_only.given_back["venues"] = give_time_back
registry.obligations.add(registry.Obligation(key="venues.keys", office=_("场地管理"), load=keys_out, order=70))
registry.life_parts.add(registry.LifePart(key="venues.mine", topic="venues", load=tile))
registry.tiles.add(registry.Tile(key="venues.mine", title=_("我的借用"), load=tile, icon="calendar-check", order=64))
registry.calendar_feeds.add(
    registry.CalendarFeed(key="venues.bookings", title=_("场地借用"), load=occurrences, order=40)
)
registry.personal_data.add(
    registry.PersonalData(
        key="venues.bookings",
        title=_("场地借用"),
        load=bookings_of,
        description=_("场地、时间、活动、用途、状态、未到场的申诉和答复"),
    )
)
registry.personal_data.add(
    registry.PersonalData(key="venues.waiting", title=_("场地候补"), load=waiting_of, description=_("场地、时间、状态"))
)
registry.personal_data.add(
    registry.PersonalData(
        key="venues.draws", title=_("场地抽签"), load=draw_rows, description=_("哪次抽签、志愿、结果、活动、用途")
    )
)
registry.searchables.add(
    registry.Searchable(
        key="venues.venues",
        title=_("场地"),
        icon="calendar-check",
        hits=queries.venue_hits,
        of=Venue,
        order=40,
    )
)
registry.checks.add(registry.Check(key="venues.venues", title=_("场地"), run=check_venues, order=86))
