"""Cases of suspense: taken by a clerk who then answers for them, closed with what came of it. Money is corrected elsewhere."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import given
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.errors import SuspenseBatchedError
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.models import Card


def open_case(
    *,
    terminal: Terminal,
    sequence: int,
    card: Card,
    reason: SuspenseCase.Reason,
    amount_fen: int | None = None,
    row: dict[str, Any],
) -> None:
    """What a chip said that cannot be, for the office to see: one open case of a card and reason, however often it is laid down. The caller
    holds the card."""
    if SuspenseCase.objects.filter(card=card, reason=reason, state=SuspenseCase.State.OPEN).exists():
        return
    SuspenseCase.objects.get_or_create(
        terminal=terminal,
        sequence=sequence,
        defaults={"card": card, "reason": reason, "amount_fen": amount_fen, "row": row},
    )


def take_case(*, by: Actor, case_id: int) -> SuspenseCase:
    with transaction.atomic():
        case = held(case_id)
        case.owner_id, case.owner_name = account_of(by), by.name
        case.save(update_fields=["owner", "owner_name"])
        audit.record(by=by, action="card.take_suspense", target=f"suspense:{case.pk}")
        return case


def close_case(*, by: Actor, case_id: int, answer: str) -> SuspenseCase:
    why = given(answer)
    with transaction.atomic():
        case = held(case_id)
        case.owner_id, case.owner_name = account_of(by), by.name
        case.state, case.answer, case.closed_at = SuspenseCase.State.CLOSED, why, now()
        case.save(update_fields=["owner", "owner_name", "state", "answer", "closed_at"])
        audit.record(by=by, action="card.close_suspense", target=f"suspense:{case.pk}", reason=case.answer)
        return case


def held(case_id: int) -> SuspenseCase:
    case = found_in(SuspenseCase.objects.select_for_update(), _("这一笔待查"), pk=case_id)
    if case.state != SuspenseCase.State.OPEN:
        raise WrongStateError(what=_("这一笔待查"), state=case.get_state_display())
    if case.batch_id is not None:
        raise SuspenseBatchedError
    return case
