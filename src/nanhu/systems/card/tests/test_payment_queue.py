"""Payments in batches, one at a time: together where they can be, and past a batch that is stuck."""

import asyncio
import itertools
import time

import psycopg
import pytest
from django.db import connection

from nanhu.platforms.terminals.gateway import Database
from nanhu.systems.card.gateway.payments import RELIEF_SECONDS, PaymentQueue, Row
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
LOCK = "SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE"
sequences = itertools.count(1)


@pytest.fixture
def campus(transactional_db):
    found = bring_in_the_cast()
    for part in ("student", "other_student", "guest"):
        found.top_up(part, 5000)
    return found


def url() -> str:
    wanted = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(
        **{name: wanted[name] for name in ("dbname", "user", "password", "host", "port") if wanted.get(name)}
    )


def sale(campus, part: str, fen: int) -> Row:
    uid = campus.card(part).uid
    mark = fingerprint("payment", uid, str(fen))
    return Row(t=campus.terminal.pk, s=next(sequences), f=mark, u=uid, o=time.time(), a=fen)


def test_who_pays_beside_a_wallet_that_is_held_does_not_wait_for_it(campus):
    """A counter holds the student's wallet: that payment waits for it, the others are let past and are told at once."""
    held, wallet = sale(campus, "student", 100), campus.card("student").wallet_id
    others = [sale(campus, part, 100) for part in ("guest", "other_student")]

    async def pay() -> tuple[list[str], bool, str]:
        database = Database(url(), connections=4)
        queue = PaymentQueue(database)
        try:
            async with await psycopg.AsyncConnection.connect(url()) as counter:
                await counter.execute(LOCK, [wallet])
                stuck = queue.decide(held)
                await asyncio.sleep(RELIEF_SECONDS / 2)
                past = [await asyncio.wait_for(queue.decide(row), PATIENCE_SECONDS) for row in others]
                was_waiting = not stuck.done()
            return [one.outcome for one in past], was_waiting, (await asyncio.wait_for(stuck, PATIENCE_SECONDS)).outcome
        finally:
            await queue.close()
            await database.close()

    assert asyncio.run(pay()) == (["posted", "posted"], True, "posted")


def test_what_arrives_together_is_asked_together_and_one_card_twice_in_two_batches(campus):
    rows = [sale(campus, part, 4000) for part in ("student", "guest", "other_student", "student")]

    async def pay() -> tuple[list[str], int]:
        database = Database(url(), connections=4)
        queue = PaymentQueue(database)
        try:
            told = await asyncio.wait_for(asyncio.gather(*map(queue.decide, rows)), PATIENCE_SECONDS)
            return [one.outcome for one in told], queue.figures.batches
        finally:
            await queue.close()
            await database.close()

    assert asyncio.run(pay()) == (["posted", "posted", "posted", "balance_short"], 2)
