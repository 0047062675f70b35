"""Cards of the sandbox."""

from datetime import timedelta

from django.db.models import QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import mask_name
from nanhu.platforms.openapi.api import Mode, Request, ScopeMissingError, publish
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    CardStateRefusedError,
    CardUnknownError,
    ConsentEndedError,
    ConsentExceededError,
    NotYourBlockError,
    PaymentRefusedError,
)
from nanhu.systems.card.vendors.models import SandboxCard
from nanhu.systems.card.vendors.rules import uuid_of
from nanhu.systems.card.vendors.sandbox.behaviours import BY_CAMPUS_NO, BY_CODE, BY_KIND, CONSENT_FEN, consent_id
from nanhu.systems.card.vendors.scopes import Scope


def query(request: Request) -> wire.Card:
    order: wire.CardQuery = request.body
    if order.campus_no is not None and not request.may(Scope.LOOKUP):
        raise ScopeMissingError(scope=Scope.LOOKUP.label)
    if order.campus_no is not None:
        behaviour = BY_CAMPUS_NO.get(order.campus_no)
        if behaviour is None:
            raise CardUnknownError
        return card_body(request, cards(request).get(kind=behaviour.kind))
    return card_body(request, shown(request, order.code, order.consent, fen=0))


def cards(request: Request) -> QuerySet[SandboxCard]:
    return SandboxCard.objects.filter(vendor=request.vendor)


def shown(request: Request, code: str | None, consent: str | None, *, fen: int) -> SandboxCard:
    if consent is not None:
        if uuid_of(consent) != consent_id(request.vendor):
            raise ConsentEndedError
        if fen > CONSENT_FEN:
            raise ConsentExceededError
        return cards(request).get(kind="ok")
    behaviour = BY_CODE.get(code or "")
    fault = behaviour.fault if behaviour else "code_wrong"
    if behaviour is None or fault:
        raise refused(fault)
    return cards(request).get(kind=behaviour.kind)


def refused(reason: str, **facts: object) -> PaymentRefusedError:
    return PaymentRefusedError(reason=reason, sentence=SENTENCES[reason], **facts)


def card_body(request: Request, card: SandboxCard) -> wire.Card:
    behaviour = BY_KIND[card.kind]
    return wire.Card(
        id=str(card.public_id),
        mode="test",
        state=state_of(card),
        card_class="student",
        sub_class="统招本科",
        valid_until=str(campus_today() + timedelta(days=365 if behaviour.is_valid else -1)),
        may_pay=state_of(card) == "issued" and behaviour.is_valid and behaviour.has_right,
        holder=wire.Holder(name=mask_name(behaviour.name)),
        balance_fen=card.balance_fen if request.may(Scope.BALANCE) else None,
    )


def state_of(card: SandboxCard) -> str:
    return "lost" if card.is_blocked else card.state


def block(request: Request) -> wire.Card:
    card = named(request)
    if state_of(card) not in {"issued", "lost"}:
        raise CardStateRefusedError
    return set_blocked(request, card, is_blocked=card.state == "issued", kind="card.blocked")


def unblock(request: Request) -> wire.Card:
    card = named(request)
    if not card.is_blocked:
        raise NotYourBlockError
    return set_blocked(request, card, is_blocked=False, kind="card.unblocked")


def set_blocked(request: Request, card: SandboxCard, *, is_blocked: bool, kind: str) -> wire.Card:
    card.is_blocked = is_blocked
    card.save(update_fields=["is_blocked"])
    publish(
        vendor=request.vendor,
        mode=Mode.TEST,
        kind=kind,
        key=f"{kind}:{request.idempotency_key}",
        facts={"card": str(card.public_id), "reference": ""},
    )
    return card_body(request, card)


def named(request: Request) -> SandboxCard:
    card = cards(request).select_for_update().filter(public_id=request.public_id).first()
    if card is None:
        raise CardUnknownError
    return card
