"""What the close of the books does for holders."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LossBorne(Event):
    """A row sold off line after the card's loss report: the school bears it, the holder has the money again. Once a row."""

    receipt_id: int
    person_id: int
    amount_fen: int
