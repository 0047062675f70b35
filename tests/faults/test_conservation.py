"""Money is conserved under any interleaving of top-ups, payments, retries, uploads, reversals and killed connections.

A Hypothesis machine drives the database functions over several connections at once: a call may be left uncommitted while
others go on, its connection may be killed before or after the commit, and it is then asked again, as a terminal would.
"""

import json
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from tests.faults.tills import Till, open_till

CARDS, TERMINALS = 3, 4
IMPATIENT = "-c lock_timeout=5s"
AMOUNTS = st.integers(min_value=1, max_value=400)
places = st.integers(min_value=0, max_value=TERMINALS - 1)
cards = st.integers(min_value=0, max_value=CARDS - 1)
PAY = "SELECT outcome, balance_fen FROM card_pay(%s::json)"
STORE = "SELECT outcome, owed_fen FROM card_store(%s, %s::json)"
REVERSE = "SELECT outcome, amount_fen FROM card_reverse(%s, %s, %s, %s)"
TOP_UP = """
    INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
    SELECT nextval('ledger_transfer_id_seq'), now(), 'test.top_up', s.id, c.wallet_id, %s
    FROM card_card c, ledger_account s WHERE c.uid = %s AND s.code = 'load.source'
"""


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    with open_till() as opened:
        yield opened


class Call:
    """A statement with what is known of it; asked again it must say the same."""

    def __init__(self, statement: str, parameters: list, *, wallet: int, sign: int, fen: int) -> None:
        self.statement, self.parameters = statement, parameters
        self.wallet, self.sign, self.fen = wallet, sign, fen
        self.answer: tuple | None = None
        self.sale: tuple[int, int] | None = None


class Money(RuleBasedStateMachine):
    """`expected` holds for each card what its wallet has, less what it owes."""

    till: Till
    done = Bundle("done")
    hanging = Bundle("hanging")
    numbers = 0

    def __init__(self) -> None:
        super().__init__()
        self.url = self.till.configuration.database_url
        self.connection = psycopg.connect(self.url, autocommit=True, options=IMPATIENT)
        ids = dict(self.till.sql("SELECT number, id FROM terminals_terminal"))
        self.terminals = [ids[self.till.plan["terminals"][place]["number"]] for place in range(TERMINALS)]
        self.uids = [self.till.card(place) for place in range(CARDS)]
        for uid in self.uids:
            self.till.set_balance(uid, 500)
        self.expected = [self.net(uid) for uid in self.uids]
        self.open: list[psycopg.Connection] = []

    def net(self, uid: str) -> int:
        statement = """SELECT b.balance_fen - o.balance_fen FROM card_card c JOIN card_wallet w ON w.account_id = c.wallet_id
            JOIN ledger_balance b ON b.account_id = w.account_id JOIN ledger_balance o ON o.account_id = w.receivable_id WHERE c.uid = %s"""
        return int(self.connection.execute(statement, [uid]).fetchone()[0])

    def next(self) -> int:
        type(self).numbers += 1
        return self.numbers

    def element(self, place: int, card: int, fen: int) -> tuple[int, dict]:
        sequence = self.next()
        mark = f"{sequence:032x}"
        return sequence, {
            "n": 0,
            "t": self.terminals[place],
            "s": sequence,
            "f": mark,
            "u": self.uids[card],
            "a": fen,
            "o": 1764027000 + sequence,
        }

    def payment(self, place: int, card: int, fen: int) -> Call:
        sequence, element = self.element(place, card, fen)
        call = Call(PAY, [json.dumps([element])], wallet=card, sign=-1, fen=fen)
        call.sale = (self.terminals[place], sequence)
        return call

    def ask(self, connection: psycopg.Connection, call: Call) -> None:
        call.answer = connection.execute(call.statement, call.parameters).fetchone()

    def count(self, call: Call) -> None:
        if call.answer is not None and call.answer[0] == "posted":
            self.expected[call.wallet] += call.sign * call.fen

    @rule(card=cards, fen=AMOUNTS)
    def top_up(self, card: int, fen: int) -> None:
        self.settle_hanging_of(card)
        self.connection.execute(TOP_UP, [fen, self.uids[card]])
        self.expected[card] += fen

    @rule(target=done, place=places, card=cards, fen=AMOUNTS)
    def pay(self, place: int, card: int, fen: int) -> Call:
        call = self.payment(place, card, fen)
        self.settle_hanging_of(card)
        self.ask(self.connection, call)
        self.count(call)
        return call

    @rule(target=done, place=places, card=cards, fen=AMOUNTS)
    def upload(self, place: int, card: int, fen: int) -> Call:
        sequence, element = self.element(place, card, fen)
        self.settle_hanging_of(card)
        call = Call(STORE, [self.terminals[place], json.dumps([element])], wallet=card, sign=-1, fen=fen)
        call.sale = (self.terminals[place], sequence)
        self.ask(self.connection, call)
        assert call.answer is not None
        assert call.answer[0] == "posted", "a stored row is a fact"
        self.count(call)
        return call

    @rule(call=done)
    def ask_again(self, call: Call) -> None:
        before = call.answer
        self.settle_hanging_of(call.wallet)
        self.ask(self.connection, call)
        assert call.answer == before

    @rule(call=consumes(done))
    def take_back(self, call: Call) -> None:
        assert call.sale is not None
        self.settle_hanging_of(call.wallet)
        own = self.next()
        back = Call(
            REVERSE, [call.sale[0], own, own.to_bytes(8), call.sale[1]], wallet=call.wallet, sign=1, fen=call.fen
        )
        for _time in range(2):
            self.ask(self.connection, back)
        assert (back.answer or ("",))[0] == (
            "posted" if (call.answer or ("",))[0] == "posted" else "nothing_to_reverse"
        )
        self.count(back)

    @rule(target=hanging, place=places, card=cards, fen=AMOUNTS)
    def leave_hanging(self, place: int, card: int, fen: int) -> tuple[Call, psycopg.Connection]:
        """Decided, not committed: the wallet stays locked until its end."""
        self.settle_hanging_of(card)
        call, connection = self.payment(place, card, fen), psycopg.connect(self.url, options=IMPATIENT)
        self.ask(connection, call)
        connection.nanhu_call = call  # type: ignore[attr-defined]
        self.open.append(connection)
        return call, connection

    def settle_hanging_of(self, card: int) -> None:
        for connection in [one for one in self.open if one.nanhu_call.wallet == card]:  # type: ignore[attr-defined]
            self.end(connection, commit=True)

    def end(self, connection: psycopg.Connection, *, commit: bool) -> None:
        call: Call = connection.nanhu_call  # type: ignore[attr-defined]
        self.open.remove(connection)
        if commit:
            connection.commit()
            self.count(call)
        else:
            self.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with suppress(psycopg.Error):
            connection.close()

    @rule(target=done, one=consumes(hanging), commit=st.booleans())
    def end_hanging(self, one: tuple[Call, psycopg.Connection], commit: bool) -> Call:
        """Killed before the commit it never happened, and asked again it happens once; after the commit it has happened."""
        call, connection = one
        if connection in self.open:
            self.end(connection, commit=commit)
            if not commit:
                self.ask(self.connection, call)
                self.count(call)
        return call

    @invariant()
    def every_wallet_has_what_it_should(self) -> None:
        held = {one.nanhu_call.wallet for one in self.open}  # type: ignore[attr-defined]
        for card, uid in enumerate(self.uids):
            if card not in held:
                assert self.net(uid) == self.expected[card]

    def teardown(self) -> None:
        for connection in list(self.open):
            self.end(connection, commit=False)
        assert self.connection.execute("SELECT * FROM ledger_check()").fetchall() == []
        assert self.connection.execute("SELECT * FROM card_check()").fetchall() == []
        assert self.connection.execute("SELECT count(*) FROM ledger_balance WHERE balance_fen < 0").fetchone() == (0,)
        self.connection.close()


def test_no_interleaving_makes_or_loses_money(till):
    machine = type("MoneyOfThisTill", (Money,), {"till": till})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=30, stateful_step_count=25),
    )
