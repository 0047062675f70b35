"""Funds: never more than is there, whoever asks, and available + reserved + spent is the budget, by the database's own hand."""

from dataclasses import astuple
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError, ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.models import Fund, Reservation, Transfer

BY = Actor.system("test")
PROJECT = "project:1"


def opened(budget: int, code: str = PROJECT) -> str:
    ledger.open_fund(by=BY, code=code, name="湖区水质课题")
    if budget:
        ledger.grant(by=BY, fund=code, amount_fen=budget, key=f"{code}:first", reason="年初预算")
    return code


@pytest.fixture
def project(db):
    yield opened(10_000)
    assert ledger.check_ledger() == []


def state(code: str = PROJECT) -> tuple[int, ...]:
    return astuple(ledger.state_of(code))


def reserve(fen: int, key: str = "one") -> Reservation:
    return ledger.reserve(by=BY, fund=PROJECT, amount_fen=fen, key=key, what="采样瓶")


def test_a_purchase_worked_out(project):
    assert state() == (10_000, 10_000, 0, 0)
    reserve(3_000)
    assert state() == (10_000, 7_000, 3_000, 0)
    ledger.spend(by=BY, reservation="one", amount_fen=2_800, key="pay")
    assert state() == (10_000, 7_000, 200, 2_800)
    ledger.release(by=BY, reservation="one", key="rest", reason="便宜了")
    assert state() == (10_000, 7_200, 0, 2_800)
    ledger.withdraw_grant(by=BY, fund=PROJECT, amount_fen=7_200, key="back", reason="年底收回")
    assert state() == (2_800, 0, 0, 2_800)


def test_a_spending_that_was_entered_wrongly_is_held_again_whole_and_once(project):
    reserve(3_000)
    ledger.spend(by=BY, reservation="one", amount_fen=2_800, key="pay")
    ledger.release(by=BY, reservation="one", key="rest", reason="便宜了")
    with pytest.raises(ReasonMissingError):
        ledger.unspend(by=BY, spending="pay", key="pay:back", reason=" ")
    for _twice in range(2):
        ledger.unspend(by=BY, spending="pay", key="pay:back", reason="登错了金额")
    assert state() == (10_000, 7_200, 2_800, 0)
    with pytest.raises(ledger.AlreadyReversedError):
        ledger.unspend(by=BY, spending="pay", key="pay:again", reason="再来")
    for none in ("rest", "one", "none"):
        with pytest.raises(NotFoundError):
            ledger.unspend(by=BY, spending=none, key="x", reason="没有这笔支出")
    ledger.spend(by=BY, reservation="one", amount_fen=2_700, key="pay:right")
    assert state() == (10_000, 7_200, 100, 2_700)
    rows = AuditEntry.objects.filter(action="ledger.unspend_fund")
    assert [(row.target, row.reason, row.facts["fen"]) for row in rows] == [("reservation:one", "登错了金额", 2_800)]
    spent, back = (
        Transfer.objects.get(kind=kind, amount_fen=2_800) for kind in ("ledger.fund_spend", "ledger.fund_unspend")
    )
    assert back.reverses_entry_id == spent.entry_id


def test_more_than_is_there_is_refused_and_nothing_moves(project):
    reserve(9_999)
    with pytest.raises(ledger.FundShortError, match=r"0\.01"):
        reserve(2, key="two")
    with pytest.raises(ledger.FundShortError):
        ledger.withdraw_grant(by=BY, fund=PROJECT, amount_fen=2, key="back", reason="收回")
    with pytest.raises(ledger.ReservationShortError):
        ledger.spend(by=BY, reservation="one", amount_fen=10_000, key="pay")
    assert state() == (10_000, 1, 9_999, 0)
    assert Reservation.objects.count() == 1


def test_the_same_key_moves_once_and_with_other_money_not_at_all(project):
    assert reserve(3_000).pk == reserve(3_000).pk
    with pytest.raises(ledger.EntryKeyReusedError):
        reserve(3_001)
    for _twice in range(2):
        ledger.spend(by=BY, reservation="one", key="pay")
    with pytest.raises(ledger.EntryKeyReusedError):
        ledger.spend(by=BY, reservation="one", amount_fen=1, key="pay")
    for _twice in range(2):
        ledger.grant(by=BY, fund=PROJECT, amount_fen=5, key="more", reason="追加")
    assert state() == (10_005, 7_005, 0, 3_000)


def test_what_is_spent_or_released_is_not_there_twice(project):
    reserve(3_000)
    ledger.release(by=BY, reservation="one", key="no")
    with pytest.raises(ledger.ReservationShortError):
        ledger.spend(by=BY, reservation="one", key="pay")
    assert state() == (10_000, 10_000, 0, 0)


def test_a_fund_that_nobody_opened_has_nothing(db):
    with pytest.raises(NotFoundError):
        ledger.reserve(by=BY, fund="none", amount_fen=1, key="k")
    opened(0)
    with pytest.raises(ledger.FundShortError):
        reserve(1)
    with pytest.raises(ReasonMissingError):
        ledger.grant(by=BY, fund=PROJECT, amount_fen=5, key="more", reason=" ")


def test_who_reserved_and_spent_stands_in_the_audit(project):
    reserve(3_000)
    ledger.spend(by=BY, reservation="one", key="pay")
    rows = AuditEntry.objects.filter(target="reservation:one").order_by("id")
    assert [(row.action, row.facts["fen"]) for row in rows] == [
        ("ledger.reserve_fund", 3_000),
        ("ledger.spend_fund", 3_000),
    ]


NEW_FUND = (
    "INSERT INTO ledger_fund (code, name, budget_fen, available_fen, reserved_fen, spent_fen, budget_id, available_id,"
    " reserved_id, spent_id, created_at) SELECT 'x', 'x', 5, 5, 0, 0, budget_id, available_id, reserved_id, spent_id, now()"
    " FROM ledger_fund"
)
NEW_RESERVATION = (
    "INSERT INTO ledger_reservation (fund_id, key, what, amount_fen, spent_fen, released_fen, entry_id, created_at)"
    " SELECT id, 'x', '', {fen}, {spent}, 0, 1, now() FROM ledger_fund"
)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE ledger_fund SET budget_fen = 99999, available_fen = 99999", "follow reservations"),
        ("UPDATE ledger_reservation SET spent_fen = 1", "follow movements"),
        ("UPDATE ledger_fund_movement SET amount_fen = 1", "never changed"),
        ("DELETE FROM ledger_fund", "follow reservations"),
        ("DELETE FROM ledger_reservation", "follow movements"),
        ("DELETE FROM ledger_fund_movement", "never changed"),
        ("TRUNCATE ledger_fund CASCADE", "never removed|never changed"),
        (
            NEW_FUND,
            "begins empty",
        ),
        (
            NEW_RESERVATION.format(fen=5, spent=5),
            "begins whole",
        ),
        (
            NEW_RESERVATION.format(fen=10_001, spent=0),
            "ledger_fund_not_overdrawn",
        ),
    ],
)
def test_the_database_itself_refuses(project, statement, message):
    reserve(3_000)
    with pytest.raises(DatabaseError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert state() == (10_000, 7_000, 3_000, 0)


def test_a_reservation_is_spent_from_its_own_fund(project):
    reserve(3_000)
    other = opened(5_000, "project:2")
    with (
        pytest.raises(DatabaseError, match="another fund"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_fund_movement (fund_id, reservation_id, kind, amount_fen, key, reason, entry_id, at)"
            " SELECT f.id, r.id, 'release', 1, 'x', '', 1, now() FROM ledger_fund f, ledger_reservation r WHERE f.code = %s",
            [other],
        )


def test_the_check_sees_a_fund_that_disagrees_with_its_account(db, capsys):
    opened(10_000)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_fund DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_fund SET budget_fen = 20000, available_fen = 20000")
    found = {(one.what, one.kept_fen, one.summed_fen) for one in ledger.check_ledger()}
    assert found == {
        (f"account_differs ledger.fund:{PROJECT}:available", 20_000, 10_000),
        (f"account_differs ledger.fund:{PROJECT}:budget", 20_000, 10_000),
    }
    with pytest.raises(SystemExit):
        call_command("ledger", "check")
    assert "account_differs" in capsys.readouterr().out


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "withdraw_grant", "reserve", "spend", "release"]),
        st.integers(1, 60),
        st.integers(0, 3),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_is_asked_in_whatever_order_a_fund_is_what_a_purse_on_paper_says(db, steps):
    """A model in Python beside it: what the model refuses is refused, what it takes is taken, and the books agree at the end."""
    code = f"purse:{uuid4()}"
    opened(100, code)
    paper = {"budget": 100, "available": 100, "reserved": 0, "spent": 0}
    held: dict[str, int] = {}
    with transaction.atomic():
        for number, (what, fen, which) in enumerate(steps):
            key, reservation = f"{code}:{number}", f"{code}:r{which}"
            if what == "reserve":
                ok = fen <= paper["available"] and reservation not in held
                moves = {"available": -fen, "reserved": fen}
                facts = {"fund": code, "key": reservation}
            elif what in {"spend", "release"}:
                ok = fen <= held.get(reservation, 0)
                moves = {"reserved": -fen, "spent" if what == "spend" else "available": fen}
                facts = {"reservation": reservation, "key": key}
            else:
                sign = 1 if what == "grant" else -1
                ok = paper["available"] + sign * fen >= 0
                moves = {"budget": sign * fen, "available": sign * fen}
                facts = {"fund": code, "key": key, "reason": "预算"}
            before = Reservation.objects.filter(key=reservation).count()
            try:
                with transaction.atomic():
                    getattr(ledger, what)(by=BY, amount_fen=fen, **facts)
            except (ledger.FundShortError, ledger.ReservationShortError, ledger.EntryKeyReusedError, NotFoundError):
                assert not ok
                continue
            if what == "reserve" and before:
                continue  # the same key with the same sum: nothing moved
            assert ok
            for part, change in moves.items():
                paper[part] += change
            if what == "reserve":
                held[reservation] = fen
            elif what in {"spend", "release"}:
                held[reservation] -= fen
        fund = Fund.objects.get(code=code)
        assert (fund.budget_fen, fund.available_fen, fund.reserved_fen, fund.spent_fen) == tuple(paper.values())
        assert ledger.balance_of(fund.available_id) == paper["available"]
        assert ledger.check_ledger() == []
