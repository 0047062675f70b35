"""Outcomes of rows: states, findings, reviews, documents people also had."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import Count

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.platforms.datahub.cleaning.masking import masked_facts
from nanhu.platforms.datahub.findings import CATALOGUE, Finding
from nanhu.platforms.datahub.matching.book import PersonBook
from nanhu.platforms.datahub.matching.duplicates import Suspicion, find_duplicates
from nanhu.platforms.datahub.models import Batch, KnownDocument, Review
from nanhu.platforms.datahub.services.judging import Judged
from nanhu.platforms.datahub.services.survivors import only_number
from nanhu.platforms.people import api as people

LARGEST_SAMPLE: Final = 200
ISSUES: Final = 'COPY datahub_issue (batch_id, row_id, line, code, "column", severity, facts, created_at) FROM STDIN'
STATES: Final = ("accepted", "rejected", "held", "skipped")
DOCUMENT_CHANGES: Final = frozenset({"document_changed", "document_transposed"})


def write_rows(rows: Sequence[Judged], person_ids: Mapping[int, int]) -> None:
    """States and persons of all rows in one statement."""
    listed = [(row.row_id, row.state, person_ids.get(row.token or 0)) for row in rows]
    run(
        """
        UPDATE datahub_landing_row AS landing SET state = judged.state, person_id = judged.person_id
        FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS judged (id, state, person_id)
        WHERE landing.id = judged.id
        """,
        [list(column) for column in zip(*listed, strict=True)] if listed else [[], [], []],
    )


def write_issues(batch: Batch, rows: Iterable[Judged]) -> None:
    """What looks like a number of a document, phone or account is masked, whichever column it stood in."""
    at = now()
    with connection.cursor() as cursor, cursor.cursor.copy(ISSUES) as copy:
        for row in rows:
            for finding in row.findings:
                severity, facts = CATALOGUE[finding.code].severity, masked_facts(finding.facts, row.shown_no)
                column = finding.column
                copy.write_row((batch.pk, row.row_id, row.line, finding.code, column, severity, json.dumps(facts), at))


def note_outvoted(rows: Iterable[Judged], outvoted: Iterable[people.Outvoted]) -> None:
    """A weaker office said otherwise: a notice at the last row that said it."""
    weaker = list(outvoted)
    tokens = {int(one.key) for one in weaker}
    last = {
        (row.token, name): row
        for row in rows
        if row.clean and row.token in tokens
        for name in ("", *row.clean.__struct_fields__)
        if name == "" or getattr(row.clean, name) not in (None, "")
    }
    for one in weaker:
        row = last.get((int(one.key), one.field)) or last[int(one.key), ""]
        facts = {"field_name": one.field, "office": one.kept_source}
        row.findings.append(Finding("outvoted", one.field, facts))


def counts_of(rows: Sequence[Judged], result: people.ApplyResult) -> dict[str, Any]:
    states = Counter(row.state for row in rows)
    codes = Counter(finding.code for row in rows for finding in row.findings)
    return {
        "rows": len(rows),
        **{state: states.get(state, 0) for state in STATES},
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "affiliations_started": result.affiliations_started,
        "affiliations_changed": result.affiliations_changed,
        "affiliations_ended": result.affiliations_ended,
        "values_changed": len(result.differences),
        "codes": dict(codes.most_common()),
    }


def recount(batch_ids: Iterable[int]) -> None:
    """What became of their rows, once some became something else."""
    for batch in Batch.objects.select_for_update().filter(id__in=set(batch_ids)).order_by("id"):
        batch.counts = {**batch.counts, **states_of(batch)}
        batch.save(update_fields=["counts"])


def states_of(batch: Batch) -> dict[str, int]:
    found = dict(batch.rows.order_by().values_list("state").annotate(rows=Count("pk")))
    return {state: found.get(state, 0) for state in STATES}


def sample_of(differences: Sequence[people.Difference]) -> list[dict[str, str]]:
    return [
        {"campus_no": one.campus_no, "name": one.name, "field": one.field, "before": one.before, "after": one.after}
        for one in differences[:LARGEST_SAMPLE]
    ]


def remember_documents(batch: Batch, rows: Iterable[Judged], book: PersonBook, person_ids: Mapping[int, int]) -> None:
    """Who came with a second document number must be found by either of them."""
    tokens = {row.token for row in rows if row.token and any(f.code in DOCUMENT_CHANGES for f in row.findings)}
    KnownDocument.objects.bulk_create(
        [
            KnownDocument(
                index=document,
                kind=holder.kind,
                nationality=holder.country,
                campus_no=campus_no or only_number(book.persons[token]),
                person_id=person_ids[token],
                batch=batch,
            )
            for token in sorted(tokens)
            for document, campus_no in sorted(book.persons[token].documents.items())
            for holder in book.by_document[document]
            if holder.token == token
        ],
        ignore_conflicts=True,
    )


def open_reviews(
    *, batch: Batch, rows: Sequence[Judged], found: Iterable[Suspicion], person_ids: Mapping[int, int], version: str
) -> None:
    """Held rows, and newcomers who look like someone else. `version`: of the model."""
    named = [
        Review(
            batch=batch,
            row_id=row.row_id,
            left_id=person_ids[row.rivals[0]],
            alias=row.clean.name,
            reasons=[agreeing_number(row)],
            score=100 if row.score is None else row.score,
            model="" if row.score is None else version,
        )
        for row in rows
        if row.clean and len(row.rivals) == 1
    ]
    held = [
        Review(
            batch=batch,
            row_id=row.row_id,
            left_id=min(torn),
            right_id=max(torn),
            reasons=["document", "campus_no"],
            score=100,
        )
        for row in rows
        if row.rivals and len(torn := {person_ids[token] for token in row.rivals}) == 2  # noqa: PLR2004
    ]
    pairs = [
        Review(
            batch=batch,
            left_id=min(pair),
            right_id=max(pair),
            reasons=list(one.reasons),
            score=one.score,
            model=version,
        )
        for one in found
        if (pair := (person_ids[one.left], person_ids[one.right]))
    ]
    Review.objects.bulk_create([*named, *held, *pairs], ignore_conflicts=True)


def agreeing_number(row: Judged) -> str:
    """By which the row found who it is held from."""
    doubted = next((one.column for one in row.findings if one.code == "model_doubts"), "")
    return "campus_no" if doubted == "campus_no" else "document"


def suspect(
    *, rows: Sequence[Judged], book: PersonBook, documents: Callable[[set[int]], Mapping[int, str]]
) -> list[Suspicion]:
    newcomers = {row.token for row in rows if row.token is not None and book.persons[row.token].is_fresh}
    if not newcomers:
        return []
    own = {
        row.token: row.clean.id_number for row in rows if row.token in newcomers and row.clean and row.clean.id_number
    }
    phones = {row.token: row.clean.phone for row in rows if row.clean and row.clean.phone and row.token in newcomers}
    indexes = people.phone_indexes(sorted(set(phones.values())))
    for token, phone in phones.items():
        if token is not None:
            book.persons[token].phone_index = indexes[phone]

    def open_numbers(near: set[int]) -> dict[int, str]:
        known = {token for token in near if token > 0 and token not in own}
        opened = dict(documents(known)) if known else {}
        return opened | {token: number for token, number in own.items() if token in near and token is not None}

    fresh = (book.persons[t] for t in newcomers if t is not None)
    return find_duplicates(fresh, book.persons.values(), open_numbers, book.model)


def note_suspicions(rows: Iterable[Judged], found: Iterable[Suspicion]) -> None:
    first: dict[int, Judged] = {}
    for row in rows:
        if row.token is not None:
            first.setdefault(row.token, row)
    for one in found:
        noted = first.get(min(one.left, one.right)) or first.get(max(one.left, one.right))
        if noted is not None:
            noted.findings.append(Finding("possible_duplicate", "", {"reasons": list(one.reasons)}))


def finish_batch(batch: Batch, *, state: str, counts: Mapping[str, Any], result: people.ApplyResult) -> None:
    batch.state, batch.counts, batch.differences = state, dict(counts), sample_of(result.differences)
    if result.change_set_id:
        batch.change_sets = [*batch.change_sets, result.change_set_id]
    batch.finished_at = now()
    batch.save()
