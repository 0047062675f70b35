"""Cards of the sandbox."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import mask_name
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    CardStateRefusedError,
    CardUnknownError,
    ConsentEndedError,
    ConsentExceededError,
    NotYourBlockError,
    PaymentRefusedError,
    ScopeMissingError,
)
from nanhu.systems.card.vendors.models import Mode, SandboxCard, Scope
from nanhu.systems.card.vendors.rules import uuid_of
from nanhu.systems.card.vendors.services import webhooks
from nanhu.systems.card.vendors.services.sandbox_cards import BY_CAMPUS_NO, BY_CODE, BY_KIND, CONSENT_FEN, consent_id
from nanhu.systems.card.vendors.worlds import Asked


def query(asked: Asked) -> wire.Card:
    order: wire.CardQuery = asked.order
    if order.campus_no is not None and not asked.may(Scope.LOOKUP):
        raise ScopeMissingError(scope=Scope.LOOKUP.label)
    if order.campus_no is not None:
        behaviour = BY_CAMPUS_NO.get(order.campus_no)
        if behaviour is None:
            raise CardUnknownError
        return told(asked, cards(asked).get(kind=behaviour.kind))
    return told(asked, shown(asked, order.code, order.consent, fen=0))


def cards(asked: Asked) -> QuerySet[SandboxCard]:
    return SandboxCard.objects.filter(vendor=asked.vendor)


def shown(asked: Asked, code: str | None, consent: str | None, *, fen: int) -> SandboxCard:
    if consent is not None:
        if uuid_of(consent) != consent_id(asked.vendor):
            raise ConsentEndedError
        if fen > CONSENT_FEN:
            raise ConsentExceededError
        return cards(asked).get(kind="ok")
    behaviour = BY_CODE.get(code or "")
    fault = behaviour.fault if behaviour else "code_wrong"
    if behaviour is None or fault:
        raise refused(fault)
    return cards(asked).get(kind=behaviour.kind)


def refused(reason: str, **facts: object) -> PaymentRefusedError:
    return PaymentRefusedError(reason=reason, sentence=SENTENCES[reason], **facts)


def told(asked: Asked, card: SandboxCard) -> wire.Card:
    behaviour = BY_KIND[card.kind]
    return wire.Card(
        id=str(card.public_id), mode="test", state=state_of(card), card_class="student", sub_class="统招本科",
        valid_until=str(campus_today() + timedelta(days=365 if behaviour.is_valid else -1)),
        may_pay=state_of(card) == "issued" and behaviour.is_valid and behaviour.has_right,
        holder=wire.Holder(name=mask_name(behaviour.name)),
        balance_fen=card.balance_fen if asked.may(Scope.BALANCE) else None,
    )  # fmt: skip


def state_of(card: SandboxCard) -> str:
    return "lost" if card.is_blocked else card.state


def block(asked: Asked) -> wire.Card:
    card = named(asked)
    if state_of(card) not in {"issued", "lost"}:
        raise CardStateRefusedError
    return set_blocked(asked, card, is_blocked=card.state == "issued", kind="card.blocked")


def unblock(asked: Asked) -> wire.Card:
    card = named(asked)
    if not card.is_blocked:
        raise NotYourBlockError
    return set_blocked(asked, card, is_blocked=False, kind="card.unblocked")


def set_blocked(asked: Asked, card: SandboxCard, *, is_blocked: bool, kind: str) -> wire.Card:
    card.is_blocked = is_blocked
    card.save(update_fields=["is_blocked"])
    tell(asked, kind, f"{kind}:{asked.idempotency_key}", {"card": str(card.public_id), "reference": ""})
    return told(asked, card)


def named(asked: Asked) -> SandboxCard:
    card = cards(asked).select_for_update().filter(public_id=asked.public_id).first()
    if card is None:
        raise CardUnknownError
    return card


def tell(asked: Asked, kind: str, key: str, facts: dict[str, Any]) -> None:
    webhooks.tell(vendor=asked.vendor, mode=Mode.TEST, kind=kind, key=key, facts=facts)
