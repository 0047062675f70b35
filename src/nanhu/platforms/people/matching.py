"""What matching needs to know of everyone: indexes and names, never a sealed value in the clear."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import BooleanField, F, Func, Q, Value

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import blind_index_many
from nanhu.platforms.people.events import PersonsMerged, PersonsParted
from nanhu.platforms.people.models import Affiliation, Change, Parting, Person
from nanhu.platforms.people.rules import normalise_document, normalise_phone

ENDED = Affiliation.State.ENDED


class KnownPerson(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    person_id: int
    name: str
    name_source: str
    birth_date: date | None
    sex: str
    document_index: bytes | None
    phone_index: bytes | None
    document_kind: str = ""
    nationality: str = ""
    is_void: bool = False


def known_people(ids: Collection[int] | None = None) -> Iterator[KnownPerson]:
    """Everyone (or of these) who is not merged into another, also who is void; about 30,000 in a third of a second."""
    columns = (
        "id",
        "name",
        "provenance__name__source",
        "birth_date",
        "sex",
        "id_number_index",
        "phone_index",
        "document_kind",
        "nationality",
        "is_void",
    )
    persons = Person.objects.filter(merged_into=None)
    wanted = persons if ids is None else persons.filter(id__in=list(ids))
    for row in wanted.order_by("id").values_list(*columns).iterator(chunk_size=10_000):
        yield KnownPerson(
            person_id=row[0],
            name=row[1],
            name_source=row[2] or "",
            birth_date=row[3],
            sex=row[4],
            document_index=bytes(row[5]) if row[5] else None,
            phone_index=bytes(row[6]) if row[6] else None,
            document_kind=row[7],
            nationality=row[8],
            is_void=row[9],
        )


def numbers_by_person(person_ids: Collection[int] | None = None) -> dict[int, str]:
    """The same, from the person's side: one number for each (at least of these) who was ever given one."""
    return {person_id: number for number, person_id in campus_numbers(person_ids).items()}


def campus_numbers(person_ids: Collection[int] | None = None) -> dict[str, int]:
    """Every campus number ever given (or to these), with its holder: the living one, else the last. Who is void holds none."""
    living_records = Affiliation.objects.filter(person__is_void=False)
    if person_ids is not None:
        theirs = Affiliation.objects.filter(person__in=person_ids).values("campus_no")
        living_records = living_records.filter(campus_no__in=theirs)
    held = living_records.order_by("starts_on").values_list("campus_no", "person_id", "state")
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


def merges_that_stand(events: Sequence[PersonsMerged]) -> list[tuple[int, int]]:
    """(who has all today, who is gone) of each. An event may be told late: of two who have been parted since nothing changes hands."""
    found = heirs(event.gone_id for event in events)
    return [(found[event.gone_id], event.gone_id) for event in events if event.gone_id in found]


def partings_that_stand(events: Sequence[PersonsParted]) -> list[tuple[int, int]]:
    """(who may still hold what is the other's, whose it is today) of each: the one that kept it, and the one that has all of that one's today.
    An event may be told late: of two who are one again since nothing changes hands."""
    found = heirs(one for event in events for one in (event.kept_id, event.restored_id))
    told = []
    for event in events:
        holder, owner = (found.get(one, one) for one in (event.kept_id, event.restored_id))
        if holder != owner:
            told += [(one, owner) for one in dict.fromkeys([event.kept_id, holder])]
    return told


class SharedTime(NamedTuple):
    """When somebody's record was another's, too: after `since` (None: that is not on record), and until `until`."""

    holder_id: int
    since: datetime | None
    until: datetime


def shared_times(person_ids: Iterable[int]) -> list[SharedTime]:
    """Of each parting in which one of these was the one or the other, what was done to the record of its holder meanwhile is of both."""
    ids = list(person_ids)
    rows = Parting.objects.filter(Q(holder__in=ids) | Q(restored__in=ids)).order_by("until")
    return [SharedTime(*one) for one in rows.values_list("holder", "since", "until")]


def void_numbers() -> dict[str, int]:
    """The campus numbers that persons who are void had, with the last who had each."""
    held = Affiliation.objects.filter(person__is_void=True).order_by("starts_on", "id")
    return dict(held.values_list("campus_no", "person_id"))


def merged_documents() -> list[tuple[bytes, int]]:
    """Documents of records that were merged into others, with the record."""
    held = Person.objects.exclude(merged_into=None).exclude(id_number_index=None).order_by("id")
    return [(bytes(index), person_id) for index, person_id in held.values_list("id_number_index", "id") if index]


def current_documents(person_ids: Iterable[int]) -> list[tuple[int, bytes, str, str]]:
    """(person, blind index, kind, nationality) of those who have a document."""
    held = Person.objects.filter(id__in=list(person_ids)).exclude(id_number_index=None).order_by("id")
    rows = held.values_list("id", "id_number_index", "document_kind", "nationality")
    return [(person_id, bytes(index), kind, country) for person_id, index, kind, country in rows if index]


def numbers_of(person_id: int) -> list[str]:
    """Campus numbers in the order in which they were given."""
    return list(Affiliation.objects.filter(person_id=person_id).order_by("id").values_list("campus_no", flat=True))


def numbers_held(person_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """By person, each campus number ever given, and whether a batch gave it."""
    held: dict[int, dict[str, bool]] = {}
    rows = Affiliation.objects.filter(person__in=list(person_ids)).order_by("id")
    for person_id, number, batch in rows.values_list("person_id", "campus_no", "created_in__batch_no"):
        numbers = held.setdefault(person_id, {})
        numbers[number] = numbers.get(number, True) and batch is not None
    return held


def numbers_of_merge(merge_id: int) -> list[str]:
    """The campus numbers that a merge moved."""
    moved = Change.objects.filter(change_set_id=merge_id, entity="affiliation").values("entity_id")
    return list(Affiliation.objects.filter(id__in=moved).values_list("campus_no", flat=True))


def said_by(source: str, kind: str) -> list[tuple[str, int, str]]:
    """(campus number, person, name) of what lives by the word of a source."""
    living = Affiliation.objects.filter(kind=kind, provenance__starts_on__source=source).exclude(state=ENDED)
    return list(living.order_by("campus_no").values_list("campus_no", "person_id", "person__name"))


def living_numbers(campus_nos: Iterable[str], kind: str) -> set[str]:
    """Those that somebody lives by."""
    held = Affiliation.objects.filter(kind=kind, campus_no__in=list(campus_nos)).exclude(state=ENDED)
    return set(held.values_list("campus_no", flat=True))


def living_count(kind: str) -> int:
    return Affiliation.objects.filter(kind=kind).exclude(state=ENDED).count()


def changed_by(batch_no: int, change_sets: Collection[int], person_ids: Collection[int]) -> set[int]:
    """Of these persons, whose values a batch made, or made once: by its change sets, and by what bears its stamp today."""
    told = Change.objects.filter(change_set__in=change_sets)
    persons, ties = Person.objects.filter(id__in=person_ids), Affiliation.objects.filter(person__in=person_ids)
    said = persons.filter(id__in=told.filter(entity="person").values("entity_id"))
    tied = ties.filter(id__in=told.filter(entity="affiliation").values("entity_id"))
    found = [
        said.values_list("id", flat=True),
        tied.values_list("person_id", flat=True),
        persons.filter(created_in__in=change_sets).values_list("id", flat=True),
        ties.filter(created_in__in=change_sets).values_list("person_id", flat=True),
        persons.filter(bears(batch_no)).values_list("id", flat=True),
        ties.filter(bears(batch_no)).values_list("person_id", flat=True),
    ]
    return {person_id for one in found for person_id in one}


def bears(batch_no: int) -> Func:
    """Whether any value came with this batch."""
    path = Value(f"$.*.batch ? (@ == {int(batch_no)})")
    template = "jsonb_path_exists(%(expressions)s::jsonpath)"
    return Func(F("provenance"), path, template=template, output_field=BooleanField())


def starts_of(campus_nos: Iterable[str], kind: str) -> dict[str, date]:
    """The first day of the last time that each number was given."""
    held = Affiliation.objects.filter(kind=kind, campus_no__in=list(campus_nos)).order_by("starts_on")
    return dict(held.values_list("campus_no", "starts_on"))


def families(person_ids: Iterable[int]) -> dict[int, int]:
    """All records that are one person with any of these, with the record they are all merged into."""
    links = list(Person.objects.exclude(merged_into=None).values_list("id", flat=True))
    merged = heirs(links)
    roots = {merged.get(one, one) for one in person_ids}
    return {one: one for one in roots} | {one: root for one, root in merged.items() if root in roots}


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
    note_opened(opened, by=by, purpose=purpose)
    return opened


def note_opened(person_ids: Iterable[int], *, by: Actor, purpose: str) -> None:
    """The line alone: of numbers opened in a transaction whose own lines are taken back."""
    listed = sorted(person_ids)
    audit.record(
        by=by,
        action="people.open_documents",
        target=f"persons:{len(listed)}",
        reason=purpose,
        facts={"person_ids": listed[:200]},
    )
