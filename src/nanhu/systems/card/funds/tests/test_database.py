"""Each promise of the database about claimables is tried by raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from nanhu.systems.card.funds.services.claims import begin_claim, finish_claim
from nanhu.systems.card.funds.services.credits import Credit, note
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_claims import authorised


def run(statement, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def refused(statement, message):
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")
        run(statement)
        run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE card_claimable SET amount_fen = amount_fen + 1", "ends once and keeps its sum"),
        ("UPDATE card_claimable SET key = 'other'", "ends once"),
        ("UPDATE card_claimable SET set_off_fen = 1", "card_claimable_set_off"),
        ("UPDATE card_claimable SET state = 'claimed'", "ends once"),
        ("UPDATE card_claimable SET state = 'writing'", "card_claimable_state_is_whole"),
        (
            "UPDATE card_claimable SET state = 'returned', ended_at = now(), return_entry_id = 1",
            "in claimables and 5000 fen pending",
        ),
        ("DELETE FROM card_claimable", "never removed"),
        ("TRUNCATE card_claimable CASCADE", "never removed"),
    ],
)
def test_a_waiting_sum_cannot_be_bent(funds, statement, message):
    funds.credit()
    refused(statement, message)


def test_a_claimable_without_money_is_refused(funds):
    wallet = funds.campus.card("student").wallet
    order = Credit(wallet=wallet, source="subsidy", amount_fen=5, key="x", from_account_id=funds.source)
    with pytest.raises(DatabaseError, match="5 fen in claimables and 0 fen pending"), transaction.atomic():
        run("SET CONSTRAINTS ALL DEFERRED")
        note(by=SYSTEM, order=order, entry_id=1)
        run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE card_claim_order SET state = 'not_written'", "resolved once"),
        ("UPDATE card_claim_order SET amount_fen = 1", "resolved once"),
        ("UPDATE card_claimable SET state = 'waiting', order_id = NULL, ended_at = NULL", "ends once"),
        ("DELETE FROM card_claim_order", "never removed"),
    ],
)
def test_a_resolved_claim_stays_as_it_is(funds, statement, message):
    funds.credit()
    order = begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None)
    finish_claim(by=SYSTEM, order=order, is_written=True)
    refused(statement, message)


NOT_WRITTEN = "UPDATE card_claim_order SET state = 'not_written', settled_by = '{}', ended_at = now()"


@pytest.mark.parametrize("settled_by", ["terminal", "job", "clerk"])
def test_an_authorised_write_is_not_written_by_the_counter_or_a_reissue_alone(funds, settled_by):
    funds.credit()
    authorised(begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None))
    refused(NOT_WRITTEN.format(settled_by), "resolved once")
    with transaction.atomic():
        run(NOT_WRITTEN.format("counter"))
        transaction.set_rollback(True)


def test_a_wallet_has_one_open_claim_at_most(funds):
    funds.credit()
    begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None)
    refused(
        "INSERT INTO card_claim_order (public_id, wallet_id, card_id, amount_fen, challenge_fen, settles_fen, state, settled_by, proof, begun_at, authorised_at) "
        "SELECT gen_random_uuid(), wallet_id, card_id, 1, 0, 0, 'writing', '', '{}', now(), '' FROM card_claim_order",
        "card_claim_one_open",
    )
