"""A day closes at zero difference, or names each difference with its owner; it may be closed again at any time."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import Progress
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import day_sources, jobs
from nanhu.platforms.payments.checks import groups_have_codes
from nanhu.platforms.payments.day_sources import Custody, Found, Source
from nanhu.platforms.payments.errors import DayNotOverError, NoteMissingError
from nanhu.platforms.payments.models import DayClose, DayDifference
from nanhu.platforms.payments.services import days
from nanhu.platforms.payments.vouchers import voucher
from nanhu.systems.card.closing.reconciliation import late_rows_on
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.funds.services.deductions import deduct
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance, queries_of


def yesterday():
    return campus_today() - timedelta(days=1)


PAGE, CLOSING = "/payments/", "/card/closing/"


def as_superuser(statement: str, *arguments: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, arguments)
        cursor.execute("SET LOCAL session_replication_role = origin")


def yesterday_it_was() -> None:
    as_superuser(
        "UPDATE ledger_transfer SET posted_at = posted_at - interval '1 day', occurred_at = occurred_at - interval '1 day'"
    )
    as_superuser(
        "UPDATE card_receipt SET posted_at = posted_at - interval '1 day', occurred_at = occurred_at - interval '1 day'"
    )


@pytest.fixture
def traded(campus):
    """Sales of yesterday, of which one had happened the day before."""
    campus.top_up("teacher", 9000)
    campus.pay("teacher", 1250)
    campus.pay("teacher", 300, terminal="E3002")
    campus.pay("teacher", 10)
    yesterday_it_was()
    as_superuser("UPDATE card_receipt SET occurred_at = occurred_at - interval '1 day' WHERE amount_fen = 10")
    return campus


def closed() -> DayClose:
    return days.close_day(by=SYSTEM, day=yesterday())


@pytest.mark.capability("A015.1")
def test_a_sound_day_closes_at_zero(traded):
    close = closed()
    assert (close.state, close.runs, list(close.differences.all())) == ("closed", 1, [])
    figures = close.figures
    assert {row["name"]: (row["book_fen"], row["paper_fen"], row["rows"]) for row in figures["merchants"]} == {
        "自选快餐": (1260, 1260, 2),
        "岳阳米粉": (300, 300, 1),
    }
    assert [(row["number"], row["ours_fen"]) for row in figures["terminals"]] == [("E3002", 300), ("N1001", 1250)]
    assert figures["late"] == [{"day": (yesterday() - timedelta(days=1)).isoformat(), "rows": 1, "fen": 10}]
    assert figures["custody"]["owed_fen"] == figures["custody"]["covered_fen"] == 9000


def test_a_day_may_be_closed_again_and_posts_nothing(traded):
    before = ledger.trial_balance()
    closed()
    again = closed()
    assert (again.state, again.runs) == ("closed", 2)
    assert ledger.trial_balance() == before


@pytest.mark.capability("A015.1")
def test_a_day_that_is_not_over_is_not_closed(campus):
    with pytest.raises(DayNotOverError):
        days.close_day(by=SYSTEM, day=campus_today())


TAMPERED = {
    "a receipt with another amount": "UPDATE card_receipt SET amount_fen = 1 WHERE amount_fen = 1250",
    "money without receipt": "DELETE FROM card_receipt WHERE amount_fen = 1250",
    "a receipt without money": "DELETE FROM ledger_transfer WHERE amount_fen = 1250",
    "money at another merchant": "UPDATE card_receipt SET merchant_id = merchant_id + 1 WHERE amount_fen = 1250",
}


@pytest.mark.capability("A015.2")
@pytest.mark.parametrize("how", TAMPERED)
def test_each_difference_is_named_with_its_owner(how, traded):
    as_superuser(TAMPERED[how])
    close = closed()
    found = list(close.differences.all())
    assert close.state == "open"
    assert found
    assert all(one.owner and one.what and one.state == "open" for one in found)
    make_finance(traded, "clerk")
    page = traded.client("clerk").get(f"{PAGE}days/{yesterday()}/").content.decode()
    assert all(str(one.what) in unescape(page) and one.owner in page for one in found)
    assert "已日结，无差异" not in page
    assert "差额为零" not in page


@pytest.mark.capability("A015.2")
def test_a_sum_that_somebody_changed_is_found_by_the_close(traded):
    closed()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_day_sum SET credit_fen = credit_fen + 1 WHERE account_id IS NOT NULL AND day = %s",
            [yesterday()],
        )
    assert closed().state == "open"


@pytest.mark.capability("A015.2")
def test_a_trial_that_does_not_balance_leaves_the_day_open(traded, monkeypatch):
    odd = ledger.GroupRow(kind="asset", group="card.odd", account_id=None, debit_fen=1, credit_fen=0)
    whole = ledger.trial_at
    monkeypatch.setattr(ledger, "trial_at", lambda moment: [*whole(moment), odd])
    close = closed()
    assert (close.state, close.differences.get().key) == ("open", "trial")


@pytest.fixture
def bank():
    """Another part's source, registered as the bank's part does it."""
    told: list[Found] = []
    day_sources.sources.add(
        Source(key="test_bank", title="银行", owner="银行对账员", differences=lambda _day: list(told))
    )
    yield told
    day_sources.sources._entries.pop("test_bank")


@pytest.mark.capability("A015.2")
def test_a_difference_is_explained_or_disappears(traded, bank):
    bank.append(Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=5000))
    close = closed()
    (one,) = close.differences.all()
    assert (close.state, one.owner, one.difference_fen) == ("open", "银行对账员", -5000)
    with pytest.raises(NoteMissingError):
        days.explain(by=SYSTEM, difference=one, note=" ")
    assert days.explain(by=SYSTEM, difference=one, note="银行次日冲正").state == "explained"
    assert closed().state == "explained"
    bank[0] = Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=6000)
    assert closed().state == "open"
    bank.clear()
    assert closed().state == "closed"
    assert DayDifference.objects.get().state == "gone"
    bank.append(Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=6000))
    assert closed().state == "open", "what is back was not explained"


@pytest.mark.capability("A015.2")
def test_a_named_pending_item_does_not_leave_a_day_open(traded, bank):
    bank.append(Found(key="load:2", what="圈存未领，等持卡人领款", ours_fen=1, theirs_fen=0, is_explained=True))
    assert closed().state == "explained"


@pytest.mark.capability("A015.2")
def test_custody_is_compared_with_what_the_bank_says(traded):
    day_sources.sources_of_custody.add(
        Custody(key="test_bank", title="银行", group="test.bank", balance=lambda _day: 77)
    )
    try:
        close = closed()
    finally:
        day_sources.sources_of_custody._entries.pop("test_bank")
    assert close.state == "open"
    assert close.differences.get().key == "bank"


@pytest.mark.capability("A015.2")
def test_a_day_whose_bank_is_silent_is_no_whole_close_and_becomes_one_by_itself(traded, bank_says, bank):
    """Its own state in the books and on the page; the nightly look completes it, also a month later."""
    bank_says.is_silent = True
    close = closed()
    assert (close.state, close.bank_told_fen) == ("awaiting", None)
    make(traded, "teacher", "payments.finance")
    finance = traded.client("teacher")
    assert "已日结，银行余额未知" in finance.get(f"{PAGE}days/").content.decode()
    page = finance.get(f"{PAGE}days/{yesterday()}/").content.decode()
    assert "这一天还不算核对完" in page
    assert "三方一致" not in page
    late = yesterday() - timedelta(days=1)
    assert dates.short_day(late, campus_today().year) in page
    assert f">{late}<" not in page
    bank.append(Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=5000))
    assert closed().state == "open"
    assert days.explain(by=SYSTEM, difference=close.differences.get(), note="银行次日冲正").state == "awaiting"
    bank.clear()
    for state in ("closed", "explained"):
        with pytest.raises(IntegrityError), transaction.atomic():
            DayClose.objects.update(state=state)
    month = campus_today() - timedelta(days=40)
    DayClose.objects.create(day=month, state="awaiting", finished_at=now())
    between = [DayClose(day=month + timedelta(days=n), state="closed", bank_told_fen=0, runs=1) for n in range(1, 39)]
    DayClose.objects.bulk_create(between)
    bank_says.is_silent = False
    jobs.close_yesterday()
    assert dict(DayClose.objects.filter(runs__gt=1).values_list("day", "state")) == {yesterday(): "closed"}
    assert DayClose.objects.get(day=month).state == "closed"
    assert "三方一致" in finance.get(f"{PAGE}days/{yesterday()}/").content.decode()


@pytest.mark.capability("A015.2")
def test_one_of_two_banks_is_no_balance(traded, bank_says):
    day_sources.sources_of_custody.add(
        Custody(key="other", title="另一家", group="other.bank", balance=lambda _day: None)
    )
    assert (closed().state, closed().bank_told_fen) == ("awaiting", None)


@pytest.mark.capability("A015.4")
def test_a_row_that_comes_after_the_close_keeps_its_date_and_counts_today(traded):
    closed()
    traded.pay("teacher", 20)
    as_superuser("UPDATE card_receipt SET occurred_at = occurred_at - interval '1 day' WHERE amount_fen = 20")
    assert closed().state == "closed"
    assert late_rows_on(campus_today()) == [{"day": yesterday().isoformat(), "rows": 1, "fen": 20}]


def test_the_voucher_adds_up_and_uses_the_schools_codes(traded):
    lines = voucher(yesterday(), yesterday())
    assert sum(line.debit_fen for line in lines) == sum(line.credit_fen for line in lines) == 9000 + 1560
    assert {line.code for line in lines} == {"1001", "2307.01", "2307.03"}


def test_an_account_without_a_code_is_named_before_the_voucher_goes_out(traded):
    assert groups_have_codes().verdict == "ok"
    ledger.open_fee_item(by=SYSTEM, code="power", name="后勤电费", reason="测试")
    order = ledger.BillOrder(
        key="bill",
        person_id=traded.persons["teacher"],
        issuer="test",
        item="power",
        amount_fen=100,
        due_on=yesterday(),
        name="电费 15栋 302",
    )
    bill = ledger.issue_bills(by=SYSTEM, orders=[order])["bill"]
    deduct(by=SYSTEM, bill=bill, person_id=traded.persons["teacher"])
    assert groups_have_codes().verdict == "ok"
    account = ledger.AccountOrder(code="gym.fees", name="体育馆", kind="income")
    gym, wallet = ledger.open_accounts([account])["gym.fees"], traded.card("teacher").wallet_id
    leg = ledger.Leg(debit_account_id=wallet, credit_account_id=gym, amount_fen=100)
    ledger.post(by=SYSTEM, kind="test", legs=[leg])
    found = groups_have_codes()
    assert (found.verdict, "gym.fees" in found.message) == ("warn", True)


def test_finance_runs_the_close_sees_the_report_and_takes_the_voucher(traded, bank):
    make(traded, "teacher", "payments.finance")
    finance = traded.client("teacher")
    bank.append(Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=5000))
    asked = finance.post(f"{PAGE}days/run/", {"day": yesterday().isoformat()})
    assert asked.status_code == 302
    progress = Progress.objects.get()
    jobs.close_day_by_hand(
        progress_id=str(progress.public_id), day=yesterday().isoformat(), name="陈志远", account_id=progress.account_id
    )
    page = finance.get(f"{PAGE}days/{yesterday()}/").content.decode()
    assert all(word in page for word in ("有差异待处理", "银行对账员", "自选快餐", "补传的交易", "¥ 12.60"))
    number = DayDifference.objects.get().public_id
    assert finance.post(f"{PAGE}days/{yesterday()}/differences/{number}/", {"note": ""}).status_code == 422
    explained = {"note": "银行次日冲正"}
    assert finance.post(f"{PAGE}days/{yesterday()}/differences/{number}/", explained).status_code == 409, (
        "who closed it"
    )
    make_finance(traded, "clerk")
    other = traded.client("clerk")
    assert other.post(f"{PAGE}days/{yesterday()}/differences/{number}/", explained).status_code == 302
    assert "差异已说明" in finance.get(f"{PAGE}days/").content.decode()
    csv = b"".join(
        finance.get(f"{PAGE}vouchers/voucher.csv?first={yesterday()}&last={yesterday()}").streaming_content
    ).decode()
    assert "2307.01" in csv
    assert (
        b'code="2307.03"' in finance.get(f"{PAGE}vouchers/voucher.xml?first={yesterday()}&last={yesterday()}").content
    )
    assert queries_of(finance, f"{PAGE}days/") <= 20
    assert queries_of(finance, f"{PAGE}days/{yesterday()}/") <= 20


@pytest.mark.parametrize("day", ["1999-01-01", "0001-01-01", ""])
def test_a_day_of_long_ago_is_not_closed_by_hand(traded, day):
    make(traded, "teacher", "payments.finance")
    answer = traded.client("teacher").post(f"{PAGE}days/run/", {"day": day or str(yesterday() - timedelta(days=500))})
    assert answer.status_code in {400, 422}
    assert not DayClose.objects.exists()
    assert not Progress.objects.exists()


@pytest.mark.parametrize("path", ["merchants/%00/", "settlements/%00/"])
def test_an_address_with_a_nul_names_nothing(traded, path):
    make(traded, "teacher", "card.finance")
    assert traded.client("teacher").get(CLOSING + path).status_code == 404


def test_strangers_find_no_finance(traded):
    pages = [PAGE + path for path in ("days/", f"days/{yesterday()}/", "vouchers/", "vouchers/voucher.csv", "trial/")]
    for path in (*pages, *(CLOSING + path for path in ("", "merchants/", "payouts/"))):
        assert traded.client("student").get(path).status_code == 404
    assert traded.client("clerk").post(f"{PAGE}days/run/", {"day": yesterday().isoformat()}).status_code == 404


@pytest.mark.capability("A015.3")
def test_the_nightly_close_takes_up_days_left_open(traded, bank, cron_of):
    bank.append(Found(key="x", what="差异", ours_fen=1, theirs_fen=0))
    first = yesterday() - timedelta(days=3)
    days.close_day(by=SYSTEM, day=first)
    bank.clear()
    jobs.close_yesterday()
    taken_up = {(first + timedelta(days=number), "closed") for number in range(4)}
    assert set(DayClose.objects.values_list("day", "state")) == taken_up, "also nights in which nothing ran"
    assert cron_of("payments.close_day") == "25 0 * * *", "each night, by itself"
