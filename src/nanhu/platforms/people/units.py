"""Reads of the tree of units: who is below, who is above."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from nanhu.kernel.database.values import all_rows, one_value, planned_rows
from nanhu.kernel.registry import Viewer
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.platforms.people.queries import LIVE

UPWARDS: Final = """
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT u.id, u.parent_id FROM people_org_unit u
          JOIN people_affiliation a ON a.unit_id = u.id
         WHERE a.person_id = %s AND a.state IN ('active', 'suspended')
        UNION
        SELECT u.id, u.parent_id FROM people_org_unit u JOIN up ON u.id = up.parent_id
    ) SELECT id FROM up"""
HEADS: Final = """
    WITH RECURSIVE down (id) AS (
        SELECT unnest(%(units)s::bigint[])
        UNION
        SELECT u.id FROM people_org_unit u JOIN down ON u.parent_id = down.id
    )
    SELECT count(DISTINCT a.person_id) FROM people_affiliation a
     WHERE a.state IN ('active', 'suspended') AND a.kind = ANY(%(kinds)s)
       AND (cardinality(%(units)s::bigint[]) = 0 OR a.unit_id IN (SELECT id FROM down))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChoice:
    id: int
    code: str
    name: str
    kind: str
    above: str = ""
    """The name of the unit that it is part of."""

    @property
    def as_typed(self) -> str:
        """As a UnitField takes it."""
        return f"{self.code} {self.name}"


def unit_ids_of(person_id: int) -> frozenset[int]:
    """The units of a person's living affiliations and all above them, in one query."""
    return frozenset(row[0] for row in planned_rows(UPWARDS, [person_id]))


def own_unit_ids(viewer: Viewer) -> frozenset[int]:
    """The same of who looks, read once a request."""
    person_id = viewer.person_id
    return viewer.once("people.units", lambda: unit_ids_of(person_id)) if person_id is not None else frozenset()


def unit_codes_of(person_id: int) -> list[str]:
    """The same by their codes."""
    return list(OrgUnit.objects.filter(id__in=unit_ids_of(person_id)).values_list("code", flat=True))


def category_codes_of(person_id: int) -> list[str]:
    """Codes of the categories (人员类别) that somebody is of today."""
    rows = Affiliation.objects.filter(person=person_id, state__in=LIVE).exclude(category="")
    return sorted(set(rows.values_list("category", flat=True)))


def category_names() -> dict[str, str]:
    """Of those that anybody is of today, by code."""
    rows = Affiliation.objects.filter(state__in=LIVE).exclude(category="").order_by("category")
    return dict(rows.values_list("category", "category_name").distinct())


ABOVE: Final = """
    WITH RECURSIVE up (id, code, parent_id, height) AS (
        SELECT id, code, parent_id, 0 FROM people_org_unit WHERE code = %s
        UNION ALL
        SELECT u.id, u.code, u.parent_id, up.height + 1 FROM people_org_unit u JOIN up ON u.id = up.parent_id
         WHERE up.height < 12
    ) SELECT code FROM up ORDER BY height"""


def unit_codes_upwards(code: str) -> list[str]:
    """The unit itself, its parent, and so on up to the school."""
    return [row[0] for row in all_rows(ABOVE, [code])]


MEMBERS: Final = """
    WITH RECURSIVE down (id) AS (
        SELECT id FROM people_org_unit WHERE code = ANY(%s)
        UNION
        SELECT u.id FROM people_org_unit u JOIN down ON u.parent_id = down.id
    )
    SELECT DISTINCT a.person_id FROM people_affiliation a JOIN down ON a.unit_id = down.id
     WHERE a.state IN ('active', 'suspended') AND a.kind = %s ORDER BY a.person_id"""


def members_of(codes: Collection[str], *, kind: str) -> list[int]:
    """Persons with a living tie of this kind to these units or to one below them."""
    return [row[0] for row in all_rows(MEMBERS, [list(codes), kind])]


def count_people(*, kinds: Collection[str], unit_ids: Collection[int] = ()) -> int:
    """Persons with a living affiliation of these kinds, in these units or below them; no unit means anywhere."""
    return int(one_value(HEADS, {"units": list(unit_ids), "kinds": list(kinds)}))


SMALL_UNITS: Final = ("专业", "班级", "major", "class")
"""Kinds that nothing is addressed to alone; what goes to their college reaches them."""


def unit_choices(*, without_kinds: Collection[str] = ()) -> list[UnitChoice]:
    """Active units below the school, to choose from."""
    units = (
        OrgUnit.objects.filter(is_active=True, parent__isnull=False)
        .exclude(kind__in=without_kinds)
        .select_related("parent")
        .order_by("code")
    )
    return [
        UnitChoice(
            id=unit.id, code=unit.code, name=unit.name, kind=unit.kind, above=unit.parent.name if unit.parent else ""
        )
        for unit in units
    ]


def unit_ids_by_code(codes: Collection[str]) -> dict[str, int]:
    """Unknown codes are absent."""
    return dict(OrgUnit.objects.filter(code__in=codes).values_list("code", "id"))


LIVING: Final = """
    WITH RECURSIVE heir (asked, id, merged_into_id) AS (
        SELECT p.id, p.id, p.merged_into_id FROM people_person p WHERE p.id = ANY(%s)
        UNION ALL
        SELECT heir.asked, p.id, p.merged_into_id FROM heir JOIN people_person p ON p.id = heir.merged_into_id
    ), last AS (SELECT asked, id FROM heir WHERE merged_into_id IS NULL)
    SELECT last.asked, last.id FROM last
      LEFT JOIN people_affiliation a ON a.person_id = last.id
     GROUP BY last.asked, last.id
    HAVING count(a.id) = 0 OR bool_or(a.state <> 'ended')"""


def still_here(person_ids: Collection[int]) -> dict[int, int]:
    """Of these persons those who have not left, and under whose record they stand today; in one query."""
    return dict(planned_rows(LIVING, [list(person_ids)]))


def people_of(*, kinds: Collection[str], unit_ids: Collection[int] = ()) -> list[int]:
    """Who `count_people` counts."""
    return [
        row[0]
        for row in all_rows(
            HEADS.replace("count(DISTINCT a.person_id)", "DISTINCT a.person_id"),
            {"units": list(unit_ids), "kinds": list(kinds)},
        )
    ]


def mail_addresses(person_ids: Collection[int]) -> dict[int, str]:
    """Of those who have one; in one query."""
    rows = Person.objects.filter(id__in=list(person_ids)).exclude(email="")
    return dict(rows.values_list("id", "email"))


def with_phone(person_ids: Collection[int]) -> set[int]:
    """Those of whom a phone number is known, which nobody sees by this; in one query."""
    return set(Person.objects.filter(id__in=list(person_ids), phone__isnull=False).values_list("id", flat=True))
