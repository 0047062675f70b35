"""Fills a seeded campus with a year of payments and measures what must stay fast. Runs inside the environment of the campus.

    python -m bench.load.year ROWS[,ROWS…] PLAN.json

Grows to each size in turn and prints a JSON line for each figure: {"name", "value", "unit"}.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

DAYS = 365
LOOKS = 200
SPREAD = """
    CREATE TEMPORARY TABLE load_wallet AS SELECT row_number() OVER () - 1 AS n, c.wallet_id, c.id AS card_id FROM card_card c;
    CREATE TEMPORARY TABLE load_till AS
        SELECT row_number() OVER () - 1 AS n, t.terminal_id, m.id AS merchant_id, m.account_id FROM card_till t
        JOIN card_merchant m ON m.id = t.merchant_id;
    CREATE UNIQUE INDEX ON load_wallet (n); CREATE UNIQUE INDEX ON load_till (n);
    ANALYZE load_wallet; ANALYZE load_till"""
ROWS = """
    CREATE TEMPORARY TABLE load_row ON COMMIT DROP AS
        SELECT nextval('ledger_transfer_id_seq') AS id, w.wallet_id, w.card_id, t.terminal_id, t.merchant_id, t.account_id,
               1 + (hash %% 20)::bigint AS fen,
               %(day)s::timestamp AT TIME ZONE 'Asia/Shanghai' + interval '7 hours' + (i * 43200.0 / %(rows)s) * interval '1 second' AS at
        FROM (SELECT i, abs(hashint8(%(salt)s + i))::bigint AS hash FROM generate_series(1, %(rows)s) AS i) AS s
        JOIN load_wallet w ON w.n = s.hash %% %(wallets)s
        JOIN load_till t ON t.n = (s.hash / 7919) %% %(tills)s"""
RECEIPTS = """
    INSERT INTO card_receipt (kind, outcome, terminal_id, wallet_id, card_id, merchant_id, amount_fen, balance_fen, occurred_at,
                              posted_at, entry_id)
    SELECT 'payment', 'posted', terminal_id, wallet_id, card_id, merchant_id, fen, 100000, at, at, id FROM load_row ORDER BY at"""
TRANSFERS = """
    INSERT INTO ledger_transfer (id, entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
    SELECT id, id, at, at, 'card.payment', wallet_id, account_id, fen FROM load_row ORDER BY at"""

INDEXES = (
    "card_receipt_of_wallet",
    "card_receipt_reversed_once",
    "card_receipt_terminal_sequence",
    "ledger_transfer_debit",
    "ledger_transfer_credit",
)
TABLES = ("ledger_transfer", "card_receipt", "ledger_balance")
BALANCES = """
    UPDATE ledger_balance b SET balance_fen = b.balance_fen + b.sign * moved.fen
    FROM (SELECT account_id, sum(fen)::bigint AS fen FROM (
              SELECT credit_account_id AS account_id, amount_fen AS fen FROM ledger_transfer WHERE id > %s
              UNION ALL SELECT debit_account_id, -amount_fen FROM ledger_transfer WHERE id > %s) AS leg GROUP BY 1) AS moved
    WHERE b.account_id = moved.account_id"""


def tell(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    django.setup()
    from bench.load.year_looks import look_at

    sizes = [int(size) for size in sys.argv[1].split(",")]
    plan = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    have, today = 0, datetime.now(tz=UTC).date()
    first = today - timedelta(days=DAYS)
    prepare(first, today)
    for size in sizes:
        seconds = timed(lambda size=size, have=have: grow(size - have, salt=have, first=first))
        tell(f"year_{size}_generated", (size - have) / seconds, "rows/s")
        have = size
        look_at(size, plan, first=first, tell=tell, timed=timed)


def prepare(first: date, today: date) -> None:
    from django.db import connection

    from nanhu.platforms.ledger import api as ledger

    ledger.add_months(first, today)
    with connection.cursor() as cursor:
        cursor.execute(SPREAD)


def grow(rows: int, *, salt: int, first: date, days: int = DAYS) -> None:
    """A day is a transaction, about as many rows each day. Brought in as a restore is: indexes and balances afterwards."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM load_wallet), (SELECT count(*) FROM load_till), (SELECT coalesce(max(id), 0) FROM ledger_transfer)"
        )
        wallets, tills, newest = cursor.fetchone()
        cursor.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        cursor.execute("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES))
        indexes = take_down_indexes(cursor)
        for place in range(days):
            count = rows // days + (1 if place < rows % days else 0)
            facts = {
                "day": first + timedelta(days=place),
                "rows": count,
                "salt": salt + place * 1_000_003,
                "wallets": wallets,
                "tills": tills,
            }
            with transaction.atomic():
                cursor.execute(ROWS, facts)
                cursor.execute(RECEIPTS)
                cursor.execute(TRANSFERS)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(BALANCES, [newest, newest])
        cursor.execute("; ".join(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES))
        cursor.execute("RESET maintenance_work_mem; RESET work_mem")
        cursor.execute("VACUUM (ANALYZE) ledger_transfer")
        cursor.execute("VACUUM (ANALYZE) card_receipt")


def take_down_indexes(cursor: Any) -> list[str]:
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(INDEXES)])
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition.replace(" ON ONLY ", " ON ") for _name, definition in found]


if __name__ == "__main__":
    main()
