"""Large instruments (大型仪器论证): argued for before they are bought, and named by their receipt."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.folding import tidied
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import given
from nanhu.platforms.flows import api as flows
from nanhu.systems.assets.errors import ArgumentMissingError, BeyondArgumentError, ExpertsError, NotLargeError
from nanhu.systems.assets.models import Argument, Asset, Figure, Receipt, ReceiptLine
from nanhu.systems.assets.models.receiving import EXPERTS
from nanhu.systems.assets.processes import ARGUED, PANEL
from nanhu.systems.assets.queries.figures import figure
from nanhu.systems.assets.queries.reports import EQUIPMENT
from nanhu.systems.assets.services import deciding
from nanhu.systems.assets.services.own import refuse_not_staff, refuse_own

State = Argument.State


@transaction.atomic
def argue(
    *,
    by: Actor,
    token: UUID,
    title: str,
    unit_id: int,
    quantity: int,
    price_fen: int,
    reason: str,
    sharing: str,
    experts: Sequence[int],
) -> Argument:
    """By the unit's keeper, before it is bought; three of the staff are asked who did not ask themselves."""
    known = Argument.known(by, token)
    if known is not None:
        return known
    if price_fen < figure(Figure.Name.LARGE):
        raise NotLargeError(sum=format_yuan(figure(Figure.Name.LARGE)))
    if len({*experts, deciding.person_of(by)}) <= len(EXPERTS):
        raise ExpertsError
    named: dict[str, Any] = dict(zip(EXPERTS, experts, strict=True))
    refuse_not_staff(**named)
    asked = Argument.begun(
        by,
        token,
        title=tidied(title),
        unit_id=unit_id,
        quantity=quantity,
        price_fen=price_fen,
        reason=given(reason),
        sharing=given(sharing),
    )
    deciding.put_forward(by=by, found=asked, words=asked.reason, **named)
    return asked


def be_argued(case: flows.Case, by: Actor) -> None:
    found = Argument.objects.get(public_id=case.subject_id).locked_in({State.ASKED})
    found.argued_at = now()
    found.save(update_fields=["argued_at"])
    deciding.note(by, found, "argue")


def carry_out(by: Actor, found: Argument) -> None:
    """By nobody who was asked as an expert, or argued in the place of one."""
    refuse_own(by, *found.parties, *flows.who_decided(found.case_id or 0, PANEL))


flows.actions[ARGUED] = be_argued
deciding.carries_out(Argument.process, carry_out)


def refuse_unargued(receipt: Receipt, line: ReceiptLine) -> None:
    """What is bought and large names what was agreed for its unit before, of so many at such a price."""
    large, code = figure(Figure.Name.LARGE), line.classification.code
    if receipt.acquired != Asset.Acquired.BOUGHT or not code.startswith(EQUIPMENT) or line.price_fen < large:
        return
    found = Argument.objects.select_for_update().filter(pk=receipt.argument_id or 0, state=State.DONE).first()
    if found is None or found.unit_id != receipt.unit_id or found.decided_at is None:
        raise ArgumentMissingError(sum=format_yuan(large))
    if campus_time(found.decided_at).date() > receipt.acquired_on:
        raise ArgumentMissingError(sum=format_yuan(large))
    lines = ReceiptLine.objects.filter(
        receipt__argument=found, price_fen__gte=large, classification__code__startswith=EQUIPMENT
    )
    lines = lines.exclude(receipt__state__in=Receipt.ENDED)
    count = line.quantity + (lines.aggregate(count=Sum("quantity"))["count"] or 0)
    if line.price_fen > found.price_fen or count > found.quantity:
        raise BeyondArgumentError(count=found.quantity, sum=format_yuan(found.price_fen))
