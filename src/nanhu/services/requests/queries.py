"""Reads: rooms and last faults to fill a form with, who covers a repair, operators, hours by crew, what is told to others."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Avg, Count, F, Func, Q, QuerySet, Sum, TextField
from django.db.models.fields import BigIntegerField
from django.urls import reverse

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.registry import Hit, Owner, Viewer
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Crew, Operator, OperatorBuilding, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.rules import TWIN_HOURS

BEDS: Final = "dorm.stay"
"""The shared table of who lives where, once a system of dormitories fills it: `campus_no` and the place's key as `place`."""
HITS: Final = 4
MOST_FOUND: Final = 20
"""By the one search."""


def places_above(place: campus.Place) -> QuerySet[campus.Place]:
    """The place itself and all that it is in."""
    above = Func("pk", function="campus_upwards", output_field=BigIntegerField())
    ids = campus.Place.objects.filter(pk=place.pk).order_by().annotate(above=above).values("above")
    return campus.Place.objects.filter(pk__in=ids)


def covering(request: Request) -> list[Crew]:
    """Crews for its class here: those named for the building first."""
    if request.place is None:
        return []
    above = places_above(request.place)
    crews = Crew.objects.filter(is_active=True, classes=request.fault_class_id, members__isnull=False).distinct()
    here = crews.filter(buildings__in=above).order_by("name")
    everywhere = crews.filter(buildings=None).order_by("name")
    return [*here, *everywhere]


def twin_of(kind: str, place_id: int, class_id: int) -> Request | None:
    """An open one of the same place and class, not older than two days; the one with the most followers."""
    since = now() - timedelta(hours=TWIN_HOURS)
    found = Request.objects.filter(
        kind=kind, place_id=place_id, fault_class_id=class_id, state__in=OPEN, created_at__gte=since
    )
    return found.order_by("-heat", "created_at").first()


def room_of(viewer: Viewer) -> campus.Place | None:
    """Where the viewer lives, if that is known; else where he last reported something."""
    bed = bed_of(viewer)
    if bed is not None:
        return bed
    mine = Request.objects.filter(person_id=viewer.person_id or 0, kind__in=REPAIRS).select_related("place__parent")
    last = mine.order_by("-created_at").first()
    return last.place if last is not None and last.place is not None and campus.is_open(last.place) else None


def bed_of(viewer: Viewer) -> campus.Place | None:
    if BEDS not in datahub.shared_tables():
        return None
    keys = [one.place for one in datahub.rows(BEDS, {"campus_no": viewer.campus_no, "state": "living"})]
    return campus.Place.objects.filter(key__in=keys).select_related("parent").first()


def living_in(place: campus.Place | None) -> Mapping[str, int]:
    """Who lives in a room now, each once, by campus number; nobody where no system of dormitories says so."""
    if place is None or BEDS not in datahub.shared_tables():
        return {}
    stays = datahub.rows(BEDS, {"place": place.key, "state": "living"})
    persons = people.find_people_by_campus_no([one.campus_no for one in stays])
    first = {persons[number]: number for number in sorted(persons, reverse=True)}
    return {number: person_id for person_id, number in first.items()}


def last_repair(viewer: Viewer, kind: str) -> Request | None:
    mine = Request.objects.filter(person_id=viewer.person_id or 0, kind=kind)
    return mine.select_related("place", "fault_class").order_by("-created_at").first()


def operator_at(place: campus.Place) -> Operator | None:
    found = OperatorBuilding.objects.filter(building__in=places_above(place)).select_related("operator").first()
    return found.operator if found else None


def answers_like(text: str) -> Sequence[Hit]:
    """From what the house has written down already (常见问答), before anybody is asked."""
    found = [hit for book in registry.answer_books for hit in book.find(text, HITS)]
    return found[:HITS]


def hours_by_crew(since: datetime) -> list[Mapping[str, Any]]:
    found = Request.objects.filter(kind__in=REPAIRS, crew__isnull=False, created_at__gte=since).order_by()
    grouped = found.values(name=F("crew__name")).annotate(
        jobs=Count("pk"),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        proved=Count("pk", filter=Q(is_proved=True)),
        late=Count("pk", filter=Q(done_at__gt=F("due_at")) | Q(state__in=OPEN, due_at__lt=now())),
        again=Sum("reopened"),
        minutes=Sum("minutes"),
        rating=Avg("rating"),
    )
    return list(grouped.order_by("name"))


def promise_by_building(since: datetime) -> list[Mapping[str, Any]]:
    """What was promised and what was kept, by the place above the room; for everybody."""
    found = Request.objects.filter(kind=Request.Kind.REPAIR, created_at__gte=since, done_at__isnull=False).order_by()
    grouped = found.values(building=F("place__parent__name")).annotate(
        done=Count("pk"), kept=Count("pk", filter=Q(done_at__lte=F("due_at"))), rating=Avg("rating")
    )
    return list(grouped.order_by("building"))


def records_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    """One's own requests, for the copy of one's data."""
    mine = Request.objects.filter(person_id=owner.person_id).select_related("place", "fault_class")
    for one in mine.filter(created_at__gte=since) if since else mine.order_by("-created_at"):
        yield {
            "number": one.number,
            "kind": str(one.get_kind_display()),
            "state": str(one.get_state_display()),
            "at": one.created_at.isoformat() if one.created_at else "",
            "place": one.place.name if one.place else "",
            "words": one.words,
            "phone": (one.phone or "") if owner.is_whole else "",
            "rating": one.rating,
        }


def request_hits(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """One's own, by their number."""
    return [
        Hit(
            key=one.number,
            title=one.number,
            url=reverse("requests:hall:request", args=[one.public_id]),
            detail=f"{one.get_kind_display()} · {one.get_state_display()}",
        )
        for one in NUMBERED(person=viewer.person_id or 0, text=text)[:limit]
    ]


def own_numbered() -> QuerySet[Request]:
    mine = Request.objects.filter(person_id=Given("person"), number__icontains=Given("text", TextField()))
    return mine.order_by("-created_at")[:MOST_FOUND]


NUMBERED: Final = Prepared(own_numbered)
