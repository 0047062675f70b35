"""Sequences that terminals sent lately, so that what comes again is counted for the fleet view. Decides nothing."""

from collections import defaultdict, deque
from collections.abc import Iterable

REMEMBERED = 1000


class Repeats:
    """Of each terminal the last thousand sequences, of this process alone; the database knows the rest for sure."""

    def __init__(self) -> None:
        self.order: dict[int, deque[int]] = defaultdict(deque)
        self.known: dict[int, set[int]] = defaultdict(set)
        self.times: dict[int, int] = {}

    def sent(self, terminal_id: int, sequences: Iterable[int]) -> None:
        order, known = self.order[terminal_id], self.known[terminal_id]
        for sequence in sequences:
            if sequence in known:
                self.times[terminal_id] = self.times.get(terminal_id, 0) + 1
                continue
            known.add(sequence)
            order.append(sequence)
            if len(order) > REMEMBERED:
                known.discard(order.popleft())

    def take(self) -> list[dict[str, int]]:
        times, self.times = self.times, {}
        return [{"id": terminal, "times": count} for terminal, count in sorted(times.items())]
