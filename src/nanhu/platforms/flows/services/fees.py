"""Fees of a service (缴费): a step bills its applicant, and the case goes on when that bill is paid or waived."""

from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.flows.body import Step
from nanhu.platforms.flows.models import Case
from nanhu.platforms.ledger import api as ledger

ISSUER: Final = "flows"
DAYS_TO_PAY: Final = timedelta(days=30)
SETTLED: Final = frozenset({ledger.Bill.State.PAID, ledger.Bill.State.WAIVED})
UNDONE: Final = frozenset({ledger.Bill.State.CANCELLED, ledger.Bill.State.REFUNDED})
"""States of a bill that is no payment: who comes to the step again is billed anew."""


def key_of(number: str, step: str) -> str:
    return f"flows:{number}:{step}"


def bills_of(number: str, step: str) -> list[ledger.Bill]:
    """The last one counts: there is another where one was cancelled or given back."""
    key = key_of(number, step)
    known = {bill.key: bill for bill in ledger.Bill.objects.filter(key__startswith=key, issuer=ISSUER)}
    return [known[one] for one in (key, *(f"{key}:{again}" for again in range(2, len(known) + 1))) if one in known]


def last_day(bill: ledger.Bill) -> date:
    """By which it is paid: a deferral (缓缴) is the finance office's word."""
    return bill.deferred_until or bill.due_on


def charged(by: Actor, case: Case, step: Step, visit: int) -> ledger.Bill:
    """The bill of this step. Who comes to it again owes nothing twice, and has thirty days again."""
    known = bills_of(case.number, step.key)
    until = campus_today() + DAYS_TO_PAY
    if not known or known[-1].state in UNDONE:
        return issued(by, case, step, until, again=len(known) + 1)
    bill = known[-1]
    if bill.is_owed and last_day(bill) < until:
        grounds = _("%(case)s 重新到了缴费一步") % {"case": case.number}
        return ledger.defer(by=by, bill=bill, until=until, grounds=grounds, key=f"{bill.key}:visit:{visit}")
    return bill


def issued(by: Actor, case: Case, step: Step, until: date, *, again: int) -> ledger.Bill:
    key = key_of(case.number, step.key) + (f":{again}" if again > 1 else "")
    order = ledger.BillOrder(
        key=key,
        person_id=case.applicant_id or 0,
        issuer=ISSUER,
        item=step.fee_item,
        amount_fen=step.fee_fen,
        due_on=until,
        name=f"{case.definition.name} {case.number}",
    )
    return ledger.issue_bills(by=by, orders=[order])[key]


def bills_in(case: Case) -> list[ledger.Bill]:
    return [bill for step in case.body.steps if step.kind == "pay" for bill in bills_of(case.number, step.key)[-1:]]


def owed_bills(case: Case) -> list[ledger.Bill]:
    """What of this case is not paid yet."""
    return [bill for bill in bills_in(case) if bill.is_owed]


def forgive_owed(by: Actor, case: Case) -> int:
    """A case that is over asks for no money any more. Returns what was paid of it and not given back: the finance office's to return."""
    reason = _("%(case)s 已办结") % {"case": case.number}
    bills = bills_in(case)
    for bill in ledger.lock_bills([bill.pk for bill in bills if bill.is_owed]):
        if bill.is_owed:
            end = ledger.waive if bill.paid_fen > bill.returned_fen else ledger.cancel
            end(by=by, bill=bill, reason=reason, key=f"{bill.key}:closed")
    return sum(bill.paid_fen - bill.returned_fen for bill in bills)
