"""Every promise of the ledger is tried by raw SQL, and its door by worked examples."""

from datetime import date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.registry import Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.checks import balances_agree, months_are_ahead
from nanhu.platforms.ledger.jobs import add_months
from nanhu.platforms.ledger.management.commands import ledger as ledger_command
from nanhu.platforms.ledger.queries import TrialBalance, TrialRow
from nanhu.platforms.ledger.services.partitions import month_after, months

BY = Actor.system("test")


def run(statement: str, parameters=()) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, message: str, parameters=()) -> None:
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        run(statement, parameters)


@pytest.fixture
def books(db) -> dict[str, int]:
    opened = ledger.open_accounts(
        [
            ledger.AccountOrder(code="cash", name="现金", kind="asset"),
            ledger.AccountOrder(code="wallet", name="钱包", kind="liability", floor_fen=0),
            ledger.AccountOrder(code="debt", name="欠款", kind="asset", floor_fen=0),
            ledger.AccountOrder(code="merchant", name="窗口", kind="liability"),
        ]
    )
    run("SET CONSTRAINTS ALL IMMEDIATE")
    return opened


def move(books, debit: str, credit: str, fen: int, **more):
    leg = ledger.Leg(debit_account_id=books[debit], credit_account_id=books[credit], amount_fen=fen)
    return ledger.post(by=BY, kind="test", legs=[leg], **more)


def balances(books, *codes: str) -> list[int]:
    return [ledger.balance_of(books[code]) for code in codes]


def test_a_meal_worked_out(books):
    move(books, "cash", "wallet", 10_000)
    move(books, "wallet", "merchant", 1_250)
    move(books, "debt", "merchant", 300)
    assert balances(books, "cash", "wallet", "merchant", "debt") == [10_000, 8_750, 1_550, 300]
    assert ledger.trial_balance().difference_fen == 0
    assert ledger.check_ledger() == []


def test_a_wallet_never_falls_below_its_floor(books):
    move(books, "cash", "wallet", 100)
    with pytest.raises(ledger.InsufficientFundsError):
        move(books, "wallet", "merchant", 101)
    refused(
        "INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (1, now(), 'x', %s, %s, 101)",
        "ledger_balance_floor",
        [books["wallet"], books["merchant"]],
    )
    assert balances(books, "wallet", "merchant") == [100, 0]


@pytest.mark.parametrize("fen", [0, -1, 10**12 + 1])
def test_amounts_that_are_no_money_are_refused(books, fen):
    refused(
        "INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (1, now(), 'x', %s, %s, %s)",
        "ledger_transfer_amount",
        [books["cash"], books["merchant"], fen],
    )


def test_money_goes_from_one_account_to_another_that_exists(books):
    insert = "INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (1, now(), 'x', %s, %s, 1)"
    refused(insert, "two_accounts", [books["cash"], books["cash"]])
    refused(insert, "does not exist", [books["cash"], 10**9])
    refused(insert.replace("'x'", "''"), "ledger_transfer_kind", [books["cash"], books["merchant"]])


def test_rows_are_never_changed_or_removed_also_not_in_a_partition(books):
    move(books, "cash", "wallet", 100)
    ((partition,),) = run(
        "SELECT tableoid::regclass::text FROM ledger_transfer WHERE debit_account_id = %s", [books["cash"]]
    )
    for table in ("ledger_transfer", partition):
        refused("UPDATE TABLE SET amount_fen = 1".replace("TABLE", table), "never changed")
        refused("DELETE FROM TABLE".replace("TABLE", table), "never changed")
        refused(f"TRUNCATE {table}", "never removed")
    assert balances(books, "wallet") == [100]


def test_nothing_enters_a_partition_behind_the_balances(books):
    for month in months():
        refused(
            "INSERT INTO MONTH (entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (1, now(), now(), 'x', %s, %s, 1)".replace(
                "MONTH", month.name
            ),
            "insert into ledger_transfer itself",
            [books["cash"], books["wallet"]],
        )


def test_balances_follow_transfers_and_nothing_else(books):
    refused("UPDATE ledger_balance SET balance_fen = 1000000", "follow transfers")
    refused("DELETE FROM ledger_balance", "follow transfers")
    refused("TRUNCATE ledger_balance CASCADE", "follow transfers")
    refused(
        "INSERT INTO ledger_balance (account_id, sign, floor_fen, balance_fen, moved_at) VALUES (%s, 1, 0, 5, now())",
        "follow transfers",
        [books["merchant"]],
    )


def test_the_nature_of_an_account_is_fixed(books):
    refused("UPDATE ledger_account SET kind = 'asset' WHERE code = 'wallet'", "fixed when it is opened")
    refused("UPDATE ledger_account SET floor_fen = -1000 WHERE code = 'wallet'", "fixed when it is opened")
    refused("DELETE FROM ledger_account WHERE code = 'merchant'", "never removed")
    refused("TRUNCATE ledger_account CASCADE", "never removed")
    run("UPDATE ledger_account SET name = '新名字' WHERE code = 'wallet'")


def test_opening_twice_is_harmless(books):
    again = ledger.open_accounts([ledger.AccountOrder(code="cash", name="别名", kind="liability")])
    assert again == {"cash": books["cash"]}


def test_the_same_key_posts_once(books):
    first = move(books, "cash", "wallet", 500, key="load:1")
    second = move(books, "cash", "wallet", 500, key="load:1")
    assert (second.entry_id, second.is_repeated) == (first.entry_id, True)
    with pytest.raises(ledger.EntryKeyReusedError):
        move(books, "cash", "wallet", 501, key="load:1")
    assert balances(books, "wallet") == [500]
    refused("UPDATE ledger_entry_key SET entry_id = 1", "stays with its entry")


def test_a_correction_is_a_reversing_entry_and_happens_once(books):
    wrong = move(books, "cash", "wallet", 500)
    ledger.reverse(by=BY, entry_id=wrong.entry_id, reason="多充了")
    assert balances(books, "cash", "wallet") == [0, 0]
    with pytest.raises(ledger.AlreadyReversedError):
        ledger.reverse(by=BY, entry_id=wrong.entry_id, reason="again")
    with pytest.raises(NotFoundError):
        ledger.reverse(by=BY, entry_id=10**12, reason="none")


def test_money_that_was_spent_cannot_be_reversed_out_of_a_wallet(books):
    entry = move(books, "cash", "wallet", 500)
    move(books, "wallet", "merchant", 300)
    with pytest.raises(ledger.InsufficientFundsError):
        ledger.reverse(by=BY, entry_id=entry.entry_id, reason="too late")
    assert balances(books, "wallet") == [200]


def test_the_check_sees_a_tampered_balance(books):
    move(books, "cash", "wallet", 500)
    run("ALTER TABLE ledger_balance DISABLE TRIGGER USER")
    run("UPDATE ledger_balance SET balance_fen = 777 WHERE account_id = %s", [books["wallet"]])
    (finding,) = ledger.check_ledger()
    assert (finding.what, finding.kept_fen, finding.summed_fen) == ("balance_differs", 777, 500)
    assert balances_agree().verdict is Verdict.FAIL


def test_months_are_made_ahead_and_the_net_catches_the_rest(books):
    assert months_are_ahead().verdict is Verdict.OK
    run(
        "INSERT INTO ledger_transfer (entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (1, '1999-01-01', now(), 'x', %s, %s, 5)",
        [books["cash"], books["wallet"]],
    )
    assert balances(books, "wallet") == [5]
    assert [finding.what for finding in ledger.check_ledger()] == ["outside_months"]


def test_the_night_makes_the_months_that_lie_ahead_and_money_lands_in_its_month(books):
    """A month nobody made is missed by the doctor and made by the nightly job, twice without harm."""
    add_months()
    this = f"ledger_transfer_{campus_today():%Y_%m}"
    far = [one.name for one in months() if this < one.name < "ledger_transfer_default"]
    assert len(far) >= 2
    for name in far:
        run(f"DROP TABLE {name}")
    assert months_are_ahead().verdict is Verdict.FAIL
    made = far[: add_months()]  # of a database that was made later than the day it is told, fewer than it had
    assert len(made) >= 2
    assert add_months() == 0
    assert (months_are_ahead().verdict, [one.name for one in months() if one.name in far]) == (Verdict.OK, made)
    move(books, "cash", "wallet", 700)
    (found,) = run("SELECT tableoid::regclass::text FROM ledger_transfer WHERE amount_fen = 700")
    assert found == (this,)
    following = month_after(campus_today(), 1).replace(day=3)
    run(
        "INSERT INTO ledger_transfer (entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen) VALUES (2, %s, now(), 'x', %s, %s, 9)",
        [following, books["cash"], books["wallet"]],
    )
    (found,) = run("SELECT tableoid::regclass::text FROM ledger_transfer WHERE amount_fen = 9")
    assert found == (f"ledger_transfer_{following:%Y_%m}",)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 8, 31), "2027_02"),
        (date(2026, 11, 27), "2027_05"),
        (date(2026, 12, 31), "2027_06"),
        (date(2027, 2, 28), "2027_08"),
        (date(2028, 2, 29), "2028_08"),
    ],
)
def test_six_months_lie_ahead_whatever_day_it_is(books, day, last):
    with time_machine.travel(datetime.combine(day, time(9), CAMPUS_ZONE), tick=False):
        add_months()
        made = [one.name for one in months() if one.name <= f"ledger_transfer_{last}"]
        assert made[-1] == f"ledger_transfer_{last}"
        assert add_months() == 0
        run(f"DROP TABLE {made[-1]}")
        assert add_months() == 1


def test_the_commands_say_what_is_wrong(books, capsys):
    call_command("ledger", "partitions")
    call_command("ledger", "trial")
    call_command("ledger", "check")
    assert "0 differences" in capsys.readouterr().out
    run("ALTER TABLE ledger_balance DISABLE TRIGGER USER")
    run("UPDATE ledger_balance SET balance_fen = 1 WHERE account_id = %s", [books["wallet"]])
    with pytest.raises(SystemExit):
        call_command("ledger", "check")


def test_a_trial_balance_that_differs_is_a_difference_of_the_check(books, monkeypatch, capsys):
    """Rows carry debit and credit in one, so no row of ours makes it differ: whoever reads it wrongly must be told all the same."""
    broken = TrialBalance((TrialRow("asset", 1, 100, 0), TrialRow("liability", 1, 0, 99)))
    monkeypatch.setattr(ledger_command, "trial_balance", lambda: broken)
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", "check")
    assert ended.value.code == 1
    assert "1 differences, trial balance 1 fen" in capsys.readouterr().out


def test_posting_is_audited(books):
    entry = move(books, "cash", "wallet", 100, reference="现金")
    assert run("SELECT action FROM kernel_audit_entry WHERE target = %s", [f"ledger_entry:{entry.entry_id}"]) == [
        ("ledger.post",)
    ]
