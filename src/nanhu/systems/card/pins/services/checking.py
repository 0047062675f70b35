"""Checking a PIN: each try is counted in the database before its verdict is told."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import one_row
from nanhu.kernel.ui import dates
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.errors import PinLockedError, PinShapeError, PinUnsetError, PinWrongError
from nanhu.systems.card.pins.models import Pin
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.pins.rules import is_pin
from nanhu.systems.card.pins.verdicts import LOOK, Kept, verdict
from nanhu.systems.card.services.receipts import locked_balances

TRIED = "SELECT outcome, tries_left FROM card_pin_tried(%s, %s, %s, %s, %s)"


def check_pin(*, card: Card, kind: str, pin: str, at: str) -> None:
    """Raises PinWrongError or PinLockedError, whose count must outlive a rolled back transaction of the caller.

    `at` says where it was typed. Payments and this wait for each other at the wallet, so that no guess is free.
    """
    if not is_pin(pin):
        raise PinShapeError
    with transaction.atomic():
        outcome, left = tried(card=card, kind=kind, pin=pin)
        if outcome != "ok":
            facts = {"kind": kind, "at": at, "tries_left": left}
            audit.record(by=Actor.system("card"), action=f"card.{outcome}", target=f"card:{card.number}", facts=facts)
    if outcome == "pin_locked":
        raise PinLockedError(until=locked_until(card, kind))
    if outcome == "pin_wrong":
        raise PinWrongError(tries_left=left)


def tried(*, card: Card, kind: str, pin: str) -> tuple[str, int]:
    rule = limits_on(campus_today())
    locked_balances(card.wallet_id)
    is_right = verdict(kept_of(card, kind), kind, pin, rule.pin_without_id)
    if is_right is None:
        raise PinUnsetError
    outcome, left = one_row(TRIED, [card.wallet_id, kind, is_right, rule.pin_tries, rule.pin_lock_hours * 3600])
    return str(outcome), int(left)


def kept_of(card: Card, kind: str) -> Kept:
    return Kept(*one_row(LOOK, [[card.uid], kind]))


def locked_until(card: Card, kind: str) -> str:
    until = Pin.objects.filter(wallet=card.wallet_id, kind=kind).values_list("locked_until", flat=True).first()
    return dates.time_words(until or now())
