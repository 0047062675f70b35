"""The golden record (主数据) in bulk, for whoever copies it elsewhere: persons, their ties to the school, units; and who was touched since."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from nanhu.kernel.crypto import decrypt_many
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.people.models import Affiliation, ChangeSet, OrgUnit, Person
from nanhu.platforms.people.queries import affiliations_of

TOUCHED: Final = """
    SELECT c.entity_id FROM people_change c WHERE c.change_set_id > %(since)s AND c.entity = 'person'
    UNION SELECT a.person_id FROM people_change c JOIN people_affiliation a ON a.id = c.entity_id
        WHERE c.change_set_id > %(since)s AND c.entity = 'affiliation'
    UNION SELECT p.id FROM people_person p WHERE p.created_in_id > %(since)s
    UNION SELECT a.person_id FROM people_affiliation a WHERE a.created_in_id > %(since)s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenTie:
    kind: str
    campus_no: str
    unit_code: str
    unit_name: str
    category: str
    status_name: str
    starts_on: date
    ends_on: date | None
    state: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenPerson:
    """`ties`: the living ones first, then the latest. `id_number` and `phone` are in the clear: seal them again."""

    person_id: int
    public_id: UUID
    name: str
    sex: str
    birth_date: date | None
    nationality: str
    ethnicity: str
    document_kind: str
    id_number: str
    phone: str
    email: str
    ties: tuple[GoldenTie, ...]
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenUnit:
    code: str
    name: str
    short_name: str
    kind: str
    parent_code: str
    is_active: bool
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """`last`: the change set up to which this tells."""

    last: int
    persons: frozenset[int] = frozenset()
    has_units: bool = False


def touched_since(change_set: int) -> Touched:
    """Golden writers come one after another, so that no change set appears below one that was seen."""
    last = ChangeSet.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if last <= change_set:
        return Touched(last=change_set)
    persons = frozenset(person_id for (person_id,) in all_rows(TOUCHED, {"since": change_set}))
    units = OrgUnit.objects.filter(created_in__gt=change_set).exists()
    changed = ChangeSet.objects.filter(id__gt=change_set, changes__entity="unit").exists()
    return Touched(last=last, persons=persons, has_units=units or changed)


def golden_ids() -> list[int]:
    """Everybody who is a person of their own, by number."""
    return list(Person.objects.filter(merged_into=None, is_void=False).order_by("id").values_list("id", flat=True))


def golden_persons(ids: Collection[int]) -> Iterator[GoldenPerson]:
    """Of these whoever is a person of their own and has, or had, a campus number."""
    held: dict[int, list[Affiliation]] = {}
    for one in affiliations_of(ids):
        if one.person.merged_into_id is None and not one.person.is_void:
            held.setdefault(one.person_id, []).append(one)
    persons = [ties[0].person for ties in held.values()]
    documents, phones = opened(persons, "id_number"), opened(persons, "phone")
    for person in persons:
        yield GoldenPerson(
            person_id=person.id,
            public_id=person.public_id,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            nationality=person.nationality,
            ethnicity=person.ethnicity,
            document_kind=person.document_kind,
            id_number=documents.get(person.id, ""),
            phone=phones.get(person.id, ""),
            email=person.email,
            ties=tuple(map(tie_of, held[person.id])),
            provenance=person.provenance,
        )


def opened(persons: Collection[Person], name: str) -> dict[int, str]:
    """Many at once, by person."""
    held = {person.id: person.__dict__[name] for person in persons if person.__dict__[name] is not None}
    found = decrypt_many([one.blob for one in held.values()], purpose=f"people.{name}")
    return dict(zip(held, found, strict=True))


def tie_of(one: Affiliation) -> GoldenTie:
    return GoldenTie(
        kind=one.kind,
        campus_no=one.campus_no,
        unit_code=one.unit.code if one.unit else "",
        unit_name=one.unit.name if one.unit else "",
        category=one.category,
        status_name=one.status_name,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        state=one.state,
        provenance=one.provenance,
    )


def golden_units() -> Iterator[GoldenUnit]:
    for unit in OrgUnit.objects.select_related("parent").order_by("id"):
        yield GoldenUnit(
            code=unit.code,
            name=unit.name,
            short_name=unit.short_name,
            kind=unit.kind,
            parent_code=unit.parent.code if unit.parent else "",
            is_active=unit.is_active,
            provenance=unit.provenance,
        )


def public_ids(ids: Collection[int]) -> list[str]:
    """As addresses and other systems name them; also of who was merged into another."""
    return [str(one) for one in Person.objects.filter(id__in=list(ids)).values_list("public_id", flat=True)]


def holders_of(campus_nos: Collection[str]) -> dict[str, int]:
    """Who holds each number, or held it last: also graduates and who left. Nobody where all who had it are void."""
    held = Affiliation.objects.filter(campus_no__in=list(campus_nos), person__is_void=False)
    rows = held.order_by("starts_on", "id").values_list("campus_no", "person_id", "state")
    last: dict[str, int] = {}
    living: dict[str, int] = {}
    for campus_no, person_id, state in rows:
        (last if state == Affiliation.State.ENDED else living)[campus_no] = person_id
    return last | living
