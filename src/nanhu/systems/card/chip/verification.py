"""The gateway's side of the chip: TACs of uploaded rows are checked here, what follows is done by card_chip_store."""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from nanhu.kernel.crypto import decrypt
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.tac import Purse, TacKeys, proves_purchase

STORE = "SELECT n, outcome, receipt_id, amount_fen, owed_fen, balance_fen FROM card_chip_store(%s, %s::json, %s::json)"
PURSES = "SELECT uid, serial, key_version, algorithm FROM card_chip_purses(%s)"
MASTERS = "SELECT version::integer, material FROM card_chip_key WHERE usage = 'tac'"
KEY_PURPOSE = "card.chip_key"


class Database(Protocol):
    """The gateway's."""

    async def rows(self, statement: str, parameters: Sequence[Any]) -> list[Any]: ...


class TacVerifier:
    """Keys stay in memory; they are read anew when a card names a version that is not known yet."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.keys = TacKeys({})
        self.lock = asyncio.Lock()

    async def check(self, terminal_number: str, elements: list[dict[str, Any]]) -> None:
        """Puts into each element's "chip" whether its TAC is right."""
        with_chip = [element for element in elements if element.get("chip") is not None]
        uids = list({element["u"] for element in with_chip})
        purses = {row[0]: Purse(*row[1:]) for row in await self.database.rows(PURSES, [uids])}
        await self.read_masters({purse.key_version for purse in purses.values()})
        terminal = messages.terminal_code(terminal_number)
        for element in with_chip:
            chip = element["chip"]
            purse = purses.get(element["u"])
            chip["ok"] = proves_purchase(self.keys, purse, terminal=terminal, amount_fen=element["a"], chip=chip)

    async def read_masters(self, versions: set[int]) -> None:
        async with self.lock:
            if versions <= self.keys.masters.keys():
                return
            rows = await self.database.rows(MASTERS, [])
            opened = {version: bytes.fromhex(decrypt(bytes(blob), purpose=KEY_PURPOSE)) for version, blob in rows}
            self.keys = TacKeys(opened)
