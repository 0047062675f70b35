"""What was said of persons, told again from their landing rows: of batches that are applied, in their order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.datahub.cleaning.person import CleanRow
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.matching.book import Known
from nanhu.platforms.datahub.models import Batch, KnownDocument, LandingRow, Missing
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.code_rules import day_of
from nanhu.platforms.datahub.services.judging import Judged, clean_rows
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.services.settle_units import lookups_for
from nanhu.platforms.datahub.services.survivors import Survivor, origin_of, record_of, survivors_of
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people

type Persons = Mapping[int, Mapping[str, Any]]


def rebuild(*, by: Actor, person_ids: Iterable[int], reason: str) -> people.Rebuilt:
    """Make anew what these persons, and all records merged with them, are worth."""
    roots = people.families(person_ids)
    replay = Retelling(roots).statements
    return people.rebuild_persons(by=by, person_ids=set(roots.values()), replay=replay, reason=reason)


def learn_again(person_ids: Iterable[int]) -> None:
    """Of those who had several documents: what remains of it, by the batch that brought the second, and each later one."""
    roots = people.families(person_ids)
    learnt = KnownDocument.objects.filter(person_id__in=list(roots), batch__isnull=False)
    several = {roots[one] for one in learnt.values_list("person_id", flat=True)}
    learnt.delete()
    found: dict[int, dict[bytes, KnownDocument]] = defaultdict(dict)
    for spec, batch, accepted in in_batches(rows_that_count(one for one in roots if roots[one] in several)):
        rows = cleaned(spec, batch, list(accepted))
        indexes = people.document_indexes(
            sorted({row.clean.id_number for row in rows if row.clean and row.clean.id_number})
        )
        for row in rows:
            if row.clean is not None and row.clean.id_number:
                known, index = found[roots[accepted[row.row_id]]], indexes[row.clean.id_number]
                if index not in known and len(known) == 1:
                    next(iter(known.values())).batch = batch
                known.setdefault(index, learnt_by(row, row.clean, index, accepted[row.row_id], batch))
    papers = [one for known in found.values() if len(known) > 1 for one in known.values()]
    KnownDocument.objects.bulk_create(papers, ignore_conflicts=True)


def learnt_by(row: Judged, clean: CleanRow, index: bytes, person_id: int, batch: Batch) -> KnownDocument:
    return KnownDocument(
        index=index,
        kind=clean.document_kind or "",
        nationality=clean.nationality or "",
        campus_no=row.campus_no,
        person_id=person_id,
        batch=batch,
    )


def rows_that_count(person_ids: Iterable[int]) -> "QuerySet[LandingRow]":
    return LandingRow.objects.filter(
        person_id__in=list(person_ids), state=LandingRow.State.ACCEPTED, batch__state=Batch.State.APPLIED
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a row says of whose it is. `is_old`: before the merge."""

    row_id: int
    person_id: int
    campus_no: str
    document: bytes | None
    is_old: bool


def split_rows(*, kept_id: int, gone_id: int, numbers: set[str], merged_at: datetime) -> None:
    """A merge is undone: what came since under a campus number of the other is theirs; also under a number that is of
    neither, where it first came with a document of theirs."""
    family, theirs = set(people.families([kept_id])), set(people.families([gone_id]))
    told = list(evidence_of(family | theirs, merged_at))
    kept = [one for one in told if one.is_old and one.person_id in family]
    gone = [one for one in told if one.person_id in theirs]
    documents = documents_of(theirs) | {one.document for one in gone if one.document}
    documents -= {one.document for one in kept if one.document}
    numbers |= {one.campus_no for one in gone}
    known = numbers | {one.campus_no for one in kept}
    first: dict[str, bool] = {}
    for one in told:
        if one.document and one.campus_no not in known:
            first.setdefault(one.campus_no, one.document in documents)
    numbers |= {number for number, is_theirs in first.items() if is_theirs}
    own = [one.row_id for one in told if one.person_id in family and one.campus_no in numbers]
    LandingRow.objects.filter(id__in=own).update(person_id=gone_id)
    learnt = KnownDocument.objects.filter(person_id__in=family)
    learnt.filter(Q(campus_no__in=numbers) | Q(index__in=documents)).update(person_id=gone_id)


def evidence_of(person_ids: Iterable[int], merged_at: datetime) -> Iterator[Evidence]:
    rows = LandingRow.objects.filter(person_id__in=list(person_ids), state=LandingRow.State.ACCEPTED)
    for spec, batch, accepted in in_batches(rows):
        found = [row for row in cleaned(spec, batch, list(accepted)) if row.clean]
        indexes = people.document_indexes(
            sorted({row.clean.id_number for row in found if row.clean and row.clean.id_number})
        )
        is_old = (batch.finished_at or batch.created_at) < merged_at
        for row in found:
            number = row.clean.id_number if row.clean else None
            yield Evidence(row.row_id, accepted[row.row_id], row.campus_no, indexes[number] if number else None, is_old)


def documents_of(person_ids: Iterable[int]) -> set[bytes]:
    """All that the records ever had."""
    learnt = KnownDocument.objects.filter(person_id__in=list(person_ids)).values_list("index", flat=True)
    return {bytes(index) for index in learnt} | {one[1] for one in people.current_documents(person_ids)}


def in_batches(rows: "QuerySet[LandingRow]") -> Iterator[tuple[SourceSpec, Batch, dict[int, int]]]:
    """Each batch that tells of persons, with the persons of its rows."""
    listed = list(rows.order_by("batch_id", "id").values_list("batch_id", "id", "person_id"))
    batches = Batch.objects.defer("gone", "differences").in_bulk({one[0] for one in listed})
    for batch_id, group in groupby(listed, key=lambda one: one[0]):
        batch = batches[batch_id]
        spec = named_source(batch.source)
        if spec is not None and spec.kind in {"persons", "contacts"}:
            yield spec, batch, {row_id: person_id for _batch, row_id, person_id in group if person_id is not None}


def cleaned(spec: SourceSpec, batch: Batch, row_ids: Sequence[int]) -> list[Judged]:
    stored = stored_rows(batch, row_ids=row_ids)
    lookups = lookups_for(spec, day_of(batch), is_lenient=True)
    return clean_rows(spec, batch.columns, stored, lookups, campus_today())


@dataclass(slots=True)
class Retelling:
    """`roots`: each record with the one it is merged into. `documents`, `numbers`: of each, as far as it is told; `lent`: documents
    that came with a record that was merged."""

    roots: Mapping[int, int]
    lent: set[tuple[int, bytes]] = field(default_factory=set)
    documents: dict[int, dict[bytes, str]] = field(default_factory=lambda: defaultdict(dict))
    numbers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def statements(self, persons: Persons) -> Iterator[people.Statement]:
        rows = rows_that_count(self.roots)
        known = KnownDocument.objects.filter(person_id__in=[one for one, root in self.roots.items() if one != root])
        self.lent |= {(self.roots[one], bytes(index)) for one, index in known.values_list("person_id", "index")}
        ended = Missing.objects.filter(person_id__in=list(self.roots), ended_in__isnull=False).order_by(
            "ended_in_id", "id"
        )
        over = {
            batch: list(group) for batch, group in groupby(ended.select_related("ended_in"), lambda one: one.ended_in)
        }
        for spec, batch, accepted in in_batches(rows):
            yield from self.endings(over, before=batch.id)
            yield self.statement(spec, batch, accepted, persons)
        yield from self.endings(over, before=None)

    def endings(self, over: dict[Batch, list[Missing]], *, before: int | None) -> Iterator[people.Statement]:
        """Whom a source ended by naming them no more, in their place among its files."""
        for batch in [one for one in over if before is None or one.id < before]:
            missing, spec = over.pop(batch), named_source(batch.source)
            if spec is not None:
                records = list(absences.ended_records(missing, spec))
                yield people.Statement(
                    origin=origin_of(spec, batch.id), on=missing[0].ended_on or campus_today(), records=records
                )

    def statement(
        self, spec: SourceSpec, batch: Batch, accepted: Mapping[int, int], persons: Persons
    ) -> people.Statement:
        rows = cleaned(spec, batch, list(accepted))
        numbers = sorted({row.clean.id_number for row in rows if row.clean and row.clean.id_number})
        indexes = people.document_indexes(numbers)
        for row in rows:
            row.token = root = self.roots[accepted[row.row_id]]
            if row.clean and row.clean.id_number and accepted[row.row_id] != root:
                self.lent.add((root, indexes[row.clean.id_number]))
        survivors = survivors_of(rows, spec)
        records = [self.record(one, spec, persons[token], indexes) for token, one in survivors.items()]
        day = campus_time(batch.finished_at or batch.created_at).date()
        return people.Statement(origin=origin_of(spec, batch.id), on=day, records=records)

    def record(
        self,
        survivor: Survivor,
        spec: SourceSpec,
        person: Mapping[str, Any],
        indexes: Mapping[str, bytes],
    ) -> people.PersonRecord:
        """As the import would have said it then. A document that came with a merged record is current only where there is no
        other."""
        token = survivor.token
        held, numbers = self.documents[token], self.numbers[token]
        numbers |= survivor.affiliations.keys()
        source = (person["provenance"].get("name") or {}).get("source", "")
        current = bytes(person["id_number_index"]) if person["id_number_index"] else None
        lent = {number for number in survivor.papers if (token, indexes[number]) in self.lent}
        if current is not None or len(lent) < len(survivor.papers):
            for number in lent:
                held.setdefault(indexes[number], survivor.papers.pop(number).campus_no)
        known = Known(
            token,
            person["name"],
            source,
            birth_date=person["birth_date"],
            document=current,
            documents=dict(held),
            numbers=numbers,
        )
        record = record_of(survivor, spec, known, indexes)
        for number, paper in survivor.papers.items():
            held.setdefault(indexes[number], paper.campus_no)
        return record
