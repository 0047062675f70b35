"""Whole acceptance lines of the manual, through the doors people use."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.models import Progress
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import jobs
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.closing.models import Dispute, Settlement
from nanhu.systems.card.closing.services.disputes import dispute
from nanhu.systems.card.closing.tests.test_days import as_superuser, yesterday_it_was
from nanhu.systems.card.closing.tests.till import Till
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, make_finance


def yesterday():
    return campus_today() - timedelta(days=1)


def at_counter(clerk, campus, part: str, yuan: str) -> None:
    """Cash over the counter, on its page."""
    desk = f"/card/counter/cards/{campus.card(part).public_id}/"
    token = clerk.get(desk).context["form"]["token"].value()
    assert clerk.post(f"{desk}top-up/", {"token": str(token), "amount": yuan}).status_code == 302


def contract_from(day) -> dict[str, str]:
    return {
        "fee": "8",
        "cycle": "daily",
        "payee": "饮食公司",
        "token": "tok-1",
        "last4": "0042",
        "starts_on": day.isoformat(),
        "ends_on": "",
    }


@pytest.mark.capability("A015.1", "A015.4")
def test_account_card_terminal_merchant_and_settlement_close_to_zero_each_day(campus):
    """Cash on the counter's page; sales, a reversal and stored rows by signed requests of two terminals, which then tell
    their day's totals; a correction by two; settlement and payout on finance's pages: both days close at zero."""
    make_finance(campus, "student", "other_student")
    clerk, second = campus.client("clerk"), campus.client("second_clerk")
    finance, other = campus.client("student"), campus.client("other_student")
    at_counter(clerk, campus, "teacher", "30")
    at_counter(clerk, campus, "guest", "10")
    rice, noodle = Till("N1001"), Till("E3002")
    teacher, guest = campus.card("teacher").uid, campus.card("guest").uid
    assert [rice.pay(teacher, 1250)["outcome"], noodle.pay(guest, 300)["outcome"]] == ["approved"] * 2
    assert rice.pay(teacher, 500)["outcome"] == "approved"
    assert rice.reverse(2)["outcome"] == "approved"
    kept = [rice.keep(guest, 900), rice.keep(teacher, 40)]
    assert [row["outcome"] for row in rice.upload(kept)] == ["approved"] * 2
    assert [row["outcome"] for row in rice.upload(kept)] == ["approved"] * 2
    wrong = Receipt.objects.get(amount_fen=300)
    asked = clerk.post(
        "/card/closing/corrections/ask/", {"receipt": str(wrong.pk), "reason": "按错", "token": str(uuid4())}
    ).url
    assert clerk.post(f"{asked}approve/").status_code != 302
    assert second.post(f"{asked}approve/").status_code == 302

    yesterday_it_was()
    assert finance.post("/card/closing/merchants/n1.rice/contract/", contract_from(yesterday())).status_code == 302
    for _twice in range(2):
        assert finance.post("/card/closing/payouts/settle/").status_code == 302
    done = Settlement.objects.get()
    assert (done.takings_fen, done.fee_fen, done.payable_fen) == (2190, 18, 2172)
    payout = finance.post("/card/closing/payouts/make/").url
    assert other.post(f"{payout}confirm/", {"reference": "B1", "unpaid": ""}).status_code == 302

    yesterday_it_was()
    before = yesterday() - timedelta(days=1)
    told = rice.say_total(
        before, payments=2, payments_fen=1750, reversals=1, reversals_fen=500, stored=2, stored_fen=940
    )
    assert told["agrees"] is True
    assert noodle.say_total(before, payments=1, payments_fen=300)["agrees"] is True
    for day in (before, yesterday()):
        finance.post("/payments/days/run/", {"day": day.isoformat()})
        progress = Progress.objects.order_by("-pk").first()
        jobs.close_day_by_hand(
            progress_id=str(progress.public_id), day=day.isoformat(), name="周敏", account_id=progress.account_id
        )
        page = finance.get(f"/payments/days/{day}/").content.decode()
        assert "差额为零" in page, page
        assert "已日结，无差异" in page
    assert finance.get(f"/payments/days/{before}/").content.decode().count("一致</span>") == 2
    assert receipt_differences() == []
    assert ledger.check_ledger() == []
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A144.1", "A144.2", "A144.3")
def test_the_card_web_opens_with_number_and_password_and_shows_any_range(campus):
    """One sign-in with the campus number opens it; any range is shown and exported, and a row can be disputed."""
    campus.top_up("student", 5000)
    campus.pay("student", 1250)
    as_superuser("UPDATE card_receipt SET occurred_at = '2024-03-05 12:00+08' WHERE kind = 'payment'")
    campus.pay("student", 75)
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST["student"][2], password=PASSWORD)
    browser = Client()
    sent = browser.get("/card/transactions/")
    assert sent.status_code == 302
    assert sent["Location"].startswith("/sign-in")
    wrong = browser.post("/sign-in", {"username": CAST["student"][2], "password": "wrong"})
    assert wrong.status_code != 302
    there = browser.post(sent["Location"], {"username": CAST["student"][2], "password": PASSWORD})
    assert there.status_code == 302
    assert "/card/transactions/" in there["Location"]
    SsoSession.objects.update(authenticated_at=now() - timedelta(hours=7))  # one goes in from the portal, hours later

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


@pytest.mark.capability("A144.4")
def test_a_row_is_marked_by_its_holder_once_and_by_nobody_else(campus):
    campus.top_up("student", 5000)
    campus.pay("student", 1250)
    sale = Receipt.objects.get(amount_fen=1250)
    address, said = f"/card/closing/disputes/{sale.pk}/", {"words": "那天我不在校"}
    for part in ("teacher", "other_student", "clerk"):
        stranger = campus.client(part)
        assert address not in stranger.get("/card/transactions/").content.decode()
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, said).status_code == 404
        assert "那天我不在校" not in stranger.get("/card/closing/disputes/").content.decode()
    assert Client().post(address, said)["Location"].startswith("/sign-in")
    assert not Dispute.objects.exists()
    mine = campus.client("student")
    assert address in mine.get("/card/transactions/").content.decode()
    for words in ("那天我不在校", "后来想起来的"):
        assert mine.post(address, {"words": words}).status_code == 302
    assert Dispute.objects.get().words == "那天我不在校", "once: the second mark changes nothing"


@pytest.mark.capability("A144.4")
def test_the_service_marks_rows_of_its_own_wallet_only_whichever_page_asks(campus):
    campus.top_up("student", 5000)
    campus.pay("student", 1250)
    sale = Receipt.objects.get(amount_fen=1250)
    with pytest.raises(NotFoundError):
        dispute(by=campus.actor("teacher"), wallet=campus.card("teacher").wallet, receipt_id=sale.pk, words="不是我")
    assert not Dispute.objects.exists()
