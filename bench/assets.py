"""Depreciation of 60,000 things by the one SQL statement: a month, the same again (no row), ten years; what the finished ones sum to, and 汇总 over all that.
Half of them serve four years, half six. The bounds are those of the assets room: a month in 5 s, ten years in 60 s.
"""

import json
import time

from bench.inside import ask_fresh_campus, set_up_django
from bench.report import Report

THINGS = 60_000
FILL = """
    INSERT INTO people_org_unit (code, name, short_name, kind, is_active, provenance, created_at)
         VALUES ('bench', 'bench', '', '', true, '{}', now());
    INSERT INTO assets_asset (public_id, number, former_number, name, classification_id, model, maker, serial, value_fen, carried_fen,
            quantity, acquired, acquired_on, put_into_use_on, funds, supplier, invoice, contract, use, unit_id, state, is_idle, created_at)
    SELECT gen_random_uuid(), '2026-A02-' || lpad(n::text, 6, '0') || '-0', '', 'bench', c.id, '', '', '', 100000 + n * 37, 0,
           1, 'bought', '2026-01-05', '2026-01-05', '', '', '', '', 'teaching', u.id, 'in_stock', false, now()
      FROM generate_series(1, %(things)s) AS n, assets_class c, people_org_unit u WHERE c.code = 'A0201' AND u.code = 'bench';
    INSERT INTO assets_plan (asset_id, from_month, base_fen, months, by_name, created_at)
    SELECT id, '2026-01-01', value_fen, CASE WHEN id %% 2 = 0 THEN 48 ELSE 72 END, 'bench', now() FROM assets_asset;
    ANALYZE assets_asset; ANALYZE assets_plan"""
WRONG = """
    SELECT count(*) FROM assets_asset a JOIN assets_plan p ON p.asset_id = a.id
     WHERE p.months <= 72 AND a.value_fen <> (SELECT sum(fen) FROM assets_depreciation d WHERE d.asset_id = a.id)"""


def run(report: Report) -> None:
    found = ask_fresh_campus("bench.assets", demo=False)
    report("assets_month", found["month"], "s", 5)
    report("assets_month_again", found["again"], "s", 5)
    report("assets_month_again_rows", found["again_rows"], "rows", 0)
    report("assets_ten_years", found["years"], "s", 60)
    report("assets_ten_years_rows", found["rows"], "rows")
    report("assets_wrong_sums", found["wrong"], "things", 0)
    report("assets_sums_by_class", found["sums"], "s", 1)


def inside() -> dict[str, float]:
    from django.db import connection

    from nanhu.systems.assets.queries.books import sums_by

    def asked(sql: str, *facts: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, facts)
            return int(cursor.fetchone()[0])

    def booked(until: str) -> tuple[float, int]:
        began = time.perf_counter()
        rows = asked("SELECT assets_depreciate(%s, %s)", until, until)
        return time.perf_counter() - began, rows

    with connection.cursor() as cursor:
        for statement in FILL.split(";"):
            cursor.execute(statement, {"things": THINGS})
    month, _rows = booked("2026-01-01")
    again, again_rows = booked("2026-01-01")
    years, rows = booked("2035-12-01")
    began = time.perf_counter()
    sums_by("classification__code", "classification__name")
    sums = time.perf_counter() - began
    return {
        "month": month,
        "again": again,
        "again_rows": again_rows,
        "years": years,
        "rows": rows,
        "sums": sums,
        "wrong": asked(WRONG),
    }


if __name__ == "__main__":
    set_up_django()
    print(json.dumps(inside()))
