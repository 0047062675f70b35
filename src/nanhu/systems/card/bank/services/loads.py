"""Loads (圈存), each step its own transaction: what was asked is committed before the bank hears of it, what the bank said
before money moves here. Whoever dies between two steps leaves a row that the retries bring to its end."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.retries import Again
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import (
    LEASE,
    BankAnswer,
    BankSilentError,
    NoAgreementError,
    active_agreement,
    clearing_account,
    first_look,
    gateway_of,
    new_number,
    next_look,
)
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.errors import LoadBalanceError, LoadLimitError, LoadUnderWayError
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import Load
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.funds.models import Claimable, PendingAccount
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.models import Card

log = logging.getLogger(__name__)
State = Load.State
BY = Actor.system("card.bank")
ASKED_LASTS = timedelta(seconds=60)
"""Nobody waits at the kiosk any more: what was not sent by then is not sent."""
LOOKS_BEFORE_REVERSAL = 5
UNCLAIMED_AFTER = timedelta(minutes=10)
GONE = (Claimable.State.RETURNED, Claimable.State.SET_OFF)
TOO_LATE, SILENT, ODD = "没有及时发往银行，未扣款", "银行没有答复，正在查询", "银行答复的金额不符，待人工核对"


def ask_load(*, by: Actor, card: Card, amount_fen: int, terminal: Terminal | None) -> Load:
    """Write the order down. The bank hears of it after the commit, by the retries."""
    check_amount(amount_fen)
    with transaction.atomic():
        current = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
        if current.state != Card.State.ISSUED:
            raise CardStateError(state=Card.State(current.state).label)
        agreement = active_agreement(current.person_id)
        if agreement is None:
            raise NoAgreementError
        check_balance(current, amount_fen)
        with refused_as(LoadUnderWayError):
            made = Load.objects.create(
                number=new_number("LD"),
                card=current,
                agreement=agreement,
                terminal=terminal,
                amount_fen=amount_fen,
                due_at=now(),
            )
        facts = {"load": made.number, "fen": amount_fen, "terminal": terminal.number if terminal else ""}
        audit.record(by=by, action="card.ask_load", target=f"card:{current.number}", facts=facts)
        return made


def check_amount(amount_fen: int) -> None:
    limits = bank_limits()
    if not limits.smallest_fen <= amount_fen <= limits.largest_fen:
        raise LoadLimitError(smallest=format_yuan(limits.smallest_fen), largest=format_yuan(limits.largest_fen))


def check_balance(card: Card, amount_fen: int) -> None:
    """Under the card's lock: neither loads nor online top-ups bring more than the school wants on a card."""
    if held_fen(card) + amount_fen > bank_limits().balance_fen:
        raise LoadBalanceError(largest=format_yuan(bank_limits().balance_fen))


def held_fen(card: Card) -> int:
    """Balance and what waits to be claimed."""
    pending = PendingAccount.objects.filter(wallet_id=card.wallet_id).values_list("account_id", flat=True)
    return sum(ledger.balances_of([card.wallet_id, *pending]).values())


def move(load: Load, to: State, *, among: tuple[State, ...], **facts: Any) -> bool:
    """One step, if the load is still where it was seen. Audited; the database refuses steps that are none."""
    with transaction.atomic():
        current = Load.objects.select_for_update(of=("self",)).get(pk=load.pk)
        if current.state not in among:
            return False
        if current.state == to and all(getattr(current, name) == value for name, value in facts.items()):
            return True
        for name, value in {"state": to, "due_at": None, **facts}.items():
            setattr(current, name, value)
        current.save()
        told = {"load": current.number, "state": to.value, "fen": current.amount_fen, "reference": current.reference}
        audit.record(by=BY, action="card.move_load", target=f"card_load:{current.pk}", facts=told)
        return True


def step(load: Load) -> Again | None:
    """Do what is next for this load; `load` is fresh and leased to us."""
    state = State(load.state)
    if state == State.ASKED:
        send(load)
    elif state in {State.SENT, State.UNKNOWN}:
        ask_bank(load)
    elif state == State.REVERSING:
        return reverse(load)
    elif state == State.DEBITED:
        credit_load(load)
    else:
        follow_claimable(load)
    return None


def send(load: Load) -> None:
    if load.created_at < now() - ASKED_LASTS:
        move(load, State.REFUSED, among=(State.ASKED,), sentence=TOO_LATE)
        return
    if not move(load, State.SENT, among=(State.ASKED,), due_at=now() + LEASE):
        return
    try:
        answer = gateway_of(load.agreement.channel).debit(
            request=load.number, token=load.agreement.token, amount_fen=load.amount_fen
        )
    except BankSilentError as error:
        log.warning("load %s: %s", load.number, error)
        move(load, State.UNKNOWN, among=(State.SENT,), sentence=SILENT, due_at=first_look())
        return
    hear(load, answer)


def ask_bank(load: Load) -> None:
    """By query only: a debit is never sent twice, and never taken back while the bank may still confirm it."""
    answer = gateway_of(load.agreement.channel).query(original=load.number)
    if answer.outcome != "unknown":
        hear(load, answer)
    elif load.attempts > LOOKS_BEFORE_REVERSAL:
        if load.state == State.SENT:
            move(load, State.UNKNOWN, among=(State.SENT,), due_at=now())
        move(load, State.REVERSING, among=(State.UNKNOWN,), sentence=answer.sentence, due_at=now())
    else:
        move(load, State.UNKNOWN, among=(State.SENT, State.UNKNOWN), sentence=SILENT, due_at=next_look(load.attempts))


def hear(load: Load, answer: BankAnswer) -> None:
    """The bank's word: debited, or refused for good."""
    among = (State.SENT, State.UNKNOWN)
    if answer.outcome == "done":
        if answer.amount_fen != load.amount_fen or not answer.reference or answer.settled_on is None:
            if load.state == State.SENT:
                move(load, State.UNKNOWN, among=(State.SENT,), sentence=ODD, due_at=next_look(9))
            return
        facts = {"reference": answer.reference, "settled_on": answer.settled_on, "sentence": "", "due_at": now()}
        if move(load, State.DEBITED, among=among, **facts):
            credit_load(load)
    elif answer.is_final:
        move(load, State.REFUSED, among=among, sentence=answer.sentence)


def credit_load(load: Load) -> None:
    """Book the money for its holder and say so in one transaction."""
    with transaction.atomic():
        current = Load.objects.select_for_update(of=("self",)).select_related("card__wallet").get(pk=load.pk)
        if current.state != State.DEBITED:
            return
        made = credit(
            by=BY,
            wallet=current.card.wallet,
            source="load",
            amount_fen=current.amount_fen,
            key=f"load:{current.number}",
            from_account_id=clearing_account(load.agreement.channel),
            reference=current.reference,
        )
        move(current, State.CREDITED, among=(State.DEBITED,), claimable_id=made.pk, due_at=now() + UNCLAIMED_AFTER)


def reverse(load: Load) -> Again | None:
    """Repeated until the bank says that the holder has not paid, or has it back; a refusal says neither."""
    bank = gateway_of(load.agreement.channel)
    answer = bank.reverse(request=f"{load.number}R{load.attempts}", original=load.number)
    if not answer.is_undone:
        log.warning("reversal of %s: %s", load.number, answer.sentence)
        return Again(answer.sentence)
    move(load, State.REVERSED, among=(State.REVERSING,), sentence="银行未扣款，或已退回银行卡")
    return None


def follow_claimable(load: Load) -> Load:
    """What became of the money on its way to the chip: the claim knows, we say it in our words."""
    with transaction.atomic():
        current = Load.objects.select_for_update(of=("self",)).get(pk=load.pk)
        if current.claimable_id is None:
            return current
        claimable = Claimable.objects.get(pk=current.claimable_id)
        is_stale = current.moved_at < now() - UNCLAIMED_AFTER
        later = {"due_at": now() + UNCLAIMED_AFTER}
        if claimable.state == Claimable.State.CLAIMED:
            move(current, State.WRITTEN, among=(State.CREDITED, State.WRITING, State.UNCLAIMED))
        elif claimable.state == Claimable.State.WRITING:
            move(current, State.WRITING, among=(State.CREDITED, State.UNCLAIMED), **later)
        elif current.state == State.WRITING:
            move(current, State.CREDITED, among=(State.WRITING,), **later)
        elif claimable.state in GONE or is_stale:
            sentence = str(Claimable.State(claimable.state).label) if claimable.state in GONE else ""
            move(current, State.UNCLAIMED, among=(State.CREDITED,), sentence=sentence)
        else:
            Load.objects.filter(pk=current.pk, state=State.CREDITED).update(**later)
        current.refresh_from_db()
        return current
