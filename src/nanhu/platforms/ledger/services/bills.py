"""Bills (应缴): issued once a key, paid by registered payers, deferred, waived, cancelled, refunded. The database posts each of it."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import batched, groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from psycopg.errors import CheckViolation

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import one_row
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger.arrears import open_bills
from nanhu.platforms.ledger.errors import (
    BillClosedError,
    BillOverpaidError,
    DeferralPastError,
    EntryKeyReusedError,
    FeeCeilingError,
    FeeItemMissingError,
    InsufficientFundsError,
    checked_sum,
)
from nanhu.platforms.ledger.models import Balance, Bill, BillMovement
from nanhu.platforms.ledger.payers import payers
from nanhu.platforms.ledger.services.accounts import AccountOrder, open_accounts
from nanhu.platforms.ledger.services.entries import next_entry_id
from nanhu.platforms.ledger.services.fees import fee_items
from nanhu.platforms.people import api as people

Kind = BillMovement.Kind
PIECE = 2_000
NOT_GIVEN_BACK = Q(kind=Kind.PAY, refund__isnull=True)
MOVE = """
    INSERT INTO ledger_bill_movement (bill_id, kind, amount_fen, key, request, entry_id, posted_as, payer, account_id,
                                      reverses_id, until, reason, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillOrder:
    """A bill to issue. `key` names it for good; `name` is what who pays reads; `item` is the code of the fee."""

    key: str
    person_id: int
    issuer: str
    item: str
    amount_fen: int
    due_on: date
    name: str
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBill:
    """`is_repeated`: the key was used for this before, and nothing moved this time."""

    bill_id: int
    amount_fen: int
    entry_id: int
    is_repeated: bool


def issue_bills(*, by: Actor, orders: Sequence[BillOrder]) -> dict[str, Bill]:
    """Bills by key, in the caller's transaction. The same order again gives the bill that it made."""
    with transaction.atomic():
        known = known_bills(orders)
        new = list({order.key: order for order in orders if order.key not in known}.values())
        issued: set[UUID] = set()
        for piece in batched(new, PIECE):
            issued |= issue_piece(piece)
        found = known_bills(orders)
        refuse_other_money(orders, found)
        audit.record_many(
            audit.Record(
                by=by,
                action="ledger.issue_bill",
                target=f"bill:{found[order.key].number}",
                reason=order.name,
                facts={"fen": order.amount_fen},
            )
            for order in new
            if found[order.key].public_id in issued
        )
        return found


def known_bills(orders: Sequence[BillOrder]) -> dict[str, Bill]:
    rows = Bill.objects.select_related("item").filter(key__in=[order.key for order in orders])
    return {bill.key: bill for bill in rows}


def issue_piece(orders: Sequence[BillOrder]) -> set[UUID]:
    """Public ids of what this call offered: whoever was first with a key has its own in the table."""
    items = fee_items({order.item for order in orders})
    accounts = open_accounts([one for code, item in items.items() for one in accounts_of(code, item.name)])
    rows = [
        Bill(
            key=order.key,
            person_id=order.person_id,
            issuer=order.issuer,
            item=items[order.item],
            period=order.period,
            name=order.name,
            amount_fen=order.amount_fen,
            due_on=order.due_on,
            receivable_id=accounts[f"ledger.receivable:{order.item}"],
            billed_id=accounts[f"ledger.billed:{order.item}"],
            payee_id=accounts[f"ledger.payee:{order.item}"],
            issued_at=now(),
        )
        for order in orders
    ]
    try:
        with transaction.atomic():
            Bill.objects.bulk_create(rows, ignore_conflicts=True)
    except IntegrityError as error:
        match constraint_of(error):
            case "ledger_bill_ceiling":
                raise FeeCeilingError from error
            case "ledger_bill_fee_holds":
                raise FeeItemMissingError(item=orders[0].item) from error
        raise
    return {row.public_id for row in rows}


def accounts_of(item: str, name: str) -> list[AccountOrder]:
    """What is owed, what is billed and not paid yet, and what the school has for it. None has a row that all would lock."""
    return [
        AccountOrder(code=f"ledger.receivable:{item}", name=name, kind="asset"),
        AccountOrder(code=f"ledger.billed:{item}", name=name, kind="liability"),
        AccountOrder(code=f"ledger.payee:{item}", name=name, kind="liability"),
    ]


def refuse_other_money(orders: Sequence[BillOrder], found: dict[str, Bill]) -> None:
    for order in orders:
        bill = found[order.key]
        issued = (bill.amount_fen, bill.item.code, bill.issuer, bill.period)
        if issued != (order.amount_fen, order.item, order.issuer, order.period):
            raise EntryKeyReusedError
        if not is_one_person(bill.person_id, order.person_id):
            raise EntryKeyReusedError


def is_one_person(one: int, other: int) -> bool:
    """The same record, or two that were merged."""
    if one == other:
        return True
    heirs = people.heirs([one, other])
    return heirs.get(one, one) == heirs.get(other, other)


def pay(
    *,
    by: Actor,
    bill: Bill,
    amount_fen: int,
    payer: str,
    account_id: int,
    key: str,
    request: str = "",
    posted_as: str = "",
) -> PaidBill:
    """From the payer's account, in the transaction of its receipt. A guarded account is locked before the bill, as everywhere."""
    with transaction.atomic():
        list(Balance.objects.select_for_update().filter(account_id=account_id))
        return move(
            by=by,
            action="ledger.pay_bill",
            movement=BillMovement(
                bill=bill,
                kind=Kind.PAY,
                amount_fen=checked_sum(amount_fen),
                key=key,
                request=request,
                entry_id=next_entry_id(),
                posted_as=posted_as,
                payer=payer,
                account_id=account_id,
            ),
        )


def pay_oldest(
    *,
    by: Actor,
    person_id: int,
    amount_fen: int,
    payer: str,
    account_id: int,
    key: str,
    items: Collection[str] = (),
    posted_as: str = "",
) -> list[PaidBill]:
    """One payment for several bills, the oldest due first (先到期先缴); more than is owed is refused as a whole."""
    with transaction.atomic():
        checked_sum(amount_fen)
        lock_key(f"ledger.pay:{key}")
        known = list(BillMovement.objects.filter(request=key, kind=Kind.PAY).order_by("id"))
        if known:
            if sum(one.amount_fen for one in known) != amount_fen or {one.account_id for one in known} != {account_id}:
                raise EntryKeyReusedError
            return [paid_by(one, is_repeated=True) for one in known]
        list(Balance.objects.select_for_update().filter(account_id=account_id))
        bills = open_bills([person_id])
        if items:
            bills = bills.filter(item__code__in=items)
        left, paid = amount_fen, []
        for bill in bills.select_for_update(of=("self",), no_key=True):
            fen = min(left, bill.owed_fen)
            if fen <= 0:
                break
            more = {"key": f"{key}/{bill.pk}", "request": key, "posted_as": posted_as}
            paid.append(pay(by=by, bill=bill, amount_fen=fen, payer=payer, account_id=account_id, **more))
            left -= fen
        if left or not paid:
            raise BillOverpaidError(number="", owed=format_yuan(amount_fen - left))
        return paid


def waive(*, by: Actor, bill: Bill, reason: str, key: str, amount_fen: int | None = None) -> Bill:
    """Forgive what is owed, or a part of it (减免)."""
    return forgive(by=by, bill=bill, kind=Kind.WAIVE, fen=amount_fen, reason=reason, key=key)


def cancel(*, by: Actor, bill: Bill, reason: str, key: str) -> Bill:
    """It should not have been issued (撤销). What was paid is refunded first."""
    return forgive(by=by, bill=bill, kind=Kind.CANCEL, fen=None, reason=reason, key=key)


def lock_bills(bill_ids: Collection[int]) -> list[Bill]:
    """In the order in which they are paid, so that nobody who pays them waits for whom waits for him."""
    rows = Bill.objects.filter(pk__in=bill_ids).order_by(Coalesce("deferred_until", "due_on"), "id")
    return list(rows.select_for_update(of=("self",), no_key=True))


def forgive(*, by: Actor, bill: Bill, kind: str, fen: int | None, reason: str, key: str) -> Bill:
    """All that is owed, where no sum is named."""
    why = given(reason)
    if BillMovement.objects.filter(key=key, bill=bill, kind=kind).exists():
        return fresh(bill)
    now_so = fresh(bill)
    if not now_so.is_owed:
        raise BillClosedError(number=now_so.number, state=now_so.get_state_display())
    sum_fen = checked_sum(now_so.owed_fen if fen is None else fen)
    movement = BillMovement(bill=bill, kind=kind, amount_fen=sum_fen, key=key, entry_id=next_entry_id(), reason=why)
    move(by=by, action=f"ledger.{kind}_bill", movement=movement)
    return fresh(bill)


def defer(*, by: Actor, bill: Bill, until: date, grounds: str, key: str) -> Bill:
    """Not overdue before that day (缓缴), which is today or later."""
    if until < campus_today() and not BillMovement.objects.filter(key=key).exists():
        raise DeferralPastError(until=dates.short_day(until, campus_today().year))
    movement = BillMovement(bill=bill, kind=Kind.DEFER, key=key, until=until, reason=given(grounds))
    move(by=by, action="ledger.defer_bill", movement=movement)
    return fresh(bill)


def end_deferrals() -> int:
    """Of those whose day has passed; how many."""
    by = Actor.system("ledger")
    due = list(Bill.objects.filter(state=Bill.State.DEFERRED, deferred_until__lt=campus_today()))
    for bill in due:
        deferral = bill.movements.filter(kind=Kind.DEFER).latest("id")
        movement = BillMovement(bill=bill, kind=Kind.RESUME, key=f"resume:{bill.pk}:{deferral.pk}")
        with suppress(BillClosedError):  # paid or forgiven since it was looked for
            move(by=by, action="ledger.resume_bill", movement=movement)
    return len(due)


def refund(*, by: Actor, asked_by: Actor, bills: Sequence[Bill], reason: str) -> None:
    """Every payment goes back the way it came, by whoever took it, in the names of two people. What was owed still is cancelled
    along. A payment that cannot go back now stays, and its bill with it."""
    why = given(reason)
    with transaction.atomic():
        payments = list(BillMovement.objects.filter(NOT_GIVEN_BACK, bill__in=bills).order_by("payer", "id"))
        for payer, theirs in groupby(payments, key=attrgetter("payer")):
            way = payers.get(payer)
            if way is not None:
                way.give_back(by, asked_by, list(theirs), why)
        cancel_rest(by=by, bills=bills, reason=why, paid={one.bill_id for one in payments})


def cancel_rest(*, by: Actor, bills: Sequence[Bill], reason: str, paid: Collection[int]) -> None:
    """Of those of which all that was paid went back, also as booked wrongly (`paid`). One whose payment is held up stays."""
    for bill in lock_bills([bill.pk for bill in bills]):
        is_back = bill.paid_fen == bill.returned_fen and (bill.returned_fen > 0 or bill.pk in paid)
        if bill.is_owed and is_back:
            cancel(by=by, bill=bill, reason=reason, key=f"refund:{bill.pk}:rest")


def reverse_payment(
    *,
    by: Actor,
    payment: BillMovement,
    entry_id: int,
    reason: str,
    posted_as: str = "",
    is_owed_again: bool = False,
) -> PaidBill:
    """One payment goes back to the account it came from: a refund (退费), or, where it was booked wrongly, as if it had not been (冲回)."""
    kind = Kind.UNPAY if is_owed_again else Kind.REFUND
    movement = BillMovement(
        bill_id=payment.bill_id,
        kind=kind,
        amount_fen=payment.amount_fen,
        key=f"{kind}:{payment.pk}",
        entry_id=entry_id,
        posted_as=posted_as,
        payer=payment.payer,
        account_id=payment.account_id,
        reverses=payment,
        reason=reason,
    )
    return move(by=by, action=f"ledger.{kind}_bill", movement=movement)


def payment_of(entry_id: int) -> BillMovement | None:
    return BillMovement.objects.filter(entry_id=entry_id, kind=Kind.PAY).first()


def move(*, by: Actor, action: str, movement: BillMovement) -> PaidBill:
    """Write it; the database moves the bill and posts. The same key with the same money is written once."""
    try:
        with transaction.atomic():
            is_new = one_row(MOVE, row_of(movement)) is not None
    except IntegrityError as error:
        raise_expected(error, fresh(movement.bill))
        raise
    if not is_new:
        known = BillMovement.objects.get(key=movement.key)
        told = [(one.bill_id, one.kind, one.amount_fen, one.account_id, one.until) for one in (known, movement)]
        if told[0] != told[1]:
            raise EntryKeyReusedError
        return paid_by(known, is_repeated=True)
    bill = movement.bill
    facts: dict[str, Any] = {"fen": movement.amount_fen} if movement.amount_fen else {}
    facts |= {"until": movement.until.isoformat()} if movement.until else {}
    audit.record(by=by, action=action, target=f"bill:{bill.number}", reason=movement.reason, facts=facts)
    return paid_by(movement, is_repeated=False)


def row_of(movement: BillMovement) -> list[Any]:
    return [
        movement.bill_id,
        movement.kind,
        movement.amount_fen,
        movement.key,
        movement.request,
        movement.entry_id,
        movement.posted_as,
        movement.payer,
        movement.account_id,
        movement.reverses_id,
        movement.until,
        movement.reason,
        movement.at,
    ]


def paid_by(movement: BillMovement, *, is_repeated: bool) -> PaidBill:
    return PaidBill(
        bill_id=movement.bill_id,
        amount_fen=movement.amount_fen,
        entry_id=movement.entry_id or 0,
        is_repeated=is_repeated,
    )


def fresh(bill: Bill) -> Bill:
    return Bill.objects.select_related("item").get(pk=bill.pk)


def constraint_of(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, CheckViolation) else ""


def raise_expected(error: IntegrityError, bill: Bill) -> None:
    expected = {
        "ledger_bill_is_open": BillClosedError(number=bill.number, state=bill.get_state_display()),
        "ledger_bill_not_overpaid": BillOverpaidError(number=bill.number, owed=format_yuan(bill.owed_fen)),
        "ledger_balance_floor": InsufficientFundsError(),
    }
    found = expected.get(constraint_of(error))
    if found is not None:
        raise found from error
