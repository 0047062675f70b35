"""Payments of the sandbox: judged in the order of card_pay, of a test card's own balance."""

import msgspec
from django.db.models import QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.protocol import SENTENCES, receipt_number
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    MerchantRefusedError,
    NothingToRefundError,
    PaymentDeclinedError,
    PaymentUnknownError,
    RefundTooLargeError,
    ScopeMissingError,
)
from nanhu.systems.card.vendors.models import SandboxCard, SandboxPayment, SandboxRefund, Scope
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.services.sandbox_cards import BY_KIND, DAILY_FEN, MERCHANT, PIN, PIN_TRIES
from nanhu.systems.card.vendors.worlds import Asked
from nanhu.systems.card.vendors.worlds.sandbox_cards import cards, shown, state_of, tell

LISTED = 50


def pay(asked: Asked) -> wire.Payment:
    order: wire.PaymentOrder = asked.order
    if order.pin is not None and not asked.may(Scope.PIN):
        raise ScopeMissingError(scope=Scope.PIN.label)
    if order.merchant != MERCHANT:
        raise MerchantRefusedError
    card = cards(asked).select_for_update().get(pk=shown(asked, order.code, order.consent, fen=order.amount_fen).pk)
    outcome = judged(asked, card, order)
    if outcome == "posted":
        card.balance_fen -= order.amount_fen
        card.spent_fen += order.amount_fen
    card.save()
    payment = SandboxPayment.objects.create(
        vendor=asked.vendor, card=card, merchant=order.merchant, amount_fen=order.amount_fen, outcome=outcome,
        reference=order.reference,
    )  # fmt: skip
    answer = told_payment(payment)
    kind = "payment.succeeded" if outcome == "posted" else "payment.refused"
    tell(asked, kind, f"{kind}:{answer.id}", msgspec.to_builtins(answer))
    if outcome != "posted":
        tries = {"tries_left": PIN_TRIES - card.pin_tries} if outcome == "pin_wrong" else {}
        raise PaymentDeclinedError(reason=outcome, sentence=SENTENCES[outcome], payment=answer.id, **tries)
    return answer


def judged(asked: Asked, card: SandboxCard, order: wire.PaymentOrder) -> str:
    """In the order of card_pay: fault, state, validity, right, PIN, balance, limit."""
    behaviour, pin = BY_KIND[card.kind], pin_outcome(asked, card, order.pin)
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


def pin_outcome(asked: Asked, card: SandboxCard, block: str | None) -> str:
    if block is None:
        return ""
    try:
        pin = open_pin_block(asked.secret.encode(), asked.key.number, asked.idempotency_key, block)
    except PinBlockError:
        return "pin_unreadable"
    if card.pin_tries >= PIN_TRIES:
        return "pin_locked"
    return "ok" if pin == PIN else "pin_wrong"


def told_payment(payment: SandboxPayment) -> wire.Payment:
    is_posted = payment.outcome == "posted"
    return wire.Payment(
        id=str(payment.public_id), mode="test", status="succeeded" if is_posted else "refused",
        reason="" if is_posted else payment.outcome, merchant=payment.merchant, card=str(payment.card.public_id),
        amount_fen=payment.amount_fen, refunded_fen=payment.refunded_fen, reference=payment.reference,
        receipt=receipt_number(payment.pk), created_at=written(payment.created_at),
        settled_at=written(payment.settled_at) if payment.settled_at else None,
    )  # fmt: skip


def own(asked: Asked) -> QuerySet[SandboxPayment]:
    return SandboxPayment.objects.filter(vendor=asked.vendor).select_related("card")


def get(asked: Asked) -> wire.Payment:
    payment = own(asked).filter(public_id=asked.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    return told_payment(payment)


def listed(asked: Asked) -> wire.PaymentList:
    rows, reference = own(asked).order_by("-id"), asked.parameters.get("reference", "")
    rows = rows.filter(reference=reference) if reference else rows
    return wire.PaymentList(data=[told_payment(row) for row in rows[:LISTED]])


def refund(asked: Asked) -> wire.Refund:
    payment = own(asked).select_for_update(of=("self",)).filter(public_id=asked.public_id).first()
    if payment is None:
        raise PaymentUnknownError
    if payment.outcome != "posted":
        raise NothingToRefundError
    if asked.order.amount_fen > payment.amount_fen - payment.refunded_fen:
        raise RefundTooLargeError
    card = SandboxCard.objects.select_for_update().get(pk=payment.card_id)
    card.balance_fen += asked.order.amount_fen
    card.save(update_fields=["balance_fen"])
    payment.refunded_fen += asked.order.amount_fen
    payment.save(update_fields=["refunded_fen"])
    given = SandboxRefund.objects.create(payment=payment, amount_fen=asked.order.amount_fen, reason=asked.order.reason)
    answer = wire.Refund(
        id=str(given.public_id), mode="test", payment=str(payment.public_id), amount_fen=given.amount_fen,
        left_fen=payment.amount_fen - payment.refunded_fen, reason=given.reason, receipt=receipt_number(given.pk),
        created_at=written(given.created_at),
    )  # fmt: skip
    tell(asked, "refund.succeeded", f"refund.succeeded:{answer.id}", msgspec.to_builtins(answer))
    return answer
