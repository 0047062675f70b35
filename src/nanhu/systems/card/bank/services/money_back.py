"""Money back to bank cards: leavers' refunds by file, unclaimed loads by the live wire.

A returned refund stays owed and goes into the next file; a returned load waits for its holder again.
"""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import Agreement, BankPayout, Channel, Owed, clearing_account, pay_by_wire
from nanhu.systems.card.funds.models import Claimable, Withdrawal
from nanhu.systems.card.funds.services import withdrawals
from nanhu.systems.card.funds.services.credits import credit

BY = Actor.system("card.bank")
REFUND, UNCLAIMED = "card.refund", "card.unclaimed"


class Refund:
    """A leaver's withdrawal; its subject is the withdrawal's public id."""

    words = "校园卡余额退回"

    def owed(self) -> list[Owed]:
        rows = Withdrawal.objects.filter(state=Withdrawal.State.APPROVED).select_related("card")
        return [
            Owed(
                subject=str(one.public_id),
                person_id=one.card.person_id,
                amount_fen=one.amount_fen,
                token=one.account_token,
                tail=one.account_tail,
            )
            for one in rows.order_by("decided_at", "pk")
        ]

    def subjects(self) -> list[str]:
        rows = Withdrawal.objects.filter(state=Withdrawal.State.APPROVED)
        return [str(one) for one in rows.values_list("public_id", flat=True)]

    def paid(self, *, by: Actor, payout: BankPayout) -> int | None:
        withdrawal = Withdrawal.objects.get(public_id=payout.subject)
        withdrawals.mark_paid(
            by=by, withdrawal=withdrawal, bank_account_id=clearing_account(payout.channel), reference=payout.reference
        )
        return ledger.entry_of(withdrawals.payment_key(withdrawal))

    def returned(self, *, by: Actor, payout: BankPayout) -> int | None:  # noqa: ARG002 - it stays owed
        return None


class Unclaimed:
    """A load nobody claimed; its subject is the claimable's public id. The ledger gave it back to the channel's account before."""

    words = "校园卡圈存退回"

    def owed(self) -> list[Owed]:
        return []

    def subjects(self) -> list[str]:
        return []

    def paid(self, *, by: Actor, payout: BankPayout) -> int | None:  # noqa: ARG002 - it moved when it was returned to the channel
        return None

    def returned(self, *, by: Actor, payout: BankPayout) -> int | None:  # noqa: ARG002 - the bank said so, not a person
        """The bank would not take it back: it is its holder's still."""
        former = Claimable.objects.select_related("wallet").get(public_id=payout.subject)
        made = credit(
            by=BY,
            wallet=former.wallet,
            source=former.source,
            amount_fen=payout.amount_fen,
            key=f"again:{payout.number}",
            from_account_id=clearing_account(payout.channel),
            reference=former.reference,
        )
        return made.entry_id


@transaction.atomic
def send_back(*, claimable: Claimable, channel: Channel, agreement: Agreement | None) -> BankPayout:
    """An unclaimed sum that was returned to our account at the bank: on to its holder's bank card. Once for a claimable."""
    made, is_new = pay_by_wire(
        purpose=UNCLAIMED,
        subject=str(claimable.public_id),
        amount_fen=claimable.amount_fen,
        entry_id=claimable.return_entry_id,
        channel=channel,
        agreement=agreement,
    )
    if is_new:
        facts = {"payout": made.number, "fen": made.amount_fen, "tail": made.tail}
        audit.record(by=BY, action="card.send_back", target=f"wallet:{claimable.wallet_id}", facts=facts)
    return made
