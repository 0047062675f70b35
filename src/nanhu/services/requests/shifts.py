"""Who is on duty at this moment by the duty table (值班表), whichever system fills it: persons, and holders of a unit's post."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Crew, CrewMember, Request
from nanhu.services.requests.models.requests import OPEN

TABLE: Final = "unit.duty"
LONGEST: Final = timedelta(days=1)
"""A night's duty belongs to the day on which it begins."""


@dataclass(frozen=True, slots=True)
class Shift:
    name: str
    ends_at: datetime


def on_duty_now() -> Mapping[int, Shift]:
    """By person, until the last of his duties ends."""
    found: dict[int, datetime] = {}
    for person_id, ends_at in holders(running()):
        found[person_id] = max(ends_at, found.get(person_id, ends_at))
    cards = people.person_cards(found)
    return {key: Shift(cards[key].name, ends_at) for key, ends_at in found.items() if key in cards}


SEEN: Final = Remembered(on_duty_now, seconds=15)
"""For pages that only show it."""


def running() -> list[Any]:
    if TABLE not in datahub.shared_tables():
        return []
    days = [campus_today() - LONGEST, campus_today()]
    return [one for one in datahub.rows(TABLE, {"day": days}) if one.begins_at <= now() < one.ends_at]


def holders(rows: Iterable[Any]) -> Iterator[tuple[int, datetime]]:
    named, by_post = [one for one in rows if one.campus_no], [one for one in rows if one.post and not one.campus_no]
    persons = people.find_people_by_campus_no({one.campus_no for one in named})
    yield from ((persons[one.campus_no], one.ends_at) for one in named if one.campus_no in persons)
    if by_post:
        keys = {name: key for key, name in people.office_names().items()}
        units = people.unit_ids_by_code({one.unit_code for one in by_post})
        held = people.post_holders(list(units.values()))
        for one in by_post:
            post = units.get(one.unit_code, 0), keys.get(one.post, one.post)
            yield from ((person_id, one.ends_at) for person_id, _name in held.get(post, ()))


def first_on_duty(crews: Iterable[Crew]) -> tuple[Crew, int] | None:
    """The first of these crews that has somebody on duty, and who of it has the fewest open jobs."""
    members = CrewMember.objects.filter(crew__in=(ordered := list(crews)), person__in=on_duty_now())
    by_crew: dict[int, list[int]] = {}
    for crew_id, person_id in members.order_by("pk").values_list("crew_id", "person_id"):
        by_crew.setdefault(crew_id, []).append(person_id)
    crew = next((one for one in ordered if one.pk in by_crew), None)
    return (crew, least_busy(by_crew[crew.pk])) if crew is not None else None


def least_busy(person_ids: list[int]) -> int:
    open_jobs = Request.objects.filter(worker__in=person_ids, state__in=OPEN).order_by()
    counts = dict(open_jobs.values("worker").annotate(jobs=Count("pk")).values_list("worker", "jobs"))
    return min(person_ids, key=lambda one: counts.get(one, 0))


def words_of(crew: Crew) -> str:
    """王师傅（到 20:00）; nothing where the table names none of its members. Its `members` are at hand."""
    shifts = SEEN()
    found = [shifts[one.person_id] for one in crew.members.all() if one.person_id in shifts]
    return "、".join(
        _("%(name)s（到 %(until)s）") % {"name": one.name, "until": dates.moment_words(one.ends_at, now())}
        for one in found
    )


def all_words() -> str:
    """Of all crews, for who hands a job out."""
    crews = Crew.objects.filter(Q(members__person__in=SEEN()), is_active=True).distinct()
    found = ((one.called, words_of(one)) for one in crews.order_by("name").prefetch_related("members"))
    return "；".join(f"{name} {words}" for name, words in found)
