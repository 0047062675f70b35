"""A passage at a door: read, decided, written down once, and the side of the person noted."""

import hashlib

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.platforms.access import issuers
from nanhu.platforms.access.models import AntiPassback, Door, Passage
from nanhu.platforms.access.services.deciding import Decision, decide

NOTE_SIDE = """
    INSERT INTO access_presence AS p (place_id, person_id, is_inside, at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (place_id, person_id) DO UPDATE SET is_inside = excluded.is_inside, at = excluded.at
    WHERE p.at <= excluded.at"""


def pass_door(*, door: Door, sequence: int, text: str, direction: str) -> tuple[Decision, Passage]:
    """On line, by the clock of the campus."""
    at = now()
    credential = issuers.present(text, terminal_id=door.pk, sequence=sequence, at=at)
    decision = decide(door=door, credential=credential, direction=direction, at=at)
    passage = Passage.objects.create(
        door=door,
        sequence=sequence,
        fingerprint=fingerprint(text, direction),
        place_id=decision.found.place_id,
        credential=credential.name,
        person_id=credential.person_id,
        direction=direction,
        means=credential.means,
        is_opened=decision.is_opened,
        code=decision.code,
        remark=decision.remark,
        rule_id=decision.found.rule_id,
        at=at,
        received_at=at,
    )
    note_side(passage, decision.found.pass_back)
    return decision, passage


def note_side(passage: Passage, pass_back: str) -> None:
    """Only where it counts: elsewhere nobody is kept track of."""
    if pass_back != AntiPassback.Mode.OFF and passage.is_opened and passage.person_id is not None:
        is_inside = passage.direction == Passage.Direction.IN
        run(NOTE_SIDE, [passage.place_id, passage.person_id, is_inside, passage.at])


def fingerprint(*parts: object) -> bytes:
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).digest()
