"""Whose card it is: by its chip, its number, or the code that its holder's phone shows now."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.services.deciding import Decision, may
from nanhu.systems.card.verification.errors import VerificationUnknownError
from nanhu.systems.card.verification.models import VerificationCode

LIFE = timedelta(minutes=2)
CODE_LENGTH = 8
LOOK = "card.verify_identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    card: Card
    person: people.PersonCard
    decision: Decision


def code_for(card: Card) -> VerificationCode:
    """The card's code of this moment; a new one once half of its time is over."""
    held = VerificationCode.objects.filter(card=card, expires_at__gt=now() + LIFE / 2).order_by("-expires_at").first()
    return held or new_code(card)


def new_code(card: Card) -> VerificationCode:
    while True:
        digits = f"{secrets.randbelow(10**CODE_LENGTH):0{CODE_LENGTH}}"
        try:
            with transaction.atomic():
                return VerificationCode.objects.create(code=digits, card=card, expires_at=now() + LIFE)
        except IntegrityError:
            continue


def verify(*, by: Actor, typed: str, place: str) -> Verified:
    """By card number, chip or the code on the holder's phone. The look is in the log, and the holder sees it."""
    card = found_by(people.halfwidth(typed).strip().upper().replace(" ", ""))
    if card is None:
        audit.record(by=by, action="card.verify_nothing", target="card:unknown", facts={"place": place})
        raise VerificationUnknownError
    person = people.person_cards([card.person_id])[card.person_id]
    decision = may(card, "door")
    facts = {"card": card.number, "result": decision.code, "place": place}
    audit.record(by=by, action=LOOK, target=f"person:{person.person_id}", reason=place, facts=facts)
    return Verified(card=card, person=person, decision=decision)


def found_by(typed: str) -> Card | None:
    """For a guard who sees the holder: also by the printed number."""
    return found_on_reader(typed) or (Card.objects.filter(number=typed).first() if typed else None)


def found_on_reader(typed: str) -> Card | None:
    """By the chip's number or the code that the holder's phone shows now."""
    if len(typed) == CODE_LENGTH and typed.isdigit():
        shown = VerificationCode.objects.filter(code=typed, expires_at__gt=now()).select_related("card").first()
        if shown is not None:
            return shown.card
    return Card.objects.filter(uid=typed).first() if typed else None
