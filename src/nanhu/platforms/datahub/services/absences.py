"""Absences (缺席): whom a whole list does not name any more. Missing at first, ended after some lists or days, back when named."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, Missing
from nanhu.platforms.datahub.services.survivors import origin_of
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.people import api as people

MOST_LISTS: Final = 3
MOST_DAYS: Final = 3
MOST_KEPT: Final = 10
"""Of the lists that lacked somebody whose number is over, the oldest; those that were applied since lacked them too, or they were back."""
UNSEEN: Final = (Batch.State.LANDED, Batch.State.UNMAPPED, Batch.State.WAITING)
BY: Final = Actor.system("datahub.absences")


@dataclass(frozen=True, slots=True)
class Absent:
    """A living campus number that this source said, and this file does not."""

    campus_no: str
    person_id: int
    name: str


def standing_of(spec: SourceSpec) -> list[Absent]:
    """What stands by the word of a source that hands in whole lists."""
    if not spec.is_whole or spec.kind != "persons":
        return []
    return [Absent(*row) for row in people.said_by(spec.key, spec.affiliation)]


def absent_from(standing: Iterable[Absent], named: Collection[str]) -> list[Absent]:
    return [one for one in standing if one.campus_no not in named]


def follow(*, by: Actor, batch: Batch, spec: SourceSpec, gone: Sequence[Absent], named: Collection[str]) -> None:
    """In the transaction of a file that takes effect."""
    open_rows = Missing.objects.select_for_update().filter(source=spec.key, back_in=None)
    known = {one.campus_no: one for one in open_rows}
    back = [one.pk for number, one in known.items() if number in named]
    Missing.objects.filter(pk__in=back).update(back_in=batch)
    still = {one.campus_no for one in gone}
    lacked = [
        one
        for number, one in known.items()
        if number in still or (one.ended_in_id and number not in named and len(one.lacked_by) < MOST_KEPT)
    ]
    for one in lacked:
        one.lacked_by = [*one.lacked_by, batch.id]
    Missing.objects.bulk_update(lacked, ["lacked_by"], batch_size=1000)
    fresh = [one for one in gone if one.campus_no not in known]
    Missing.objects.bulk_create(
        Missing(
            source=spec.key,
            kind=spec.affiliation,
            campus_no=one.campus_no,
            person_id=one.person_id,
            lacked_by=[batch.id],
            since=now(),
        )
        for one in fresh
    )
    due = Missing.objects.filter(source=spec.key, back_in=None, ended_in=None)
    listed = [one for one in due if one.campus_no not in named]
    lists = lists_of(listed)
    end([one for one in listed if lists[one.pk] >= MOST_LISTS or is_long(one)], by=by, batch=batch, spec=spec)


def lists_of(missing: Sequence[Missing]) -> dict[int, int]:
    """By how many lists each was lacked."""
    ids = {number for one in missing for number in one.lacked_by}
    told = Batch.objects.only("finished_at", "created_at", "sha256").in_bulk(ids)
    return {one.pk: count_of([told[number] for number in one.lacked_by]) for one in missing}


def count_of(lists: Sequence[Batch]) -> int:
    """Several uploads of one day, or of one file, are one."""
    return min(len({day_of(one) for one in lists}), len({one.sha256 for one in lists}))


def day_of(batch: Batch) -> date:
    return campus_time(batch.finished_at or batch.created_at).date()


def enough_in(one: Missing) -> Batch | None:
    """The list with which so many lacked it that it is over."""
    told = Batch.objects.only("finished_at", "created_at", "sha256").in_bulk(one.lacked_by)
    lists = [told[number] for number in sorted(one.lacked_by)]
    ends = (lists[place] for place in range(len(lists)) if count_of(lists[: place + 1]) >= MOST_LISTS)
    return next(ends, None)


def lacked_since(one: Missing) -> datetime:
    """When the first of the lists that still count took effect."""
    lists = Batch.objects.filter(id__in=one.lacked_by).values_list("finished_at", "created_at")
    return min((finished or created for finished, created in lists), default=one.since)


def is_long(one: Missing) -> bool:
    return one.since <= now() - timedelta(days=MOST_DAYS)


def end(missing: Sequence[Missing], *, by: Actor, batch: Batch, spec: SourceSpec) -> int:
    """Over today, by the word of the source that does not name them. The next list that does brings them back."""
    if not missing:
        return 0
    today = campus_today()
    records = list(ended_records(missing, spec))
    result = people.apply_records(by=by, records=records, origin=origin_of(spec, batch.id), reason="名册里没有了")
    living = people.living_numbers([one.campus_no for one in missing], spec.affiliation)
    over = [one.pk for one in missing if one.campus_no not in living]
    Missing.objects.filter(pk__in=over).update(ended_in=batch, ended_on=today)
    if result.change_set_id:
        batch.change_sets = [*batch.change_sets, result.change_set_id]
        batch.save(update_fields=["change_sets"])
    if over:
        audit.record(by=by, action="datahub.end_missing", target=f"batch:{batch.id}", facts={"rows": len(over)})
    return len(over)


def ended_records(missing: Iterable[Missing], spec: SourceSpec) -> Iterable[people.PersonRecord]:
    listed = list(missing)
    starts = people.starts_of([one.campus_no for one in listed], spec.affiliation)
    heirs = people.heirs({one.person_id for one in listed})
    by_person: dict[int, list[people.AffiliationRecord]] = {}
    for one in listed:
        begun = starts.get(one.campus_no)
        if begun is not None:
            ended_on = max(begun, one.ended_on or campus_today())
            record = people.AffiliationRecord(
                kind=spec.affiliation,
                campus_no=one.campus_no,
                starts_on=begun,
                ends_on=ended_on,
                state="ended",
                is_unnamed=True,
            )
            by_person.setdefault(heirs.get(one.person_id, one.person_id), []).append(record)
    for person_id, ties in by_person.items():
        yield people.PersonRecord(key=str(person_id), person_id=person_id, affiliations=tuple(ties))


@transaction.atomic
def end_overdue() -> int:
    """Who has been missing for some days is over, also where no further list came; not while one waits that may name them."""
    people.lock_golden()
    due = Missing.objects.select_for_update().filter(
        back_in=None, ended_in=None, since__lte=now() - timedelta(days=MOST_DAYS)
    )
    ended = 0
    listed = list(due.order_by("id"))
    for source in sorted({one.source for one in listed}):
        spec = named_source(source)
        batches = Batch.objects.filter(source=source)
        last = batches.filter(state=Batch.State.APPLIED).order_by("-id").first()
        is_waited_for = last is not None and batches.filter(id__gt=last.id, state__in=UNSEEN, is_dry_run=False).exists()
        if spec is not None and last is not None and not is_waited_for:
            theirs = [one for one in listed if one.source == source]
            ended += end(theirs, by=BY, batch=last, spec=spec)
    return ended


def take_back(batch: Batch) -> set[int]:
    """A batch is rolled back: what it alone lacked is not missing. Returns whose values are to be made anew."""
    touched: set[int] = set()
    rows = Missing.objects.select_for_update().filter(source=batch.source)
    applied = list(
        Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, is_dry_run=False)
        .order_by("id")
        .values_list("id", flat=True)
    )
    for one in rows.order_by("-id"):
        if batch.id not in {*one.lacked_by, one.ended_in_id, one.back_in_id}:
            continue
        one.lacked_by = all_that_lacked(one, applied)
        if one.ended_in_id == batch.id:
            one.ended_in, one.ended_on = None, None
            touched.add(one.person_id)
        if one.back_in_id == batch.id:
            later = rows.filter(campus_no=one.campus_no, back_in=None).exclude(pk=one.pk).first()
            one.back_in = None
            if later is not None:
                one.lacked_by, one.ended_in, one.ended_on = (
                    [*one.lacked_by, *all_that_lacked(later, applied)],
                    one.ended_in or later.ended_in,
                    one.ended_on or later.ended_on,
                )
                later.delete()
            touched.add(one.person_id)
        one.lacked_by = [number for number in one.lacked_by if number != batch.id]
        one.since = lacked_since(one)
        if one.ended_in_id and lists_of([one])[one.pk] < MOST_LISTS and not is_long(one):
            one.ended_in, one.ended_on = None, None
            touched.add(one.person_id)
        if one.ended_in_id is None and one.back_in_id is None and (last := enough_in(one)) is not None:
            one.ended_in, one.ended_on = last, day_of(last)
            touched.add(one.person_id)
        if one.ended_in_id:
            one.lacked_by = one.lacked_by[:MOST_KEPT]
        if one.lacked_by:
            one.save()
        else:
            touched.add(one.person_id)
            one.delete()
    return touched


def all_that_lacked(one: Missing, applied: Sequence[int]) -> list[int]:
    """With those that were applied after the last one that was kept, until the one that named them again. `applied`: in order."""
    if not one.ended_in_id or len(one.lacked_by) < MOST_KEPT:
        return list(one.lacked_by)
    until = bisect_left(applied, one.back_in_id) if one.back_in_id else len(applied)
    return [*one.lacked_by, *applied[bisect_right(applied, one.lacked_by[-1]) : until]]
