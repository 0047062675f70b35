"""A sale is given back at most once and never beyond what it was, whoever gives: terminal, merchant or the office's correction."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.errors import CampusError
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.testing.races import amid

PAID, SALE = 5000, 1250
GIVEN_BACK = """INSERT INTO card_receipt (kind, outcome, wallet_id, amount_fen, balance_fen, occurred_at, entry_id, reverses_id)
    SELECT %s, 'posted', wallet_id, %s, 0, now(), entry_id, id FROM card_receipt WHERE id = %s"""


def with_a_sale(campus):
    campus.top_up("student", PAID)
    assert campus.pay("student", SALE) == "posted"
    return campus


@pytest.fixture
def sold(campus):
    return with_a_sale(campus)


def sale() -> Receipt:
    return Receipt.objects.filter(kind="payment", outcome="posted").latest("pk")


def wallet_fen(campus) -> int:
    return ledger.balance_of(campus.card("student").wallet_id)


def asked(campus) -> Correction:
    return corrections.ask(by=campus.actor("clerk"), receipt=sale(), reason="按错金额", token=uuid4())


def correct(campus, request: Correction) -> None:
    corrections.approve(by=campus.actor("second_clerk"), correction=request)


def refund(fen: int = SALE) -> None:
    merchant = Merchant.objects.get(key="n1.rice")
    refund_sale(by=SYSTEM, merchant=merchant, sale=sale(), amount_fen=fen, reason="菜没有了", key=str(uuid4()))


def reverse(campus) -> str:
    """What the gateway asks when the terminal takes its sale back."""
    sequence = next(campus.sequence)
    asked_for = [campus.terminal.pk, sequence, fingerprint("reversal", "1"), sale().sequence]
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_reverse(%s, %s, decode(%s, 'hex'), %s)", asked_for)
        return cursor.fetchone()[0]


def check_books(campus) -> None:
    assert wallet_fen(campus) == PAID
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def test_a_corrected_sale_is_neither_refunded_nor_reversed(sold):
    correct(sold, asked(sold))
    for fen in (SALE, 1):
        with pytest.raises(CampusError):
            refund(fen)
    assert reverse(sold) == "already_refunded"
    check_books(sold)


def test_a_till_takes_no_sale_of_yesterday_back(sold):
    """The day is closed, and perhaps settled: from then on it is a refund."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE card_receipt SET posted_at = posted_at - interval '1 day' WHERE id = %s", [sale().pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert reverse(sold) == "reversal_too_late"
    assert wallet_fen(sold) == PAID - SALE
    refund()
    assert wallet_fen(sold) == PAID


@pytest.mark.parametrize("way", [refund, reverse])
def test_what_was_given_back_is_not_corrected_even_if_it_was_asked_before(sold, way):
    request = asked(sold)
    way(sold) if way is reverse else way()
    with pytest.raises((CampusError, IntegrityError)), transaction.atomic():
        correct(sold, request)
    check_books(sold)


@pytest.mark.parametrize(("kind", "fen"), [("refund", 451), ("correction_in", SALE), ("reversal", SALE)])
def test_the_database_lets_nobody_write_more_back_than_was_paid(sold, kind, fen):
    refund(800)
    with pytest.raises(IntegrityError, match="given back"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GIVEN_BACK, [kind, fen, sale().pk])


def test_nothing_is_given_back_of_a_row_that_moved_nothing(sold):
    assert sold.pay("student", 10 * PAID) == "balance_short"
    refused = Receipt.objects.get(outcome="balance_short")
    with pytest.raises(IntegrityError, match="given back"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GIVEN_BACK.replace("entry_id, id", "1, id"), ["refund", 1, refused.pk])


def at_once(jobs):
    def run(job):
        try:
            job()
        except (CampusError, IntegrityError):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_correction_and_two_refunds_at_once_give_the_sale_back_once(transactional_db, turn):
    campus = with_a_sale(bring_in_the_cast())
    request = asked(campus)
    ways = [lambda: correct(campus, request), refund, refund]
    done = at_once(ways[turn:] + ways[:turn])
    assert sum(done) == 1
    assert wallet_fen(campus) == PAID


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_waits_and_then_sees_what_the_first_gave(transactional_db):
    """Two connections: the refund is posted but not yet committed when the correction, asked before, is approved."""
    campus = with_a_sale(bring_in_the_cast())
    request = asked(campus)
    assert amid(refund, lambda: at_once([lambda: correct(campus, request)]))[1] == [False]
    assert wallet_fen(campus) == PAID
