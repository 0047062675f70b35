"""Funds (额度): budgets of which a sum is reserved, then spent or released. Never more than is there, also from fifty hands at once."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet
from psycopg.errors import CheckViolation, UniqueViolation

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_row
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given, refuse_stale
from nanhu.platforms.ledger.errors import (
    AlreadyReversedError,
    EntryKeyReusedError,
    FundShortError,
    FundUnitError,
    ReservationShortError,
    checked_sum,
)
from nanhu.platforms.ledger.models import Fund, FundMovement, Reservation
from nanhu.platforms.ledger.services.accounts import AccountOrder, open_accounts
from nanhu.platforms.ledger.services.entries import next_entry_id
from nanhu.platforms.people import api as people

Kind = FundMovement.Kind
PARTS = {"budget": "clearing", "available": "liability", "reserved": "liability", "spent": "liability"}
SHORT = {"ledger_fund_not_overdrawn", "ledger_balance_floor", "ledger_fund_adds_up"}
RESERVE = """
    INSERT INTO ledger_reservation (fund_id, key, what, amount_fen, spent_fen, released_fen, entry_id, created_at)
    VALUES (%s, %s, %s, %s, 0, 0, nextval('ledger_transfer_id_seq'), %s) ON CONFLICT (key) DO NOTHING RETURNING id"""
MOVE = """
    INSERT INTO ledger_fund_movement (fund_id, reservation_id, kind, amount_fen, key, reason, entry_id, at, reverses_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundState:
    """What is available, reserved and spent is the budget."""

    budget_fen: int
    available_fen: int
    reserved_fen: int
    spent_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationState:
    """What was set aside is held, spent or released."""

    amount_fen: int
    held_fen: int
    spent_fen: int
    released_fen: int


@dataclass(frozen=True, slots=True)
class FundLine:
    code: str
    name: str
    available_fen: int


def funds_under(prefix: str) -> list[FundLine]:
    """Those whose code begins so ("unit:"), with what is left in each."""
    rows = Fund.objects.filter(code__startswith=prefix).order_by("code")
    return [FundLine(*row) for row in rows.values_list("code", "name", "available_fen")]


def fund_name(code: str | OuterRef) -> "QuerySet[Fund, str]":
    """Of the fund of this code, at most one; also of each row of a list that names funds by code (a Subquery)."""
    return Fund.objects.filter(code=code).values_list("name", flat=True)


def open_fund(*, by: Actor, code: str, name: str) -> FundState:
    """With nothing in it. One that is open is left as it is."""
    with transaction.atomic():
        lock_key(f"ledger.fund:{code}")
        if not Fund.objects.filter(code=code).exists():
            refuse_unknown_unit(code)
            orders = {
                part: AccountOrder(
                    code=f"ledger.fund:{code}:{part}",
                    name=name,
                    kind=kind,
                    floor_fen=0 if part == "available" else None,
                )
                for part, kind in PARTS.items()
            }
            ids = open_accounts(orders.values())
            accounts = {f"{part}_id": ids[order.code] for part, order in orders.items()}
            Fund.objects.bulk_create([Fund(code=code, name=name, **accounts)], ignore_conflicts=True)
            audit.record(by=by, action="ledger.open_fund", target=f"fund:{code}")
        return state_of(code)


def refuse_unknown_unit(code: str) -> None:
    """Of "unit:12:equipment"; a mistyped one would be a fund that nobody can spend."""
    kind, *rest = code.split(":")
    if kind == "unit" and (not rest or rest[0] not in people.unit_ids_by_code(rest[:1])):
        raise FundUnitError(code=rest[0] if rest else "")


def state_of(code: str) -> FundState:
    fund = fund_of(code)
    return FundState(
        budget_fen=fund.budget_fen,
        available_fen=fund.available_fen,
        reserved_fen=fund.reserved_fen,
        spent_fen=fund.spent_fen,
    )


def reservation_of(key: str) -> ReservationState:
    held = held_under(key)
    return ReservationState(
        amount_fen=held.amount_fen, held_fen=held.held_fen, spent_fen=held.spent_fen, released_fen=held.released_fen
    )


def held_under(key: str) -> Reservation:
    found = Reservation.objects.select_related("fund").filter(key=key).first()
    if found is None:
        raise NotFoundError(what=key)
    return found


def fund_of(code: str) -> Fund:
    found = Fund.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError(what=code)
    return found


def grant(*, by: Actor, fund: str, amount_fen: int, key: str, reason: str) -> None:
    """Add to the budget (下达)."""
    refuse_stale(by)
    move(by=by, fund=fund_of(fund), kind=Kind.GRANT, amount_fen=amount_fen, key=key, reason=given(reason))


def withdraw_grant(*, by: Actor, fund: str, amount_fen: int, key: str, reason: str) -> None:
    """Take from the budget what is neither reserved nor spent (收回)."""
    refuse_stale(by)
    move(by=by, fund=fund_of(fund), kind=Kind.WITHDRAW, amount_fen=amount_fen, key=key, reason=given(reason))


def reserve(*, by: Actor, fund: str, amount_fen: int, key: str, what: str = "") -> Reservation:
    """Set a sum aside under a key; the same key again gives the reservation that it made."""
    checked_sum(amount_fen)
    found = fund_of(fund)
    try:
        with transaction.atomic():
            is_new = one_row(RESERVE, [found.pk, key, what, amount_fen, now()]) is not None
            made = Reservation.objects.get(key=key)
            if is_new:
                target = f"reservation:{key}"
                audit.record(by=by, action="ledger.reserve_fund", target=target, reason=what, facts={"fen": amount_fen})
    except IntegrityError as error:
        raise_short(error, fund=fund)
        raise
    if (made.fund_id, made.amount_fen) != (found.pk, amount_fen):
        raise EntryKeyReusedError
    return made


def spend(*, by: Actor, reservation: str, key: str, amount_fen: int | None = None) -> None:
    """All that is held, or a part of it; whoever knows the key of a reservation spends it (a claim takes over a purchase's)."""
    move_held(by=by, reservation=reservation, kind=Kind.SPEND, key=key, amount_fen=amount_fen, reason="")


def release(*, by: Actor, reservation: str, key: str, reason: str = "", amount_fen: int | None = None) -> None:
    """Give back what is held, or a part of it."""
    move_held(by=by, reservation=reservation, kind=Kind.RELEASE, key=key, amount_fen=amount_fen, reason=reason)


def unspend(*, by: Actor, spending: str, key: str, reason: str) -> None:
    """Take a spending that was entered wrongly back (冲回), whole and once: so much is held again under its reservation. `spending`: the
    key that it was spent under."""
    spent = FundMovement.objects.select_related("fund", "reservation").filter(key=spending, kind=Kind.SPEND).first()
    if spent is None:
        raise NotFoundError(what=spending)
    move(
        by=by,
        fund=spent.fund,
        kind=Kind.UNSPEND,
        amount_fen=spent.amount_fen,
        key=key,
        reason=given(reason),
        reservation=spent.reservation,
        reverses=spent,
    )


def move_held(*, by: Actor, reservation: str, kind: str, key: str, amount_fen: int | None, reason: str) -> None:
    held = held_under(reservation)
    fen = amount_fen
    if fen is None:
        known = FundMovement.objects.filter(key=key, kind=kind, reservation=held).first()
        fen = known.amount_fen if known else held.held_fen
    if fen <= 0:
        raise ReservationShortError(held=format_yuan(held.held_fen))
    move(by=by, fund=held.fund, kind=kind, amount_fen=fen, key=key, reason=reason, reservation=held)


def move(
    *,
    by: Actor,
    fund: Fund,
    kind: str,
    amount_fen: int,
    key: str,
    reason: str,
    reservation: Reservation | None = None,
    reverses: FundMovement | None = None,
) -> None:
    """Write it; the database moves the fund and posts. The same key with the same money is written once."""
    checked_sum(amount_fen)
    reservation_id = reservation.pk if reservation else None
    reverses_id = reverses.pk if reverses else None
    row: list[Any] = [fund.pk, reservation_id, kind, amount_fen, key, reason, next_entry_id(), now(), reverses_id]
    try:
        with transaction.atomic():
            is_new = one_row(MOVE, row) is not None
            if is_new:
                target = f"reservation:{reservation.key}" if reservation else f"fund:{fund.code}"
                facts = {"fen": amount_fen}
                audit.record(by=by, action=f"ledger.{kind}_fund", target=target, reason=reason, facts=facts)
    except IntegrityError as error:
        raise_short(error, fund=fund.code, reservation=reservation)
        raise
    if not is_new:
        known = FundMovement.objects.get(key=key)
        if (known.fund_id, known.reservation_id, known.kind, known.amount_fen) != tuple(row[:4]):
            raise EntryKeyReusedError


def raise_short(error: IntegrityError, *, fund: str, reservation: Reservation | None = None) -> None:
    cause = error.__cause__
    if isinstance(cause, UniqueViolation) and cause.diag.constraint_name == "ledger_fund_movement_reversed_once":
        raise AlreadyReversedError from error
    if not isinstance(cause, CheckViolation):
        return
    name = cause.diag.constraint_name
    if reservation is None and name in SHORT:
        raise FundShortError(available=format_yuan(state_of(fund).available_fen)) from error
    if reservation is not None and name in {*SHORT, "ledger_reservation_not_overspent"}:
        reservation.refresh_from_db()
        raise ReservationShortError(held=format_yuan(reservation.held_fen)) from error
