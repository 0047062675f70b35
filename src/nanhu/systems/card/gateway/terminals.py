"""Terminals as the card's gateway knows them: with the till's merchant and price beside the key."""

from typing import NamedTuple

from psycopg.rows import TupleRow

from nanhu.platforms.terminals.gateway import Database, Directory
from nanhu.platforms.terminals.wire import furthest_after

PRICE_AT = 14
STATEMENT = """
    SELECT p.number, p.id, p.key, p.key_version, coalesce(m.name, ''), coalesce(m.canteen, ''), p.place, p.kind, m.id, p.state,
           p.last_sequence, p.next_key, p.next_version, p.former_key, r.kind, r.price_fen, r.per, r.unit, r.most_fen, r.minutes
    FROM terminals_known p
    LEFT JOIN card_till s ON s.terminal_id = p.id LEFT JOIN card_merchant m ON m.id = s.merchant_id
    LEFT JOIN LATERAL (SELECT q.* FROM card_price q WHERE q.terminal_id = p.id AND q.since <= card_day(now())
                       ORDER BY q.since DESC LIMIT 1) AS r ON true
"""


class PriceRule(NamedTuple):
    """How a terminal reckons (models.Price)."""

    kind: str
    price_fen: int
    per: int
    unit: str
    most_fen: int
    minutes: int


class Terminal(NamedTuple):
    """`next_key` is good beside `key` until the terminal used it or its window ends. Without a merchant it is no till: it sells nothing."""

    number: str
    id: int
    key: bytes
    key_version: int
    merchant: str
    canteen: str
    place: str
    kind: str = "pos"
    merchant_id: int | None = None
    state: str = "on"
    last_sequence: int = 0
    next_key: bytes | None = None
    next_version: int | None = None
    former_key: bytes | None = None
    price: PriceRule | None = None

    @property
    def furthest_sequence(self) -> int:
        return furthest_after(self.last_sequence)


class TerminalDirectory(Directory[Terminal]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, STATEMENT, self.read_row)

    def read_row(self, row: TupleRow) -> Terminal:
        price = None if row[PRICE_AT] is None else PriceRule(*row[PRICE_AT:])
        number, terminal_id, key, version, *facts, next_key, next_version, former_key = row[:PRICE_AT]
        following, former = (None if one is None else self.open_key(bytes(one)) for one in (next_key, former_key))
        terminal = Terminal(number, terminal_id, self.open_key(bytes(key)), version, *facts)
        return terminal._replace(price=price, next_key=following, next_version=next_version, former_key=former)
