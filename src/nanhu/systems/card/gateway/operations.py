"""The operations of the protocol. Each takes an authentic request and gives the status and the answer."""

import time
from typing import Any, NamedTuple

import msgspec

from nanhu.kernel.configuration import configuration
from nanhu.platforms.terminals.gateway import Database, Repeats
from nanhu.platforms.terminals.wire import read_sequence, seal_next_key
from nanhu.systems.card.chip.verification import STORE as STORE_WITH_CHIPS
from nanhu.systems.card.chip.verification import TacVerifier
from nanhu.systems.card.codes.gateway import CodeDesk, Resolved, is_code
from nanhu.systems.card.gateway.payments import Decision, PaymentQueue, Row
from nanhu.systems.card.gateway.pins import PinDesk
from nanhu.systems.card.gateway.policy import offline_limits, terminal_bounds, terminal_policy
from nanhu.systems.card.gateway.requests import (
    MalformedError,
    Purchase,
    fen_in,
    read_object,
    read_purchase,
    read_upload,
    receipt_in,
    sequence_in,
)
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.gateway.watch import LIMIT, TerminalWatch
from nanhu.systems.card.pins.policy import hours_of_meals, meal_at, meal_name
from nanhu.systems.card.protocol import (
    SENTENCES,
    VERSION,
    Answer,
    fingerprint,
    receipt_number,
    refused,
)

encode = msgspec.json.Encoder().encode
UNTOLD = frozenset({"terminal_limit", "terminal_off"})
"""Without a receipt nothing was written down of it (sql/card_terminal_floods.sql), and its sequence is free."""
PIN_FACTS = frozenset({"pin_required", "pin_wrong"})
TOLD = frozenset({"posted", "balance_short", "pin_required"})
"""With the balance, so many times a day without a sale, or with one that is given back (sql/card_pay.sql)."""
REVERSE = "SELECT outcome, receipt_id, amount_fen, balance_fen, posted FROM card_reverse(%s, %s, decode(%s, 'hex'), %s)"
REFUND = """
    SELECT outcome, receipt_id, amount_fen, balance_fen, posted FROM card_refund(%s, %s, %s, decode(%s, 'hex'), %s, %s, '', %s::json)
"""
GIVES_BACK = """
    SELECT 1 FROM card_terminal_activity a
    WHERE a.terminal_id = %s AND a.day = card_day(now()) AND a.day_free > (%s::json ->> 't')::integer
"""
STORE = "SELECT n, outcome, receipt_id, amount_fen, owed_fen, balance_fen FROM card_store(%s, %s::json, %s::json)"
RECORDED = """
    SELECT outcome, receipt_id, amount_fen, balance_fen, posted, detail, released_fen, hold_until FROM card_recorded(%s, %s)
"""
LAST = """
    SELECT greatest(p.last_sequence, (SELECT max(r.sequence) FROM card_receipt r WHERE r.terminal_id = p.id AND r.sequence <= coalesce(p.sequence_ceiling, 9223372036854775807)))::bigint,
           (SELECT coalesce(max(v.version), 0) FROM card_revocation v)
    FROM terminals_known p WHERE p.id = %s
"""


class Request(NamedTuple):
    terminal: Terminal
    sequence: str
    body: bytes


class Operations:
    def __init__(self, database: Database, payments: PaymentQueue, repeats: Repeats, watch: TerminalWatch) -> None:
        self.database = database
        self.payments = payments
        self.repeats = repeats
        self.watch = watch
        self.pins = PinDesk(database)
        self.chips = TacVerifier(database)
        self.codes = CodeDesk(database)
        self.uploading: set[int] = set()

    async def hello(self, request: Request) -> tuple[int, bytes]:
        """Who am I, what time is it, which sequence did you last hear of me, what am I to hold to."""
        terminal = request.terminal
        if request.body and read_object(request.body):
            raise MalformedError
        [(last, revocations)] = await self.database.rows(LAST, [terminal.id])
        heard = {"last_sequence": last, "revocation_version": revocations}
        return 200, encode({**heard, **greeting(terminal, time.time()), **key_to_come(terminal)})

    async def payment(self, request: Request) -> tuple[int, bytes]:
        sequence = read_sequence(request.sequence)
        if sequence is None:
            return 400, encode(refused("sequence_invalid"))
        asked = read_purchase(request.body)
        row = await self.row_of(request.terminal, sequence, asked, "payment")
        if row.x is None and is_off_price(request.terminal, asked):
            row.x = "price_wrong"
        return response_to(sequence, await self.decide(request.terminal, row))

    async def decide(self, terminal: Terminal, row: Row) -> Decision:
        decision = await self.payments.decide(row)
        self.watch.decided(terminal, decision.outcome)
        if decision.outcome in TOLD and decision.balance_fen is None:
            self.watch.untold(terminal)
        return decision

    async def row_of(self, terminal: Terminal, sequence: int, asked: Purchase, kind: str) -> Row:
        """What the database is asked; the PIN is judged here and counted there. It is no part of what makes a request the same."""
        moment = time.time()
        uid, fault = await self.card_of(terminal, sequence, asked)
        row = Row(
            t=terminal.id,
            s=sequence,
            f=asked.fingerprint(kind),
            u=uid,
            o=moment,
            a=asked.amount_fen,
            x=fault,
            d=asked.detail,
            m=meal_at(terminal.canteen, moment),
        )
        if asked.pin is not None and row.x is None:
            row.p, row.x = await self.pins.judge(terminal, sequence, row.u, asked.pin)
        return row

    async def card_of(self, terminal: Terminal, sequence: int, asked: Purchase) -> Resolved:
        """The chip's number as read, or what the code of a phone stands for; a code is used up only by a request that is whole."""
        if not is_code(asked.card):
            return Resolved(asked.card, asked.fault)
        if asked.fault is not None:
            return Resolved("", asked.fault)
        return await self.codes.card_of(asked.card, kind="pay", terminal_id=terminal.id, sequence=sequence)

    async def reversal(self, request: Request) -> tuple[int, bytes]:
        own = read_sequence(request.sequence)
        if own is None:
            return 400, encode(refused("sequence_invalid"))
        sale = sequence_in(read_object(request.body))
        rows = await self.database.rows(REVERSE, [request.terminal.id, own, fingerprint("reversal", str(sale)), sale])
        return response_to(own, await self.given_back(request.terminal, Decision(*rows[0])))

    async def given_back(self, terminal: Terminal, decision: Decision) -> Decision:
        """Who sells for hours and gives it all back in the end sells nothing more that would be told no balance: he is seen here."""
        self.watch.decided(terminal, decision.outcome)
        if decision.outcome == "posted" and await self.database.rows(GIVES_BACK, [terminal.id, terminal_bounds()]):
            self.watch.untold(terminal)
        return decision

    async def refund(self, request: Request) -> tuple[int, bytes]:
        """A sale of this terminal's merchant, whole or in part, by the number on its slip."""
        own = read_sequence(request.sequence)
        if own is None:
            return 400, encode(refused("sequence_invalid"))
        values = read_object(request.body)
        sale, fen = receipt_in(values), fen_in(values, least=1)
        mark = fingerprint("refund", str(sale), str(fen))
        rows = await self.database.rows(
            REFUND, [request.terminal.merchant_id, request.terminal.id, own, mark, sale, fen, terminal_bounds()]
        )
        return response_to(own, await self.given_back(request.terminal, Decision(*rows[0])))

    async def upload(self, request: Request) -> tuple[int, bytes]:
        """One of a terminal at a time: many at once would take all connections, and leave none for the sales of others. A second one is no
        alarm, for a terminal whose line broke asks again before the first is done."""
        elements = read_upload(request.body, now=time.time())
        last = max(element["s"] for element in elements)
        if last > request.terminal.furthest_sequence:
            return 400, encode(refused("sequence_invalid"))
        if request.terminal.id in self.uploading:
            return 429, encode(refused(LIMIT))
        self.uploading.add(request.terminal.id)
        try:
            return await self.store(request, elements, last_sequence=last)
        finally:
            self.uploading.discard(request.terminal.id)

    async def store(self, request: Request, elements: list[dict[str, Any]], *, last_sequence: int) -> tuple[int, bytes]:
        self.repeats.sent(request.terminal.id, (element["s"] for element in elements))
        await self.pins.judge_rows(request.terminal, elements)
        for element in elements:
            element["m"] = meal_at(request.terminal.canteen, element["o"])
        has_chips = any("chip" in element for element in elements)
        if has_chips:
            await self.chips.check(request.terminal.number, elements)
        statement = STORE_WITH_CHIPS if has_chips else STORE
        rows = await self.database.rows(statement, [request.terminal.id, encode(elements).decode(), terminal_policy()])
        if rows[0][1] == LIMIT:
            self.watch.decided(request.terminal, LIMIT)
            return 429, encode(refused(LIMIT))
        self.watch.uploaded(request.terminal, [row[1] for row in rows], last_sequence=last_sequence)
        answers = []
        for place, outcome, receipt_id, amount, owed, balance in sorted(rows):
            answer = answer_of(elements[place]["s"], Decision(outcome, receipt_id, amount, balance, None))
            answer.owed_fen = owed or None
            answers.append(answer)
        return 200, encode({"rows": answers})

    async def query(self, request: Request) -> tuple[int, bytes]:
        sequence = sequence_in(read_object(request.body))
        rows = await self.database.rows(RECORDED, [request.terminal.id, sequence])
        if not rows:
            return 200, encode(
                Answer(outcome="unknown", code="unknown", sentence=SENTENCES["unknown"], sequence=sequence)
            )
        return 200, encode(answer_of(sequence, Decision(*rows[0])))


def key_to_come(terminal: Terminal) -> dict[str, Any]:
    """The next key, sealed under the one the terminal has."""
    if terminal.next_key is None or terminal.next_version is None:
        return {}
    sealed = seal_next_key(terminal.key, terminal.number, terminal.next_version, terminal.next_key)
    return {"new_key": {"version": terminal.next_version, "sealed": sealed}}


def greeting(terminal: Terminal, moment: float) -> dict[str, Any]:
    meal = meal_at(terminal.canteen, moment)
    return {
        "protocol": VERSION,
        "server_time": moment,
        "terminal": terminal.number,
        "kind": terminal.kind,
        "merchant": terminal.merchant,
        "canteen": terminal.canteen,
        "place": terminal.place,
        "services": f"{configuration().public_url}/terminal/v1/",
        "price": None if terminal.price is None else terminal.price._asdict(),
        "limits": offline_limits(moment),
        "meal": meal,
        "meal_name": meal_name(meal),
        "meals": hours_of_meals(terminal.canteen, moment),
    }


def is_off_price(terminal: Terminal, asked: Purchase) -> bool:
    """A terminal of a fixed price sells at that price, whatever its keys say."""
    price = terminal.price
    return price is not None and price.kind == "fixed" and asked.amount_fen != price.price_fen


def response_to(sequence: int, decision: Decision) -> tuple[int, bytes]:
    if decision.receipt_id is None and decision.outcome in UNTOLD:
        return 429, encode(refused(decision.outcome, sequence=sequence))
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
        released_fen=decision.released_fen,
        hold_until=decision.hold_until,
        **(facts_of(code, decision.detail) if decision.detail and code in PIN_FACTS else {}),
    )


def facts_of(code: str, detail: str) -> dict[str, Any]:
    """What the database noted of a refusal: which limit, or how many tries are left."""
    if code == "pin_wrong":
        return {"tries_left": int(detail)}
    which, _colon, fen = detail.partition(":")
    return {"limit": which, "limit_fen": int(fen)}
