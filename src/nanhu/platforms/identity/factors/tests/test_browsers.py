"""What browsers remember: thirty days without the second step, and the notice of a new one."""

from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.kernel.ui.words import browser as browser_words
from nanhu.platforms.identity.factors.models import NewDevice, RememberedBrowser
from nanhu.platforms.identity.factors.services import new_devices, sample
from nanhu.platforms.identity.factors.tests.conftest import (
    PASSWORD,
    TEST,
    code_now,
    first_step,
    second_step,
    sign_in,
    signed_in,
)
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services import setup

pytestmark = pytest.mark.django_db
NEW = "Harbour-Light-31"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.77", "headers": {"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0"}}


@pytest.fixture
def home(careful) -> Client:
    """The careful student's own browser, remembered, signed out."""
    client = first_step(careful)
    second_step(client, code_now(-1), remember="on")
    client.post("/sign-out")
    return client


def test_a_remembered_browser_is_asked_for_the_password_alone(home, careful):
    assert sign_in(home, careful.numbers[0]).headers["Location"] == "/"
    session = SsoSession.objects.latest("pk")
    assert session.methods == ["pwd"]
    assert session.second_factor_at is None, "it spares the question; it is no factor"
    assert RememberedBrowser.objects.get().last_used_at is not None


def test_the_cookie_is_for_one_account(home, careful, armed, teacher):
    """Somebody else's cookie, and a cookie moved to somebody else's browser, spare nothing."""
    assert sign_in(home, "T00123").headers["Location"] == "/sign-in/second"
    thief = Client()
    thief.cookies["nanhu_remembered"] = home.cookies["nanhu_remembered"].value
    assert sign_in(thief, "T00123").headers["Location"] == "/sign-in/second"


@pytest.mark.parametrize("cookie", ["", ".", "x", "a.b.c.d.e", "\\x00", "9" * 5000])
def test_a_cookie_made_up_spares_nothing(careful, cookie):
    client = Client()
    client.cookies["nanhu_remembered"] = cookie
    first_step(careful, client)


def test_it_is_kept_as_a_hash_and_new_each_time(home, careful):
    value = home.cookies["nanhu_remembered"].value
    assert value.encode() not in bytes(RememberedBrowser.objects.get().token_hash)
    assert home.cookies["nanhu_remembered"]["httponly"]
    planted = Client()
    planted.cookies["nanhu_remembered"] = "planted-by-somebody"
    second_step(first_step(careful, planted), code_now(1), remember="on")
    thief = Client()
    thief.cookies["nanhu_remembered"] = "planted-by-somebody"
    first_step(careful, thief)


def test_two_people_of_one_browser_are_both_remembered(home, careful, teacher):
    secret = sample.give_totp_for_sample(by=TEST, campus_no="T00123")
    second_step(first_step(teacher, home), code_now(secret=secret), remember="on")
    home.post("/sign-out")
    assert sign_in(home, careful.numbers[0]).headers["Location"] == "/"
    home.post("/sign-out")
    assert sign_in(home, "T00123").headers["Location"] == "/"


def test_it_ends_after_thirty_days(home, careful):
    RememberedBrowser.objects.update(expires_at=now() - timedelta(seconds=1))
    first_step(careful, home)


def test_it_dies_with_the_password(home, careful):
    setup.set_password(by=TEST, account=careful.account, password=NEW)
    assert sign_in(home, careful.numbers[0], NEW).headers["Location"] == "/sign-in/second"


def test_its_owner_forgets_it(home, careful):
    elsewhere = first_step(careful)
    second_step(elsewhere, code_now(0))
    browser = RememberedBrowser.objects.get()
    elsewhere.post(f"/account/factors/browsers/{browser.public_id}/forget")
    first_step(careful, home)


def test_nobody_forgets_it_for_somebody_else(home, careful, teacher):
    stranger = signed_in(teacher)
    stranger.post(f"/account/factors/browsers/{RememberedBrowser.objects.get().public_id}/forget")
    stranger.post("/account/factors/browsers/forget")
    assert sign_in(home, careful.numbers[0]).headers["Location"] == "/"


def test_the_first_sign_in_of_an_account_is_no_news(student):
    signed_in(student)
    assert not NewDevice.objects.exists()


def test_a_new_browser_is_told_of_once(student):
    mine = signed_in(student)
    elsewhere = Client(**ELSEWHERE)
    sign_in(elsewhere, student.numbers[0])

    assert NewDevice.objects.count() == 1
    text = str(SmsMessage.objects.get().text)
    assert "Android 上的 Chrome" in text
    assert "203.0.113.77" in text
    page = mine.get("/account").content.decode()
    assert "新设备登录过您的账号" in page
    assert "203.0.113.77" in page

    elsewhere.post("/sign-out")
    sign_in(elsewhere, student.numbers[0])
    assert NewDevice.objects.count() == 1, "the browser is known now"


def test_what_the_browser_keeps_tells_nobody_who_sat_there(student):
    client = signed_in(student)
    assert "nanhu_device" not in client.cookies, "its owner did not call it his own"
    value = client.cookies["nanhu_seen"].value
    assert student.numbers[0] not in value
    assert str(student.account.pk) not in value.split(":")[0]


def test_messages_about_new_browsers_are_few(student, time_machine):
    time_machine.move_to("2026-11-25T02:00:10+00:00", tick=False)
    signed_in(student)
    for _ in range(6):
        sign_in(Client(), student.numbers[0])
    assert NewDevice.objects.count() == 6, "the page tells of each"
    assert SmsMessage.objects.count() <= 4


def test_it_was_me(student):
    mine = signed_in(student)
    sign_in(Client(**ELSEWHERE), student.numbers[0])
    mine.post(f"/account/new-devices/{NewDevice.objects.get().public_id}/mine")
    assert NewDevice.objects.get().answer == "mine"
    assert "新设备登录过您的账号" not in mine.get("/account").content.decode()


def test_it_was_not_me_signs_everybody_out_and_asks_for_a_new_password(home, careful):
    mine = first_step(careful)
    second_step(mine, code_now(0))
    thief = Client(**ELSEWHERE)
    second_step(first_step(careful, thief), code_now(1))
    address = f"/account/new-devices/{NewDevice.objects.get(session__address='203.0.113.77').public_id}/not-mine"
    assert "所有设备上的登录都退出" in mine.get(address).content.decode()

    assert mine.post(address).headers["Location"] == "/setup"

    assert thief.get("/account").status_code == 302
    account = Account.objects.get(pk=careful.account.pk)
    assert account.is_password_due
    assert mine.get("/account").headers["Location"] == "/setup", "nothing opens before the new password"
    assert sign_in(thief, careful.numbers[0]).status_code == 200, (
        "what he knows opens nothing, no page for a new one either"
    )
    assert AuditEntry.objects.filter(action="identity.disown_sign_in").count() == 1
    mine.post("/setup/password", {"new_password": NEW, "again": NEW})
    assert not Account.objects.get(pk=careful.account.pk).is_password_due
    assert sign_in(home, careful.numbers[0], NEW).headers["Location"] == "/sign-in/second", "no browser is remembered"


def test_it_was_not_me_opens_no_account_that_was_stopped_meanwhile(student, monkeypatch):
    mine = signed_in(student)
    sign_in(Client(**ELSEWHERE), student.numbers[0])
    real = new_devices.is_not_mine

    def after_a_suspension(**facts):
        suspensions.suspend(by=TEST, account_id=student.account.pk, reason="调查")
        return real(**facts)

    monkeypatch.setattr(new_devices, "is_not_mine", after_a_suspension)
    mine.post(f"/account/new-devices/{NewDevice.objects.get().public_id}/not-mine")
    assert student.account.state == "suspended"


def test_a_stolen_session_cannot_disown_its_owner(student):
    mine = signed_in(student)
    sign_in(Client(**ELSEWHERE), student.numbers[0])
    address = f"/account/new-devices/{NewDevice.objects.get().public_id}/not-mine"
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=30))
    assert mine.get(address).headers["Location"].startswith("/sign-in/again")
    assert mine.post(address).status_code == 403
    assert not Account.objects.get(pk=student.account.pk).is_password_due


def test_nobody_answers_for_somebody_else(student, teacher):
    signed_in(student)
    sign_in(Client(**ELSEWHERE), student.numbers[0])
    stranger, notice = signed_in(teacher), NewDevice.objects.get()
    stranger.post(f"/account/new-devices/{notice.public_id}/mine")
    stranger.post(f"/account/new-devices/{notice.public_id}/not-mine")
    notice.refresh_from_db()
    assert notice.answer == ""
    assert not Account.objects.get(pk=student.account.pk).is_password_due


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
            "Windows 上的 Chrome",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Windows 上的 Edge"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) Version/19.0 Safari/605.1.15", "macOS 上的 Safari"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile MicroMessenger/8.0.50", "iPhone 上的 微信"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130 Mobile wxwork/4.1.30 MicroMessenger/7.0", "Android 上的 企业微信"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile HuaweiBrowser/5.1", "鸿蒙 上的 华为浏览器"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Linux 上的 Firefox"),
        ("", "未知的浏览器"),
        ("curl/8.5", "curl"),
    ],
)
def test_a_browser_in_words(user_agent, words):
    assert browser_words(user_agent) == words


def test_the_page_of_sign_ins_says_device_and_ways(careful):
    client = Client(**ELSEWHERE)
    second_step(first_step(careful, client))
    page = client.get("/account/sessions").content.decode()
    assert "Android 上的 Chrome" in page
    assert "密码 + 动态口令" in page
    assert "两步" in page
    assert PASSWORD not in page
