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


class Signed(NamedTuple):
    """Refusals of one code that a terminal signed itself since the last writing; address and detail of the first."""

    address: str
    detail: str
    times: int


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
        self.strangers: dict[tuple[str, str, str, str], int] = {}
        self.signed: dict[tuple[str, str], Signed] = {}
        self.repeats = Repeats()
        self.tasks = BackgroundTasks("gateway")
        self.tasks.keep("activity", self.write_now_and_then)

    def saw(self, terminal_id: int, sequence: int, address: str = "", offset: float | None = None) -> None:
        """From where it spoke and how its clock goes; of a flood of addresses only the first are told apart."""
        mark = (terminal_id, address if len(self.seen) < MOST_ADDRESSES else "")
        before = self.seen.get(mark, Seen(0, 0, None))
        self.seen[mark] = Seen(max(sequence, before.sequence), before.times + 1, offset)

    def refuse(self, *, terminal: str, address: str, code: str, detail: str = "") -> None:
        """Count a refusal of nobody knows whom; of a flood of different ones the rest is counted in one line, so that nobody can
        fill the disk."""
        mark = (printable(terminal), address, code, printable(detail))
        if mark not in self.strangers and len(self.strangers) >= MOST_INCIDENTS:
            mark = ("", "", code, "and others")
        self.strangers[mark] = self.strangers.get(mark, 0) + 1

    def refuse_signed(self, *, terminal: str, code: str, address: str = "", detail: str = "", times: int = 1) -> None:
        """Count a refusal of what this terminal's key signed. Each of its codes has a place of its own, which no stranger takes."""
        before = self.signed.get((terminal, code), Signed(address, printable(detail), 0))
        self.signed[terminal, code] = before._replace(times=before.times + times)

    async def write_now_and_then(self) -> None:
        while True:
            await self.write()
            await asyncio.sleep(PAUSE_SECONDS)

    async def write(self) -> None:
        seen, self.seen = self.seen, {}
        strangers, self.strangers = self.strangers, {}
        signed, self.signed = self.signed, {}
        repeated = self.repeats.take()
        seen_rows = [
            {"id": terminal, "address": address, **one._asdict()} for (terminal, address), one in sorted(seen.items())
        ]
        await write_all(self.database, SEEN, seen_rows)
        await write_all(self.database, self.repeated, repeated)
        lines = [
            {"terminal": terminal, "address": address, "code": code, "detail": detail, "times": times}
            for (terminal, address, code, detail), times in strangers.items()
        ]
        lines += [{"terminal": terminal, "code": code, **one._asdict()} for (terminal, code), one in signed.items()]
        await write_all(self.database, INCIDENTS, lines)
        await write_all(self.database, HEARTBEATS, [{"name": name} for name in self.well()])

    async def close(self) -> None:
        await self.tasks.close()
        await self.write()
