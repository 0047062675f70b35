"""A merchant gives a sale back on a page (商户退款); a terminal asks the same of sql/card_refund.sql by the protocol."""

from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.database.values import one_row
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.systems.card.errors import RefundTooLargeError, SaleNotFoundError
from nanhu.systems.card.models import Merchant, Receipt, Refund

SQL = "SELECT outcome, receipt_id, amount_fen FROM card_refund(%s, NULL, NULL, NULL, %s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """`is_repeated` where this key had been posted before and nothing moved this time."""

    receipt_id: int
    is_repeated: bool


def refund_sale(*, by: Actor, merchant: Merchant, sale: Receipt, amount_fen: int, reason: str, key: str) -> Refunded:
    """Give this much of a sale back, at most what is left of it; once for the key. Who may act for the merchant, the caller knows."""
    given(reason)
    given(key)
    with transaction.atomic():
        lock_key(f"card.refund:{key}")
        known = Refund.objects.filter(key=key).first()
        if known is not None:
            return Refunded(receipt_id=known.receipt_id, is_repeated=True)
        receipt_id = give_back(merchant, sale, amount_fen, reason)
        Refund.objects.create(key=key, receipt_id=receipt_id, account_id=by.account_id, reason=reason)
        facts = {"fen": amount_fen, "sale": sale.pk, "receipt": receipt_id}
        audit.record(by=by, action="card.refund", target=f"merchant:{merchant.key}", reason=reason, facts=facts)
        return Refunded(receipt_id=receipt_id, is_repeated=False)


def give_back(merchant: Merchant, sale: Receipt, amount_fen: int, reason: str) -> int:
    if amount_fen <= 0:
        raise RefundTooLargeError(left=format_yuan(sale.amount_fen or 0))
    outcome, receipt_id, left_fen = one_row(SQL, [merchant.pk, sale.pk, amount_fen, reason[:80]])
    if outcome == "refund_too_large":
        raise RefundTooLargeError(left=format_yuan(left_fen or 0))
    if outcome != "posted":
        raise SaleNotFoundError
    return int(receipt_id)
