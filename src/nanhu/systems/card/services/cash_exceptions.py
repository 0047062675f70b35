"""The recorded exception of ruling 6: one clerk asks, another decides, the first takes the cash once."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import Card, CashException
from nanhu.systems.card.services.top_up import check_amount

APPROVED, REFUSED = CashException.State.APPROVED, CashException.State.REFUSED


def ask_for_cash(*, by: Actor, card: Card, amount_fen: int, reason: str, token: UUID) -> CashException:
    """Ask another clerk. The same form again (`token`) gives the request that it made."""
    why = given(reason)
    check_amount(amount_fen)
    with transaction.atomic():
        if (known := CashException.known(by, token)) is not None:
            return known
        asked = CashException.begun(by, token, card=card, amount_fen=amount_fen, reason=why)
        facts = {"fen": amount_fen, "exception": asked.pk}
        audit.record(by=by, action="card.ask_for_cash", target=f"card:{card.number}", reason=reason, facts=facts)
        return asked


def approve(*, by: Actor, exception: CashException) -> CashException:
    return decide(by=by, exception=exception, state=APPROVED, answer="")


def refuse(*, by: Actor, exception: CashException, answer: str) -> CashException:
    return decide(by=by, exception=exception, state=REFUSED, answer=given(answer))


def decide(*, by: Actor, exception: CashException, state: CashException.State, answer: str) -> CashException:
    with transaction.atomic():
        locked = locked_exception(exception, {CashException.State.PENDING})
        locked.decide(by, state=state, answer=answer)
        if state == APPROVED:
            check_age(locked)
        locked.save()
        facts = {"exception": locked.pk, "fen": locked.amount_fen}
        action = "card.approve_cash" if state == APPROVED else "card.refuse_cash"
        audit.record(by=by, action=action, target=f"card:{locked.card.number}", reason=answer, facts=facts)
        return locked


def locked_exception(exception: CashException, states: Collection[str]) -> CashException:
    return exception.locked_in(states, CashException.objects.select_related("card__wallet"))


def check_age(exception: CashException) -> None:
    if exception.created_at < now() - counter_limits().exception_life:
        raise exception.wrong_state(_("已过期"))
