"""Cards as vendors see them: found by what the holder shows or consented to, masked; blocked and unblocked by the loss service."""

import time

from nanhu.kernel import audit
from nanhu.kernel.crypto import mask_name
from nanhu.platforms.people import api as people
from nanhu.systems.card.codes.models import CodeDevice, CodeUse
from nanhu.systems.card.codes.rules import part_of, read_code
from nanhu.systems.card.errors import CardStateError, CoolOffError
from nanhu.systems.card.fleet.models import LossReport
from nanhu.systems.card.models import Card
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.queries import card_of, holding_of
from nanhu.systems.card.rights.services.deciding import may
from nanhu.systems.card.services.loss import end_loss, report_lost
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    CardStateRefusedError,
    CardUnknownError,
    ConsentEndedError,
    NotYourBlockError,
    PaymentDeclinedError,
    PaymentRefusedError,
    ScopeMissingError,
)
from nanhu.systems.card.vendors.models import Consent, Scope, Vendor, VendorBlock
from nanhu.systems.card.vendors.rules import uuid_of
from nanhu.systems.card.vendors.worlds import Asked

LOOK = "card.vendor_look"
WAY = "vendor"


def account(asked: Asked) -> wire.Account:
    grants = asked.vendor.merchants.filter(is_on=True).select_related("merchant").order_by("merchant__key")
    return wire.Account(
        company=asked.vendor.company, mode="live", scopes=asked.vendor.scopes, per_minute=asked.vendor.per_minute,
        merchants=[wire.Merchant(key=one.merchant.key, name=one.merchant.name) for one in grants],
    )  # fmt: skip


def query(asked: Asked) -> wire.Card:
    """Without `lookup` nobody's number is even looked at, so that the answer tells nothing. Each look is in the holder's log."""
    order: wire.CardQuery = asked.order
    if order.campus_no is not None and not asked.may(Scope.LOOKUP):
        raise ScopeMissingError(scope=Scope.LOOKUP.label)
    card = found(asked.vendor, order)
    facts = {"vendor": asked.vendor.company, "card": card.number}
    audit.record(by=asked.by, action=LOOK, target=f"person:{card.person_id}", reason=asked.vendor.company, facts=facts)
    return told(asked, card)


def found(vendor: Vendor, order: wire.CardQuery) -> Card:
    if order.code is not None:
        return shown_by(order.code)
    if order.consent is not None:
        return card_by(consent_with(vendor, order.consent))
    person_id = people.find_person_by_campus_no(order.campus_no or "")
    card = card_of(person_id)
    if card is None:
        raise CardUnknownError
    return card


def shown_by(text: str) -> Card:
    """The card of a code that is good this moment; looking does not use it up."""
    code = read_code(part_of(text, "pay"))
    device = CodeDevice.objects.filter(number=code.device).first() if code else None
    if code is None or device is None:
        raise refused("code_wrong")
    key = device.pay_key if code.kind == "pay" else device.door_key
    if not code.is_signed_by(bytes.fromhex(key or "")):
        raise refused("code_wrong")
    if device.ended_at is not None:
        raise refused("code_revoked")
    if not code.is_in_time(time.time()):
        raise refused("code_expired")
    if CodeUse.objects.filter(device=device, kind=code.kind, step=code.step, nonce=code.nonce).exists():
        raise refused("code_used")
    card = card_of(device.person_id)
    if card is None:
        raise CardUnknownError
    return card


def refused(reason: str, **facts: object) -> PaymentRefusedError:
    return PaymentRefusedError(reason=reason, sentence=SENTENCES[reason], **facts)


def declined(reason: str, **facts: object) -> PaymentDeclinedError:
    return PaymentDeclinedError(reason=reason, sentence=SENTENCES[reason], **facts)


def consent_with(vendor: Vendor, text: str) -> Consent:
    consent = Consent.objects.filter(vendor=vendor, public_id=uuid_of(text), ended_at=None).first()
    if consent is None:
        raise ConsentEndedError
    return consent


def card_by(consent: Consent) -> Card:
    card = card_of(consent.person_id)
    if card is None:
        raise ConsentEndedError
    return card


def told(asked: Asked, card: Card) -> wire.Card:
    person = people.person_cards([card.person_id])[card.person_id]
    return wire.Card(
        id=str(card.public_id), mode="live", state=card.state, card_class=card.card_class, sub_class=card.sub_class,  # type: ignore[arg-type]
        valid_until=str(card.valid_until), may_pay=may(card, "consume").is_allowed,
        holder=wire.Holder(name=mask_name(person.name)),
        balance_fen=holding_of(card).balance_fen if asked.may(Scope.BALANCE) else None,
    )  # fmt: skip


def block(asked: Asked) -> wire.Card:
    """As a loss report: terminals refuse from the commit on, and the holder is told. What is blocked already stays another's."""
    card = named(asked)
    try:
        report_lost(by=asked.by, card=card, reason=asked.order.reason, way=WAY, proof=f"API {asked.key.number}")
    except CardStateError as error:
        raise CardStateRefusedError from error
    report = LossReport.objects.filter(card=card, ended_at=None, reporter=asked.by.name).first()
    if report is not None:
        VendorBlock.objects.get_or_create(vendor=asked.vendor, report=report)
    card.refresh_from_db()
    return told(asked, card)


def unblock(asked: Asked) -> wire.Card:
    """Only what this vendor blocked: a holder's own report ends at the counter (ruling 9)."""
    card = named(asked)
    if not VendorBlock.objects.filter(vendor=asked.vendor, report__card=card, report__ended_at=None).exists():
        raise NotYourBlockError
    try:
        end_loss(by=asked.by, card=card, reason=asked.order.reason)
    except (CardStateError, CoolOffError) as error:
        raise CardStateRefusedError from error
    card.refresh_from_db()
    return told(asked, card)


def named(asked: Asked) -> Card:
    card = Card.objects.select_related("wallet").filter(public_id=asked.public_id).first()
    if card is None:
        raise CardUnknownError
    return card
