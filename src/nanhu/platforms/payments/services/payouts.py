"""Payouts (代付) to bank cards: by a file to the bank and its result file, or by the live wire.

What a payout pays for, and what is booked when it ends, its purpose knows.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.retries import Again
from nanhu.platforms.payments.channels import bank_channel, gateway_of
from nanhu.platforms.payments.errors import NothingToPayError
from nanhu.platforms.payments.models import Agreement, BankPayout, Channel, PayoutFile
from nanhu.platforms.payments.purposes import PURPOSES, Owed
from nanhu.platforms.payments.services.agreements import new_number
from nanhu.platforms.people import api as people

log = logging.getLogger(__name__)
State = BankPayout.State
BY = Actor.system("payments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the bank says of one payout."""

    number: str
    is_paid: bool
    reference: str = ""
    settled_on: date | None = None
    sentence: str = ""


type Waiting = tuple[str, Owed]
"""By the key of its purpose."""


def waiting() -> list[Waiting]:
    """What is owed, and in no file that the bank may still pay."""
    found: list[Waiting] = []
    for key, purpose in PURPOSES.items():
        owed = purpose.owed()
        paid = living(key, [one.subject for one in owed])
        found += [(key, one) for one in owed if one.subject not in paid]
    return found


def waiting_count() -> int:
    """How many `waiting` has, without opening anybody's token."""
    asked = {key: purpose.subjects() for key, purpose in PURPOSES.items()}
    return sum(len(set(subjects) - living(key, subjects)) for key, subjects in asked.items() if subjects)


def living(purpose: str, subjects: Sequence[str]) -> set[str]:
    """Those of them that a payout pays which has not come back."""
    rows = BankPayout.objects.filter(purpose=purpose, subject__in=subjects).exclude(state=State.RETURNED)
    return set(rows.values_list("subject", flat=True))


@transaction.atomic
def make_file(*, by: Actor) -> PayoutFile:
    """All that waits goes into one file. Two clerks at once: the second finds nothing."""
    channel = Channel.objects.select_for_update().get(pk=bank_channel().pk)
    owed = waiting()
    if not owed:
        raise NothingToPayError
    made = PayoutFile.objects.create(
        number=new_number("PF"),
        channel=channel,
        maker_id=account_of(by),
        maker_name=by.name,
        row_count=len(owed),
        sum_fen=sum(one.amount_fen for _key, one in owed),
    )
    persons = people.person_cards([one.person_id for _key, one in owed])
    held = {
        one.person_id: one
        for one in Agreement.objects.filter(channel=channel, state=Agreement.State.ACTIVE, person_id__in=list(persons))
    }
    BankPayout.objects.bulk_create(
        payout_of(key, one, made, held.get(one.person_id), persons[one.person_id].name) for key, one in owed
    )
    facts = {"file": made.number, "rows": made.row_count, "fen": made.sum_fen}
    audit.record(by=by, action="payments.make_file", target=f"payments_payout_file:{made.pk}", facts=facts)
    return made


def payout_of(purpose: str, owed: Owed, file: PayoutFile, held: Agreement | None, name: str) -> BankPayout:
    """To the bank card its holder has an agreement for now, else to the one named when it was asked for."""
    token, tail = (held.token, held.tail) if held else (owed.token, owed.tail)
    return BankPayout(
        number=new_number("PO"),
        channel=file.channel,
        purpose=purpose,
        subject=owed.subject,
        file=file,
        token=token,
        tail=tail,
        name=name,
        amount_fen=owed.amount_fen,
    )


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
    audit.record(by=by, action="payments.take_results", target=f"payments_payout_file:{file.pk}", facts=facts)
    return done


def end(*, by: Actor, payout: BankPayout, result: Result) -> None:
    """One payout's end with what follows from it, within the caller's transaction."""
    payout.state = State.PAID if result.is_paid else State.RETURNED
    payout.reference, payout.sentence = result.reference, result.sentence
    payout.settled_on = (result.settled_on or campus_today()) if result.is_paid else None
    payout.ended_at, payout.due_at = now(), None
    purpose = PURPOSES[payout.purpose]
    if result.is_paid:
        payout.entry_id = purpose.paid(by=by, payout=payout) or payout.entry_id
    else:
        payout.again_entry_id = purpose.returned(by=by, payout=payout)
    payout.save()
    facts = {"payout": payout.number, "state": payout.state, "fen": payout.amount_fen, "reference": payout.reference}
    audit.record(by=by, action="payments.end_payout", target=f"payments_payout:{payout.pk}", facts=facts)


def pay_by_wire(
    *, purpose: str, subject: str, amount_fen: int, entry_id: int | None, channel: Channel, agreement: Agreement | None
) -> tuple[BankPayout, bool]:
    """On to a bank card, asked until the bank answers; once for a subject: whether it is new. In the transaction of its caller."""
    return BankPayout.objects.get_or_create(
        purpose=purpose,
        subject=subject,
        file=None,
        defaults={
            "number": new_number("PO"),
            "channel": channel,
            "amount_fen": amount_fen,
            "entry_id": entry_id,
            "words": PURPOSES[purpose].words,
            "due_at": now(),
            "token": agreement.token if agreement else "",
            "tail": agreement.tail if agreement else "",
        },
    )


def step(payout: BankPayout) -> Again | None:
    """Asked under the same number, in the same words, until the bank answers; it pays a number once. That the number was
    used for something else is no answer: only `query` tells what became of it."""
    if not payout.token:
        hear(payout, Result(number=payout.number, is_paid=False, sentence="没有签约银行卡，退不回去"))
        return None
    bank = gateway_of(payout.channel)
    answer = bank.pay_out(request=payout.number, token=payout.token, amount_fen=payout.amount_fen, purpose=payout.words)
    if not answer.is_final:
        answer = bank.query(original=payout.number)
    is_paid = answer.outcome == "done" and answer.amount_fen == payout.amount_fen
    if is_paid or (answer.outcome == "refused" and answer.is_final):
        hear(
            payout,
            Result(
                number=payout.number,
                is_paid=is_paid,
                reference=answer.reference,
                settled_on=answer.settled_on,
                sentence=answer.sentence,
            ),
        )
        return None
    log.warning("payout %s: %s", payout.number, answer.sentence)
    return Again(answer.sentence)


@transaction.atomic
def hear(payout: BankPayout, result: Result) -> None:
    current = BankPayout.objects.select_for_update(of=("self",)).get(pk=payout.pk)
    if current.state == State.ASKED:
        end(by=BY, payout=current, result=result)
