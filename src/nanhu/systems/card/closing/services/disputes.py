"""Disputes (有疑问的交易): a holder marks a row, the card office answers."""

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import given
from nanhu.systems.card.closing.models import Dispute
from nanhu.systems.card.models import Receipt, Wallet


def dispute(*, by: Actor, wallet: Wallet, receipt_id: int, words: str) -> Dispute:
    """Mark an own row; marking it again gives the mark that is there."""
    said = given(words)
    with transaction.atomic():
        receipt = found_in(Receipt.objects.all(), _("这笔交易"), pk=receipt_id, wallet=wallet, outcome="posted")
        marked, is_new = Dispute.objects.get_or_create(
            receipt=receipt, defaults={"wallet": wallet, "words": said[:300]}
        )
        if is_new:
            audit.record(by=by, action="card.dispute", target=f"receipt:{receipt.pk}", reason=marked.words)
        return marked


def answer(*, by: Actor, dispute: Dispute, answer: str) -> Dispute:
    said = given(answer)
    with transaction.atomic():
        locked = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if locked.state == Dispute.State.ANSWERED:
            raise WrongStateError(what=_("这条疑问"), state=locked.get_state_display())
        locked.state, locked.answer, locked.answered_by = Dispute.State.ANSWERED, said[:300], by.name
        locked.answered_at = now()
        locked.save()
        audit.record(by=by, action="card.answer_dispute", target=f"receipt:{locked.receipt_id}", reason=locked.answer)
        return locked
