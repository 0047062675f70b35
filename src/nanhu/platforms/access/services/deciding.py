"""May this credential through this door now? Asked for one passage; rules, emergencies and the side are one query."""

from datetime import datetime
from typing import NamedTuple

from nanhu.kernel.database.values import one_row
from nanhu.platforms.access.issuers import Credential
from nanhu.platforms.access.models import AntiPassback, Door, Passage

DECIDE = "SELECT * FROM access_decide(%s, %s, %s, %s, %s)"


class Found(NamedTuple):
    """What place, rules and emergencies say of a person at a door."""

    place_id: int
    is_place_open: bool
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


def look(door: Door, credential: Credential, at: datetime) -> Found:
    return Found(*one_row(DECIDE, [door.pk, credential.person_id, credential.holder_class, credential.sub_class, at]))


def decide(*, door: Door, credential: Credential, direction: str, at: datetime) -> Decision:
    """An emergency opens for everybody; nobody who is known is kept inside."""
    found = look(door, credential, at)
    if found.emergency_id is not None:
        return Decision(is_opened=True, code="emergency", found=found)
    refusal = refusal_of(credential, found)
    if direction == Passage.Direction.OUT and credential.person_id is not None:
        is_odd = found.pass_back != AntiPassback.Mode.OFF and not found.is_inside
        return Decision(is_opened=True, code="leaving", found=found, remark=refusal or ("no_entry" if is_odd else ""))
    if refusal:
        return Decision(is_opened=False, code=refusal, found=found)
    return entering(found)


def entering(found: Found) -> Decision:
    if not found.is_inside or found.pass_back == AntiPassback.Mode.OFF:
        return Decision(is_opened=True, code="allowed", found=found)
    if found.pass_back == AntiPassback.Mode.HARD:
        return Decision(is_opened=False, code="passed_back", found=found)
    return Decision(is_opened=True, code="allowed", found=found, remark="passed_back")


def refusal_of(credential: Credential, found: Found) -> str:
    """Empty where credential, place and rules let through; the first that refuses is told."""
    if credential.refusal:
        return credential.refusal
    if not found.is_place_open:
        return "place_closed"
    return "" if found.is_allowed else "no_rule" if found.rule_id is None else "rule_denies"
