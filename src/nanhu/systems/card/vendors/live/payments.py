"""Payments and refunds of vendors: by card_pay and card_refund alone, the functions the terminals' gateway asks."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import QuerySet, Sum

from nanhu.kernel.clock import campus_today
from nanhu.systems.card.codes.errors import FAULTS
from nanhu.systems.card.codes.rules import part_of
from nanhu.systems.card.codes.services.spending import spend_code
from nanhu.systems.card.errors import RefundTooLargeError as TooLargeError
from nanhu.systems.card.errors import SaleNotFoundError
from nanhu.systems.card.gateway.policy import current_policy
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.pins.policy import limits_on, meal_at
from nanhu.systems.card.pins.verdicts import LOOK, Kept, verdict
from nanhu.systems.card.protocol import fingerprint, receipt_number
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    ConsentExceededError,
    MerchantRefusedError,
    NothingToRefundError,
    PaymentUnknownError,
    RefundTooLargeError,
    ScopeMissingError,
)
from nanhu.systems.card.vendors.models import Consent, Mode, Scope, VendorMerchant, VendorPayment, VendorRefund
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.services import webhooks
from nanhu.systems.card.vendors.worlds import Asked
from nanhu.systems.card.vendors.worlds.live_cards import card_by, consent_with, declined, refused

PAY = "SELECT outcome, receipt_id, detail FROM card_pay(%s::json, %s::json)"
NEXT = "UPDATE card_terminal SET last_sequence = last_sequence + 1 WHERE id = %s RETURNING last_sequence"
LISTED = 50
GIVEN_BACK = ("refund", "reversal", "correction_in")


class Decided(NamedTuple):
    outcome: str
    receipt_id: int
    detail: str


def pay(asked: Asked) -> wire.Payment:
    order: wire.PaymentOrder = asked.order
    if order.pin is not None and not asked.may(Scope.PIN):
        raise ScopeMissingError(scope=Scope.PIN.label)
    grant = grant_of(asked)
    sequence = int(one(NEXT, [grant.terminal_id])[0])
    card, consent = card_for(asked, grant, sequence)
    decided = Decided(*one(PAY, [json.dumps([row_of(asked, grant, sequence, card)]), current_policy()]))
    payment = VendorPayment.objects.create(
        vendor=asked.vendor, grant=grant, receipt_id=decided.receipt_id, card=card, consent=consent,
        amount_fen=order.amount_fen, outcome=decided.outcome, reference=order.reference,
    )  # fmt: skip
    answer = told(payment)
    tell(asked, "payment.succeeded" if decided.outcome == "posted" else "payment.refused", answer)
    if decided.outcome != "posted":
        tries = {"tries_left": int(decided.detail)} if decided.outcome == "pin_wrong" else {}
        raise declined(decided.outcome, payment=answer.id, **tries)
    return answer


def grant_of(asked: Asked) -> VendorMerchant:
    grants = VendorMerchant.objects.select_related("merchant", "terminal")
    grant = grants.filter(vendor=asked.vendor, merchant__key=asked.order.merchant, is_on=True).first()
    if grant is None:
        raise MerchantRefusedError
    return grant


def card_for(asked: Asked, grant: VendorMerchant, sequence: int) -> tuple[Card, Consent | None]:
    order: wire.PaymentOrder = asked.order
    if order.consent is not None:
        consent = consent_with(asked.vendor, order.consent)
        locked = Consent.objects.select_for_update().filter(pk=consent.pk, ended_at=None).first()
        if locked is None or order.amount_fen > locked.most_fen:
            raise ConsentExceededError
        return card_by(locked), locked
    try:
        return spend_code(
            part_of(order.code or "", "pay"), kind="pay", terminal_id=grant.terminal_id, sequence=sequence
        ), None
    except tuple(FAULTS.values()) as fault:
        raise refused(fault.code) from fault


def row_of(asked: Asked, grant: VendorMerchant, sequence: int, card: Card) -> dict[str, Any]:
    """What the gateway would ask of card_pay for this card at this merchant."""
    fen, moment = asked.order.amount_fen, time.time()
    row: dict[str, Any] = {
        "n": 0, "t": grant.terminal_id, "s": sequence, "f": fingerprint("payment", card.uid, str(fen), ""),
        "u": card.uid, "a": fen, "o": moment, "m": meal_at(grant.merchant.canteen, moment),
    }  # fmt: skip
    return row if asked.order.pin is None else row | judged_pin(asked, card)


def judged_pin(asked: Asked, card: Card) -> dict[str, Any]:
    """Sealed as at a terminal: under the key's text, for this key's number and this Idempotency-Key."""
    try:
        pin = open_pin_block(asked.secret.encode(), asked.key.number, asked.idempotency_key, asked.order.pin)
    except PinBlockError:
        return {"x": "pin_unreadable"}
    kept = one(LOOK, [[card.uid], "payment"])
    without_id = limits_on(campus_today()).pin_without_id
    is_right = verdict(Kept(*kept), "payment", pin, without_id) if kept else None
    return {"x": "pin_unset"} if is_right is None else {"p": is_right}


def one(statement: str, parameters: list[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchone() or ())


def told(payment: VendorPayment, returned: Mapping[int, int] | None = None) -> wire.Payment:
    is_posted = payment.outcome == "posted"
    given_back = (returned_of([payment]) if returned is None else returned).get(payment.receipt_id, 0)
    return wire.Payment(
        id=str(payment.public_id), mode="live", status="succeeded" if is_posted else "refused",
        reason="" if is_posted else payment.outcome, merchant=payment.grant.merchant.key,
        card=str(payment.card.public_id), amount_fen=payment.amount_fen, refunded_fen=given_back,
        reference=payment.reference, receipt=receipt_number(payment.receipt_id), created_at=written(payment.created_at),
        settled_at=written(payment.settled_at) if payment.settled_at else None,
    )  # fmt: skip


def tell(asked: Asked, kind: str, answer: wire.Payment | wire.Refund) -> None:
    facts = msgspec.to_builtins(answer)
    webhooks.tell(vendor=asked.vendor, mode=Mode.LIVE, kind=kind, key=f"{kind}:{answer.id}", facts=facts)


def own(asked: Asked) -> QuerySet[VendorPayment]:
    return VendorPayment.objects.filter(vendor=asked.vendor).select_related("grant__merchant", "card", "receipt")


def get(asked: Asked) -> wire.Payment:
    return told(found(asked))


def found(asked: Asked) -> VendorPayment:
    payment = own(asked).filter(public_id=asked.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    return payment


def listed(asked: Asked) -> wire.PaymentList:
    rows = own(asked).order_by("-id")
    reference = asked.parameters.get("reference", "")
    shown = list((rows.filter(reference=reference) if reference else rows)[:LISTED])
    returned = returned_of(shown)
    return wire.PaymentList(data=[told(row, returned) for row in shown])


def returned_of(payments: Sequence[VendorPayment]) -> dict[int, int]:
    """What was given back of each sale, by receipt: by the vendor, by the merchant's own page, by a correction."""
    back = Receipt.objects.filter(
        reverses_id__in=[one.receipt_id for one in payments], outcome="posted", kind__in=GIVEN_BACK
    )
    return dict(back.order_by().values_list("reverses_id").annotate(fen=Sum("amount_fen")))


def refund(asked: Asked) -> wire.Refund:
    """Of its own sales only, never more than is left: card_refund holds that, whoever else gives back at the same time."""
    payment, order = found(asked), asked.order
    if payment.outcome != "posted":
        raise NothingToRefundError
    key = f"vendor:{asked.vendor.pk}:{asked.idempotency_key}"
    try:
        done = refund_sale(
            by=asked.by, merchant=payment.grant.merchant, sale=payment.receipt, amount_fen=order.amount_fen,
            reason=order.reason, key=key,
        )  # fmt: skip
    except TooLargeError as error:
        raise RefundTooLargeError from error
    except SaleNotFoundError as error:
        raise NothingToRefundError from error
    given = VendorRefund.objects.create(
        payment=payment, receipt_id=done.receipt_id, amount_fen=order.amount_fen, reason=order.reason
    )
    answer = told_refund(payment, given)
    tell(asked, "refund.succeeded", answer)
    return answer


def told_refund(payment: VendorPayment, given: VendorRefund) -> wire.Refund:
    returned = returned_of([payment]).get(payment.receipt_id, 0)
    return wire.Refund(
        id=str(given.public_id), mode="live", payment=str(payment.public_id), amount_fen=given.amount_fen,
        left_fen=max(payment.amount_fen - returned, 0), reason=given.reason,
        receipt=receipt_number(given.receipt_id), created_at=written(given.created_at),
    )  # fmt: skip


def consents(asked: Asked) -> wire.ConsentList:
    rows = Consent.objects.filter(vendor=asked.vendor).order_by("-id")
    reference = asked.parameters.get("reference", "")
    rows = rows.filter(reference=reference) if reference else rows
    data = [
        wire.Consent(
            id=str(row.public_id), mode="live", state="ended" if row.ended_at else "active", reference=row.reference,
            most_fen=row.most_fen, created_at=written(row.created_at),
        )
        for row in rows[:LISTED]
    ]  # fmt: skip
    return wire.ConsentList(data=data)
