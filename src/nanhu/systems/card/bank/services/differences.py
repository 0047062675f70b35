"""Seeing to a difference: the holder gets what the other side has and we had not, or somebody says why it is none."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.channels import clearing_account
from nanhu.systems.card.bank.errors import (
    DifferenceStateError,
    NobodyToCreditError,
    OwnProposalError,
    SuspectTooLargeError,
)
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import Difference, Load, OnlineTopUp
from nanhu.systems.card.bank.services import top_ups
from nanhu.systems.card.errors import ReasonMissingError
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.models import Card
from nanhu.systems.card.policies import clerk_account

State = Difference.State
CREDITABLE = (Difference.Kind.ONLY_THEIRS, Difference.Kind.SUSPECT)


@transaction.atomic
def propose_credit(*, by: Actor, difference: Difference, reason: str) -> Difference:
    """One clerk says whose it is and why; nothing moves before another agrees."""
    current = locked(difference, reason)
    if current.kind not in CREDITABLE:
        raise DifferenceStateError(state=current.get_kind_display())
    if current.kind == Difference.Kind.SUSPECT and current.theirs_fen > bank_limits().balance_fen:
        raise SuspectTooLargeError(most=format_yuan(bank_limits().balance_fen))
    current.proposer_id, current.proposer_name, current.proposed_at = clerk_account(by), by.name, now()
    current.note = reason.strip()
    current.save()
    note(by, current, "card.propose_difference", reason)
    return current


@transaction.atomic
def credit_holder(*, by: Actor, difference: Difference) -> Difference:
    """What only the other side has belongs to somebody: it waits to be claimed, as it should have done from the first."""
    current = proposed(by, difference)
    current.claimable = book(by=by, current=current)
    if Difference.objects.filter(claimable=current.claimable).exclude(pk=current.pk).exists():
        raise DifferenceStateError(state=State.CREDITED.label)
    return settle(by=by, current=current, state=State.CREDITED, reason=current.note)


@transaction.atomic
def refuse_credit(*, by: Actor, difference: Difference, answer: str) -> Difference:
    if not answer.strip():
        raise ReasonMissingError
    current = proposed(by, difference)
    current.proposer, current.proposer_name, current.proposed_at, current.note = None, "", None, answer.strip()
    current.save()
    note(by, current, "card.refuse_difference", answer)
    return current


def proposed(by: Actor, difference: Difference) -> Difference:
    current = locked(difference, "-")
    if current.proposed_at is None:
        raise DifferenceStateError(state=State(current.state).label)
    if current.proposer_id == clerk_account(by):
        raise OwnProposalError
    return current


@transaction.atomic
def explain(*, by: Actor, difference: Difference, reason: str) -> Difference:
    return settle(by=by, current=locked(difference, reason), state=State.EXPLAINED, reason=reason)


def locked(difference: Difference, reason: str) -> Difference:
    if not reason.strip():
        raise ReasonMissingError
    current = Difference.objects.select_for_update(of=("self",)).select_related("channel").get(pk=difference.pk)
    if current.state != State.OPEN:
        raise DifferenceStateError(state=State(current.state).label)
    return current


def settle(*, by: Actor, current: Difference, state: Difference.State, reason: str) -> Difference:
    current.state, current.settled_by_id, current.note, current.settled_at = (
        state,
        clerk_account(by),
        reason.strip(),
        now(),
    )
    current.save()
    note(by, current, "card.settle_difference", reason)
    return current


def note(by: Actor, current: Difference, action: str, reason: str) -> None:
    facts = {"difference": current.pk, "order": current.order, "fen": current.theirs_fen, "state": current.state}
    audit.record(by=by, action=action, target=f"card_difference:{current.pk}", reason=reason, facts=facts)


def book(*, by: Actor, current: Difference) -> Claimable:
    """Under the very key that the order itself would have used: whatever is told later cannot book it again."""
    load = Load.objects.filter(number=current.order).select_related("card__wallet").first()
    if load is not None:
        return credit(
            by=by, wallet=load.card.wallet, source="load", amount_fen=current.theirs_fen, key=f"load:{load.number}",
            from_account_id=clearing_account(current.channel), reference=current.reference,
        )  # fmt: skip
    top_up = OnlineTopUp.objects.filter(number=current.order).first()
    if top_up is not None:
        top_ups.hear_paid(top_up, query_id=current.reference, amount_fen=current.theirs_fen, settled_on=current.day)
    else:
        top_up = late_transfer(current)
    top_up.refresh_from_db()
    if top_up.claimable is None:
        raise NobodyToCreditError
    return top_up.claimable


def late_transfer(current: Difference) -> OnlineTopUp:
    """A transfer of the bank's app whose notice never came: the file names whose it is."""
    person_id = people.find_person_by_campus_no(current.campus_no) if current.campus_no else None
    card = Card.objects.filter(person_id=person_id, state__in=("issued", "lost")).first() if person_id else None
    if card is None:
        raise NobodyToCreditError
    return top_ups.hear_transfer(
        channel=current.channel,
        reference=current.order,
        card=card,
        amount_fen=current.theirs_fen,
        settled_on=current.day,
    )
