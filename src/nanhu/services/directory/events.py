"""What the directory tells others."""

from dataclasses import dataclass
from datetime import date

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChanged(Event):
    """Who is on duty for a unit on these days is another: published, changed, exchanged, taken away."""

    unit_id: int
    days: tuple[date, ...]
