"""Payments and refunds of vendors: by card_pay and card_refund alone, the functions the terminals' gateway asks."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db.models import QuerySet, Sum

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_row
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.openapi.api import Request, ScopeMissingError
from nanhu.platforms.terminals.api import next_sequence
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
)
from nanhu.systems.card.vendors.live.cards import card_by, consent_with, declined, refused
from nanhu.systems.card.vendors.models import Consent, VendorMerchant, VendorPayment, VendorRefund
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.scopes import Scope

PAY = "SELECT outcome, receipt_id, detail FROM card_pay(%s::json, %s::json)"
LISTED = 50
GIVEN_BACK = ("refund", "reversal", "correction_in")


class Decided(NamedTuple):
    outcome: str
    receipt_id: int
    detail: str


def pay(request: Request) -> wire.Payment:
    order: wire.PaymentOrder = request.body
    if order.pin is not None and not request.may(Scope.PIN):
        raise ScopeMissingError(scope=Scope.PIN.label)
    grant = grant_of(request)
    sequence = next_sequence(grant.terminal_id)
    card, consent = card_for(request, grant, sequence)
    decided = Decided(*one_row(PAY, [json.dumps([row_of(request, grant, sequence, card)]), current_policy()]))
    payment = VendorPayment.objects.create(
        vendor=request.vendor,
        grant=grant,
        receipt_id=decided.receipt_id,
        card=card,
        consent=consent,
        amount_fen=order.amount_fen,
        outcome=decided.outcome,
        reference=order.reference,
    )
    body = payment_body(payment)
    publish(request, "payment.succeeded" if decided.outcome == "posted" else "payment.refused", body)
    if decided.outcome != "posted":
        tries = {"tries_left": int(decided.detail)} if decided.outcome == "pin_wrong" else {}
        raise declined(decided.outcome, payment=body.id, **tries)
    return body


def grant_of(request: Request) -> VendorMerchant:
    grants = VendorMerchant.objects.select_related("merchant", "terminal")
    grant = grants.filter(vendor=request.vendor, merchant__key=request.body.merchant, is_on=True).first()
    if grant is None:
        raise MerchantRefusedError
    return grant


def card_for(request: Request, grant: VendorMerchant, sequence: int) -> tuple[Card, Consent | None]:
    order: wire.PaymentOrder = request.body
    if order.consent is not None:
        consent = consent_with(request.vendor, order.consent)
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


def row_of(request: Request, grant: VendorMerchant, sequence: int, card: Card) -> dict[str, Any]:
    """What the gateway would ask of card_pay for this card at this merchant."""
    fen, moment = request.body.amount_fen, time.time()
    row: dict[str, Any] = {
        "n": 0,
        "t": grant.terminal_id,
        "s": sequence,
        "f": fingerprint("payment", card.uid, str(fen), ""),
        "u": card.uid,
        "a": fen,
        "o": moment,
        "m": meal_at(grant.merchant.canteen, moment),
    }
    return row if request.body.pin is None else row | judged_pin(request, card)


def judged_pin(request: Request, card: Card) -> dict[str, Any]:
    """Sealed as at a terminal: under the key's text, for this key's number and this Idempotency-Key."""
    try:
        pin = open_pin_block(request.secret.encode(), request.key.number, request.idempotency_key, request.body.pin)
    except PinBlockError:
        return {"x": "pin_unreadable"}
    kept = one_row(LOOK, [[card.uid], "payment"])
    without_id = limits_on(campus_today()).pin_without_id
    is_right = verdict(Kept(*kept), "payment", pin, without_id) if kept else None
    return {"x": "pin_unset"} if is_right is None else {"p": is_right}


def payment_body(payment: VendorPayment, returned: Mapping[int, int] | None = None) -> wire.Payment:
    is_posted = payment.outcome == "posted"
    given_back = (returned_of([payment]) if returned is None else returned).get(payment.receipt_id, 0)
    return wire.Payment(
        id=str(payment.public_id),
        mode="live",
        status="succeeded" if is_posted else "refused",
        reason="" if is_posted else payment.outcome,
        merchant=payment.grant.merchant.key,
        card=str(payment.card.public_id),
        amount_fen=payment.amount_fen,
        refunded_fen=given_back,
        reference=payment.reference,
        receipt=receipt_number(payment.receipt_id),
        created_at=written(payment.created_at),
        settled_at=written(payment.settled_at) if payment.settled_at else None,
    )


def publish(request: Request, kind: str, body: wire.Payment | wire.Refund) -> None:
    openapi.publish(
        vendor=request.vendor,
        mode=request.key.mode,
        kind=kind,
        key=f"{kind}:{body.id}",
        facts=msgspec.to_builtins(body),
    )


def own(request: Request) -> QuerySet[VendorPayment]:
    return VendorPayment.objects.filter(vendor=request.vendor).select_related("grant__merchant", "card", "receipt")


def get(request: Request) -> wire.Payment:
    return payment_body(found(request))


def found(request: Request) -> VendorPayment:
    payment = own(request).filter(public_id=request.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    return payment


def listed(request: Request) -> wire.PaymentList:
    rows = own(request).order_by("-id")
    reference = request.parameters.get("reference", "")
    shown = list((rows.filter(reference=reference) if reference else rows)[:LISTED])
    returned = returned_of(shown)
    return wire.PaymentList(data=[payment_body(row, returned) for row in shown])


def returned_of(payments: Sequence[VendorPayment]) -> dict[int, int]:
    """What was given back of each sale, by receipt: by the vendor, by the merchant's own page, by a correction."""
    back = Receipt.objects.filter(
        reverses_id__in=[one.receipt_id for one in payments], outcome="posted", kind__in=GIVEN_BACK
    )
    return dict(back.order_by().values_list("reverses_id").annotate(fen=Sum("amount_fen")))


def refund(request: Request) -> wire.Refund:
    """Of its own sales only, never more than is left: card_refund holds that, whoever else gives back at the same time."""
    payment, order = found(request), request.body
    if payment.outcome != "posted":
        raise NothingToRefundError
    key = f"vendor:{request.vendor.pk}:{request.idempotency_key}"
    try:
        done = refund_sale(
            by=request.by,
            merchant=payment.grant.merchant,
            sale=payment.receipt,
            amount_fen=order.amount_fen,
            reason=order.reason,
            key=key,
        )
    except TooLargeError as error:
        raise RefundTooLargeError from error
    except SaleNotFoundError as error:
        raise NothingToRefundError from error
    given = VendorRefund.objects.create(
        payment=payment, receipt_id=done.receipt_id, amount_fen=order.amount_fen, reason=order.reason
    )
    body = refund_body(payment, given)
    publish(request, "refund.succeeded", body)
    return body


def refund_body(payment: VendorPayment, given: VendorRefund) -> wire.Refund:
    returned = returned_of([payment]).get(payment.receipt_id, 0)
    return wire.Refund(
        id=str(given.public_id),
        mode="live",
        payment=str(payment.public_id),
        amount_fen=given.amount_fen,
        left_fen=max(payment.amount_fen - returned, 0),
        reason=given.reason,
        receipt=receipt_number(given.receipt_id),
        created_at=written(given.created_at),
    )


def consents(request: Request) -> wire.ConsentList:
    rows = Consent.objects.filter(vendor=request.vendor).order_by("-id")
    reference = request.parameters.get("reference", "")
    rows = rows.filter(reference=reference) if reference else rows
    data = [
        wire.Consent(
            id=str(row.public_id),
            mode="live",
            state="ended" if row.ended_at else "active",
            reference=row.reference,
            most_fen=row.most_fen,
            created_at=written(row.created_at),
        )
        for row in rows[:LISTED]
    ]
    return wire.ConsentList(data=data)
