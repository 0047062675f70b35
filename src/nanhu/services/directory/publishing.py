"""Phones, hours and duties as other systems know them: the shared tables unit.phone, unit.hours and unit.duty, while this room writes them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import with_rules
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.services.directory.models import Duty, Phone, UnitHours

BY: Final = Actor.system("directory.publish")
TOLD_FOR: Final = timedelta(days=400)
type Row = Mapping[str, Any]


def publish_phones() -> int:
    return datahub.put_own("unit.phone", phone_rows(), by=BY, is_whole=True)


def publish_hours() -> int:
    return datahub.put_own("unit.hours", hours_rows(), by=BY, is_whole=True)


def publish_duties() -> int:
    return datahub.put_own("unit.duty", duty_rows(), by=BY, is_whole=True)


TABLES: Final[Mapping[str, Callable[[], int]]] = {
    "unit.phone": publish_phones,
    "unit.hours": publish_hours,
    "unit.duty": publish_duties,
}


def phone_rows() -> Iterator[Row]:
    for one in Phone.objects.filter(removed_at=None).select_related("unit", "place").order_by("pk"):
        yield {
            "phone": str(one.public_id),
            "unit_code": one.unit.code,
            "name": one.name,
            "number": one.number,
            "extension": one.extension,
            "place": one.place.key if one.place else "",
            "hours": one.hours,
            "other_hours": one.other_hours,
            "is_emergency": one.is_emergency,
        }


def duty_rows() -> Iterator[Row]:
    numbers, offices = people.numbers_by_person(), people.office_names()
    found = Duty.objects.filter(state=Duty.State.STANDING, ends_at__gt=now() - TOLD_FOR)
    for one in found.select_related("unit", "place").order_by("pk").iterator(chunk_size=2_000):
        yield {
            "duty": str(one.public_id),
            "unit_code": one.unit.code,
            "day": one.day,
            "begins_at": one.begins_at,
            "ends_at": one.ends_at,
            "task": one.task,
            "campus_no": numbers.get(one.person_id or 0, ""),
            "post": offices.get(one.office, one.office),
            "number": one.phone,
            "place": one.place.key if one.place else "",
        }


def hours_rows() -> Iterator[Row]:
    """Of each unit that has hours, of its own or of one above it."""
    own: dict[str, list[UnitHours]] = {}
    for rule in UnitHours.objects.filter(withdrawn_at=None).select_related("unit").order_by("pk"):
        if rule.last >= campus_today() - TOLD_FOR:
            own.setdefault(rule.unit.code, []).append(rule)
    if not own:
        return
    above = {
        unit.code: unit.parent_code
        for unit in people.golden_units()
        if unit.is_active and unit.kind not in people.SMALL_UNITS
    }
    known: dict[str, list[UnitHours]] = {}
    for code, parent in above.items():
        for rule in rules_of(code, above, own, known):
            yield {
                "unit_code": code,
                "kind": rule.kind,
                "starts_on": rule.starts_on,
                "ends_on": rule.ends_on,
                "title": rule.title,
                "hours": rule.hours,
                "other_hours": rule.other_hours,
                "is_school": not parent,
            }


def rules_of(
    code: str,
    above: Mapping[str, str],
    own: Mapping[str, list[UnitHours]],
    known: dict[str, list[UnitHours]],
) -> list[UnitHours]:
    """A unit's own go before those of the unit above it, day by day."""
    if code not in known:
        parent = above.get(code, "")
        known[code] = []  # a unit above itself ends here
        taken = rules_of(parent, above, own, known) if parent in above else []
        known[code] = with_rules(as_of_one(taken), as_of_one(own.get(code, [])))
    return known[code]


def as_of_one(rules: list[UnitHours]) -> list[UnitHours]:
    """Copies that belong to one unit, so that they meet."""
    copies = [rule.piece(rule.starts_on, rule.ends_on) for rule in rules]
    for copy in copies:
        copy.unit_id = 0
    return copies
