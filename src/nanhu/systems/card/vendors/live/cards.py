"""Cards as vendors see them: found by what the holder shows or consented to, masked; blocked and unblocked by the loss service."""

import time

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.crypto import mask_name
from nanhu.kernel.once import lock_key
from nanhu.platforms.openapi.api import Request, ScopeMissingError, Vendor, is_free_today
from nanhu.platforms.people import api as people
from nanhu.systems.card.codes.models import CodeDevice, CodeUse
from nanhu.systems.card.codes.rules import part_of, read_code
from nanhu.systems.card.errors import CardStateError, CoolOffError
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.protocol import SENTENCES
from nanhu.systems.card.queries import card_of, holding_of
from nanhu.systems.card.rights.services.deciding import may
from nanhu.systems.card.services.loss import end_loss, report_lost
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    CardStateRefusedError,
    CardUnknownError,
    ConsentEndedError,
    DayLimitError,
    NotYourBlockError,
    PaymentDeclinedError,
    PaymentRefusedError,
)
from nanhu.systems.card.vendors.models import Consent, VendorBlock, VendorMerchant
from nanhu.systems.card.vendors.rules import uuid_of
from nanhu.systems.card.vendors.scopes import Scope

LOOK = "card.vendor_look"


def account(request: Request) -> wire.Account:
    grants = VendorMerchant.objects.filter(vendor=request.vendor, is_on=True).select_related("merchant")
    return wire.Account(
        company=request.vendor.company,
        mode="live",
        scopes=request.scopes,
        per_minute=request.vendor.per_minute,
        merchants=[
            wire.Merchant(key=one.merchant.key, name=one.merchant.name) for one in grants.order_by("merchant__key")
        ],
    )


def query(request: Request) -> wire.Card:
    """Without `lookup` nobody's number is even looked at, so that the answer tells nothing. Each look is in the holder's log."""
    order: wire.CardQuery = request.body
    if order.campus_no is not None and not request.may(Scope.LOOKUP):
        raise ScopeMissingError(scope=Scope.LOOKUP.label)
    card = found(request.vendor, order)
    facts = {"vendor": request.vendor.company, "card": card.number}
    audit.record(
        by=request.by, action=LOOK, target=f"person:{card.person_id}", reason=request.vendor.company, facts=facts
    )
    return card_body(request, card)


def found(vendor: Vendor, order: wire.CardQuery) -> Card:
    if order.code is not None:
        return shown_by(order.code)
    if order.consent is not None:
        return card_by(consent_with(vendor, order.consent))
    count_lookup(vendor)
    card = card_of(people.find_person_by_campus_no(order.campus_no or ""))
    if card is None:
        raise CardUnknownError
    return card


def count_lookup(vendor: Vendor) -> None:
    """Campus numbers follow each other: whose key is stolen would ask for one after the other. So many a day of the campus."""
    if not is_free_today(f"card.lookup:{vendor.pk}", most=limits_on(campus_today()).vendor_day_lookups):
        raise DayLimitError


def count_block(vendor: Vendor) -> None:
    """Else a stolen key stops the cards of a whole campus. The caller holds the vendor's blocks."""
    today = campus_today()
    made = VendorBlock.objects.filter(vendor=vendor, report__reported_at__gte=start_of(today))
    if made.count() >= limits_on(today).vendor_day_blocks:
        raise DayLimitError


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


def card_body(request: Request, card: Card) -> wire.Card:
    person = people.person_cards([card.person_id])[card.person_id]
    return wire.Card(
        id=str(card.public_id),
        mode="live",
        state=card.state,
        card_class=card.card_class,  # type: ignore[arg-type]
        sub_class=card.sub_class,
        valid_until=str(card.valid_until),
        may_pay=may(card, "consume").is_allowed,
        holder=wire.Holder(name=mask_name(person.name)),
        balance_fen=holding_of(card).balance_fen if request.may(Scope.BALANCE) else None,
    )


def block(request: Request) -> wire.Card:
    """As a loss report: terminals refuse from the commit on, and the holder hears of it. What is blocked already stays another's, and counts no more."""
    card, proof = named(request), f"API {request.key.number}"
    with transaction.atomic():
        lock_key(f"card.vendor_blocks:{request.vendor.pk}")
        was = Card.objects.select_for_update().get(pk=card.pk).state
        if was != Card.State.LOST:
            count_block(request.vendor)
        try:
            report_lost(by=request.by, card=card, reason=request.body.reason, way=LossReport.Way.VENDOR, proof=proof)
        except CardStateError as error:
            raise CardStateRefusedError from error
        if was != Card.State.LOST:
            VendorBlock.objects.create(vendor=request.vendor, report=LossReport.objects.get(card=card, ended_at=None))
    card.refresh_from_db()
    return card_body(request, card)


def unblock(request: Request) -> wire.Card:
    """Only what this vendor blocked: a holder's own report ends at the counter (ruling 9)."""
    card = named(request)
    with transaction.atomic():
        Card.objects.select_for_update().get(pk=card.pk)  # the holder's own report may come this moment
        if not VendorBlock.objects.filter(vendor=request.vendor, report__card=card, report__ended_at=None).exists():
            raise NotYourBlockError
        try:
            end_loss(by=request.by, card=card, reason=request.body.reason)
        except (CardStateError, CoolOffError) as error:
            raise CardStateRefusedError from error
    card.refresh_from_db()
    return card_body(request, card)


def named(request: Request) -> Card:
    card = Card.objects.select_related("wallet").filter(public_id=request.public_id).first()
    if card is None:
        raise CardUnknownError
    return card
