"""The books as a plain text journal, proven by hledger: a program that knows nothing of this house."""

import csv
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.values import run
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger import journal
from nanhu.platforms.ledger.services.day_sums import sum_days
from nanhu.platforms.ledger.tests.test_bills import Office

BY = Actor.system("test")
OLD = (
    "INSERT INTO ledger_transfer (entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)"
    " VALUES (1, %s, now(), 'load', %s, %s, %s)"
)


def hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["hledger", *arguments, "-f", str(path)], capture_output=True, text=True, check=False)


def sums_of(path: Path, *arguments: str) -> dict[str, str]:
    found = hledger(path, "balance", "--flat", "--empty", "--no-total", "-O", "csv", *arguments)
    assert found.returncode == 0, found.stderr
    return {row["account"]: row["balance"] for row in csv.DictReader(found.stdout.splitlines())}


@pytest.fixture
def accounts(db, monkeypatch) -> dict[str, int]:
    """Money of three days ago, of today, a bill that is paid and forgiven in part, and a payment taken back."""
    office = Office()
    monkeypatch.setitem(
        ledger.payers._entries, "counter", ledger.Payer(key="counter", name="柜台", give_back=office.give_back)
    )
    opened = office.accounts
    run(OLD, [now() - timedelta(days=3), opened["till"], opened["purse"], 100_050])
    leg = ledger.Leg(debit_account_id=opened["purse"], credit_account_id=opened["till"], amount_fen=1_207)
    sale = ledger.post(by=BY, kind="test", legs=[leg], reference="slip 7; two\nlines")
    ledger.reverse(by=BY, entry_id=sale.entry_id, reason="退货")
    bill = office.bill(fen=90_001)
    office.pay(bill, 80_000, account="purse")
    ledger.waive(by=BY, bill=bill, amount_fen=1, key="w1", reason="零头")
    return opened


@pytest.fixture
def tomorrow():
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        yield campus_today()


@pytest.mark.slow
def test_hledger_proves_the_entries_the_bills_and_the_kept_balances(accounts, tomorrow, tmp_path):
    path = tmp_path / "books.journal"
    call_command("ledger", "journal", "--from", f"{tomorrow - timedelta(days=1)}", "--out", str(path))
    checked = hledger(path, "check", "--strict")
    assert checked.returncode == 0, checked.stderr
    sums = sums_of(path)
    assert sums["asset:till"] == "1000.50 CNY"
    assert sums["liability:purse"] == "-200.50 CNY"
    assert sums["asset:ledger.receivable:tuition"] == "100.00 CNY"
    rows = ledger.trial_balance().rows
    for kind, fen in ((row.kind, row.net_fen) for row in rows):
        [total] = sums_of(path, "--depth", "1", f"^{kind}").values() or ["0"]
        assert round(float(total.removesuffix(" CNY")) * 100) == fen, kind
    opening = hledger(path, "print", "desc:opening").stdout
    assert "1000.50 CNY" in opening
    text = path.read_text("utf-8")
    assert "; slip 7, two lines" in text
    assert "林小满" not in text


@pytest.mark.slow
def test_hledger_refuses_a_balance_that_is_not_the_sum_of_its_entries(accounts, tmp_path):
    """Of a day that is over, where what is kept is of today: what moved since is taken off."""
    path, days = tmp_path / "books.journal", ("--from", f"{campus_today() - timedelta(days=4)}")
    sum_days()
    call_command("ledger", "journal", *days, "--out", str(path))
    assert hledger(path, "check", "--strict").returncode == 0
    good = path.read_text("utf-8")
    assert "liability:purse  0.00 CNY = -1000.50 CNY" in good
    path.write_text(good.replace("0.00 CNY = -1000.50 CNY", "0.00 CNY = -1000.51 CNY"), "utf-8")
    assert "liability:purse" in hledger(path, "check").stderr
    run("UPDATE ledger_day_sum SET debit_fen = debit_fen + 1 WHERE account_id = %s", [accounts["till"]])
    call_command("ledger", "journal", *days, "--out", str(path))
    assert "asset:till" in hledger(path, "check").stderr


def test_a_day_that_is_not_over_is_refused(db):
    for given, word in ((["--to", f"{campus_today()}"], "还没有过完"), (["--from", f"{campus_today()}"], "之后")):
        with pytest.raises(CommandError, match=word):
            call_command("ledger", "journal", *given)


@pytest.mark.django_db(transaction=True)
def test_a_day_waits_for_whoever_began_in_it(tmp_path):
    """He posts at the moment at which he began: in the balances that are read last, and not in the entries that were read before."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        other.cursor().execute("SELECT now()")
        with (
            time_machine.travel(now() + timedelta(days=1), tick=False),
            pytest.raises(CommandError, match="还没有结束"),
        ):
            call_command("ledger", "journal")
    finally:
        other.rollback()
        other.close()


def test_a_journal_that_is_not_written_to_its_end_takes_no_place(accounts, tomorrow, tmp_path, monkeypatch):
    path = tmp_path / "books.journal"
    call_command("ledger", "journal", "--out", str(path))
    whole = path.read_text("utf-8")
    assert whole.count("kept balances") == 1
    monkeypatch.setattr(journal, "KEPT", "SELECT 1 / 0, 1")
    with pytest.raises(DatabaseError), transaction.atomic():
        call_command("ledger", "journal", "--out", str(path))
    assert path.read_text("utf-8") == whole
