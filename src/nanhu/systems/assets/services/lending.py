"""Loans (借用) and repairs (维修) of a thing."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.systems.assets.errors import DuePastError, InspectionFailedError
from nanhu.systems.assets.models import Asset, Inspection, InspectionRecord, Loan, Maintenance
from nanhu.systems.assets.services.moving import AT_HAND, Kind, State, locked, move

Result = Maintenance.Result


@transaction.atomic
def lend(*, by: Actor, asset: Asset, borrower_id: int, due_on: date) -> Loan:
    """Until a day; from then on it is an obligation of who has it."""
    found = locked(asset.public_id, AT_HAND)
    if due_on < campus_today():
        raise DuePastError
    loan = Loan.objects.create(
        asset=found, borrower_id=borrower_id, lent_on=campus_today(), due_on=due_on, by_name=by.name
    )
    with translation.override(settings.LANGUAGE_CODE):  # kept for whoever reads it
        reason = dates.short_day(due_on, None)
    move(by=by, asset=found, kind=Kind.LENT, reason=reason, state=State.LENT)
    return loan


@transaction.atomic
def take_back(*, by: Actor, asset: Asset, reason: str = "") -> Asset:
    """To its keeper, or to stock where it has none."""
    found = locked(asset.public_id, (State.LENT,))
    found.loans.filter(returned_at=None).update(returned_at=now())
    move(by=by, asset=found, kind=Kind.GIVEN_BACK, reason=reason, state=resting_state(found), last_seen_at=now())
    return found


def resting_state(asset: Asset) -> str:
    return State.IN_USE if asset.keeper_id and asset.room_id else State.IN_STOCK


@transaction.atomic
def report_broken(*, by: Actor, asset: Asset, fault: str, person_id: int | None = None) -> Asset:
    """`person_id`: who says so of a thing of his own."""
    found = locked(asset.public_id, AT_HAND, keeper_id=person_id)
    Maintenance.objects.create(asset=found, fault=given(fault), opened_by_name=by.name)
    move(by=by, asset=found, kind=Kind.BROKEN, reason=fault, state=State.IN_REPAIR)
    return found


@transaction.atomic
def end_repair(*, by: Actor, asset: Asset, is_repaired: bool, cost_fen: int, reason: str) -> Asset:
    """Back where it was, or to be scrapped (待报废). What failed an inspection comes back when it passed one."""
    found = locked(asset.public_id, (State.IN_REPAIR,))
    failed = Inspection.living().filter(asset=found, result=InspectionRecord.Result.FAILED).first()
    if is_repaired and failed is not None:
        raise InspectionFailedError(kind=failed.get_kind_display())
    result = Result.REPAIRED if is_repaired else Result.BEYOND
    found.maintenance.filter(result=Result.OPEN).update(result=result, cost_fen=cost_fen, closed_at=now())
    kind, state = (Kind.REPAIRED, resting_state(found)) if is_repaired else (Kind.BEYOND_REPAIR, State.TO_SCRAP)
    move(by=by, asset=found, kind=kind, reason=reason, state=state)
    return found
