from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyAnswered(Event):
    """An inquiry was answered, or a return file of a batch was taken in: `key` is the inquiry's public id, or the batch's own key."""

    party: str
    key: str
