"""The recorded exception of ruling 6: one clerk asks, another decides, the first takes the cash once."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.once import made_by_form
from nanhu.systems.card.errors import (
    ExceptionNotFoundError,
    ExceptionStateError,
    OwnExceptionError,
    ReasonMissingError,
)
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import Card, CashException
from nanhu.systems.card.policies import clerk_account
from nanhu.systems.card.services.top_up import check_amount

APPROVED, REFUSED = CashException.State.APPROVED, CashException.State.REFUSED


def ask_for_cash(*, by: Actor, card: Card, amount_fen: int, reason: str, token: UUID) -> CashException:
    """Ask another clerk. The same form again (`token`) gives the request that it made."""
    if not reason.strip():
        raise ReasonMissingError
    check_amount(amount_fen)
    with transaction.atomic():
        known = made_by_form(CashException.objects.all(), token, requester_id=clerk_account(by))
        if known is not None:
            return known
        asked = CashException.objects.create(
            token=token, card=card, amount_fen=amount_fen, reason=reason.strip(),
            requester_id=clerk_account(by), requester_name=by.name,
        )  # fmt: skip
        facts = {"fen": amount_fen, "exception": asked.pk}
        audit.record(by=by, action="card.ask_for_cash", target=f"card:{card.number}", reason=reason, facts=facts)
        return asked


def approve(*, by: Actor, exception: CashException) -> CashException:
    return decide(by=by, exception=exception, state=APPROVED, answer="")


def refuse(*, by: Actor, exception: CashException, answer: str) -> CashException:
    if not answer.strip():
        raise ReasonMissingError
    return decide(by=by, exception=exception, state=REFUSED, answer=answer.strip())


def decide(*, by: Actor, exception: CashException, state: CashException.State, answer: str) -> CashException:
    with transaction.atomic():
        locked = locked_exception(exception.pk)
        if locked.requester_id == clerk_account(by):
            raise OwnExceptionError
        if locked.state != CashException.State.PENDING:
            raise ExceptionStateError(state=CashException.State(locked.state).label)
        check_age(locked)
        locked.state, locked.approver_id, locked.approver_name = state, clerk_account(by), by.name
        locked.decided_at, locked.answer = now(), answer
        locked.save()
        facts = {"exception": locked.pk, "fen": locked.amount_fen}
        action = "card.approve_cash" if state == APPROVED else "card.refuse_cash"
        audit.record(by=by, action=action, target=f"card:{locked.card.number}", reason=answer, facts=facts)
        return locked


def locked_exception(exception_id: int) -> CashException:
    locked = (
        CashException.objects.select_for_update(of=("self",)).select_related("card__wallet").filter(pk=exception_id)
    )
    found = locked.first()
    if found is None:
        raise ExceptionNotFoundError
    return found


def check_age(exception: CashException) -> None:
    if exception.created_at < now() - counter_limits().exception_life:
        raise ExceptionStateError(state=_("已过期"))
