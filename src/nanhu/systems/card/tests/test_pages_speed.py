"""A statement is read from one index, whatever lies beside it: nobody's page grows with the campus."""

import pytest
from django.db import connection
from django.http import QueryDict

from nanhu.systems.card import queries
from nanhu.systems.card.filters import filters_of
from nanhu.systems.card.models import Receipt

INDEX = "card_receipt_of_wallet"
FILL = """
    INSERT INTO card_receipt (kind, outcome, wallet_id, card_id, merchant_id, terminal_id, amount_fen, balance_fen, occurred_at,
                              posted_at, entry_id)
    SELECT 'payment', 'posted', wallet, 1, %s, %s, 100, 100, moment, moment, 1
    FROM (SELECT CASE WHEN n %% 40 = 0 THEN %s ELSE 1000000 + n %% 200 END AS wallet,
                 now() - n * interval '15 minutes' AS moment FROM generate_series(1, 20000) n) AS row
"""


@pytest.fixture
def crowded(campus):
    """500 rows of the student among 20,000 over two hundred days."""
    wallet = campus.card("student").wallet
    with connection.cursor() as cursor:
        cursor.execute(FILL, [campus.terminal.till.merchant_id, campus.terminal.pk, wallet.pk])
        cursor.execute("ANALYZE card_receipt")
    return wallet


@pytest.mark.parametrize("kind", ["", "spending"])
def test_a_page_comes_from_the_index_in_its_order(crowded, kind):
    narrowed = filters_of(())(QueryDict(f"kind={kind}"))
    rows = narrowed.narrow(queries.statement(crowded, queries.last_three_months()))
    last = rows[29]
    for page in (rows[:31], queries.older_than(rows, last.occurred_at, last.pk)[:31]):
        plan = page.explain()
        assert INDEX in plan, plan
        assert "Seq Scan on card_receipt" not in plan
        assert "Sort" not in plan.replace("Incremental Sort", ""), plan


def test_sums_and_places_come_from_the_index_alone(crowded):
    """Without bitmaps, which a table that was just filled invites: a row fetched for them is a page read from the disk."""
    days = queries.last_three_months()
    with connection.execute_wrapper(keep := Keep()):
        queries.totals(queries.statement(crowded, days))
        queries.places_of(crowded, days)
        queries.spent_by(crowded, days)
    assert len(keep.statements) == 3
    for statement, parameters in keep.statements:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("EXPLAIN " + statement, parameters)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert f"Index Only Scan using {INDEX}" in plan, plan
        assert "Seq Scan on card_receipt" not in plan


class Keep:
    """What was asked of the database."""

    def __init__(self) -> None:
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append((sql, params))
        return execute(sql, params, many, context)


def test_rows_of_a_month_ago_are_found_by_time(crowded):
    days = queries.last_three_months()
    assert queries.moved(crowded, days).count() < Receipt.objects.filter(wallet=crowded).count()
