"""Many cases of one terminal and one reason, answered alike: one clerk proposes, another decides, all in one transaction.

A stolen till leaves thousands of cases; what is right for one of them is right for all. The batch is fixed when it is proposed: a case
that comes later is in none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.proposals import given
from nanhu.systems.card.chip.errors import SuspenseGroupEmptyError
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase
from nanhu.systems.card.chip.services.suspense_posting import POSTABLE, note, post_row
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.services.receipts import locked_balances

Action, State = SuspenseBatch.Action, SuspenseBatch.State
MOST: Final[dict[str, int]] = {Action.POST: 200, Action.CLOSE: 1000}
"""Of one batch, so that its transaction stays short; a larger group takes several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`upto` is the newest case that the page showed: none that nobody has seen is answered."""

    terminal_id: int
    reason: str
    upto: int


def open_cases(group: Group, deed: str) -> QuerySet[SuspenseCase]:
    """What this deed may take of a group: open, and proposed by nobody."""
    found = SuspenseCase.objects.filter(
        terminal_id=group.terminal_id,
        reason=group.reason,
        pk__lte=group.upto,
        state=SuspenseCase.State.OPEN,
        batch=None,
        proposer=None,
    )
    if deed == Action.CLOSE:
        return found
    return found.filter(reason__in=POSTABLE, card__isnull=False, amount_fen__gt=0)


def propose_batch(*, by: Actor, group: Group, deed: str, why: str, token: UUID) -> SuspenseBatch:
    """The oldest of them, at most MOST. The same form again (`token`) is the batch that it made."""
    proposal = given(why)[:400]
    with transaction.atomic():
        if (known := SuspenseBatch.known(by, token)) is not None:
            return known
        cases = list(open_cases(group, deed).select_for_update().order_by("pk")[: MOST[deed]])
        if not cases:
            raise SuspenseGroupEmptyError
        batch = SuspenseBatch.begun(
            by,
            token,
            deed=deed,
            terminal_id=group.terminal_id,
            reason=group.reason,
            count=len(cases),
            fen=sum(case.amount_fen or 0 for case in cases),
            proposal=proposal,
        )
        SuspenseCase.objects.filter(pk__in=[case.pk for case in cases]).update(
            batch=batch, proposer_id=batch.author_id, proposer_name=by.name, proposal=proposal
        )
        note_batch(by, "card.propose_suspense_batch", batch, proposal)
        return batch


def refuse_batch(*, by: Actor, batch: SuspenseBatch, answer: str) -> SuspenseBatch:
    why = given(answer)[:400]
    with transaction.atomic():
        locked = batch.locked_in({State.ASKED})
        locked.decide(by, state=State.REFUSED, answer=why)
        open_again(locked)
        note_batch(by, "card.refuse_suspense_batch", locked, why)
        return locked


def take_batch_back(*, by: Actor, batch: SuspenseBatch, answer: str) -> SuspenseBatch:
    """By who proposed it, before anybody decided."""
    why = given(answer)[:400]
    with transaction.atomic():
        locked = batch.locked_in({State.ASKED})
        locked.take_back(by)
        open_again(locked)
        note_batch(by, "card.take_suspense_batch_back", locked, why)
        return locked


def open_again(batch: SuspenseBatch) -> None:
    """Its cases, each by itself."""
    batch.save()
    batch.cases.update(batch=None, proposer=None, proposer_name="", proposal="")


@transaction.atomic
def approve_batch(*, by: Actor, batch: SuspenseBatch) -> SuspenseBatch:
    """Every case of it is answered by what was proposed, or none."""
    batch = batch.locked_in({State.ASKED})
    batch.decide(by, state=State.DONE)
    cases = list(batch.cases.select_for_update().order_by("pk"))
    if batch.deed == Action.POST:
        post_all(by, cases, batch.proposal)
    for case in cases:
        case.owner_id, case.owner_name = batch.approver_id, by.name
        case.state, case.answer, case.closed_at = SuspenseCase.State.CLOSED, batch.proposal, batch.decided_at
    SuspenseCase.objects.bulk_update(cases, ["posted", "owner", "owner_name", "state", "answer", "closed_at"])
    batch.save()
    note_batch(by, "card.decide_suspense_batch", batch, batch.proposal)
    return batch


def post_all(by: Actor, cases: Sequence[SuspenseCase], answer: str) -> None:
    """All balances first, in the order of every posting."""
    rows = Receipt.objects.filter(
        terminal_id=cases[0].terminal_id, sequence__in=[case.sequence for case in cases]
    ).select_related("wallet")
    accounts = {account for row in rows if row.wallet for account in (row.wallet.account_id, row.wallet.receivable_id)}
    locked_balances(*accounts)
    for case in cases:
        case.posted_id = post_row(by=by, case=case)
        note(by, "card.post_suspense", case, answer)


def note_batch(by: Actor, action: str, batch: SuspenseBatch, reason: str) -> None:
    facts = {"deed": batch.deed, "cases": batch.count, "fen": batch.fen, "proposer": batch.author_name}
    audit.record(by=by, action=action, target=f"suspense_batch:{batch.pk}", reason=reason, facts=facts)
