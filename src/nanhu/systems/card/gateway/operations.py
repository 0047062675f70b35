"""The operations of the protocol. Each takes an authentic request and gives the status and the answer."""

import time
from typing import NamedTuple

import msgspec

from nanhu.systems.card.gateway.database import Database
from nanhu.systems.card.gateway.payments import Decision, PaymentQueue, Row
from nanhu.systems.card.gateway.requests import (
    read_object,
    read_purchase,
    read_sequence,
    read_upload,
    sequence_in,
)
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.protocol import (
    SENTENCES,
    VERSION,
    Answer,
    fingerprint,
    receipt_number,
    refused,
)

encode = msgspec.json.Encoder().encode
REVERSE = "SELECT outcome, receipt_id, amount_fen, balance_fen, posted FROM card_reverse(%s, %s, decode(%s, 'hex'), %s)"
STORE = "SELECT n, outcome, receipt_id, amount_fen, owed_fen, balance_fen FROM card_store(%s, %s::json)"
OUTCOME = """
    SELECT outcome, id, amount_fen, balance_fen, extract(epoch FROM posted_at)::double precision
    FROM card_receipt WHERE terminal_id = %s AND sequence = %s
"""
LAST = "SELECT coalesce(max(sequence), 0)::bigint FROM card_receipt WHERE terminal_id = %s AND sequence IS NOT NULL"


class Request(NamedTuple):
    terminal: Terminal
    sequence: str
    body: bytes


class Operations:
    def __init__(self, database: Database, payments: PaymentQueue) -> None:
        self.database = database
        self.payments = payments

    async def hello(self, request: Request) -> tuple[int, bytes]:
        """Who am I, what time is it, which sequence did you last hear of me."""
        rows = await self.database.rows(LAST, [request.terminal.id])
        terminal = request.terminal
        return 200, encode(
            {
                "protocol": VERSION, "server_time": time.time(), "terminal": terminal.number, "merchant": terminal.merchant,
                "canteen": terminal.canteen, "place": terminal.place, "last_sequence": rows[0][0],
            }
        )  # fmt: skip

    async def payment(self, request: Request) -> tuple[int, bytes]:
        sequence = read_sequence(request.sequence)
        if sequence is None:
            return 400, encode(refused("sequence_invalid"))
        asked = read_purchase(request.body)
        row = Row(
            t=request.terminal.id, s=sequence, f=asked.fingerprint("payment"), u=asked.card, o=time.time(),
            a=asked.amount_fen, x=asked.fault, d=asked.detail,
        )  # fmt: skip
        return told(sequence, await self.payments.decide(row))

    async def reversal(self, request: Request) -> tuple[int, bytes]:
        own = read_sequence(request.sequence)
        if own is None:
            return 400, encode(refused("sequence_invalid"))
        sale = sequence_in(read_object(request.body))
        rows = await self.database.rows(REVERSE, [request.terminal.id, own, fingerprint("reversal", str(sale)), sale])
        return told(own, Decision(*rows[0]))

    async def upload(self, request: Request) -> tuple[int, bytes]:
        elements = read_upload(request.body, now=time.time())
        rows = await self.database.rows(STORE, [request.terminal.id, encode(elements).decode()])
        answers = []
        for place, outcome, receipt_id, amount, owed, balance in sorted(rows):
            answer = answer_of(elements[place]["s"], Decision(outcome, receipt_id, amount, balance, None))
            answer.owed_fen = owed or None
            answers.append(answer)
        return 200, encode({"rows": answers})

    async def query(self, request: Request) -> tuple[int, bytes]:
        sequence = sequence_in(read_object(request.body))
        rows = await self.database.rows(OUTCOME, [request.terminal.id, sequence])
        if not rows:
            return 200, encode(
                Answer(outcome="unknown", code="unknown", sentence=SENTENCES["unknown"], sequence=sequence)
            )
        return 200, encode(answer_of(sequence, Decision(*rows[0])))


def told(sequence: int, decision: Decision) -> tuple[int, bytes]:
    if decision.outcome == "sequence_reused":
        return 409, encode(refused("sequence_reused", sequence=sequence))
    return 200, encode(answer_of(sequence, decision))


def answer_of(sequence: int, decision: Decision) -> Answer:
    approved = decision.outcome == "posted"
    code = "ok" if approved else decision.outcome
    return Answer(
        outcome="approved" if approved else "refused",
        code=code,
        sentence=SENTENCES[code],
        sequence=sequence,
        receipt=None if decision.receipt_id is None else receipt_number(decision.receipt_id),
        amount_fen=decision.amount_fen,
        balance_fen=decision.balance_fen,
        posted_at=decision.posted,
    )
