"""Payments of purchases that were entered wrongly are taken back (冲回), whole, by two: what each spent is held again."""

from uuid import UUID

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.errors import PaymentReversedError
from nanhu.systems.assets.models import Payment, Purchase, Reversal
from nanhu.systems.assets.services.purchasing import locked_in, note, refuse_involved

State = Reversal.State
PAID = (Purchase.State.RECEIVED, Purchase.State.SETTLED)


@transaction.atomic
def ask(*, by: Actor, token: UUID, payment: Payment, reason: str) -> Reversal:
    """By who may pay: none of those who ordered, bought or inspected it."""
    known = Reversal.known(by, token)
    if known is not None:
        return known
    purchase = locked_in(payment.purchase, *PAID)
    refuse_involved(by, purchase)
    before = payment.reversals.exclude(state=State.REFUSED).first()
    if before is not None:
        raise PaymentReversedError(voucher=payment.voucher, state=before.state_word)
    asked = Reversal.begun(by, token, payment=payment, reason=given(reason))
    note(by, purchase, "assets.ask_reversal", asked.reason, payment.amount_fen)
    return asked


@transaction.atomic
def agree(*, by: Actor, reversal: Reversal) -> Reversal:
    """A purchase that was settled may be paid again, up to what the payment had spent."""
    purchase = locked_in(reversal.payment.purchase, *PAID)
    found = reversal.locked_in({State.ASKED}, Reversal.objects.select_related("payment__purchase"))
    found.decide(by, state=State.DONE)
    refuse_involved(by, purchase)
    paid = found.payment
    ledger.unspend(by=by, spending=paid.spending, key=f"{paid.spending}:reversed", reason=found.reason)
    paid.reversed_at = found.decided_at or now()
    paid.save(update_fields=["reversed_at"])
    found.save()
    purchase.state, purchase.answer = Purchase.State.RECEIVED, ""
    purchase.save(update_fields=["state", "answer"])
    note(by, purchase, "assets.approve_reversal", found.reason, paid.amount_fen)
    return found


@transaction.atomic
def refuse(*, by: Actor, reversal: Reversal, answer: str) -> Reversal:
    found = reversal.locked_in({State.ASKED}, Reversal.objects.select_related("payment__purchase"))
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    note(by, found.payment.purchase, "assets.refuse_reversal", found.answer, found.payment.amount_fen)
    return found
