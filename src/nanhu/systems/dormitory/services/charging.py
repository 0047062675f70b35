"""The bills of shares: issued when a list is approved, one a share for good, taken by direct debit where the house has one (代扣)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.dormitory.models import RoomShare
from nanhu.systems.dormitory.rules import CLOSED, DEFERRED, FEES, NOBODY

ISSUER: Final = "dormitory"
DUE_DAYS: Final = 30


def open_fees(by: Actor) -> None:
    """As open as they are before the finance office enters licence and ceiling."""
    for code, name in FEES.values():
        ledger.open_fee_item(by=by, code=code, name=name, reason="水电代扣首次开单")


def unbillable(shares: Sequence[RoomShare]) -> dict[int, str]:
    """Shares that have no bill and may have none today: the code of the reason."""
    ceilings = ledger.fee_ceilings({FEES[share.bill.item][0] for share in shares})
    found: dict[int, str] = {}
    for share in shares:
        code = FEES[share.bill.item][0]
        ceiling = ceilings.get(code)
        if share.charge_id is None and code not in ceilings:
            found[share.pk] = ledger.FeeItemMissingError.code
        elif share.charge_id is None and ceiling is not None and share.amount_fen > ceiling:
            found[share.pk] = ledger.FeeCeilingError.code
    return found


def issue(*, by: Actor, shares: Sequence[RoomShare]) -> dict[int, ledger.Bill]:
    """Bills by share; those of a person who was merged are the kept record's."""
    heirs = people.heirs({share.person_id for share in shares})
    due_on = campus_today() + timedelta(days=DUE_DAYS)
    orders = {
        share.pk: ledger.BillOrder(
            key=f"dormitory.share:{share.pk}",
            person_id=heirs.get(share.person_id, share.person_id),
            issuer=ISSUER,
            item=FEES[share.bill.item][0],
            period=f"{share.bill.month:%Y-%m}",
            name=share.bill.name,
            amount_fen=share.amount_fen,
            due_on=due_on,
        )
        for share in shares
    }
    bills = ledger.issue_bills(by=by, orders=list(orders.values()))
    return {share_id: bills[order.key] for share_id, order in orders.items()}


def collect(*, by: Actor, bills: Sequence[ledger.Bill]) -> Mapping[int, str]:
    """By bill: "" where it is paid, else the code of what hinders it. One that was deferred is not taken."""
    debit = ledger.direct_debit()
    due = [bill for bill in bills if bill.is_owed and bill.state != ledger.Bill.State.DEFERRED]
    taken = debit.collect(by, due) if debit and due else dict.fromkeys((bill.pk for bill in due), NOBODY)
    return {bill.pk: taken.get(bill.pk, hindrance(bill)) for bill in bills}


def hindrance(bill: ledger.Bill) -> str:
    if bill.state == ledger.Bill.State.PAID:
        return ""
    return DEFERRED if bill.state == ledger.Bill.State.DEFERRED else CLOSED


def give_up(*, by: Actor, shares: Iterable[RoomShare], reason: str) -> None:
    """What of these is still owed is owed no more: another list took their place, or all of theirs went back. A few dozen at a time,
    in the order of whoever pays."""
    owners = {share.charge_id: share.pk for share in shares if share.charge_id is not None}
    for bill in ledger.lock_bills(owners):
        if bill.is_owed:
            ledger.cancel(by=by, bill=bill, reason=reason, key=f"dormitory.share:{owners[bill.pk]}:cancelled")
