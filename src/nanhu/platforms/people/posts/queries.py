"""Who holds a post on a day, and who stands nearest above where it is vacant."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import DateField, Exists, Expression, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now, TruncDate

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.database.values import planned_rows
from nanhu.kernel.registry import Viewer
from nanhu.platforms.people.models import Affiliation, Office, Post
from nanhu.platforms.people.queries import LEADING

NEAREST: Final = """
    WITH RECURSIVE up (id, name, parent_id, height) AS (
        SELECT id, name, parent_id, 0 FROM people_org_unit WHERE id = %(unit)s
        UNION ALL
        SELECT u.id, u.name, u.parent_id, up.height + 1 FROM people_org_unit u JOIN up ON u.id = up.parent_id
         WHERE up.height < 12
    )
    SELECT up.id, up.name, o.name, array_agg(DISTINCT p.person_id ORDER BY p.person_id)
      FROM up JOIN people_post p ON p.unit_id = up.id JOIN people_office o ON o.id = p.office_id
     WHERE o.key = %(office)s AND p.withdrawn_at IS NULL
       AND daterange(p.starts_on, p.ends_on, '[]') @> %(day)s::date AND p.person_id <> ALL (%(without)s::bigint[])
       AND (%(climbs)s OR up.height = 0)
       AND (%(day)s::date < %(today)s::date OR EXISTS (
            SELECT FROM people_affiliation a
             WHERE a.person_id = p.person_id AND a.kind = ANY (%(ties)s) AND a.state <> 'ended'
               AND a.starts_on <= %(day)s::date AND (a.ends_on IS NULL OR a.ends_on >= %(today)s::date)))
     GROUP BY up.id, up.name, up.height, o.name ORDER BY up.height LIMIT 1"""


TIES: Final = ("student", "staff", "temporary")
"""Who has none of these has left; a guest holds no post."""
LIVING_TIES: Final = ("active", "suspended")
PLANNED_OR_LIVING: Final = ("planned", *LIVING_TIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFound:
    """A post of a unit with its holders on the day that was asked for."""

    unit_id: int
    unit_name: str
    office_name: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHeld:
    unit_id: int
    unit_code: str
    unit_name: str
    office: str
    office_name: str


def find_post(
    unit_id: int, office: str, *, on: date | None = None, climbs: bool = False, without: Collection[int] = ()
) -> PostFound | None:
    """Holders of the unit's post on a day. `climbs`: of the nearest unit above, while it is vacant; `without` counts as vacant,
    and from today on so does who has no tie to the school by that day."""
    given: dict[str, Any] = {
        "unit": unit_id,
        "office": office,
        "day": on or campus_today(),
        "today": campus_today(),
        "ties": list(TIES),
        "climbs": climbs,
        "without": list(without),
    }
    for row in planned_rows(NEAREST, given):
        return PostFound(unit_id=row[0], unit_name=row[1], office_name=row[2], person_ids=tuple(row[3]))
    return None


def posts_of(person_id: int, *, on: date | None = None) -> list[PostHeld]:
    """What a person holds on a day."""
    found = _own(holding(on), person_id) if on else OWN_TODAY(person=person_id, today=campus_today())
    return [
        PostHeld(
            unit_id=one.unit_id,
            unit_code=one.unit.code,
            unit_name=one.unit.name,
            office=one.office.key,
            office_name=one.office.name,
        )
        for one in found
    ]


def own_posts(viewer: Viewer) -> list[PostHeld]:
    """What who looks holds today, read once a request."""
    person_id = viewer.person_id
    return viewer.once("people.posts", lambda: posts_of(person_id)) if person_id is not None else []


def office_holders(office: str) -> frozenset[int]:
    """Who holds this office anywhere today."""
    return frozenset(holding(campus_today()).filter(office__key=office).values_list("person_id", flat=True))


def post_holders(unit_ids: Collection[int], *, on: date | None = None) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """Who holds which office in these units on a day, by (unit, office): each with id and name."""
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    rows = holding(on or campus_today()).filter(unit_id__in=unit_ids).order_by("pk")
    for unit_id, office, person_id, name in rows.values_list("unit_id", "office__key", "person_id", "person__name"):
        found.setdefault((unit_id, office), []).append((person_id, name))
    return found


def leaders_of(unit_ids: Collection[int], offices: Collection[str]) -> QuerySet[Post, int]:
    """Ids of who holds one of these offices in one of these units today."""
    found = holding(campus_today()).filter(unit_id__in=unit_ids, office__key__in=offices)
    return found.values_list("person_id", flat=True)


def units_led_by(person: int | Given | Subquery, offices: Collection[str]) -> QuerySet[Post, int]:
    """Ids of the units of which a person holds one of these offices, on the day that the database has: for lists that are counted."""
    return leading(offices).filter(person_id=person).values_list("unit_id", flat=True)


def leading(offices: Collection[str]) -> QuerySet[Post]:
    """The posts of these offices that are held on the day that the database has, to be compared with rows of a room's own."""
    return held_by_who_is_here(DAY_OF_DATABASE, DAY_OF_DATABASE).filter(office__key__in=sorted(offices))


def _own(posts: QuerySet[Post], person_id: int | Given) -> QuerySet[Post]:
    return posts.filter(person_id=person_id).select_related("unit", "office").order_by("office__order", "pk")


def holding(day: date) -> QuerySet[Post]:
    """As find_post: from today on only who has a tie by that day."""
    return held(day) if day < campus_today() else held_by_who_is_here(day, campus_today())


def held(day: date | Expression) -> QuerySet[Post]:
    return Post.objects.filter(not_over(day), withdrawn_at=None, starts_on__lte=day)


def held_by_who_is_here(day: date | Expression, today: date | Expression) -> QuerySet[Post]:
    ties = Affiliation.objects.filter(not_over(today), kind__in=TIES, starts_on__lte=day)
    return held(day).filter(Exists(ties.filter(person_id=OuterRef("person_id")).exclude(state="ended")))


def not_over(day: date | Expression) -> Q:
    return Q(ends_on=None) | Q(ends_on__gte=day)


TODAY: Final = Given("today", DateField())
DAY_OF_DATABASE: Final = TruncDate(Now())
OWN_TODAY = Prepared(lambda: _own(held_by_who_is_here(TODAY, TODAY), Given("person")))
"""Each home and each list of 待办 asks it."""


def tied(person_ids: Collection[int], *, states: Collection[str] = PLANNED_OR_LIVING) -> set[int]:
    """Those among them whom a tie binds to the school."""
    ties = Affiliation.objects.filter(person_id__in=person_ids, state__in=states, kind__in=TIES)
    return set(ties.values_list("person_id", flat=True))


def office_names() -> dict[str, str]:
    """Of the code table, in its order."""
    return {one.key: one.name for one in OFFICES()}


OFFICES = Prepared(Office.objects.all)


def home_unit_of(person_id: int) -> int | None:
    """The unit of the tie that binds a person most, as somebody is met (`PersonCard.leading_tie`); of two the newer."""
    held = Affiliation.objects.filter(person_id=person_id, state__in=["active", "suspended"]).exclude(unit=None)
    best = min(held, key=lambda one: (LEADING.index(one.kind), -one.starts_on.toordinal(), one.pk), default=None)
    return best.unit_id if best else None


def post_lines() -> QuerySet[Post]:
    """For lists: with unit, office and person."""
    return Post.objects.filter(withdrawn_at=None).select_related("unit__parent", "office", "person")
