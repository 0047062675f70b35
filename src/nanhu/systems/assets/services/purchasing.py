"""Purchases (采购登记): a fund's money is reserved before the order, and let go or taken over when it is known what became of it."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import made_by_form
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.errors import BeyondPurchaseError, PurchaseOfOtherUnitError
from nanhu.systems.assets.models import Purchase, Receipt

State = Purchase.State


@transaction.atomic
def order(*, by: Actor, token: UUID, title: str, unit_id: int, fund: str, amount_fen: int) -> Purchase:
    """Nothing is ordered for which the fund has no money left."""
    known = made_by_form(Purchase.objects.all(), token, author_id=by.account_id)
    if known is not None:
        return known
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


def ordered(purchase: Purchase) -> Purchase:
    found = Purchase.objects.select_for_update().get(pk=purchase.pk)
    if found.state != State.ORDERED:
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
    if receipt.purchase is not None and entered_fen(receipt) > receipt.purchase.amount_fen:
        raise BeyondPurchaseError(sum=format_yuan(receipt.purchase.amount_fen))


def entered_fen(receipt: Receipt) -> int:
    return int(receipt.lines.aggregate(fen=Sum(F("price_fen") * F("quantity"), default=0))["fen"])


def take_over(*, by: Actor, receipt: Receipt) -> None:
    """What its lines leave is free; the rest stays reserved until it is paid."""
    if receipt.purchase is None:
        return
    found = ordered(receipt.purchase)
    rest = found.amount_fen - entered_fen(receipt)
    if rest:
        ledger.release(by=by, reservation=found.reservation, key=f"{found.reservation}:rest", amount_fen=rest)
    end(by, found, State.RECEIVED)


def end(by: Actor, purchase: Purchase, state: State, answer: str = "") -> None:
    purchase.state, purchase.answer, purchase.ended_at = state, answer, now()
    purchase.save(update_fields=["state", "answer", "ended_at"])
    note(by, purchase, f"assets.purchase_{state}", answer)


def note(by: Actor, purchase: Purchase, action: str, reason: str = "") -> None:
    facts = {"title": purchase.title, "fen": purchase.amount_fen, "fund": purchase.fund}
    audit.record(by=by, action=action, target=f"purchase:{purchase.public_id}", reason=reason, facts=facts)
