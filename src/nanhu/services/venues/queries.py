"""Reads of venues: what is free (all by `venues_free`), who comes, who did not, what the search finds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db.models import DateTimeField, Q, QuerySet, TextField
from django.urls import reverse

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, campus_today, end_of, now, start_of
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.database.values import planned_rows
from nanhu.kernel.registry import Hit, of_keys
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues.models import LIVING, Booking, Opening, Venue, VenuePost, Waiting
from nanhu.services.venues.presets import USES
from nanhu.services.venues.rules import STEP

QUERIES: Final = Path(__file__).parent / "sql" / "queries"
FREE, FREE_BETWEEN, MAY_BOOK, MAY_WAIT, NEAREST, STANDING = (
    (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    for name in ("free", "free_between", "may_book", "may_wait", "nearest", "standing")
)
A_TERM: Final = timedelta(days=120)
"""Where the calendar has none."""
LOCKED: Final = Prepared(lambda: Venue.objects.select_for_update(no_key=True).filter(pk=Given("venue")))
POSTS: Final = Prepared(
    lambda: VenuePost.objects.filter(venue=Given("venue"), duty=Given("duty", TextField())).order_by("pk")
)
BOOKED: Final = Prepared(lambda: Booking.objects.filter(application=Given("application")))
OFFER: Final = Prepared(
    lambda: waiting_of(Given("person")).filter(
        venue=Given("venue"),
        state=Waiting.State.OFFERED,
        begins_at=Given("begins", DateTimeField()),
        ends_at=Given("ends", DateTimeField()),
    )
)
type Hours = tuple[datetime, datetime]


def fetched(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return planned_rows(sql, {**given, "moment": now()})


def free_hours(venues: Iterable[int], since: datetime, until: datetime) -> dict[int, list[Hours]]:
    """What may be booked of each between two moments, in order."""
    found: dict[int, list[Hours]] = defaultdict(list)
    for venue, begins, ends in fetched(FREE, {"venues": list(venues), "since": since, "until": until}):
        found[venue].append((begins, ends))
    return found


def refused_of(venue: Venue, hours: Sequence[Hours]) -> list[Hours]:
    """Those that cannot be booked now."""
    given = {"venues": [venue.pk] * len(hours), "begins": [one[0] for one in hours], "ends": [one[1] for one in hours]}
    return [one for one, (_venue, is_free) in zip(hours, fetched(MAY_BOOK, given), strict=True) if not is_free]


def may_wait(venue: Venue, hours: Hours) -> tuple[bool, bool]:
    """Whether they could be booked if nobody stood there, and whether nobody does."""
    given = {"venue": venue.pk, "begins": hours[0], "ends": hours[1]}
    [(is_bookable, is_free)] = fetched(MAY_WAIT, given)
    return is_bookable, is_free


def free_between(begins_at: datetime, ends_at: datetime) -> list[int]:
    """Of all venues those that may be booked for these hours."""
    return [row[0] for row in fetched(FREE_BETWEEN, {"begins": begins_at, "ends": ends_at})]


def next_free(venue: Venue, hours: Hours) -> Hours | None:
    """Of the same length on the same day: the next after what was wanted, else the last before it."""
    day, length = campus_time(hours[0]).date(), hours[1] - hours[0]
    spans = [
        (up_to_step(begins), ends) for begins, ends in free_hours([venue.pk], start_of(day), end_of(day))[venue.pk]
    ]
    fits = [(begins, ends) for begins, ends in spans if ends - begins >= length]
    later = [max(begins, hours[0]) for begins, ends in fits if ends - length >= hours[0]]
    earlier = [ends - length for begins, ends in fits if ends - length < hours[0]]
    start = later[0] if later else earlier[-1] if earlier else None
    return (start, start + length) if start else None


def up_to_step(moment: datetime) -> datetime:
    """The next quarter of an hour."""
    here = campus_time(moment)
    rest = timedelta(minutes=here.minute % STEP, seconds=here.second, microseconds=here.microsecond)
    return here if not rest else here - rest + timedelta(minutes=STEP)


def nearest(booking: Booking, faces: Iterable[str]) -> list[Venue]:
    """Where the same hours are free, for the same use and as many people."""
    made = booking.application
    given = {
        "venue": booking.venue_id,
        "begins": booking.begins_at,
        "ends": booking.ends_at,
        "use": made.use,
        "headcount": made.headcount,
        "minutes": (booking.ends_at - booking.begins_at).total_seconds() // 60,
        "faces": sorted(faces),
        "units": sorted(people.unit_ids_of(made.person_id)),
    }
    ids = [row[0] for row in fetched(NEAREST, given)]
    found = Venue.objects.select_related("room__place__parent").in_bulk(ids)
    return [found[one] for one in ids]


def faces_of(card: people.PersonCard | None) -> set[str]:
    kinds = card.live_kinds - {"guest"} if card else set()
    return {people.face_of(one) for one in kinds}


def may_use(venue: Venue, card: people.PersonCard | None, uses: Iterable[str]) -> bool:
    """Whether this person is of those who may ask for it, for one of these uses."""
    faces = faces_of(card)
    known = [one for one in uses if one in venue.uses and one in USES]
    if card is None or not faces & set(venue.faces) or not any(USES[one].faces & faces for one in known):
        return False
    return venue.only_unit_id is None or venue.only_unit_id in people.unit_ids_of(card.person_id)


def holders_of(venue: Venue, duty: str) -> list[int]:
    """Whoever holds a post with this duty today."""
    found = [people.find_post(one.unit_id, one.office) for one in VenuePost.objects.filter(venue=venue, duty=duty)]
    return [person for post in found if post for person in post.person_ids]


def standing_of(person_id: int) -> tuple[int, int]:
    """How many bookings of his are to come, and how often he did not come this term or cancelled too late."""
    term = campus.term_on(campus_today())
    since = term.first_monday if term and term.first_monday else campus_today() - A_TERM
    given = {"person": person_id, "since": start_of(since), "living": list(LIVING)}
    [(coming, missed)] = fetched(STANDING, given)
    return coming, missed


def is_person_free(person_id: int, hours: Hours) -> bool:
    """Neither at work in another booking, nor in one of his own."""
    theirs = Q(application__technician=person_id) | Q(application__person=person_id)
    meets = Booking.objects.filter(theirs, state__in=LIVING, held_from__lt=hours[1], held_to__gt=hours[0])
    return not meets.exists()


def venues() -> QuerySet[Venue]:
    return Venue.objects.select_related("room__place__parent", "unit").order_by("room__place__key")


def bookings() -> QuerySet[Booking]:
    return Booking.objects.select_related("venue__room__place", "application__unit")


def minutes_on(span: Hours, day: date) -> tuple[int, int]:
    """From minute to minute of that day."""
    midnight = start_of(day)
    begins, ends = max(span[0], midnight), min(span[1], end_of(day))
    return int((begins - midnight).total_seconds() // 60), int((ends - midnight).total_seconds() // 60)


def by_day(spans: Iterable[Hours], days: Sequence[date]) -> list[list[tuple[int, int]]]:
    """Spans cut at midnight, for each of these days."""
    known = list(spans)
    return [[minutes_on(one, day) for one in known if one[0] < end_of(day) and one[1] > start_of(day)] for day in days]


def bounds_of(venues: Iterable[int], days: Sequence[date]) -> tuple[int, int]:
    """The first and the last minute at which one of them is open on one of these days."""
    rows = Opening.objects.filter(
        venue__in=venues, during__overlap=(days[0], days[-1] + timedelta(days=1))
    ).values_list("opens", "closes")
    found = list(rows)
    return (min(one[0] for one in found), max(one[1] for one in found)) if found else (8 * 60, 22 * 60)


def moment_at(day: date, minutes: int) -> datetime:
    """Minutes of a day, 1440 being the midnight that ends it."""
    return datetime.combine(day, datetime.min.time(), CAMPUS_ZONE) + timedelta(minutes=minutes)


def waiting_of(person_id: int | Given) -> QuerySet[Waiting]:
    alive = [Waiting.State.WAITS, Waiting.State.OFFERED]
    return Waiting.objects.filter(person=person_id, state__in=alive).select_related("venue").order_by("begins_at")


def venue_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    found = venues().filter(withdrawn_at=None, only_unit=None)
    for one in of_keys(found, keys):
        yield Hit(
            key=str(one.public_id),
            title=one.called,
            url=reverse("venues:book:venue", args=[one.public_id]),
            detail=f"{one.use_names} · {one.capacity}",
            words=one.searched,
            icon="calendar-check",
            faces=frozenset(one.faces),
        )
