"""What held rows together went with a batch that is rolled back, or a decision that is taken back: each part of them is somebody's own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub.matching.duplicates import find_duplicates
from nanhu.platforms.datahub.models import Batch, Issue, KnownDocument, LandingRow, Missing, Review
from nanhu.platforms.datahub.services.judging import read_book
from nanhu.platforms.datahub.services.outcome import recount
from nanhu.platforms.datahub.services.rebuilding import cleaned, in_batches, rows_that_count
from nanhu.platforms.datahub.services.survivors import origin_of
from nanhu.platforms.datahub.sources import CONTACTS, SourceSpec
from nanhu.platforms.people import api as people

STATES: Final = LandingRow.State


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A row that counts, and by which numbers it is whose it is."""

    row_id: int
    line: int
    person_id: int
    batch: Batch
    spec: SourceSpec
    campus_no: str
    document: bytes | None

    @property
    def keys(self) -> set[str | bytes]:
        return {self.campus_no, self.document} if self.document else {self.campus_no}


def loosen(*, by: Actor, person_ids: Iterable[int], reason: str, since: datetime | None = None) -> dict[int, Batch]:
    """Of records into which none is merged (that is a steward's word, and holds): what remains of their rows and agrees in no number
    with the rest becomes a record of its own, and a line of contacts whose number no register names is refused. The new
    records, with the batch that speaks of each first. `since`: when what held them together was handed in, None where nobody can say."""
    roots = people.families(person_ids)
    alone = set(roots.values()) - {root for one, root in roots.items() if one != root}
    held = people.numbers_held(alone)
    whose = rows_that_count(alone).values_list("person_id", flat=True).order_by().distinct()
    unnamed = set(whose) - set(whose.exclude(batch__source=CONTACTS.key))
    parted: dict[int, Batch] = {}
    refused: list[CountedRow] = []
    for person_id, rows in counted_rows([one for one in alone if one in unnamed or len(held.get(one, ())) > 1]).items():
        numbers = held.get(person_id, {})
        given = {number for number, is_of_batch in numbers.items() if not is_of_batch}
        main, *others = parts_of(rows, list(numbers), given)
        refused += [row for part in (main, *others) for row in unknown_in(part, given)]
        for part in others:
            if any(row.spec.kind == "persons" for row in part):
                own = part_from(part, by=by, person_id=person_id, reason=reason, since=since)
                parted[own] = part[0].batch
    refuse_unknown(refused)
    return parted


def counted_rows(person_ids: Iterable[int]) -> dict[int, list[CountedRow]]:
    found: dict[int, list[CountedRow]] = defaultdict(list)
    for spec, batch, accepted in in_batches(rows_that_count(person_ids)):
        rows = [(row, row.clean) for row in cleaned(spec, batch, list(accepted)) if row.clean]
        indexes = people.document_indexes(sorted({clean.id_number for _row, clean in rows if clean.id_number}))
        for row, clean in rows:
            document = indexes[clean.id_number] if clean.id_number else None
            whose = accepted[row.row_id]
            found[whose].append(CountedRow(row.row_id, row.line, whose, batch, spec, clean.campus_no, document))
    return found


def parts_of(rows: Sequence[CountedRow], numbers: Sequence[str], given: set[str]) -> list[list[CountedRow]]:
    """Whoever has numbers that no batch gave comes first, else whose number the record had first. One that was given by hand and stands
    in no row (a guest's) is no part: it stays where it was put."""
    parts: list[tuple[set[str | bytes], list[CountedRow]]] = [({*given}, [])] if given else []
    for row in rows:
        met = [part for part in parts if part[0] & row.keys]
        parts = [part for part in parts if not part[0] & row.keys]
        joined = row.keys.union(*(keys for keys, _rows in met))
        parts.append((joined, [*(one for _keys, listed in met for one in listed), row]))
    places = {number: place for place, number in enumerate(numbers)}

    def rank(part: tuple[set[str | bytes], list[CountedRow]]) -> tuple[bool, int, int]:
        keys, listed = part
        first = min(places.get(row.campus_no, len(places)) for row in listed)
        return not keys & given, first, min(row.row_id for row in listed)

    told = sorted((part for part in parts if part[1]), key=rank)
    return [sorted(listed, key=lambda row: row.row_id) for _keys, listed in told]


def unknown_in(part: Sequence[CountedRow], given: set[str]) -> Iterator[CountedRow]:
    registered = given | {row.campus_no for row in part if row.spec.kind == "persons"}
    return (row for row in part if row.campus_no not in registered)


def refuse_unknown(refused: Sequence[CountedRow]) -> None:
    LandingRow.objects.filter(id__in=[row.row_id for row in refused]).update(state=STATES.REJECTED, person=None)
    Issue.objects.bulk_create(
        Issue(
            batch=row.batch,
            row_id=row.row_id,
            line=row.line,
            code="person_unknown",
            column="campus_no",
            severity="reject",
            facts={"value": row.campus_no},
        )
        for row in refused
    )
    recount(row.batch.pk for row in refused)


def part_from(part: Sequence[CountedRow], *, by: Actor, person_id: int, reason: str, since: datetime | None) -> int:
    numbers, documents = {row.campus_no for row in part}, {row.document for row in part if row.document}
    origin = origin_of(part[0].spec, part[0].batch.pk)
    own = people.split_person(by=by, person_id=person_id, numbers=numbers, origin=origin, reason=reason, since=since)
    rows = LandingRow.objects.filter(id__in=[row.row_id for row in part], state=STATES.ACCEPTED)
    rows.update(person_id=own)
    learnt = KnownDocument.objects.filter(person_id=person_id)
    learnt.filter(Q(campus_no__in=numbers) | Q(index__in=documents)).update(person_id=own)
    Missing.objects.filter(person_id=person_id, campus_no__in=numbers).update(person_id=own)
    return own


def ask_about(parted: Mapping[int, Batch], *, by: Actor) -> None:
    """Who looks like somebody else, as of newcomers."""
    if not parted:
        return
    book = read_book()

    def documents(ids: set[int]) -> Mapping[int, str]:
        return people.open_documents(sorted(ids), by=by, purpose="查重比对")

    newcomers = [book.persons[one] for one in parted if one in book.persons]
    found = find_duplicates(newcomers, book.persons.values(), documents, book.model)
    Review.objects.bulk_create(
        [
            Review(
                batch=parted.get(one.right) or parted[one.left],
                left_id=min(one.left, one.right),
                right_id=max(one.left, one.right),
                reasons=list(one.reasons),
                score=one.score,
                model=book.model.version if book.model else "",
            )
            for one in found
        ],
        ignore_conflicts=True,
    )
