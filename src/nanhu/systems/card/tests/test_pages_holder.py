"""What a holder sees: balance, rows, filters, a file; their own alone."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.registry import Viewer, tiles
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.services.claims import begin_claim, finish_claim
from nanhu.systems.card.funds.services.credits import credit
from nanhu.systems.card.holder.views import PAGE
from nanhu.systems.card.models import Card, Merchant, Receipt
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of
from nanhu.testing.vendors import vendor_in_place

ROWS = "/card/transactions/"


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def fed(campus):
    """A student with ¥50.00 who ate for ¥12.00 and ¥8.50 at two canteens; another who ate once."""
    campus.top_up("student", 5000)
    campus.top_up("other_student", 3000)
    assert campus.pay("student", 1200) == "posted"
    assert campus.pay("student", 850, terminal="E3002") == "posted"
    assert campus.pay("other_student", 777) == "posted"
    return campus


def past_receipt(campus, part: str, days_ago: int, **given) -> Receipt:
    """A row of the past, as the importer of history writes it."""
    card = campus.card(part)
    moment = now() - timedelta(days=days_ago)
    values = {
        "kind": "payment",
        "outcome": "posted",
        "wallet_id": card.wallet_id,
        "card_id": card.pk,
        "amount_fen": 100,
        "merchant": campus.terminal.till.merchant,
        "terminal": campus.terminal,
        "balance_fen": 100,
        "occurred_at": moment,
        "posted_at": moment,
        "entry_id": 1,
        **given,
    }
    return Receipt.objects.create(**values)


@pytest.mark.capability("A143.1", "A143.3")
def test_balance_and_rows_are_true_the_moment_the_terminal_answers(fed):
    past_receipt(fed, "student", 40, amount_fen=123)
    browser = fed.client("student")
    assert "¥ 29.50" in text(browser.get("/card/"))
    assert fed.pay("student", 950) == "posted"
    home, rows = text(browser.get("/card/")), text(browser.get(ROWS))
    assert "¥ 20.00" in home
    assert "截至" in home
    for page in (home, rows):
        assert all(word in page for word in ("自选快餐", "南院一食堂", "N1001", "−¥ 9.50", "¥ 20.00", "消费"))
        assert all(word in page for word in ("充值", "校园卡柜台 · 现金", "+¥ 50.00"))
    assert all(word in rows for word in ("岳阳米粉", "东院三食堂", "E3002", "−¥ 8.50"))
    assert all(
        word in rows for word in ("¥ 22.73", "¥ 8.50", "花在哪个食堂")
    )  # the chart and its table: net per canteen, of all months
    by_month = rows.partition("每月花了多少")[2].partition("花在哪个食堂")[0]
    months = [f"{day.month} 月" for day in (campus_today(), campus_today() - timedelta(days=40))]
    past_receipt(fed, "student", 0, kind="refund", amount_fen=150, occurred_at=now())
    long_ago = {"first": f"{campus_today() - timedelta(days=400)}", "last": f"{campus_today()}"}
    past_receipt(fed, "student", 395, amount_fen=77)
    bars = browser.get(ROWS, long_ago).context["month_bars"]
    assert len(bars) >= 13, "also months in which nothing was spent"
    assert [bars[-1][2], sorted({words for _month, fen, words in bars if not fen})] == ["¥ 28.50", ["¥ 0.00"]]
    assert all(word in by_month for word in (*months, "¥ 30.00", "¥ 1.23")), "and by month, of both canteens"
    past_receipt(fed, "student", 0, amount_fen=200, occurred_at=start_of(campus_today().replace(day=1)))
    home, own = text(browser.get("/")), text(browser.get("/card/"))
    assert "¥ 30.50" in own.partition("本月已消费")[2][:400], "its first moment too"
    assert all(word in home for word in ("¥ 20.00", "校园卡系统"))


def rows_of(page: str) -> list[str]:
    """The words of each row of the table of transactions, newest first."""
    table = page.partition('class="statement')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("</tr>")[:-1]]


@pytest.mark.capability("A143.1")
def test_a_row_shows_merchant_canteen_machine_time_sum_and_balance_and_what_was_collected_too(fed):
    wallet = fed.card("student").wallet
    source = ledger.open_accounts([ledger.AccountOrder(code="test.subsidy", name="补助", kind="expense")])
    credit(
        by=SYSTEM, wallet=wallet, source="subsidy", amount_fen=3000, key="may", from_account_id=source["test.subsidy"]
    )
    order = begin_claim(by=SYSTEM, card=fed.card("student"), terminal=fed.terminal)
    finish_claim(by=SYSTEM, order=order, is_written=True)
    late = past_receipt(
        fed, "student", 3, kind="stored", amount_fen=421, owed_fen=100, posted_at=now() - timedelta(hours=1)
    )
    times = {
        f"{campus_time(moment):%H:%M:%S}"
        for moment in Receipt.objects.filter(wallet=wallet).values_list("occurred_at", flat=True)
    }
    wanted = [
        ("−¥ 3.21", f"{campus_time(late.occurred_at):%H:%M:%S}", "脱机"),
        ("补助", "领款", "+¥ 30.00", "¥ 59.50"),
        ("岳阳米粉", "东院三食堂", "E3002", "消费", "−¥ 8.50", "¥ 29.50"),
        ("自选快餐", "南院一食堂", "N1001", "消费", "−¥ 12.00", "¥ 38.00"),
        ("充值", "校园卡柜台 · 现金", "+¥ 50.00", "¥ 50.00"),
    ]
    shown = rows_of(text(fed.client("student").get(ROWS)))
    assert len(shown) == len(wanted)
    for words in wanted:
        found = [row for row in shown if all(word in row for word in words)]
        assert len(found) == 1, (words, shown)
        assert any(time in found[0] for time in times), found


@pytest.mark.capability("A070.1")
@pytest.mark.parametrize(
    "query", ["", "?wallet=1&person=1", "?card=other", "?place=merchant:n1.rice", "?first=1990-01-01"]
)
def test_whatever_stands_in_the_address_rows_are_ones_own(fed, query):
    browser = fed.client("student")
    for path in (ROWS, ROWS + "export.csv", "/card/"):
        page = browser.get(path + query)
        shown = page.getvalue().decode() if page.streaming else text(page)
        assert "7.77" not in shown
        assert "12.00" in shown
    amounts = [line.signed_fen for line in browser.get(ROWS).context["list"].rows]
    assert amounts == [-850, -1200, 5000]


@pytest.mark.capability("A070.1", "A070.2", "A070.3")
def test_balance_loss_report_and_recharge_stand_beside_the_rows_which_are_newest_first(fed):
    past_receipt(fed, "student", 3, kind="stored", amount_fen=321)
    browser = fed.client("student")
    home, rows = text(browser.get("/card/")), text(browser.get(ROWS))
    assert "余额 ¥ 29.50" in rows
    assert "¥ 29.50" in home
    for address in ("/card/report-lost/", "/card/bank/top-up/", ROWS):
        assert f'href="{address}' in home
    Card.objects.filter(pk=fed.card("student").pk).update(state="lost", lost_at=now())
    assert 'href="/card/report-lost/"' not in text(browser.get("/card/")), "it is reported: nothing is left to press"
    for page in (home, rows):
        places = [page.index(sum_) for sum_ in ("−¥ 8.50", "−¥ 12.00", "+¥ 50.00", "−¥ 3.21")]
        assert places == sorted(places)
    stranger = text(fed.client("teacher").get(ROWS))
    assert "近三个月没有交易" in stranger
    assert "12.00" not in stranger


@pytest.mark.capability("A070.2")
def test_the_order_is_newest_first_by_when_it_was_eaten(fed):
    past_receipt(fed, "student", 3, kind="stored", amount_fen=321)
    assert [line.signed_fen for line in fed.client("student").get(ROWS).context["list"].rows] == [
        -850,
        -1200,
        5000,
        -321,
    ]


@pytest.mark.capability("A143.2")
def test_three_months_unless_asked_and_nothing_is_lost(fed):
    past_receipt(fed, "student", 200, amount_fen=4321)
    browser = fed.client("student")
    assert "43.21" not in text(browser.get(ROWS))
    day = (now() - timedelta(days=210)).date()
    assert "43.21" in text(browser.get(f"{ROWS}?first={day}"))
    assert [
        line.signed_fen
        for line in browser.get(f"{ROWS}?first={day}&last={day + timedelta(days=20)}").context["list"].rows
    ] == [-4321]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=spending", [-850, -1200]),
        ("?kind=top_up", [5000]),
        ("?kind=reversal", []),
        ("?place=canteen:东院三食堂", [-850]),
        ("?place=merchant:n1.rice", [-1200]),
        ("?place=merchant:nobody", []),
        ("?kind=nonsense&first=yesterday&last=31.02.2026&before=%00x", [-850, -1200, 5000]),
        ("?first=9999-12-31&last=0001-01-01", [-850, -1200, 5000]),
    ],
)
@pytest.mark.capability("A144.2")
def test_filters_stand_in_the_address(fed, query, expected):
    page = fed.client("student").get(ROWS + query)
    assert page.status_code == 200
    assert [line.signed_fen for line in page.context["list"].rows] == expected


@pytest.mark.parametrize(
    ("place", "said"), [("merchant:n1.rice", "自选快餐"), ("canteen:东院三食堂", "整个东院三食堂")]
)
def test_a_place_is_called_by_its_name_also_where_nothing_was_spent_there(fed, place, said):
    page = fed.client("student").get(ROWS, {"place": place, "first": "1990-01-01", "last": "1990-01-31"})
    assert not list(page.context["list"].rows)
    assert f"<b>{said}</b>" in text(page)


@pytest.mark.capability("A070.2")
def test_pages_follow_each_other_without_a_gap_or_a_repeat(fed):
    moment = now() - timedelta(days=1)
    for place in range(PAGE + 5):
        past_receipt(
            fed,
            "student",
            1,
            amount_fen=place + 1,
            occurred_at=moment if place % 2 else moment - timedelta(hours=place),
        )
    browser, seen, before = fed.client("student"), [], ""
    for _page in range(3):
        shown = browser.get(ROWS, {"before": before}).context["list"]
        seen += [line.receipt for line in shown.rows]
        before = shown.older
        if not before:
            break
    assert len(seen) == len(set(seen)) == PAGE + 5 + 3


@pytest.mark.capability("A143.2", "A144.3")
def test_the_file_holds_the_rows_of_the_filter(fed):
    answer = fed.client("student").get(f"{ROWS}export.csv?kind=spending")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    raw = answer.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0][:5] == ["时间", "类别", "商户", "食堂", "终端号"]
    assert [row[2:8] for row in rows[1:]] == [
        ["岳阳米粉", "东院三食堂", "E3002", "", "8.50", "29.50"],
        ["自选快餐", "南院一食堂", "N1001", "", "12.00", "38.00"],
    ]
    raw = fed.client("student").get(f"{ROWS}export.csv?kind=top_up").getvalue().decode("utf-8-sig")
    assert [row[5:8] for row in csv.reader(io.StringIO(raw))][1:] == [["50.00", "", "50.00"]]


@pytest.mark.capability("A143.2", "A144.2", "A144.3")
def test_the_file_holds_the_whole_range_however_many_pages_it_is(fed):
    for day in range(200, 231):
        past_receipt(fed, "student", day, amount_fen=100 + day)
    past_receipt(fed, "teacher", 210, amount_fen=9999)
    first, last = (campus_today() - timedelta(days=days) for days in (230, 200))
    raw = fed.client("student").get(f"{ROWS}export.csv?first={first}&last={last}").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw)))[1:]
    assert [row[6] for row in rows] == [f"{(100 + day) / 100:.2f}" for day in range(200, 231)], "newest first"
    browser, days = fed.client("student"), {"first": f"{first}", "last": f"{last}"}
    page = browser.get(ROWS, days).context
    rest = browser.get(ROWS, days | {"before": page["list"].older}).context
    assert page["totals"] == rest["totals"], "of the whole range, on whichever page"
    assert (rest["totals"].count, rest["totals"].out_fen) == (31, sum(100 + day for day in range(200, 231)))


@pytest.mark.parametrize(
    "name", ["=cmd|'/C calc'!A0", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1+1"]
)
@pytest.mark.capability("A144.3")
def test_no_cell_of_the_file_runs(fed, name):
    Merchant.objects.filter(key="n1.rice").update(name=name)
    raw = fed.client("student").get(f"{ROWS}export.csv").getvalue().decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]
    assert "'" + name in cells
    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))]


def test_who_has_no_card_is_told_what_to_do(fed):
    fed.client("student")
    card = fed.card("teacher")
    browser = fed.client("teacher")
    assert card.number in text(browser.get("/card/")).replace(" ", "")
    assert "在食堂刷第一餐" in text(browser.get("/card/"))
    assert "近三个月没有交易" in text(browser.get(ROWS))
    assert "没有符合条件的交易" in text(browser.get(ROWS + "?kind=reversal"))


@pytest.mark.capability("A115.1")
def test_two_taps_and_the_card_is_lost(fed):
    browser = fed.client("student")
    assert 'href="/card/report-lost/"' in text(browser.get("/card/"))
    page = text(browser.get("/card/report-lost/"))
    assert "网上不能撤销" in page
    assert "哪张卡能开门" not in page
    assert fed.pay("student", 100) == "posted"
    assert browser.post("/card/report-lost/").status_code == 302
    assert fed.pay("student", 100) == "card_lost"
    page = text(browser.get("/card/"))
    assert "已挂失" in page
    assert "解挂" in page
    assert 'href="/card/report-lost/"' not in page
    assert "不用再挂失" in text(browser.get("/card/report-lost/"))


def test_where_a_vendor_says_which_card_opens_doors_our_pages_say_so(fed):
    browser = fed.client("student")
    browser.get("/card/")
    with vendor_in_place("card.card", "card.jinzhi"):
        for address in ("/card/report-lost/", "/card/code/"):
            assert "哪张卡能开门，现由校园卡（金智）决定" in text(browser.get(address)), address
        card = fed.card("student")
        clerk = fed.client("clerk")
        assert "校园卡（金智）决定" in text(clerk.get(f"/card/counter/cards/{card.public_id}/"))


@pytest.mark.capability("A115.1")
def test_nobody_reports_anothers_card(fed):
    fed.client("other_student").post("/card/report-lost/", {"card": fed.card("student").public_id, "person": 1})
    assert fed.card("student").state == "issued"
    assert fed.card("other_student").state == "lost"


@pytest.mark.parametrize("path", ["/card/", ROWS, ROWS + "export.csv", "/card/report-lost/"])
def test_strangers_are_led_to_the_sign_in(fed, path):
    assert Client().get(path).url.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/card/", ROWS, ROWS + "?place=merchant:n1.rice&kind=spending"])
def test_pages_ask_little_of_the_database(fed, path):
    assert queries_of(fed.client("student"), path) <= 20


def viewer(campus, part: str) -> Viewer:
    return Viewer(
        account_id=1,
        person_id=campus.persons[part],
        name="",
        campus_no="",
        faces=frozenset({"student"}),
        face="student",
    )


def test_the_tile_in_three_queries(fed):
    tile = tiles.get("card.balance")
    with CaptureQueriesContext(connection) as asked:
        shown = tile.load(viewer(fed, "student"))
    assert len(asked) == 3
    assert (shown.value, str(shown.caption), shown.tone, shown.url) == (
        "¥ 29.50",
        "今日已消费 ¥ 20.50",
        "plain",
        "/card/",
    )
    fed.client("student").post("/card/report-lost/")
    lost = tile.load(viewer(fed, "student"))
    assert lost.tone == "danger"
    assert "已挂失" in lost.caption


def test_the_tile_of_who_has_no_card_is_absent(campus):
    nobody = Viewer(account_id=1, person_id=None, name="", campus_no="", faces=frozenset({"staff"}), face="staff")
    assert tiles.get("card.balance").load(nobody) is None
