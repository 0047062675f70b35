"""Changing a PIN by its old one, and setting it back at the counter with a document."""

import os
from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import Sealed
from nanhu.kernel.proposals import given
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.errors import PinShapeError, PinUnsetError, PinWeakError
from nanhu.systems.card.pins.models import Pin
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.pins.rules import digest_of, is_pin, is_weak
from nanhu.systems.card.pins.services.checking import check_pin, kept_of
from nanhu.systems.card.pins.verdicts import initial_of
from nanhu.systems.card.services.receipts import locked_balances

SALT_BYTES = 16


def change_pin(*, by: Actor, card: Card, kind: str, old: str, new: str, at: str) -> None:
    """The old one is checked first, so that a change is no free guess."""
    check_pin(card=card, kind=kind, pin=old, at=at)
    check_new(card, kind, new)
    with transaction.atomic():
        keep(card, kind, new)
        facts = {"kind": kind, "at": at}
        audit.record(by=by, action="card.change_pin", target=f"card:{card.number}", facts=facts)


def reset_pin(*, by: Actor, card: Card, kind: str, document: str, reason: str, new: str = "") -> None:
    """At the counter, after a document was checked: back to the initial one, or to the one the holder types there.

    Opens a locked PIN. Who has no document that gives an initial PIN must type one.
    """
    given(document)
    given(reason)
    if new:
        check_new(card, kind, new)
    with transaction.atomic():
        locked_balances(card.wallet_id)
        if new:
            keep(card, kind, new)
        else:
            forget(card, kind)
        facts = {"kind": kind, "document": document, "chosen_there": bool(new)}
        audit.record(by=by, action="card.reset_pin", target=f"card:{card.number}", reason=reason, facts=facts)


@transaction.atomic
def take_doubtful(*, by: Actor, person_id: int, since: datetime | None) -> None:
    """What was chosen after `since` (None: ever) may be another's: the initial one counts again, and who has none sets one at the counter."""
    chosen = Pin.objects.select_for_update(of=("self",)).filter(wallet__person_id=person_id, digest__isnull=False)
    for pin in chosen.filter(people.set_after(since, "changed_at")).order_by("pk"):
        Pin.objects.filter(pk=pin.pk).update(salt=None, digest=None, changed_at=None)
        audit.record(by=by, action="card.take_doubtful_pin", target=f"person:{person_id}", facts={"kind": pin.kind})


def check_new(card: Card, kind: str, new: str) -> None:
    if not is_pin(new):
        raise PinShapeError
    if is_weak(new) or new == initial_for(card, kind):
        raise PinWeakError


def initial_for(card: Card, kind: str) -> str | None:
    """The initial PIN also where another has been chosen since."""
    kept = kept_of(card, kind)
    return initial_of(kept, limits_on(campus_today()).pin_without_id)


def keep(card: Card, kind: str, pin: str) -> None:
    salt = os.urandom(SALT_BYTES)
    digest = digest_of(pin, salt=salt, wallet_id=card.wallet_id, kind=kind)
    put(card, kind, salt=salt, digest=Sealed.of(digest, purpose="card.pin"), changed_at=now())


def forget(card: Card, kind: str) -> None:
    if initial_for(card, kind) is None:
        raise PinUnsetError
    put(card, kind, salt=None, digest=None, changed_at=None)


def put(card: Card, kind: str, **values: object) -> None:
    values = {**values, "wrong_tries": 0, "locked_until": None}
    Pin.objects.update_or_create(wallet_id=card.wallet_id, kind=kind, defaults=values)
