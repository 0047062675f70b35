"""Passages a door decided by itself, sent afterwards: each counts once, in whatever order and however often it comes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.platforms.access.issuers import Credential, recall
from nanhu.platforms.access.models import Door, Passage
from nanhu.platforms.access.reasons import is_known
from nanhu.platforms.access.services.contacts import is_before_contact
from nanhu.platforms.access.services.deciding import Decision, decide
from nanhu.platforms.access.services.passing import fingerprint, note_side
from nanhu.platforms.terminals.api import MalformedError, moment_in, text_in, truth_in, whole_in

LATEST: Final = timedelta(minutes=10)
OLDEST: Final = timedelta(days=180)
MOST_ROWS: Final = 500
DOUBTED: Final = "before_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    sequence: int
    card: str
    direction: str
    means: str
    is_opened: bool
    code: str
    at: datetime
    instead_of: int

    @property
    def fingerprint(self) -> bytes:
        return fingerprint(self.card, self.direction, self.means, self.is_opened, self.code, self.at, self.instead_of)


def event_in(row: Any) -> Event | None:
    """None where the row is none; the door sets it aside and goes on with the others."""
    try:
        if not isinstance(row, dict):
            return None
        event = Event(
            sequence=whole_in(row, "sequence"),
            card=text_in(row, "card").upper() if row.get("card") else "",
            direction=text_in(row, "direction"),
            means=text_in(row, "means"),
            is_opened=truth_in(row, "is_opened"),
            code=text_in(row, "code"),
            at=moment_in(row, "at"),
            instead_of=whole_in(row, "instead_of", least=0) if row.get("instead_of") else 0,
        )
    except MalformedError:
        return None
    known = event.direction in Passage.Direction.values and event.means in Passage.Means.values
    return event if known and is_known(event.code) else None


def take(*, door: Door, row: Any) -> str:
    """ok, known, before_contact, sequence_reused, too_old, from_the_future, malformed: none of them needs to be sent again."""
    event = event_in(row)
    if event is None:
        return "malformed"
    moment = now()
    if event.at < moment - OLDEST:
        return "too_old"
    if event.at > moment + LATEST:
        return "from_the_future"
    known = Passage.objects.filter(door=door, sequence=event.sequence).first()
    if known is not None:
        return "known" if bytes(known.fingerprint) == event.fingerprint else "sequence_reused"
    if is_before_contact(door, event.at):
        set_apart(door, event)
        return DOUBTED
    write(door, event)
    return "ok"


def set_apart(door: Door, event: Event) -> None:
    """It speaks of nobody: whoever has the door's key may have invented it. The guard sees it, with the card that it names."""
    Passage.objects.create(
        door=door,
        sequence=event.sequence,
        fingerprint=event.fingerprint,
        place_id=door.place_id,
        credential=recall(event.card, at=event.at).name,
        direction=event.direction,
        means=event.means,
        is_opened=event.is_opened,
        code=event.code,
        remark=DOUBTED,
        is_offline=True,
        at=event.at,
    )


def write(door: Door, event: Event) -> None:
    """As the door decided it; what we would have said otherwise becomes the remark."""
    credential = recall(event.card, at=event.at)
    said = decide(door=door, credential=credential, direction=event.direction, at=event.at)
    passage = Passage.objects.create(
        door=door,
        sequence=event.sequence,
        fingerprint=event.fingerprint,
        place_id=said.found.place_id,
        credential=credential.name,
        person_id=credential.person_id,
        direction=event.direction,
        means=event.means,
        is_opened=event.is_opened,
        code=event.code,
        remark=remark_of(event, credential, said),
        rule_id=said.found.rule_id,
        is_offline=True,
        at=event.at,
    )
    note_side(passage, said.found.pass_back)


def remark_of(event: Event, credential: Credential, said: Decision) -> str:
    """What the door could not know yet, such as a loss reported later, is no remark."""
    if not event.is_opened or event.means == Passage.Means.BUTTON:
        return ""
    is_later = credential.refused_since is not None and credential.refused_since > event.at
    if not said.is_opened and not (said.code == credential.refusal and is_later):
        return said.code
    return said.remark or ("unheard" if event.instead_of else "")
