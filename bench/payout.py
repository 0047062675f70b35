"""A subsidy for a whole school: 28,000 rows read, checked, approved and posted; beside it the bare ledger rows of the same sums."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from uuid import uuid4

from bench.campus import ROOT, Campus, fresh_campus
from bench.report import Report

ROWS = int(os.environ.get("NANHU_BENCH_PAYOUT_ROWS", "28000"))
PIECE = 5_000


def run(report: Report) -> None:
    with fresh_campus() as campus:
        campus.nanhu("migrate", "--verbosity", "0")
        measured = measure(campus)
        report("payout_check", measured["check"], "s")
        report("payout_keep", measured["keep"], "s")
        report("payout_post", measured["post"], "s", measured["bare"])
        report("payout_longest_piece", measured["piece"], "s")
        report("payout_difference", measured["difference"], "fen")


def measure(campus: Campus) -> dict[str, float]:
    result = subprocess.run(
        [sys.executable, "-m", "bench.payout"],
        env=campus.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr[-4000:])
    return json.loads(result.stdout.splitlines()[-1])


def pay_everybody() -> dict[str, float]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    import django

    django.setup()
    from nanhu.kernel import intake
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.ledger import api as ledger
    from nanhu.systems.card.funds.checks import funds_differences
    from nanhu.systems.card.funds.services import payouts, posting
    from nanhu.systems.card.funds.services.payout_files import PAYOUTS, check_file

    clerks = enrol()
    one, another = (Actor(account_id=account, name=name) for account, name in clerks)
    content = ("学号,姓名,金额\n" + "".join(f"{number(n)},学生{n},{100 + n % 400}.50\n" for n in range(ROWS))).encode()
    started = time.perf_counter()
    checked = check_file(PAYOUTS.read(content))
    spent = {"check": time.perf_counter() - started}
    insist(not checked.faults, "the list is right")
    funding = payouts.open_funding(by=one, code="aid", name="学生资助经费")
    form = payouts.Payout(token=uuid4(), source="subsidy", title="十一月生活补助", funding=funding)
    started = time.perf_counter()
    batch = payouts.make_batch(by=one, payout=form, rows=checked.rows, content=content)
    intake.approve(by=another, batch=intake.submit(by=one, batch=batch))
    spent["keep"] = time.perf_counter() - started
    pieces = []
    started = time.perf_counter()
    while True:
        piece = time.perf_counter()
        if not posting.post_piece(by=one, batch=batch, most=posting.PIECE):
            break
        pieces.append(time.perf_counter() - piece)
    insist(posting.close(batch).state == "posted", "every row is posted")
    spent["post"], spent["piece"] = time.perf_counter() - started, max(pieces)
    spent["bare"] = bare_seconds()
    funding_fen = abs(ledger.balance_of(funding.account_id))
    insist(funds_differences() == [], "pending accounts hold what waits")
    spent["difference"] = funding_fen - batch.sum_fen
    return spent


def insist(holds: bool, what: str) -> None:
    if not holds:
        raise RuntimeError(what)


def number(place: int) -> str:
    return f"1423{place:07}"


def enrol() -> list[tuple[int, str]]:
    """A school's worth of people with cards, and two clerks."""
    from nanhu.kernel.actors import Actor
    from nanhu.platforms.identity import api as identity
    from nanhu.platforms.people import api as people
    from nanhu.systems.card.services.issue import issue_cards

    by, origin = Actor.system("bench"), people.Origin(source="bench", title="bench")
    persons: list[int] = []
    for first in range(0, ROWS, PIECE):
        records = [
            people.PersonRecord(
                key=number(n),
                name=f"学生{n}",
                affiliations=(
                    people.AffiliationRecord(
                        kind="student",
                        campus_no=number(n),
                        starts_on=date(2023, 9, 1),
                        category_name="统招本科",
                        state="active",
                    ),
                ),
            )
            for n in range(first, min(first + PIECE, ROWS))
        ]
        persons += people.apply_records(by=by, records=records, origin=origin).person_ids.values()
    issue_cards(by=by, person_ids=persons)
    clerks = persons[:2]
    identity.open_accounts(by=by, person_ids=clerks)
    return [(identity.account_of(person).pk, f"职员{place}") for place, person in enumerate(clerks)]


def bare_seconds() -> float:
    """The floor: as many rows of the ledger's width put into one bare table with one index, by one statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (LIKE ledger_transfer INCLUDING DEFAULTS)")
        cursor.execute("CREATE INDEX ON bench_bare (debit_account_id)")
        started = time.perf_counter()
        cursor.execute("INSERT INTO bench_bare SELECT * FROM ledger_transfer WHERE kind = 'card.credit'")
        spent = time.perf_counter() - started
        insist(cursor.rowcount >= ROWS, "as many rows as people")
        cursor.execute("DROP TABLE bench_bare")
    return spent


if __name__ == "__main__":
    print(json.dumps(pay_everybody()))
