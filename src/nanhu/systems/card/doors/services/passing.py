"""A passage at a door: read, decided, written down once, and the side of the person noted."""

import hashlib
from dataclasses import dataclass

from django.db import connection

from nanhu.kernel.clock import now
from nanhu.systems.card.codes.errors import FAULTS
from nanhu.systems.card.codes.gateway import is_code
from nanhu.systems.card.codes.services.spending import spend_code
from nanhu.systems.card.doors.models import Door, Passage, Place
from nanhu.systems.card.doors.services.deciding import Decision, decide
from nanhu.systems.card.models import Card

NOTE_SIDE = """
    INSERT INTO card_door_presence AS p (place_id, person_id, is_inside, at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (place_id, person_id) DO UPDATE SET is_inside = excluded.is_inside, at = excluded.at
    WHERE p.at <= excluded.at"""


@dataclass(frozen=True, slots=True)
class Medium:
    """What was held to the reader: a card that we know, or why there is none."""

    means: str
    card: Card | None
    fault: str = ""


def read_medium(text: str, *, door: Door, sequence: int) -> Medium:
    """A card's number, or a door code of a phone, which is used up here."""
    if not is_code(text):
        card = Card.objects.filter(uid=text.upper()).first()
        return Medium("card", card, "" if card else "card_unknown")
    try:
        return Medium("code", spend_code(text, kind="door", terminal_id=door.pk, sequence=sequence))
    except tuple(FAULTS.values()) as error:
        return Medium("code", None, error.code)


def pass_door(*, door: Door, sequence: int, text: str, direction: str) -> tuple[Decision, Passage]:
    """On line, by the clock of the campus."""
    medium, at = read_medium(text, door=door, sequence=sequence), now()
    decision = decide(door=door, card=medium.card, fault=medium.fault, direction=direction, at=at)
    passage = Passage.objects.create(
        door=door, sequence=sequence, fingerprint=fingerprint(text, direction), place_id=decision.found.place_id,
        card=medium.card, person_id=medium.card.person_id if medium.card else None, direction=direction,
        means=medium.means, is_opened=decision.is_opened, code=decision.code, remark=decision.remark,
        rule_id=decision.found.rule_id, at=at, received_at=at,
    )  # fmt: skip
    note_side(passage, decision.found.pass_back)
    return decision, passage


def note_side(passage: Passage, pass_back: str) -> None:
    """Only where it counts: elsewhere nobody is kept track of."""
    if pass_back != Place.PassBack.OFF and passage.is_opened and passage.person_id is not None:
        is_inside = passage.direction == Passage.Direction.IN
        with connection.cursor() as cursor:
            cursor.execute(NOTE_SIDE, [passage.place_id, passage.person_id, is_inside, passage.at])


def fingerprint(*parts: object) -> bytes:
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).digest()
