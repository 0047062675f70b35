"""Loans (借用) and repairs (维修) of a thing; what comes back from outside (出租出借) is charged its last rent (`renting`)."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.systems.assets.errors import DuePastError, InspectionFailedError
from nanhu.systems.assets.events import RepairChanged
from nanhu.systems.assets.models import Asset, Inspection, InspectionRecord, Loan, Maintenance
from nanhu.systems.assets.services import renting
from nanhu.systems.assets.services.moving import AT_HAND, Kind, State, locked, move
from nanhu.systems.assets.services.own import refuse_not_staff

Result = Maintenance.Result


@transaction.atomic
def lend(*, by: Actor, asset: Asset, borrower_id: int, due_on: date) -> Loan:
    """To somebody of the staff, until a day; from then on it is an obligation of who has it."""
    refuse_not_staff(borrower=borrower_id)
    return give_out(by=by, asset=asset, due_on=due_on, borrower_id=borrower_id)


def give_out(*, by: Actor, asset: Asset, due_on: date, words: str = "", **taker: Any) -> Loan:
    found = locked(asset, AT_HAND)
    refuse_failed(found)
    if due_on < campus_today():
        raise DuePastError
    loan = Loan.objects.create(asset=found, lent_on=campus_today(), due_on=due_on, by_name=by.name, **taker)
    with translation.override(settings.LANGUAGE_CODE):  # kept for whoever reads it
        reason = f"{words} {dates.short_day(due_on, None)}".strip()
    move(by=by, asset=found, kind=Kind.LENT, reason=reason, state=State.LENT)
    return loan


def open_loans(borrower_id: Any) -> QuerySet[Loan]:
    return Loan.objects.filter(borrower=borrower_id or 0, returned_at=None)


@transaction.atomic
def confirm_loan(*, by: Actor, loan: Loan, person_id: int) -> None:
    """Who borrowed it has it: from then on that person answers for it."""
    found = unconfirmed(loan, person_id)
    found.confirmed_at = now()
    found.save(update_fields=["confirmed_at"])
    audit.record(by=by, action="assets.confirm_loan", target=f"asset:{found.asset.number}")


@transaction.atomic
def decline_loan(*, by: Actor, loan: Loan, person_id: int, reason: str) -> Asset:
    """It never came: it is back where it was, and nobody saw it."""
    found = unconfirmed(loan, person_id)
    return end_loan(by=by, asset=found.asset, reason=given(reason))


def unconfirmed(loan: Loan, person_id: int) -> Loan:
    """Locked after its thing, as it goes out and comes back."""
    thing = locked(loan.asset, (State.LENT,))
    found = open_loans(person_id).filter(pk=loan.pk, asset=thing, confirmed_at=None).first()
    if found is None:
        raise WrongStateError(what=Loan.what, state=_("已确认或已归还的"))
    return found


@transaction.atomic
def take_back(*, by: Actor, asset: Asset, reason: str = "") -> Asset:
    """To its keeper, or to stock where it has none."""
    return end_loan(by=by, asset=asset, reason=reason, last_seen_at=now())


def end_loan(*, by: Actor, asset: Asset, reason: str, **changes: Any) -> Asset:
    found = locked(asset, (State.LENT,))
    close_loans(by=by, asset=found, at=now())
    move(by=by, asset=found, kind=Kind.GIVEN_BACK, reason=reason, state=resting_state(found), **changes)
    hold_back(by=by, asset=found)
    return found


def close_loans(*, by: Actor, asset: Asset, at: datetime) -> None:
    """Of a thing that is locked and has not been out since `at`: what a letting owes until then is billed."""
    for loan in asset.loans.filter(returned_at=None).select_related("letting"):
        loan.returned_at = at
        if loan.letting:
            renting.settle(by=by, loan=loan, day=campus_time(at).date())
        loan.save(update_fields=["returned_at", "rent_refused"])


def failed_inspection(asset: Asset) -> Inspection | None:
    found: Inspection | None = Inspection.living().filter(asset=asset, result=InspectionRecord.Result.FAILED).first()
    return found


def refuse_failed(asset: Asset) -> None:
    """What failed an inspection is given to nobody until it passed one."""
    if failed := failed_inspection(asset):
        raise InspectionFailedError(kind=failed.get_kind_display())


def hold_back(*, by: Actor, asset: Asset) -> None:
    """Of a thing that is at hand again (given back, found, kept): what failed an inspection meanwhile goes to repair."""
    if failed := failed_inspection(asset):
        with translation.override(settings.LANGUAGE_CODE):  # kept for whoever reads it
            fault = _("%(kind)s不合格") % {"kind": failed.get_kind_display()}
        asset.state = report_broken(by=by, asset=asset, fault=fault).state


def resting_state(asset: Asset) -> str:
    return State.IN_USE if asset.keeper_id and asset.room_id else State.IN_STOCK


@transaction.atomic
def report_broken(*, by: Actor, asset: Asset, fault: str, person_id: int | None = None) -> Asset:
    """`person_id`: who says so of a thing of his own."""
    found = locked(asset, AT_HAND, keeper_id=person_id)
    facts = {"fault": given(fault), "author_id": by.account_id, "opened_by_name": by.name}
    repair = Maintenance.objects.create(asset=found, **facts)
    move(by=by, asset=found, kind=Kind.BROKEN, reason=fault, state=State.IN_REPAIR)
    publish(RepairChanged(repair_id=repair.pk))
    return found


@transaction.atomic
def end_repair(*, by: Actor, asset: Asset, is_repaired: bool, cost_fen: int, reason: str) -> Asset:
    """Back where it was, or to be scrapped (待报废). What failed an inspection comes back when it passed one."""
    found = locked(asset, (State.IN_REPAIR,))
    if is_repaired:
        refuse_failed(found)
    result = Result.REPAIRED if is_repaired else Result.BEYOND
    for repair in found.maintenance.filter(result=Result.OPEN):
        repair.result, repair.cost_fen, repair.closed_at = result, cost_fen, now()
        repair.save(update_fields=["result", "cost_fen", "closed_at"])
        publish(RepairChanged(repair_id=repair.pk))
    kind, state = (Kind.REPAIRED, resting_state(found)) if is_repaired else (Kind.BEYOND_REPAIR, State.TO_SCRAP)
    move(by=by, asset=found, kind=kind, reason=reason, state=state)
    return found
