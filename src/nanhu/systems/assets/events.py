"""What happens to things, as facts that follow in a transaction of their own."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairChanged(Event):
    """A thing was reported broken, or what came of that was entered."""

    repair_id: int
