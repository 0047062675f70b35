"""Step-up: what is dangerous wants to know once more who is there."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.tests.counting import queries_of
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.factors.errors import LastFactorError
from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, TotpFactor
from nanhu.platforms.identity.factors.services import recovery_codes, removal
from nanhu.platforms.identity.factors.tests.conftest import (
    PASSWORD,
    TEST,
    add_passkey,
    code_now,
    first_step,
    give_phone,
    second_step,
    signed_in,
    unused_codes,
)
from nanhu.platforms.identity.models import SsoSession

pytestmark = pytest.mark.django_db


def grow_old(minutes: int) -> None:
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=minutes))


def test_a_stale_session_proves_it_again_and_comes_back(student):
    client = signed_in(student)
    grow_old(11)
    answer = client.get("/account/factors/add/totp?next=/account")
    assert answer.headers["Location"] == "/sign-in/again?next=%2Faccount%2Ffactors%2Fadd%2Ftotp%3Fnext%3D%2Faccount"

    again = client.post(answer.headers["Location"], {"username": student.numbers[0], "password": PASSWORD})

    assert again.headers["Location"] == "/account/factors/add/totp?next=/account"
    assert client.get(again.headers["Location"]).status_code == 200


def test_a_passkey_proves_it_again_too(student):
    client = signed_in(student)
    key = add_passkey(client)
    grow_old(11)
    options = client.post("/sign-in/passkey/options").json()
    answer = client.post("/sign-in/passkey", {"credential": key.get(options), "next": "/account/factors/add/totp"})
    assert answer.headers["Location"] == "/account/factors/add/totp"
    assert client.get("/account/factors/add/totp").status_code == 200
    assert SsoSession.objects.count() == 1, "the same session, proved once more"


def test_a_form_opened_in_time_may_be_sent_a_little_later(student):
    client = signed_in(student)
    client.get("/account/factors/add/totp")
    secret = str(TotpFactor.objects.get().secret)
    grow_old(15)
    client.post("/account/factors/add/totp", {"code": code_now(secret=secret)})
    assert TotpFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_a_form_that_comes_too_late_is_not_lost_without_a_word(student):
    client = signed_in(student)
    client.get("/account/factors/add/totp")
    secret = str(TotpFactor.objects.get().secret)
    session = client.session
    session["identity.opened_fresh"] = {"/account/factors/add/totp": now().timestamp() - 601}
    session.save()
    grow_old(21)
    answer = client.post(
        "/account/factors/add/totp",
        {"code": code_now(secret=secret)},
        headers={"Referer": "http://testserver/account/factors/add/totp?next=/account"},
    )
    assert answer.status_code == 403
    assert "没有执行" in answer.content.decode()
    assert "/sign-in/again?next=/account/factors/add/totp" in answer.content.decode().replace("%2F", "/")
    assert not TotpFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_a_form_nobody_opened_in_time_is_not_taken(student):
    """A session of eleven minutes that never looked at the page, and a page before that is not ours."""
    client = signed_in(student)
    grow_old(11)
    for before in ("https://evil.example/x", "http://[half"):
        answer = client.post("/account/factors/contact", {"on": "1"}, headers={"Referer": before})
        assert answer.status_code == 403
        assert before not in answer.content.decode()
    assert not ContactFactor.objects.exists()


@pytest.mark.parametrize("path", ["totp/remove", "contact", "codes"])
def test_a_stolen_old_session_changes_no_lock(careful, path):
    client = first_step(careful)
    second_step(client)
    recovery_codes.issue(by=TEST, account=careful.account)
    before = set(RecoveryCode.objects.values_list("pk", flat=True))
    grow_old(30)
    assert client.post(f"/account/factors/{path}").status_code == 403
    assert TotpFactor.objects.count() == 1
    assert set(RecoveryCode.objects.values_list("pk", flat=True)) == before


def test_a_session_of_a_remembered_browser_gives_the_second_factor_first(careful):
    """Fresh by the password, yet the factor was never given in this session."""
    client = first_step(careful)
    second_step(client, code_now(-1), remember="on")
    client.post("/sign-out")
    client.post("/sign-in", {"username": careful.numbers[0], "password": PASSWORD})
    assert SsoSession.objects.latest("pk").second_factor_at is None

    removed = client.post("/account/factors/totp/remove")
    assert removed.headers["Location"].startswith("/sign-in/second?next=")
    assert client.get("/account/factors/add/passkey").headers["Location"].startswith("/sign-in/second?next=")
    assert TotpFactor.objects.count() == 1

    second_step(client, code_now(1), next="/account/factors")
    client.post("/account/factors/totp/remove")
    assert TotpFactor.objects.count() == 0


def test_an_app_is_replaced_only_when_the_new_one_has_proved_itself(careful):
    client = first_step(careful)
    second_step(client)
    client.get("/account/factors/add/totp")
    fresh = TotpFactor.objects.get(confirmed_at=None)
    assert TotpFactor.objects.filter(confirmed_at__isnull=False).count() == 1, "the old one counts on"
    client.post("/account/factors/add/totp", {"code": code_now(secret=str(fresh.secret))})
    assert TotpFactor.objects.get().pk == fresh.pk
    assert unused_codes(careful) == 10


def test_removing_the_last_factor_takes_codes_and_remembered_browsers_along(careful, sheet):
    client = first_step(careful)
    second_step(client, remember="on")
    client.post("/account/factors/totp/remove")
    assert unused_codes(careful) == 0
    assert "nanhu_remembered" in client.cookies
    assert "记住的设备" in client.get("/account/factors").content.decode()
    assert "30 天内在那台设备上只问密码" in client.get("/account/factors").content.decode()


def test_an_administrator_keeps_one(armed):
    client = first_step(armed)
    second_step(client)
    page = client.post("/account/factors/totp/remove", follow=True).content.decode()
    assert "至少要留一个" in page
    assert TotpFactor.objects.count() == 1
    with pytest.raises(LastFactorError):
        removal.remove_totp(by=TEST, account=armed.account)
    assert TotpFactor.objects.count() == 1

    add_passkey(client)
    client.post("/account/factors/totp/remove")
    assert TotpFactor.objects.count() == 0
    assert Passkey.objects.count() == 1


def test_new_codes_make_the_old_sheet_worthless_and_are_shown_once(careful, sheet):
    client = first_step(careful)
    second_step(client)
    page = client.post("/account/factors/codes").content.decode()
    shown = page.count("<code>")
    assert shown == 10
    assert sheet[0] not in page
    assert second_step(first_step(careful), sheet[0], way="recovery").status_code == 400
    assert client.get("/account/factors/codes").status_code == 405


def test_codes_by_message_are_turned_on_and_off(student):
    client = signed_in(student)
    client.post("/account/factors/contact", {"on": "1"})
    assert not ContactFactor.objects.exists(), "no verified contact, no factor"
    give_phone(student)
    client.post("/account/factors/contact", {"on": "1"})
    assert ContactFactor.objects.exists()
    page = first_step(student).get("/sign-in/second").content.decode()
    assert "139****0001" in page

    SsoSession.objects.update(second_factor_at=now())
    client.post("/account/factors/contact")
    assert not ContactFactor.objects.exists()


def test_the_owner_is_told_of_each_new_lock(student):
    give_phone(student)
    add_passkey(signed_in(student))
    day = dates.short_day(campus_today(), campus_today().year)
    told = [str(one.text) for one in SmsMessage.objects.all() if "通行密钥" in str(one.text)]
    assert told
    assert all(f"于 {day}" in text for text in told), "read later, it still says when"


def test_the_counter_takes_all_away_and_ends_all(careful, sheet):
    client = first_step(careful)
    second_step(client, remember="on")
    removal.remove_all(by=TEST, account=careful.account, reason="手机和恢复码都丢了，核对了身份证")
    assert client.get("/account").status_code == 302
    assert unused_codes(careful) == 0
    assert TotpFactor.objects.count() == 0


def test_the_pages_of_account_and_factors_take_few_queries(careful, sheet):
    client = first_step(careful)
    second_step(client)
    for number in range(5):
        add_passkey(client, name=f"第 {number} 个")
    client.get("/account/factors")

    assert len(queries_of(client, "/account/factors")) <= 20
    assert len(queries_of(client, "/account")) <= 20


def test_whoever_is_asked_again_is_still_known_by_name(student):
    page = signed_in(student).get("/sign-in/again?next=/account").content.decode()
    assert f'value="{student.numbers[0]}"' in page
    assert page.index("autofocus") > page.index('name="username"'), "the cursor waits for the password"
