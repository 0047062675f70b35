"""Payments of the sandbox: judged in the order of card_pay, of a test card's own balance."""

import msgspec
from django.db.models import QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.platforms.openapi.api import Mode, Request, ScopeMissingError, publish
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.protocol import SENTENCES, receipt_number
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    MerchantRefusedError,
    NothingToRefundError,
    PaymentDeclinedError,
    PaymentUnknownError,
    RefundTooLargeError,
)
from nanhu.systems.card.vendors.models import SandboxCard, SandboxPayment, SandboxRefund
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.sandbox.behaviours import BY_KIND, DAILY_FEN, MERCHANT, PIN, PIN_TRIES
from nanhu.systems.card.vendors.sandbox.cards import cards, shown, state_of
from nanhu.systems.card.vendors.scopes import Scope

LISTED = 50


def pay(request: Request) -> wire.Payment:
    order: wire.PaymentOrder = request.body
    if order.pin is not None and not request.may(Scope.PIN):
        raise ScopeMissingError(scope=Scope.PIN.label)
    if order.merchant != MERCHANT:
        raise MerchantRefusedError
    card = cards(request).select_for_update().get(pk=shown(request, order.code, order.consent, fen=order.amount_fen).pk)
    outcome = judged(request, card, order)
    if outcome == "posted":
        card.balance_fen -= order.amount_fen
        card.spent_fen += order.amount_fen
    card.save()
    payment = SandboxPayment.objects.create(
        vendor=request.vendor,
        card=card,
        merchant=order.merchant,
        amount_fen=order.amount_fen,
        outcome=outcome,
        reference=order.reference,
    )
    body = payment_body(payment)
    kind = "payment.succeeded" if outcome == "posted" else "payment.refused"
    tell(request, kind, body)
    if outcome != "posted":
        tries = {"tries_left": PIN_TRIES - card.pin_tries} if outcome == "pin_wrong" else {}
        raise PaymentDeclinedError(reason=outcome, sentence=SENTENCES[outcome], payment=body.id, **tries)
    return body


def judged(request: Request, card: SandboxCard, order: wire.PaymentOrder) -> str:
    """In the order of card_pay: fault, state, validity, right, PIN, balance, limit."""
    behaviour, pin = BY_KIND[card.kind], pin_outcome(request, card, order.pin)
    if card.spent_on != campus_today():
        card.spent_on, card.spent_fen = campus_today(), 0
    over_limit = card.kind == "limit" and card.spent_fen + order.amount_fen > DAILY_FEN
    verdicts = (
        ("pin_unreadable", pin == "pin_unreadable"),
        (f"card_{state_of(card)}", state_of(card) != "issued"),
        ("card_expired", not behaviour.is_valid),
        ("no_right", not behaviour.has_right),
        (pin, pin.startswith("pin_")),
        ("balance_short", card.balance_fen < order.amount_fen),
        ("pin_required", over_limit and pin == ""),
    )
    outcome = next((name for name, is_so in verdicts if is_so), "posted")
    if outcome == "pin_wrong":
        card.pin_tries += 1
    return outcome


def pin_outcome(request: Request, card: SandboxCard, block: str | None) -> str:
    if block is None:
        return ""
    try:
        pin = open_pin_block(request.secret.encode(), request.key.number, request.idempotency_key, block)
    except PinBlockError:
        return "pin_unreadable"
    if card.pin_tries >= PIN_TRIES:
        return "pin_locked"
    return "ok" if pin == PIN else "pin_wrong"


def payment_body(payment: SandboxPayment) -> wire.Payment:
    is_posted = payment.outcome == "posted"
    return wire.Payment(
        id=str(payment.public_id),
        mode="test",
        status="succeeded" if is_posted else "refused",
        reason="" if is_posted else payment.outcome,
        merchant=payment.merchant,
        card=str(payment.card.public_id),
        amount_fen=payment.amount_fen,
        refunded_fen=payment.refunded_fen,
        reference=payment.reference,
        receipt=receipt_number(payment.pk),
        created_at=written(payment.created_at),
        settled_at=written(payment.settled_at) if payment.settled_at else None,
    )


def own(request: Request) -> QuerySet[SandboxPayment]:
    return SandboxPayment.objects.filter(vendor=request.vendor).select_related("card")


def get(request: Request) -> wire.Payment:
    payment = own(request).filter(public_id=request.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    return payment_body(payment)


def listed(request: Request) -> wire.PaymentList:
    rows, reference = own(request).order_by("-id"), request.parameters.get("reference", "")
    rows = rows.filter(reference=reference) if reference else rows
    return wire.PaymentList(data=[payment_body(row) for row in rows[:LISTED]])


def refund(request: Request) -> wire.Refund:
    payment = own(request).select_for_update(of=("self",)).filter(public_id=request.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    if payment.outcome != "posted":
        raise NothingToRefundError
    if request.body.amount_fen > payment.amount_fen - payment.refunded_fen:
        raise RefundTooLargeError
    card = SandboxCard.objects.select_for_update().get(pk=payment.card_id)
    card.balance_fen += request.body.amount_fen
    card.save(update_fields=["balance_fen"])
    payment.refunded_fen += request.body.amount_fen
    payment.save(update_fields=["refunded_fen"])
    given = SandboxRefund.objects.create(
        payment=payment, amount_fen=request.body.amount_fen, reason=request.body.reason
    )
    body = wire.Refund(
        id=str(given.public_id),
        mode="test",
        payment=str(payment.public_id),
        amount_fen=given.amount_fen,
        left_fen=payment.amount_fen - payment.refunded_fen,
        reason=given.reason,
        receipt=receipt_number(given.pk),
        created_at=written(given.created_at),
    )
    tell(request, "refund.succeeded", body)
    return body


def tell(request: Request, kind: str, body: wire.Payment | wire.Refund) -> None:
    facts = msgspec.to_builtins(body)
    publish(vendor=request.vendor, mode=Mode.TEST, kind=kind, key=f"{kind}:{body.id}", facts=facts)
