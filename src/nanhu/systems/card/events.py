"""What happens to cards, as facts that other rooms live by."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReportedLost(Event):
    """From this commit on terminals refuse the card; doors and messages should follow."""

    card_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLossCancelled(Event):
    """The card was found and its holder recognised at the counter; it pays again."""

    card_id: int
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReissued(Event):
    """The old card never lives again; the new one pays from this commit on. The old one's money waits, frozen."""

    old_card_id: int
    new_card_id: int
    person_id: int
