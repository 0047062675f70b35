"""May this card through this door now? Asked for one passage; each of its parts is one query."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.systems.card.doors.models import Door, Passage, Place
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.services.deciding import may

DECIDE = "SELECT * FROM card_door_decide(%s, %s, %s)"


class Found(NamedTuple):
    """What rules and emergencies say of a card at a door."""

    place_id: int
    pass_back: str
    emergency_id: int | None
    rule_id: int | None
    is_allowed: bool
    is_inside: bool


class Decision(NamedTuple):
    """`code` stands in reasons.py; `remark` is what a guard should see although the door opens."""

    is_opened: bool
    code: str
    found: Found
    remark: str = ""


def look(door: Door, card: Card | None, at: datetime) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(DECIDE, [door.pk, card.pk if card else None, at])
        return Found(*cursor.fetchone())


def decide(*, door: Door, card: Card | None, fault: str, direction: str, at: datetime) -> Decision:
    """`fault` says why there is no card. An emergency opens for everybody; nobody whose card we know is kept inside."""
    found = look(door, card, at)
    if found.emergency_id is not None:
        return Decision(is_opened=True, code="emergency", found=found)
    refusal = refusal_of(card, fault, found, at)
    if direction == Passage.Direction.OUT and card is not None:
        is_odd = found.pass_back != Place.PassBack.OFF and not found.is_inside
        return Decision(is_opened=True, code="leaving", found=found, remark=refusal or ("no_entry" if is_odd else ""))
    if refusal:
        return Decision(is_opened=False, code=refusal, found=found)
    return entering(found)


def entering(found: Found) -> Decision:
    if not found.is_inside or found.pass_back == Place.PassBack.OFF:
        return Decision(is_opened=True, code="allowed", found=found)
    if found.pass_back == Place.PassBack.HARD:
        return Decision(is_opened=False, code="passed_back", found=found)
    return Decision(is_opened=True, code="allowed", found=found, remark="passed_back")


def refusal_of(card: Card | None, fault: str, found: Found, at: datetime) -> str:
    """Empty where card and rules let through. The card and its class's right to doors come before any rule."""
    if card is None:
        return fault
    right = may(card, "door", at.astimezone(CAMPUS_ZONE).date())
    if not right.is_allowed:
        return right.code
    return "" if found.is_allowed else "no_rule" if found.rule_id is None else "rule_denies"
