"""Deposits (到账登记): money of ours that arrives at the bank. One clerk says so, another books it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.accounts import clearing_account
from nanhu.platforms.payments.channels import bank_channel
from nanhu.platforms.payments.deposit_sources import deposit_sources
from nanhu.platforms.payments.errors import DepositKnownError, DepositTooLargeError
from nanhu.platforms.payments.models import Channel, Deposit

State = Deposit.State
FEES = ledger.AccountOrder(code="payments.bank_fee", name="银联手续费", kind="expense")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the form says: out of a registered `source`, or from an acquirer."""

    token: UUID
    source: str
    acquirer: Channel | None
    day: date
    amount_fen: int
    fee_fen: int
    reference: str


def ask(*, by: Actor, arrival: Arrival) -> Deposit:
    """The same form again is the deposit that it made; the bank's number stands once; no more than lies there."""
    with refused_as(DepositKnownError(reference=arrival.reference), by="payments_deposit_once"):
        if (known := Deposit.known(by, arrival.token)) is not None:
            return known
        asked = Deposit(
            token=arrival.token,
            channel=bank_channel(),
            source=arrival.source,
            acquirer=arrival.acquirer,
            day=arrival.day,
            amount_fen=arrival.amount_fen,
            fee_fen=arrival.fee_fen,
            reference=arrival.reference.strip(),
            author_id=account_of(by),
            author_name=by.name,
        )
        check_sum(asked)
        asked.save()
        note(by, asked, "payments.ask_deposit")
        return asked


@transaction.atomic
def approve(*, by: Actor, deposit: Deposit) -> Deposit:
    current = decided(by, deposit, State.BOOKED)
    Channel.objects.select_for_update().get(pk=current.channel_id)  # two at once do not both empty the safe
    check_sum(current)
    source, bank = source_of(current), clearing_account(current.channel)
    legs = [ledger.Leg(debit_account_id=bank, credit_account_id=source, amount_fen=current.amount_fen)]
    if current.fee_fen:
        fees = ledger.open_accounts([FEES])[FEES.code]
        legs.append(ledger.Leg(debit_account_id=fees, credit_account_id=source, amount_fen=current.fee_fen))
    key = f"payments.deposit:{current.public_id}"
    posted = ledger.post(by=by, kind="payments.deposit", legs=legs, key=key, reference=current.reference)
    current.entry_id = posted.entry_id
    return kept(by, current)


@transaction.atomic
def refuse(*, by: Actor, deposit: Deposit, answer: str) -> Deposit:
    return kept(by, decided(by, deposit, State.REFUSED, given(answer)))


def check_sum(deposit: Deposit) -> None:
    """Never more than lies in the safe, or than the acquirer owes us by our books."""
    left = ledger.balance_of(source_of(deposit))
    if deposit.amount_fen + deposit.fee_fen > left:
        raise DepositTooLargeError(left=format_yuan(left))


def source_of(deposit: Deposit) -> int:
    if deposit.acquirer is not None:
        return clearing_account(deposit.acquirer)
    source = deposit_sources.get(deposit.source)
    if source is None:
        raise NotFoundError(what=deposit.source)
    return source.account()


def decided(by: Actor, deposit: Deposit, state: str, answer: str = "") -> Deposit:
    """Locked and decided, not yet saved."""
    locked = deposit.locked_in({State.ASKED}, Deposit.objects.select_related("channel", "acquirer"))
    locked.decide(by, state=state, answer=answer)
    return locked


def kept(by: Actor, deposit: Deposit) -> Deposit:
    deposit.save()
    note(by, deposit, "payments.book_deposit" if deposit.state == State.BOOKED else "payments.refuse_deposit")
    return deposit


def note(by: Actor, deposit: Deposit, action: str) -> None:
    facts = {"fen": deposit.amount_fen, "bank_fee_fen": deposit.fee_fen, "reference": deposit.reference}
    audit.record(by=by, action=action, target=f"deposit:{deposit.public_id}", reason=deposit.answer, facts=facts)
