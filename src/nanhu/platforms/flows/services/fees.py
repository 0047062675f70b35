"""Fees of a service (缴费): a step bills its applicant, and the case goes on when nothing of the bill is owed any more."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.flows.body import Step
from nanhu.platforms.flows.models import Case
from nanhu.platforms.ledger import api as ledger

ISSUER: Final = "flows"
DAYS_TO_PAY: Final = timedelta(days=30)


def key_of(case: Case, step: Step) -> str:
    return f"flows:{case.number}:{step.key}"


def bill_of(by: Actor, case: Case, step: Step) -> ledger.Bill:
    """Issued once a case and step: who comes to the step again owes nothing twice."""
    key = key_of(case, step)
    known = ledger.Bill.objects.filter(key=key).first()
    if known is not None:
        return known
    order = ledger.BillOrder(
        key=key,
        person_id=case.applicant_id or 0,
        issuer=ISSUER,
        item=step.fee_item,
        amount_fen=step.fee_fen,
        due_on=campus_today() + DAYS_TO_PAY,
        name=f"{case.definition.name} {case.number}",
    )
    return ledger.issue_bills(by=by, orders=[order])[key]


def owed_bills(case: Case) -> list[ledger.Bill]:
    """What of this case is not paid yet."""
    keys = [key_of(case, step) for step in case.body.steps if step.kind == "pay"]
    return [bill for bill in ledger.Bill.objects.filter(key__in=keys).order_by("pk") if bill.is_owed] if keys else []


def cancel_owed(by: Actor, case: Case) -> None:
    """A case that is over asks for no money any more. What was paid of it stays paid, and is given back by the finance office."""
    for bill in owed_bills(case):
        ledger.cancel(by=by, bill=bill, reason=_("%(case)s 已办结") % {"case": case.number}, key=f"{bill.key}:closed")
