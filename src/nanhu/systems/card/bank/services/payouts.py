"""Money back to bank cards: leavers' refunds by a file to the bank and its result file, unclaimed loads by the live wire.

A returned refund stays owed and goes into the next file; a returned load waits for its holder again.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.retries import Again
from nanhu.platforms.payments.api import Agreement, Channel, bank_channel, gateway_of, new_number
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.accounts import clearing_account
from nanhu.systems.card.bank.errors import NothingToPayError
from nanhu.systems.card.bank.models import BankPayout, PayoutFile
from nanhu.systems.card.funds.models import Claimable, Withdrawal
from nanhu.systems.card.funds.services import withdrawals
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.policies import clerk_account

log = logging.getLogger(__name__)
State = BankPayout.State
BY = Actor.system("card.bank")
PURPOSE = "校园卡圈存退回"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the bank says of one payout."""

    number: str
    is_paid: bool
    reference: str = ""
    settled_on: date | None = None
    sentence: str = ""


def waiting_withdrawals() -> list[Withdrawal]:
    """Approved, and in no file that the bank may still pay."""
    under_way = (
        BankPayout.objects.filter(withdrawal__isnull=False).exclude(state=State.RETURNED).values("withdrawal_id")
    )
    rows = Withdrawal.objects.filter(state=Withdrawal.State.APPROVED).exclude(pk__in=under_way)
    return list(rows.select_related("card").order_by("decided_at", "pk"))


@transaction.atomic
def make_file(*, by: Actor) -> PayoutFile:
    """All that waits goes into one file. Two clerks at once: the second finds nothing."""
    channel = Channel.objects.select_for_update().get(pk=bank_channel().pk)
    waiting = waiting_withdrawals()
    if not waiting:
        raise NothingToPayError
    made = PayoutFile.objects.create(
        number=new_number("PF"), channel=channel, maker_id=clerk_account(by), maker_name=by.name,
        row_count=len(waiting), sum_fen=sum(one.amount_fen for one in waiting),
    )  # fmt: skip
    persons = people.person_cards([one.card.person_id for one in waiting])
    held = {one.person_id: one for one in Agreement.objects.filter(
        channel=channel, state=Agreement.State.ACTIVE, person_id__in=list(persons))}  # fmt: skip
    BankPayout.objects.bulk_create(
        payout_of(one, made, held.get(one.card.person_id), persons[one.card.person_id].name) for one in waiting
    )
    facts = {"file": made.number, "rows": made.row_count, "fen": made.sum_fen}
    audit.record(by=by, action="card.make_payout_file", target=f"card_payout_file:{made.pk}", facts=facts)
    return made


def payout_of(withdrawal: Withdrawal, file: PayoutFile, held: Agreement | None, name: str) -> BankPayout:
    """To the bank card its holder has an agreement for now, else to the one named when the refund was asked for."""
    token, tail = (held.token, held.tail) if held else (withdrawal.account_token, withdrawal.account_tail)
    return BankPayout(
        number=new_number("PO"), channel=file.channel, withdrawal=withdrawal, file=file, token=token, tail=tail,
        name=name, amount_fen=withdrawal.amount_fen,
    )  # fmt: skip


@transaction.atomic
def take_results(*, by: Actor, file: PayoutFile, results: Iterable[Result]) -> dict[str, int]:
    """All of the bank's lines or none. The same file again changes nothing."""
    done = {State.PAID.value: 0, State.RETURNED.value: 0, "known": 0}
    rows = {one.number: one for one in file.payouts.select_for_update(of=("self",)).order_by("pk")}
    for result in results:
        payout = rows[result.number]
        if payout.state != State.ASKED:
            done["known"] += 1
            continue
        state = State.PAID if result.is_paid else State.RETURNED
        end(by=by, payout=payout, result=result)
        done[state.value] += 1
    facts = {"file": file.number, **done}
    audit.record(by=by, action="card.take_payout_results", target=f"card_payout_file:{file.pk}", facts=facts)
    return done


def end(*, by: Actor, payout: BankPayout, result: Result) -> None:
    """One payout's end with what follows from it, within the caller's transaction."""
    payout.state = State.PAID if result.is_paid else State.RETURNED
    payout.reference, payout.sentence = result.reference, result.sentence
    payout.settled_on = (result.settled_on or campus_today()) if result.is_paid else None
    payout.ended_at, payout.due_at = now(), None
    if result.is_paid and payout.withdrawal is not None:
        withdrawals.mark_paid(
            by=by, withdrawal=payout.withdrawal, bank_account_id=clearing_account(payout.channel),
            reference=result.reference,
        )  # fmt: skip
    elif not result.is_paid and payout.claimable is not None:
        payout.again = wait_again(payout, payout.claimable)
    payout.save()
    facts = {"payout": payout.number, "state": payout.state, "fen": payout.amount_fen, "reference": payout.reference}
    audit.record(by=by, action="card.end_payout", target=f"card_bank_payout:{payout.pk}", facts=facts)


def wait_again(payout: BankPayout, former: Claimable) -> Claimable:
    """The bank would not take it back: it is its holder's still."""
    return credit(
        by=BY, wallet=former.wallet, source=former.source, amount_fen=payout.amount_fen, key=f"again:{payout.number}",
        from_account_id=clearing_account(payout.channel), reference=former.reference,
    )  # fmt: skip


@transaction.atomic
def send_back(*, claimable: Claimable, channel: Channel, agreement: Agreement | None) -> BankPayout:
    """An unclaimed sum that was returned to our account at the bank: on to its holder's bank card. Once for a claimable."""
    made, is_new = BankPayout.objects.get_or_create(
        claimable=claimable,
        defaults={
            "number": new_number("PO"), "channel": channel, "amount_fen": claimable.amount_fen, "due_at": now(),
            "token": agreement.token if agreement else "", "tail": agreement.tail if agreement else "",
        },
    )  # fmt: skip
    if is_new:
        facts = {"payout": made.number, "fen": made.amount_fen, "tail": made.tail}
        audit.record(by=BY, action="card.send_back", target=f"wallet:{claimable.wallet_id}", facts=facts)
    return made


def step(payout: BankPayout) -> Again | None:
    """Asked under the same number until the bank answers; it pays a number once."""
    if not payout.token:
        hear(payout, Result(number=payout.number, is_paid=False, sentence="没有签约银行卡，退不回去"))
        return None
    answer = gateway_of(payout.channel).pay_out(
        request=payout.number, token=payout.token, amount_fen=payout.amount_fen, purpose=PURPOSE
    )
    is_paid = answer.outcome == "done" and answer.amount_fen == payout.amount_fen
    if is_paid or answer.outcome == "refused":
        hear(payout, Result(
            number=payout.number, is_paid=is_paid, reference=answer.reference, settled_on=answer.settled_on,
            sentence=answer.sentence,
        ))  # fmt: skip
        return None
    log.warning("payout %s: %s", payout.number, answer.sentence)
    return Again(answer.sentence)


@transaction.atomic
def hear(payout: BankPayout, result: Result) -> None:
    current = BankPayout.objects.select_for_update(of=("self",)).get(pk=payout.pk)
    if current.state == State.ASKED:
        end(by=BY, payout=current, result=result)
