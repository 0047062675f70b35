"""What happens to shared tables, as a fact that other rooms live by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nanhu.kernel.events import Event, subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsChanged(Event):
    """Rows of these keys were written or removed, in the transaction that tells it. `batch`: of the file they came in."""

    table: str
    keys: tuple[tuple[str, ...], ...]
    batch: int | None = None


type Handler = Callable[[Sequence[RowsChanged]], None]


def on_rows(table: str, *, name: str) -> Callable[[Handler], Handler]:
    """Hear of one table's changes, at least once each, under a lasting name."""
    return subscribe(RowsChanged, name=name, wants=lambda event: event.table == table)
