"""PINs that came with a request: opened with the terminal's key, held against what is kept. Counting is the database's."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from nanhu.platforms.terminals.gateway import Database
from nanhu.systems.card.gateway.policy import campus_day
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.pins.blocks import PinBlockError, open_pin_block
from nanhu.systems.card.pins.policy import limits_on
from nanhu.systems.card.pins.verdicts import LOOK, Kept, verdict

KIND = "payment"


class PinVerdict(NamedTuple):
    """`fault` where nothing could be judged, so that no try is counted."""

    is_right: bool | None
    fault: str | None


class PinDesk:
    def __init__(self, database: Database) -> None:
        self.database = database

    async def judge(self, terminal: Terminal, sequence: int, card: str, block: Any) -> PinVerdict:
        try:
            pin = open_pin_block(terminal.key, terminal.number, sequence, block)
        except PinBlockError:
            return PinVerdict(None, "pin_unreadable")
        kept = await self.kept([card])
        if card not in kept:
            return PinVerdict(None, None)
        is_right = verdict(kept[card], KIND, pin, without_id())
        return PinVerdict(is_right, "pin_unset" if is_right is None else None)

    async def judge_rows(self, terminal: Terminal, elements: Sequence[dict[str, Any]]) -> None:
        """Stored rows that carry a PIN get "p"; one that cannot be opened or judged is as good as wrong."""
        with_pin = [element for element in elements if "pin" in element]
        kept = await self.kept([element["u"] for element in with_pin]) if with_pin else {}
        for element in with_pin:
            block = element.pop("pin")
            try:
                pin = open_pin_block(terminal.key, terminal.number, element["s"], block)
            except PinBlockError:
                pin = ""
            found = kept.get(element["u"])
            element["p"] = bool(pin and found and verdict(found, KIND, pin, without_id()))

    async def kept(self, cards: Sequence[str]) -> dict[str, Kept]:
        rows = await self.database.rows(LOOK, [list(cards), KIND])
        return {row[0]: Kept(*row) for row in rows}


def without_id() -> str:
    return limits_on(campus_day(time.time())).pin_without_id
