"""Pre-holds (预扣): hold the most, meter on the way, release at the true price. The rules are those of sql/card_settle_hold.sql."""

from collections.abc import Awaitable, Callable

import msgspec

from nanhu.platforms.terminals.wire import read_sequence
from nanhu.systems.card.gateway.operations import RECORDED, Operations, Request, response_to
from nanhu.systems.card.gateway.payments import Decision
from nanhu.systems.card.gateway.requests import (
    MalformedError,
    Purchase,
    fen_in,
    read_object,
    read_purchase,
    sequence_in,
)
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.protocol import SENTENCES, Answer, fingerprint, refused

encode = msgspec.json.Encoder().encode
LONGEST_MINUTES = 240
RELEASE = """
    SELECT outcome, receipt_id, amount_fen, balance_fen, posted, detail, released_fen, hold_until
    FROM card_release(%s, %s, decode(%s, 'hex'), %s, %s)
"""
METER = "SELECT card_meter(%s, %s, %s)"


class HoldDesk:
    def __init__(self, work: Operations) -> None:
        self.work = work
        self.database = work.database

    def operations(self) -> dict[str, Callable[[Request], Awaitable[tuple[int, bytes]]]]:
        return {"hold": self.hold, "meter": self.meter, "release": self.release}

    async def hold(self, request: Request) -> tuple[int, bytes]:
        sequence = read_sequence(request.sequence)
        if sequence is None:
            return 400, encode(refused("sequence_invalid"))
        asked = read_purchase(request.body)
        row = await self.work.row_of(request.terminal, sequence, asked, "hold")
        row.x = row.x or fault_of(request.terminal, asked)
        row.h = 60 * minutes_of(request.terminal, asked)
        decision = await self.work.decide(request.terminal, row)
        if decision.outcome == "posted":
            rows = await self.database.rows(RECORDED, [request.terminal.id, sequence])
            decision = Decision(*rows[0])
        return response_to(sequence, decision)

    async def release(self, request: Request) -> tuple[int, bytes]:
        own = read_sequence(request.sequence)
        if own is None:
            return 400, encode(refused("sequence_invalid"))
        values = read_object(request.body)
        hold, price = sequence_in(values), fen_in(values, least=0)
        mark = fingerprint("release", str(hold), str(price))
        rows = await self.database.rows(RELEASE, [request.terminal.id, own, mark, hold, price])
        return response_to(own, await self.work.given_back(request.terminal, Decision(*rows[0])))

    async def meter(self, request: Request) -> tuple[int, bytes]:
        values = read_object(request.body)
        hold, so_far = sequence_in(values), fen_in(values, least=0)
        rows = await self.database.rows(METER, [request.terminal.id, hold, so_far])
        code = "ok" if rows[0][0] else "hold_unknown"
        outcome = "approved" if rows[0][0] else "refused"
        return 200, encode(Answer(outcome=outcome, code=code, sentence=SENTENCES[code], sequence=hold))  # type: ignore[arg-type]


def fault_of(terminal: Terminal, asked: Purchase) -> str | None:
    price = terminal.price
    if price is None or price.most_fen == 0:
        return "hold_not_here"
    return "amount_too_large" if (asked.amount_fen or 0) > price.most_fen else None


def minutes_of(terminal: Terminal, asked: Purchase) -> int:
    """How long it may run: as asked, at most four hours; else as the price rule says."""
    if asked.minutes is None:
        return terminal.price.minutes if terminal.price else 1
    if (
        not isinstance(asked.minutes, int)
        or isinstance(asked.minutes, bool)
        or not 0 < asked.minutes <= LONGEST_MINUTES
    ):
        raise MalformedError
    return asked.minutes
