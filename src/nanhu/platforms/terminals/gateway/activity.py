"""What is written beside the payments, a few seconds later: requests refused at the door, and when terminals were seen."""

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from nanhu.kernel.background import BackgroundTasks
from nanhu.platforms.terminals.gateway.database import Database, write_all
from nanhu.platforms.terminals.gateway.repeats import Repeats
from nanhu.platforms.terminals.wire import MOST_INCIDENTS, printable

PAUSE_SECONDS = 3.0
SEEN = "SELECT terminals_seen(%s::json)"
MOST_ADDRESSES = 2000
HEARTBEATS = """
    INSERT INTO kernel_heartbeat (name, seen_at) SELECT h.name, now() FROM json_to_recordset(%s::json) AS h(name text) ORDER BY h.name
    ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""
INCIDENTS = "SELECT terminals_refused(%s::json)"


class Seen(NamedTuple):
    """Of a terminal and address since the last writing; `offset` in seconds, its clock less ours."""

    sequence: int
    times: int
    offset: float | None


class ActivityLog:
    def __init__(self, database: Database, *, repeated: str, well: Callable[[], Iterable[str]] = tuple) -> None:
        """`well` names the tasks of this process that do their work; the doctor misses the others. `repeated` is the statement that
        counts sequences that came again."""
        self.database, self.repeated = database, repeated
        self.well = well
        self.seen: dict[tuple[int, str], Seen] = {}
        self.incidents: dict[tuple[str, str, str, str], int] = {}
        self.repeats = Repeats()
        self.tasks = BackgroundTasks("gateway")
        self.tasks.keep("activity", self.write_now_and_then)

    def saw(self, terminal_id: int, sequence: int, address: str = "", offset: float | None = None) -> None:
        """From where it spoke and how its clock goes; of a flood of addresses only the first are told apart."""
        mark = (terminal_id, address if len(self.seen) < MOST_ADDRESSES else "")
        before = self.seen.get(mark, Seen(0, 0, None))
        self.seen[mark] = Seen(max(sequence, before.sequence), before.times + 1, offset)

    def refuse(self, *, terminal: str, address: str, code: str, detail: str = "", times: int = 1) -> None:
        """Count a refusal; of a flood of different ones the rest is counted in one line, so that nobody can fill the disk."""
        key = (printable(terminal), address, code, printable(detail))
        if key not in self.incidents and len(self.incidents) >= MOST_INCIDENTS:
            key = ("", "", code, "and others")
        self.incidents[key] = self.incidents.get(key, 0) + times

    async def write_now_and_then(self) -> None:
        while True:
            await self.write()
            await asyncio.sleep(PAUSE_SECONDS)

    async def write(self) -> None:
        seen, self.seen = self.seen, {}
        incidents, self.incidents = self.incidents, {}
        repeated = self.repeats.take()
        seen_rows = [
            {"id": terminal, "address": address, **one._asdict()} for (terminal, address), one in sorted(seen.items())
        ]
        await write_all(self.database, SEEN, seen_rows)
        await write_all(self.database, self.repeated, repeated)
        lines = [
            {"terminal": terminal, "address": address, "code": code, "detail": detail, "times": times}
            for (terminal, address, code, detail), times in incidents.items()
        ]
        await write_all(self.database, INCIDENTS, lines)
        await write_all(self.database, HEARTBEATS, [{"name": name} for name in self.well()])

    async def close(self) -> None:
        await self.tasks.close()
        await self.write()
