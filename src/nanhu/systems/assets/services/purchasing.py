"""Purchases (采购登记): a fund's money is reserved before the order, and spent, or let go, when it is known what became of it."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum, Value

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import made_by_form
from nanhu.kernel.proposals import given, refuse_same_person, refuse_stale
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.errors import (
    BeyondPurchaseError,
    OfferedInsideError,
    PaidAheadError,
    PurchaseOfOtherUnitError,
    VoucherTwiceError,
)
from nanhu.systems.assets.models import Asset, Payment, Purchase, Receipt, ReceiptLine
from nanhu.systems.assets.models.things import OFFERED
from nanhu.systems.assets.rules import voucher_number
from nanhu.systems.assets.services.own import refuse_own

State = Purchase.State
MOST_OFFERED: Final = 50
MOST_NAMED: Final = 3


@transaction.atomic
def order(
    *, by: Actor, token: UUID, title: str, unit_id: int, fund: str, amount_fen: int, is_idle_seen: bool = False
) -> Purchase:
    """Nothing is ordered for which the fund has no money left; nor, before whoever orders says that none of it serves
    (`is_idle_seen`), what stands idle in the school."""
    known = made_by_form(Purchase, token, author_id=by.account_id)
    if known is not None:
        return known
    if not is_idle_seen and (offered := offered_like(title)):
        raise OfferedInsideError(
            count=len(offered), names="、".join(sorted({one.name for one in offered})[:MOST_NAMED])
        )
    made = Purchase.objects.create(
        token=token,
        title=title,
        unit_id=unit_id,
        fund=fund,
        amount_fen=amount_fen,
        author_id=account_of(by),
        author_name=by.name,
    )
    ledger.reserve(by=by, fund=fund, amount_fen=amount_fen, key=made.reservation, what=title)
    note(by, made, "assets.order_purchase")
    return made


def offered_like(title: str) -> list[Asset]:
    """Things that are offered inside, whose name stands in what is to be bought, or the other way round."""
    alike = Asset.objects.annotate(title=Value(title)).filter(Q(title__icontains=F("name")) | Q(name__icontains=title))
    return list(alike.filter(OFFERED)[:MOST_OFFERED])


@transaction.atomic
def cancel(*, by: Actor, purchase: Purchase, reason: str) -> Purchase:
    """Not while its receipt is looked at; all of its money is free again."""
    found = ordered(purchase)
    waits = found.receipts.filter(state=Receipt.State.WAITING).first()
    if waits is not None:
        raise WrongStateError(what=Receipt.what, state=waits.get_state_display())
    ledger.release(by=by, reservation=found.reservation, key=f"{found.reservation}:cancelled", reason=given(reason))
    end(by, found, State.CANCELLED, reason.strip())
    return found


@transaction.atomic
def pay(*, by: Actor, token: UUID, purchase: Purchase, amount_fen: int, voucher: str, paid_on: date) -> Payment:
    """Enter what was paid of what was received: so much of its reservation is spent, never more than is held. With the last fen it is
    settled. What was entered wrongly is taken back by two (`reversing`)."""
    known = made_by_form(Payment, token, author_id=by.account_id)
    if known is not None:
        return known
    found = payable(by, purchase)
    if paid_on > campus_today():
        raise PaidAheadError
    number = voucher_number(voucher)
    before = found.payments.filter(voucher=number, reversed_at=None).first()
    if before is not None:
        raise VoucherTwiceError(voucher=number, sum=format_yuan(before.amount_fen))
    paid = Payment(
        token=token,
        purchase=found,
        amount_fen=amount_fen,
        voucher=number,
        paid_on=paid_on,
        author_id=account_of(by),
        author_name=by.name,
    )
    ledger.spend(by=by, reservation=found.reservation, key=paid.spending, amount_fen=amount_fen)
    paid.save(force_insert=True)
    note(by, found, "assets.pay_purchase", number, amount_fen)
    if not ledger.reservation_of(found.reservation).held_fen:
        end(by, found, State.SETTLED)
    return paid


@transaction.atomic
def settle(*, by: Actor, purchase: Purchase, reason: str) -> Purchase:
    """No more will be paid: what is still held is free."""
    found, why = payable(by, purchase), given(reason)
    if ledger.reservation_of(found.reservation).held_fen:
        ledger.release(by=by, reservation=found.reservation, key=f"{found.reservation}:settled", reason=why)
    end(by, found, State.SETTLED, why)
    return found


def payable(by: Actor, purchase: Purchase) -> Purchase:
    """Received by its two inspectors; paid by none of those who ordered, bought or inspected it."""
    refuse_stale(by)
    found = locked_in(purchase, State.RECEIVED)
    refuse_involved(by, found)
    return found


def refuse_involved(by: Actor, found: Purchase) -> None:
    refuse_same_person(by, found.author_id)
    receipt = found.receipts.get(state=Receipt.State.RECEIVED)
    refuse_own(by, receipt.buyer_id, receipt.first_inspector_id, receipt.second_inspector_id)


def ordered(purchase: Purchase) -> Purchase:
    return locked_in(purchase, State.ORDERED)


def locked_in(purchase: Purchase, *states: State) -> Purchase:
    found = Purchase.objects.select_for_update().get(pk=purchase.pk)
    if found.state not in states:
        raise WrongStateError(what=Purchase.what, state=found.get_state_display())
    return found


def bind(purchase: Purchase, *, unit_id: int) -> Purchase:
    """To a receipt that is opened; each line that is entered is held against its money (`refuse_beyond`)."""
    found = ordered(purchase)
    if found.unit_id != unit_id:
        raise PurchaseOfOtherUnitError
    return found


def refuse_beyond(receipt: Receipt) -> None:
    """Its lines cost no more than was set aside; its invoice may go on over further receipts, each with a purchase of its own."""
    if receipt.purchase is not None and entered_fen(receipt.lines.all()) > receipt.purchase.amount_fen:
        raise BeyondPurchaseError(sum=format_yuan(receipt.purchase.amount_fen))


def entered_fen(lines: QuerySet[ReceiptLine]) -> int:
    return int(lines.aggregate(fen=Sum(F("price_fen") * F("quantity"), default=0))["fen"])


def take_over(*, by: Actor, receipt: Receipt) -> None:
    """What its lines leave is free; the rest stays reserved until it is paid."""
    if receipt.purchase is None:
        return
    found = ordered(receipt.purchase)
    rest = found.amount_fen - entered_fen(receipt.lines.all())
    if rest:
        ledger.release(by=by, reservation=found.reservation, key=f"{found.reservation}:rest", amount_fen=rest)
    end(by, found, State.RECEIVED)


def end(by: Actor, purchase: Purchase, state: State, answer: str = "") -> None:
    purchase.state, purchase.answer, purchase.ended_at = state, answer, now()
    purchase.save(update_fields=["state", "answer", "ended_at"])
    note(by, purchase, f"assets.purchase_{state}", answer)


def note(by: Actor, purchase: Purchase, action: str, reason: str = "", fen: int | None = None) -> None:
    facts = {"title": purchase.title, "fen": purchase.amount_fen if fen is None else fen, "fund": purchase.fund}
    audit.record(by=by, action=action, target=f"purchase:{purchase.public_id}", reason=reason, facts=facts)
