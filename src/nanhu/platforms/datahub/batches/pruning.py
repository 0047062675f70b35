"""Landing rows that are kept no longer (保存规定): of batches that never took effect or were taken back, and of shared tables what changed
nothing. By dated rules; a kind without a rule is kept for ever.

Kept always: what persons and units are told again from, what a row of a shared table came by, what is refused or waits, what a decision
names. Of a batch its line, counts and findings by kind stay; its file goes with the first of its rows."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.database.values import run
from nanhu.kernel.dated import rules_on, supersede
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.history import parquet
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, FilePiece, KeepRule

BY: Final = Actor.system("datahub.prune_rows")
MOST_ROWS: Final = 500_000
"""Of one night; the rest the next."""
STATES: Final = (Batch.State.REHEARSED, Batch.State.REFUSED, Batch.State.ROLLED_BACK)
PRUNE: Final = """
    WITH free AS MATERIALIZED (
        SELECT row.id FROM datahub_landing_row row WHERE row.batch_id = %(batch)s AND (%(every)s OR row.state = 'accepted')
            AND NOT EXISTS (SELECT FROM datahub_review r WHERE r.row_id = row.id)
            AND NOT EXISTS (SELECT FROM datahub_shared_row s WHERE s.landing_id = row.id)
    ), issues AS (DELETE FROM datahub_issue i USING free WHERE i.row_id = free.id)
    DELETE FROM datahub_landing_row row USING free WHERE row.id = free.id"""
"""Both at once: constraints are looked at when the statement ends."""


def prune() -> int:
    """How many rows. Each batch in a transaction of its own: killed anywhere the next night does the rest."""
    done = 0
    for what in KeepRule.What.values:
        rule = rules_on(KeepRule.objects.filter(what=what), campus_today()).first()
        if rule is None:
            continue
        rows = batches = 0
        for batch_id in old_batches(what, rule.days):
            if done + rows >= MOST_ROWS:
                break
            rows, batches = rows + prune_batch(batch_id, what), batches + 1
        if batches:
            facts = {"rows": rows, "batches": batches, "days": rule.days}
            audit.record(
                by=BY, action="datahub.prune_rows", target=f"keep_rule:{what}", reason=rule.reason, facts=facts
            )
        done += rows
    return done


def old_batches(what: str, days: int) -> list[int]:
    ended = Batch.objects.filter(pruned_at=None, finished_at__lt=start_of(campus_today() - timedelta(days=days)))
    if what == KeepRule.What.NO_EFFECT:
        return list(ended.filter(state__in=STATES).order_by("id").values_list("id", flat=True))
    applied = ended.filter(state=Batch.State.APPLIED)
    sources = applied.order_by().values_list("source", flat=True).distinct()
    shared = [key for key in sources if (spec := named_source(key)) is not None and spec.kind == "shared"]
    return list(applied.filter(source__in=shared).order_by("id").values_list("id", flat=True))


@transaction.atomic
def prune_batch(batch_id: int, what: str) -> int:
    """A rehearsal whose rows are gone can be taken for good no more."""
    batch = Batch.objects.select_for_update().only("state", "source").get(pk=batch_id)
    is_over = batch.state in STATES
    if is_over != (what == KeepRule.What.NO_EFFECT):
        return 0
    FilePiece.objects.filter(batch=batch_id).delete()
    parquet.forget(batch)
    count = int(run(PRUNE, {"batch": batch_id, "every": is_over}))
    state = Batch.State.REFUSED if batch.state == Batch.State.REHEARSED else batch.state
    Batch.objects.filter(pk=batch_id).update(pruned_at=now(), state=state)
    return count


@transaction.atomic
def set_rule(*, by: Actor, what: str, days: int, reason: str) -> KeepRule:
    """From today on."""
    rule = KeepRule(what=what, days=days, starts_on=campus_today())
    supersede(by=by, wanted=[rule], reason=given(reason))
    facts = {"days": days}
    audit.record(by=by, action="datahub.set_keep_rule", target=f"keep_rule:{what}", reason=reason, facts=facts)
    return rule
