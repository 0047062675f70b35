"""What matching needs to know of everyone: indexes and names, never a sealed value in the clear."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import blind_index_many
from nanhu.platforms.people.models import Affiliation, Person
from nanhu.platforms.people.rules import normalise_document, normalise_phone


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    person_id: int
    name: str
    name_source: str
    birth_date: date | None
    sex: str
    document_index: bytes | None
    phone_index: bytes | None


def known_people() -> Iterator[KnownPerson]:
    """Everyone who is not merged into another; about 30,000 in a third of a second."""
    columns = ("id", "name", "provenance__name__source", "birth_date", "sex", "id_number_index", "phone_index")
    for row in Person.objects.filter(merged_into=None).order_by("id").values_list(*columns).iterator(chunk_size=10_000):
        yield KnownPerson(
            person_id=row[0],
            name=row[1],
            name_source=row[2] or "",
            birth_date=row[3],
            sex=row[4],
            document_index=bytes(row[5]) if row[5] else None,
            phone_index=bytes(row[6]) if row[6] else None,
        )


def numbers_by_person() -> dict[int, str]:
    """The same, from the person's side: one number for each who was ever given one."""
    return {person_id: number for number, person_id in campus_numbers().items()}


def campus_numbers() -> dict[str, int]:
    """Every campus number ever given, with its holder: the living one, else the last."""
    held = Affiliation.objects.order_by("starts_on").values_list("campus_no", "person_id", "state")
    numbers: dict[str, int] = {}
    living: dict[str, int] = {}
    for campus_no, person_id, state in held.iterator(chunk_size=10_000):
        (numbers if state == Affiliation.State.ENDED else living)[campus_no] = person_id
    return numbers | living


def heirs(person_ids: Iterable[int]) -> dict[int, int]:
    """Merged persons, and the ones they were merged into in the end."""
    links = dict(Person.objects.exclude(merged_into=None).values_list("id", "merged_into_id"))
    found = {}
    for person_id in person_ids:
        last = person_id
        while last in links:
            last = links[last]
        if last != person_id:
            found[person_id] = last
    return found


def document_indexes(numbers: Sequence[str]) -> dict[str, bytes]:
    return _indexes(numbers, [normalise_document(number) for number in numbers], "people.id_number")


def phone_indexes(numbers: Sequence[str]) -> dict[str, bytes]:
    return _indexes(numbers, [normalise_phone(number) for number in numbers], "people.phone")


def _indexes(numbers: Sequence[str], plain: Sequence[str], purpose: str) -> dict[str, bytes]:
    return dict(zip(numbers, blind_index_many(plain, purpose=purpose), strict=True))


@transaction.atomic
def open_documents(person_ids: Sequence[int], *, by: Actor, purpose: str) -> dict[int, str]:
    """Document numbers of a few persons who must be compared; one line in the audit log."""
    opened = {p.id: p.id_number or "" for p in Person.objects.filter(id__in=list(person_ids))}
    audit.record(
        by=by,
        action="people.open_documents",
        target=f"persons:{len(opened)}",
        reason=purpose,
        facts={"person_ids": sorted(opened)[:200]},
    )
    return opened
