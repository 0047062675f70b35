"""What a file may do to a shared table that nobody has seen: alone, and together with the others of a day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Final

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from nanhu.kernel.clock import now
from nanhu.platforms.datahub.errors import TooManyChangedError, TooManyGoneError, TooManyHeldError, TooMuchError
from nanhu.platforms.datahub.models import Batch, GateLimit, Level, SharedRow
from nanhu.platforms.datahub.services.gate import A_DAY, FEWEST, limits_of
from nanhu.platforms.datahub.services.owners import unit_of
from nanhu.platforms.datahub.sources import SourceSpec

GONE_SHARE, GONE_MOST = 0.02, 50
CHANGED_SHARE: Final = 0.2
"""Of what stands; more changes only as somebody saw it."""


def refuse_too_much(batch: Batch, spec: SourceSpec, before: int, gone: Mapping[str, str], held: int) -> None:
    """What somebody saw in a rehearsal or at the gate passes, as far as one may let it pass; and nothing else that is much."""
    seen, earlier = {key for key, _number in batch.gone}, gone_today(batch)
    if gone and len(gone) + earlier > most_of(spec, GateLimit.Measure.GONE, before + earlier):
        much: TooMuchError = TooManyGoneError(before=before, count=len(gone), earlier=earlier)
        if not gone.keys() <= seen or is_for_two(batch, much):
            raise much
    if held > max(GONE_MOST, before * GONE_SHARE):
        much = TooManyHeldError(before=before, count=held)
        if held > batch.counts.get("held_rows", 0) or is_for_two(batch, much):
            raise much


def refuse_many_changed(
    batch: Batch, spec: SourceSpec, before: int, speaks_of: Callable[[str], bool], changed: Sequence[str]
) -> int:
    """After they were written: the transaction takes them back. How many nobody has seen; `before`: how many rows stood of what the
    file `speaks_of`."""
    is_seen = len(changed) <= batch.counts.get("changed", 0)
    if not changed or (is_seen and passed_two(batch)):
        return 0
    earlier, most = changed_today(batch), most_of(spec, GateLimit.Measure.CHANGED, before)
    if earlier and len(changed) + sum(earlier.values()) > most:
        count = sum(map(speaks_of, keys_changed(spec, earlier)))
    else:
        count = 0
    if len(changed) + count > most:
        much = TooManyChangedError(before=before, count=len(changed), earlier=count)
        if not is_seen or is_for_two(batch, much):
            raise much
    return 0 if is_seen else len(changed)


def passed_two(batch: Batch) -> bool:
    return batch.is_released and batch.gate_level == Level.RED


def is_for_two(batch: Batch, much: TooMuchError) -> bool:
    """More than one steward may let pass, who rehearsed it. Of few rows he saw each."""
    return not passed_two(batch) and fact_of(much, "before") >= FEWEST and level_of(batch, much) == Level.RED


def changed_today(batch: Batch) -> dict[int, int]:
    """By which batches of the last day, since somebody let one pass, and how many rows each."""
    today = applied_today(batch)
    looked = max(today.filter(is_released=True).values_list("id", flat=True), default=0)
    return dict(today.filter(id__gt=looked, counts__unseen_changed__gt=0).values_list("id", "counts__unseen_changed"))


def keys_changed(spec: SourceSpec, batches: Iterable[int]) -> Iterable[str]:
    """What these batches left otherwise than it was, each row once however often it changed."""
    before = SharedRow.objects.filter(
        table_key=OuterRef("table_key"), key=OuterRef("key"), valid_to=OuterRef("valid_from"), is_removed=False
    )
    living = SharedRow.living(spec.table).filter(Exists(before), batch__in=list(batches))
    return living.order_by().values_list("key", flat=True)


def most_of(spec: SourceSpec, measure: str, before: int) -> float:
    """On one day: as a steward said of this source, else as `declared_limit` has it; few rows are never too many."""
    limit = limits_of(spec.key).get(measure)
    if limit is not None and limit.source:
        return max(most_by(limit, before), spec.few_gone)
    few = GONE_MOST if measure == GateLimit.Measure.CHANGED else spec.few_gone
    return max(most_by(declared_limit(spec, limit or GateLimit(measure=measure)), before), few)


def declared_limit(spec: SourceSpec, limit: GateLimit) -> GateLimit:
    """By which a table without a limit of its own is measured: `limit` is that of all sources. Of what goes the table's turnover, else few;
    of what changes a fifth, or the turnover where it is more."""
    held = copy(limit)
    if limit.measure == GateLimit.Measure.GONE:
        held.amber = spec.turnover * 10 or round(GONE_SHARE * 1000)
        held.amber_rows = None if spec.turnover else GONE_MOST
    elif limit.measure == GateLimit.Measure.CHANGED:
        held.amber, held.amber_rows = max(round(CHANGED_SHARE * 1000), spec.turnover * 10), None
    return held


def most_by(limit: GateLimit, before: int) -> float:
    return min(before * limit.amber / 1000, before if limit.amber_rows is None else limit.amber_rows)


def gone_today(batch: Batch) -> int:
    """What files of the last day took that nobody had seen."""
    unseen = Cast(KT("counts__unseen"), IntegerField())
    return int(applied_today(batch).aggregate(total=Sum(unseen))["total"] or 0)


def applied_today(batch: Batch) -> QuerySet[Batch]:
    """By when they took effect: one whose columns somebody told on Monday may have come on Friday."""
    today = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, finished_at__gt=now() - A_DAY)
    return today.exclude(pk=batch.pk)


def hold(batch: Batch, much: TooMuchError) -> None:
    """It waits: what it would do is written down for whoever lets it pass."""
    batch.gate, batch.gate_level = [gate_of(batch, much)], level_of(batch, much)
    batch.is_released, batch.owner_unit_id = False, batch.owner_unit_id or unit_of(batch.source)


def foresee(batch: Batch, *checks: Callable[[], object]) -> None:
    """Of a rehearsal: what will wait for two is said at once."""
    for check in checks:
        try:
            check()
        except TooMuchError as much:
            if is_for_two(batch, much):
                batch.gate, batch.gate_level = [*batch.gate, gate_of(batch, much)], Level.RED


def gate_of(batch: Batch, much: TooMuchError) -> dict[str, object]:
    facts = {"count": fact_of(much, "count"), "base": fact_of(much, "before"), "earlier": fact_of(much, "earlier")}
    return {"measure": f"rows_{much.measure}", "column": "", "files": 1, "level": level_of(batch, much), **facts}


def level_of(batch: Batch, much: TooMuchError) -> str:
    """What others took is no more among what stands; what they changed is."""
    count, before, earlier = (fact_of(much, name) for name in ("count", "before", "earlier"))
    limit, stood = limits_of(batch.source).get(much.measure), before + (earlier if much.measure == "gone" else 0)
    is_red = limit is not None and (count + earlier) * 1000 > limit.red * max(stood, 1)
    return Level.RED if is_red else Level.AMBER


def fact_of(much: TooMuchError, name: str) -> int:
    return int(str(much.facts.get(name, 0)))
