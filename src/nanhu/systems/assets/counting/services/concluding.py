"""The result of a count (盘点结果): one asks, another agrees, and then proven places and sights are written into the register."""

from typing import Final
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given, refuse_stale
from nanhu.systems.assets.counting import statements
from nanhu.systems.assets.counting.errors import CountedThemselvesError
from nanhu.systems.assets.counting.models import CountResult, CountRow, StockTake
from nanhu.systems.assets.counting.queries import any_open, figures_of
from nanhu.systems.assets.counting.services.planning import locked_in, target_of
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.services.own import is_one_of

MOVABLE: Final = [Asset.State.IN_STOCK.value, Asset.State.IN_USE.value]
"""What is lent, in repair, missing or on its way out is found by its own way, not by a new place."""
State = StockTake.State


@transaction.atomic
def ask(*, by: Actor, take: StockTake, note: str = "") -> CountResult:
    """Ends the counting: what is uploaded from now on is late."""
    refuse_stale(by)
    row = locked_in(take, [State.OPEN])
    row.state, row.counted_at = State.COUNTED, now()
    row.save(update_fields=["state", "counted_at"])
    figures = figures_of(row)
    result = CountResult.objects.create(
        take=row, token=uuid4(), author_id=account_of(by), author_name=by.name, figures=figures, note=note
    )
    told = {name: figures[name] for name in ("booked", "not_seen", "unproven")}
    audit.record(by=by, action="assets.ask_count_result", target=target_of(row), facts=told)
    return result


@transaction.atomic
def approve(*, by: Actor, result: CountResult) -> CountResult:
    row = result.locked_in([CountResult.State.ASKED])
    take = locked_in(row.take, [State.COUNTED])
    counters = CountRow.objects.filter(take=take).order_by("person_id").values_list("person_id", flat=True).distinct()
    if is_one_of(by, *counters):
        raise CountedThemselvesError
    row.decide(by, state=CountResult.State.APPLIED)
    row.save()
    lock_things(take)
    facts = {"take": take.pk, "states": MOVABLE, "by": by.name, "reason": take.title, "at": now()}
    moved = [number for (number,) in statements.rows("apply_moves", facts)]
    audit.record_many(
        audit.Record(by=by, action="assets.counted", target=f"asset:{number}", reason=take.title) for number in moved
    )
    seen = statements.run("apply_sights", facts)
    take.state = State.CLOSED
    take.save(update_fields=["state"])
    audit.record(
        by=by,
        action="assets.apply_count_result",
        target=target_of(take),
        facts={"elsewhere": len(moved), "sighted": seen},
    )
    return row


def lock_things(take: StockTake) -> None:
    """What was read in it, in the order in which whoever locks several things does it (`services.moving`)."""
    read = CountRow.objects.filter(take=take, asset__isnull=False).values("asset")
    rows = Asset.objects.select_for_update(no_key=True).filter(pk__in=read).order_by("pk")
    list(rows.values_list("pk", flat=True))


@transaction.atomic
def refuse(*, by: Actor, result: CountResult, answer: str) -> CountResult:
    """The count goes on, and what came late meanwhile counts."""
    row = result.locked_in([CountResult.State.ASKED])
    take = locked_in(row.take, [State.COUNTED])
    row.decide(by, state=CountResult.State.REFUSED, answer=given(answer))
    row.save()
    take.state, take.counted_at = State.OPEN, None
    transaction.on_commit(any_open.forget)
    take.save(update_fields=["state", "counted_at"])
    audit.record(by=by, action="assets.refuse_count_result", target=target_of(take), reason=row.answer)
    return row
