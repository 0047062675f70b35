"""Seeing to a difference: the holder gets what the other side has and we had not, or somebody says why it is none."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.payments.errors import NobodyToCreditError
from nanhu.platforms.payments.models import Difference
from nanhu.platforms.payments.uses import USES

State = Difference.State
CREDITABLE = (Difference.Kind.ONLY_THEIRS, Difference.Kind.SUSPECT)


@transaction.atomic
def propose_credit(*, by: Actor, difference: Difference, reason: str) -> Difference:
    """One clerk says whose it is and why; nothing moves before another agrees."""
    current = locked(difference, reason)
    if current.kind not in CREDITABLE:
        raise WrongStateError(what=_("这条差异"), state=current.get_kind_display())
    for use in USES:
        use.check_credit(current)
    current.proposer_id, current.proposer_name, current.proposed_at = account_of(by), by.name, now()
    current.note = reason.strip()
    current.save()
    note(by, current, "payments.propose_difference", reason)
    return current


@transaction.atomic
def credit_holder(*, by: Actor, difference: Difference) -> Difference:
    """What only the other side has belongs to somebody: it waits to be claimed, as it should have done from the first."""
    current = proposed(by, difference)
    current.entry_id = credited(by, current)
    if Difference.objects.filter(entry_id=current.entry_id).exclude(pk=current.pk).exists():
        raise WrongStateError(what=_("这条差异"), state=State.CREDITED.label)
    return settle(by=by, current=current, state=State.CREDITED, reason=current.note)


def credited(by: Actor, current: Difference) -> int:
    entries = (use.credit(by=by, difference=current) for use in USES)
    found = next((entry for entry in entries if entry is not None), None)
    if found is None:
        raise NobodyToCreditError
    return found


@transaction.atomic
def refuse_credit(*, by: Actor, difference: Difference, answer: str) -> Difference:
    why, current = given(answer), proposed(by, difference)
    current.proposer, current.proposer_name, current.proposed_at, current.note = None, "", None, why
    current.save()
    note(by, current, "payments.refuse_difference", answer)
    return current


def proposed(by: Actor, difference: Difference) -> Difference:
    current = locked(difference, "-")
    if current.proposed_at is None:
        raise WrongStateError(what=_("这条差异"), state=State(current.state).label)
    refuse_same_person(by, current.proposer_id)
    return current


@transaction.atomic
def explain(*, by: Actor, difference: Difference, reason: str) -> Difference:
    return settle(by=by, current=locked(difference, reason), state=State.EXPLAINED, reason=reason)


def locked(difference: Difference, reason: str) -> Difference:
    given(reason)
    current = Difference.objects.select_for_update(of=("self",)).select_related("channel").get(pk=difference.pk)
    if current.state != State.OPEN:
        raise WrongStateError(what=_("这条差异"), state=State(current.state).label)
    return current


def settle(*, by: Actor, current: Difference, state: Difference.State, reason: str) -> Difference:
    current.state, current.settled_by_id, current.note, current.settled_at = (
        state,
        account_of(by),
        reason.strip(),
        now(),
    )
    current.save()
    note(by, current, "payments.settle_difference", reason)
    return current


def note(by: Actor, current: Difference, action: str, reason: str) -> None:
    facts = {"difference": current.pk, "order": current.order, "fen": current.theirs_fen, "state": current.state}
    audit.record(by=by, action=action, target=f"payments_difference:{current.pk}", reason=reason, facts=facts)
