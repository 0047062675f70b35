"""What a file may do to a shared table that nobody has seen: alone, and together with the others of a day."""

import re
from collections.abc import Mapping
from typing import Final

from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from nanhu.kernel.clock import now
from nanhu.platforms.datahub.errors import TooManyChangedError, TooManyGoneError, TooManyHeldError, TooMuchError
from nanhu.platforms.datahub.models import Batch, GateLimit, Level
from nanhu.platforms.datahub.services.gate import A_DAY, limits_of
from nanhu.platforms.datahub.sources import SourceSpec

GONE_SHARE, GONE_MOST = 0.02, 50
CHANGED_SHARE: Final = 0.2
"""Of what stands; more changes only as somebody saw it."""
PART: Final = re.compile(r" · (\S+)\+\d+(?: → \S+)?\Z")
"""Ends the name of a batch that is a part of a transaction: where it begins (`feeding/reading.py`)."""


def refuse_too_much(batch: Batch, spec: SourceSpec, before: int, gone: Mapping[str, str], held: int) -> None:
    """What somebody saw in a rehearsal or at the gate passes, and nothing else that is much."""
    seen, earlier = {key for key, _number in batch.gone}, gone_today(batch)
    if gone and len(gone) + earlier > most_gone(spec, before + earlier) and not gone.keys() <= seen:
        raise TooManyGoneError(before=before, count=len(gone), earlier=earlier)
    if held > max(GONE_MOST, before * GONE_SHARE, batch.counts.get("held_rows", 0)):
        raise TooManyHeldError(before=before, count=held)


def refuse_many_changed(batch: Batch, before: int, changed: int) -> None:
    """After they were written: the transaction takes them back."""
    count, seen = changed + changed_by_parts(batch), batch.counts.get("changed", 0)
    if count > max(GONE_MOST, before * CHANGED_SHARE) and changed > seen:
        raise TooManyChangedError(before=before, count=count)


def changed_by_parts(batch: Batch) -> int:
    """By those parts of the same foreign transaction that landed before this one, since somebody let one of them pass."""
    found, earlier = PART.search(batch.file_name), 0
    if found is None:
        return earlier
    parts = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, id__lt=batch.pk)
    parts = parts.filter(finished_at__gt=now() - A_DAY, file_name__contains=f" · {found[1]}+").order_by("id")
    for is_released, changed in parts.values_list("is_released", "counts__changed"):
        earlier = 0 if is_released else earlier + (changed or 0)
    return earlier


def most_gone(spec: SourceSpec, before: int) -> float:
    """On one day: as a steward said of this source, else as the table is known for, else few."""
    limit = limits_of(spec.key).get(GateLimit.Measure.GONE)
    if limit is not None and limit.source:
        most = min(before * limit.amber / 1000, before if limit.amber_rows is None else limit.amber_rows)
    elif spec.turnover:
        most = before * spec.turnover / 100
    else:
        most = min(GONE_MOST, before * GONE_SHARE)
    return max(most, spec.few_gone)


def gone_today(batch: Batch) -> int:
    """What files of the last day took that nobody had seen."""
    applied = Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, finished_at__gt=now() - A_DAY)
    unseen = Cast(KT("counts__unseen"), IntegerField())
    return int(applied.exclude(pk=batch.pk).aggregate(total=Sum(unseen))["total"] or 0)


def hold(batch: Batch, much: TooMuchError) -> None:
    """It waits: what it would do is written down for whoever lets it pass."""
    count, before, earlier = (int(str(much.facts.get(name, 0))) for name in ("count", "before", "earlier"))
    limit = limits_of(batch.source).get(much.measure)
    is_red = limit is not None and (count + earlier) * 1000 > limit.red * max(before + earlier, 1)
    facts = {"measure": f"rows_{much.measure}", "count": count, "base": before, "earlier": earlier, "column": ""}
    batch.gate_level = Level.RED if is_red else Level.AMBER
    batch.gate, batch.is_released = [facts | {"level": batch.gate_level, "files": 1}], False
