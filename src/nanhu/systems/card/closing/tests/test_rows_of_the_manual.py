"""Whole acceptance lines of the manual, through the doors people use."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing import jobs
from nanhu.systems.card.closing.models import DayClose
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.closing.tests.test_days import as_superuser
from nanhu.systems.card.closing.tests.test_settlement import terms
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM

YESTERDAY = campus_today() - timedelta(days=1)


def yesterday_it_was() -> None:
    as_superuser(
        "UPDATE ledger_transfer SET posted_at = posted_at - interval '1 day', occurred_at = occurred_at - interval '1 day'"
    )
    as_superuser(
        "UPDATE card_receipt SET posted_at = posted_at - interval '1 day', occurred_at = occurred_at - interval '1 day'"
    )


def upload(campus, part: str, fen: int, sequence: int) -> str:
    """A row that a terminal kept while it had no network."""
    uid = campus.card(part).uid
    row = {"n": 0, "s": sequence, "f": fingerprint("stored", uid, str(fen)), "u": uid, "a": fen, "o": 1764027000}
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_store(%s, %s::json)", [campus.terminal.pk, json.dumps([row])])
        return cursor.fetchone()[0]


@pytest.mark.capability("A015")
def test_account_card_terminal_merchant_and_settlement_close_to_zero(campus):
    """Cash, sales on line and off line, a debt, a correction by two, a settlement with its fee and its payment: zero difference."""
    make(campus, "clerk", "card.finance")
    make(campus, "second_clerk", "card.finance")
    clerk, second = campus.client("clerk"), campus.client("second_clerk")
    campus.top_up("teacher", 3000)
    campus.top_up("guest", 1000)
    assert [campus.pay("teacher", 1250), campus.pay("guest", 300, terminal="E3002")] == ["posted", "posted"]
    assert upload(campus, "guest", 900, 900_001) == "posted"
    wrong = Receipt.objects.get(amount_fen=300)
    asked = clerk.post(
        "/card/closing/corrections/ask/", {"receipt": str(wrong.pk), "reason": "按错", "token": str(uuid4())}
    ).url
    assert second.post(f"{asked}approve/").status_code == 302
    merchant = Merchant.objects.get(key="n1.rice")
    contracts.agree(by=SYSTEM, merchant=merchant, terms=terms(fee_per_mille=8))
    done = settling.settle(by=SYSTEM, merchant=merchant, last=campus_today())
    assert (done.takings_fen, done.fee_fen, done.payable_fen) == (2150, 17, 2133)
    payout = clerk.post("/card/closing/payouts/make/").url
    assert second.post(f"{payout}confirm/", {"reference": "B1", "unpaid": ""}).status_code == 302
    yesterday_it_was()

    clerk.post("/card/closing/run/", {"day": YESTERDAY.isoformat()})
    jobs.close_yesterday()
    page = clerk.get(f"/card/closing/days/{YESTERDAY}/").content.decode()
    assert "三方一致，差额为零" in page
    assert "已日结，无差异" in page
    assert DayClose.objects.get(day=YESTERDAY).state == "closed"
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A144")
def test_the_card_web_opens_with_number_and_password_and_shows_any_range(campus):
    """One sign-in with the campus number opens it; any range is shown and exported, and a row can be disputed."""
    campus.top_up("student", 5000)
    campus.pay("student", 1250)
    as_superuser("UPDATE card_receipt SET occurred_at = '2024-03-05 12:00+08' WHERE kind = 'payment'")
    campus.pay("student", 75)
    identity.set_password_for_sample(by=SYSTEM, campus_no=CAST["student"][2], password=PASSWORD)
    browser = Client()
    sent = browser.get("/card/transactions/")
    assert sent.status_code == 302
    assert sent["Location"].startswith("/sign-in")
    wrong = browser.post("/sign-in", {"username": CAST["student"][2], "password": "wrong"})
    assert wrong.status_code != 302
    there = browser.post(sent["Location"], {"username": CAST["student"][2], "password": PASSWORD})
    assert there.status_code == 302
    assert "/card/transactions/" in there["Location"]

    now_shown = browser.get("/card/transactions/").content.decode()
    assert "12.50" not in now_shown
    assert "0.75" in now_shown
    long_ago = "?first=2024-03-01&last=2024-03-31"
    page = browser.get(f"/card/transactions/{long_ago}").content.decode()
    assert all(word in page for word in ("12.50", "自选快餐", "南院一食堂", "N1001"))
    assert "0.75" not in page
    table = (
        b"".join(browser.get(f"/card/transactions/export.csv{long_ago}").streaming_content)
        .decode("utf-8-sig")
        .splitlines()
    )
    assert len(table) == 2
    assert "12.50" in table[1]
    old = Receipt.objects.get(amount_fen=1250)
    assert f"/card/closing/disputes/{old.pk}/" in page
    assert browser.post(f"/card/closing/disputes/{old.pk}/", {"words": "那天我不在校"}).status_code == 302
    assert "那天我不在校" in browser.get("/card/closing/disputes/").content.decode()
