"""Money back to the bank card of who leaves (A122: leaver's refund): all that is theirs, by two clerks, paid by the bank."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.errors import DebtFirstError, NothingToWithdrawError, StillHereError
from nanhu.systems.card.funds.models import Claimable, ClaimOrder, Withdrawal
from nanhu.systems.card.funds.services.claims import WRITING, claim_without_chip
from nanhu.systems.card.funds.services.pending import lock_funds
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.receipts import locked_balances, write_receipt

PAYABLE = "card.bank_payable"
State = Withdrawal.State


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCard:
    """Where the bank pays to: its token and the last four digits, as the bank's part holds them."""

    bank: str
    tail: str
    token: str = field(repr=False)


def withdrawable_fen(card: Card) -> int:
    """The wallet and all that still waits, due or not, or whose write nobody heard of: no chip will ever take it."""
    waiting = Claimable.objects.filter(wallet=card.wallet, state__in=[Claimable.State.WAITING, Claimable.State.WRITING])
    return ledger.balance_of(card.wallet_id) + sum(one.left_fen for one in waiting)


def ask_for_withdrawal(*, by: Actor, card: Card, to: BankCard, reason: str, token: UUID) -> Withdrawal:
    """Of a card that has expired: its holder has left. The same form again gives the same request."""
    why = given(reason)
    with transaction.atomic():
        if (known := Withdrawal.known(by, token)) is not None:
            return known
        current = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
        amount = amount_to_pay(current)
        asked = Withdrawal.begun(
            by,
            token,
            card=current,
            amount_fen=amount,
            bank=to.bank,
            account_tail=to.tail,
            account_token=to.token,
            reason=why,
        )
        note(by, asked, "card.ask_for_withdrawal", reason)
        return asked


def amount_to_pay(card: Card) -> int:
    if card.state != Card.State.EXPIRED:
        raise StillHereError
    _pending, balances = lock_funds(card.wallet)
    if balances[card.wallet.receivable_id]:
        raise DebtFirstError
    amount = withdrawable_fen(card)
    if amount <= 0:
        raise NothingToWithdrawError
    return amount


def approve(*, by: Actor, withdrawal: Withdrawal) -> Withdrawal:
    """What waits comes into the wallet first, then all of it leaves at once. What came in since the request stays."""
    with transaction.atomic():
        locked = decided(by, withdrawal, State.APPROVED)
        card = locked.card
        if card.state != Card.State.EXPIRED and ClaimOrder.objects.filter(wallet=card.wallet, state=WRITING).exists():
            raise locked.wrong_state(Claimable.State.WRITING.label)
        claim_without_chip(by=by, card=card)
        balances = locked_balances(card.wallet_id, card.wallet.receivable_id)
        if balances[card.wallet.receivable_id]:
            raise DebtFirstError
        left = balances[card.wallet_id] - locked.amount_fen
        if left < 0:
            raise NothingToWithdrawError
        leg = ledger.Leg(debit_account_id=card.wallet_id, credit_account_id=payable(), amount_fen=locked.amount_fen)
        key = f"card.withdrawal:{locked.public_id}"
        entry = ledger.post(by=by, kind="card.withdrawal", legs=[leg], key=key, reference=locked.reason)
        locked.receipt_id = write_receipt(
            kind="withdrawal",
            card=card,
            amount_fen=locked.amount_fen,
            balance_fen=left,
            entry_id=entry.entry_id,
            detail=locked.account_tail,
        )
        return kept(by, locked)


def refuse(*, by: Actor, withdrawal: Withdrawal, answer: str) -> Withdrawal:
    why = given(answer)
    with transaction.atomic():
        return kept(by, decided(by, withdrawal, State.REFUSED, why))


def mark_paid(*, by: Actor, withdrawal: Withdrawal, bank_account_id: int, reference: str) -> Withdrawal:
    """The bank paid it out (its file says so): the debt to the person ends. For the bank's part; twice is harmless."""
    with transaction.atomic():
        locked = Withdrawal.objects.select_for_update().get(pk=withdrawal.pk)
        if locked.state == State.PAID:
            return locked
        if locked.state != State.APPROVED:
            raise locked.wrong_state()
        leg = ledger.Leg(debit_account_id=payable(), credit_account_id=bank_account_id, amount_fen=locked.amount_fen)
        ledger.post(by=by, kind="card.bank_payout", legs=[leg], key=payment_key(locked))
        locked.state, locked.paid_at, locked.bank_reference = State.PAID, now(), reference
        locked.save()
        note(by, locked, "card.withdrawal_paid", reference)
        return locked


def payment_key(withdrawal: Withdrawal) -> str:
    """What names its payment in the ledger."""
    return f"card.bank_payout:{withdrawal.public_id}"


def decided(by: Actor, withdrawal: Withdrawal, state: str, answer: str = "") -> Withdrawal:
    """Locked and decided, not yet saved."""
    locked = withdrawal.locked_in({State.ASKED}, Withdrawal.objects.select_related("card__wallet"))
    locked.decide(by, state=state, answer=answer)
    return locked


def kept(by: Actor, locked: Withdrawal) -> Withdrawal:
    locked.save()
    note(by, locked, f"card.withdrawal_{locked.state}", locked.answer)
    return locked


def payable() -> int:
    """What we owe to bank cards until the bank has paid."""
    return ledger.open_accounts([ledger.AccountOrder(code=PAYABLE, name="待付银行退款", kind="liability")])[PAYABLE]


def note(by: Actor, withdrawal: Withdrawal, action: str, reason: str) -> None:
    facts = {"fen": withdrawal.amount_fen, "tail": withdrawal.account_tail, "withdrawal": str(withdrawal.public_id)}
    audit.record(by=by, action=action, target=f"card:{withdrawal.card.number}", reason=reason, facts=facts)
