"""QR sign-in: a phone lets a desktop in, and whatever somebody in between would try."""

from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.factors.models import ScanRequest
from nanhu.platforms.identity.factors.tests.conftest import TEST, first_step, second_step, sign_in, signed_in
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import roles, sessions

pytestmark = pytest.mark.django_db
DESKTOP = "192.0.2.50"


@pytest.fixture
def phone(student) -> Client:
    return signed_in(student)


@pytest.fixture
def desktop() -> Client:
    client = Client(REMOTE_ADDR=DESKTOP, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"})
    assert client.post("/sign-in/scan/start", {"next": "/account"}).headers["Location"] == "/sign-in/scan"
    return client


def picture(desktop: Client) -> dict:
    """What stands on the desktop's screen: the address in the picture, and the number."""
    return desktop.session["identity.scan"]


def scan_of(desktop: Client) -> str:
    return f"/scan/{picture(desktop)['token']}"


def state(desktop: Client) -> str:
    return desktop.get("/sign-in/scan/state").json()["state"]


def approve(phone: Client, desktop: Client, number: object = None):
    return phone.post(scan_of(desktop), {"number": str(number or picture(desktop)["number"])})


def live_at_desktop() -> int:
    return SsoSession.objects.filter(address=DESKTOP, ended_at=None).count()


def test_a_signed_in_phone_lets_the_desktop_in(phone, desktop, student):
    assert state(desktop) == "waiting"
    page = phone.get(scan_of(desktop)).content.decode()
    assert "Windows 上的 Chrome" in page
    assert DESKTOP in page
    assert "不在同一个网络" in page
    assert state(desktop) == "claimed"

    assert approve(phone, desktop).headers["Location"] == "/scan/done"
    assert state(desktop) == "approved"
    assert student.name in desktop.get("/sign-in/scan").content.decode(), "it says whose account opens"
    assert live_at_desktop() == 0, "not before the desktop goes on"

    assert desktop.post("/sign-in/scan/finish").headers["Location"] == "/account"

    session = SsoSession.objects.get(address=DESKTOP)
    assert session.account == student.account
    assert session.methods == ["swk"]
    assert session.second_factor_at is None
    assert AuditEntry.objects.filter(action="identity.approve_scan").count() == 1


def test_the_picture_is_shown_without_the_desktops_secret(desktop):
    page = desktop.get("/sign-in/scan").content.decode()
    assert picture(desktop)["poll"] not in page
    assert "data:image/svg+xml" in page
    assert not ScanRequest.objects.filter(token_hash=picture(desktop)["token"].encode()).exists()


def test_a_phone_that_is_not_signed_in_signs_in_first(desktop):
    answer = Client().get(scan_of(desktop))
    assert answer.headers["Location"].startswith("/sign-in?next=/scan/")
    assert state(desktop) == "waiting"


def test_one_wrong_number_ends_it(phone, desktop):
    phone.get(scan_of(desktop))
    right = picture(desktop)["number"]
    assert approve(phone, desktop, 10 if right != 10 else 11).status_code == 403
    assert state(desktop) == "refused"
    assert approve(phone, desktop).status_code == 404
    assert desktop.post("/sign-in/scan/finish").status_code == 404
    assert live_at_desktop() == 0


def test_approving_without_having_looked_is_refused(phone, desktop):
    """A form that another site sends from the phone's browser claims nothing."""
    assert approve(phone, desktop).status_code == 404
    assert state(desktop) == "waiting"


def test_the_phone_may_refuse(phone, desktop):
    phone.get(scan_of(desktop))
    phone.post(scan_of(desktop), {"refuse": "1"})
    assert state(desktop) == "refused"
    assert desktop.post("/sign-in/scan/finish").status_code == 404


def test_a_second_phone_finds_it_taken(phone, desktop, teacher):
    phone.get(scan_of(desktop))
    other = signed_in(teacher)
    assert other.get(scan_of(desktop)).status_code == 404
    assert approve(other, desktop).status_code == 404
    approve(phone, desktop)
    desktop.post("/sign-in/scan/finish")
    assert SsoSession.objects.get(address=DESKTOP).account.person.name == "曾小南"


def test_the_phone_cannot_approve_twice(phone, desktop):
    phone.get(scan_of(desktop))
    assert approve(phone, desktop).status_code == 302
    assert approve(phone, desktop).status_code == 404
    assert AuditEntry.objects.filter(action="identity.approve_scan").count() == 1


def test_an_approved_request_opens_one_session(phone, desktop):
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    kept = dict(picture(desktop))
    assert desktop.post("/sign-in/scan/finish").status_code == 302
    replay = Client(REMOTE_ADDR=DESKTOP)
    replay.get("/sign-in")
    session = replay.session
    session["identity.scan"] = kept
    session.save()
    assert replay.post("/sign-in/scan/finish").status_code == 404
    assert live_at_desktop() == 1


def test_another_browser_cannot_go_in_for_the_desktop(phone, desktop):
    """Who photographed the picture has its token, not the desktop's secret."""
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    thief = Client()
    assert thief.post("/sign-in/scan/finish").status_code == 404
    assert thief.get("/sign-in/scan/state").json() == {"state": "expired"}


def test_everything_is_over_after_two_minutes(phone, desktop, time_machine):
    late = scan_of(desktop)
    time_machine.move_to(ScanRequest.objects.get().created_at + timedelta(seconds=121), tick=False)
    assert state(desktop) == "expired"
    assert phone.get(late).status_code == 404


def test_an_approval_is_not_kept_for_later(phone, desktop, time_machine):
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    time_machine.move_to(ScanRequest.objects.get().created_at + timedelta(seconds=121), tick=False)
    assert desktop.post("/sign-in/scan/finish").status_code == 404
    assert live_at_desktop() == 0


def test_a_phone_that_is_signed_out_meanwhile_lets_nobody_in(phone, desktop, student):
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    sessions.end_others(by=TEST, account=student.account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    assert desktop.post("/sign-in/scan/finish").status_code == 404
    assert live_at_desktop() == 0


def test_who_has_a_factor_gives_it_at_the_desktop_unless_the_phone_did(careful, desktop):
    phone = first_step(careful)
    second_step(phone)
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    assert desktop.post("/sign-in/scan/finish").headers["Location"] == "/account"
    assert SsoSession.objects.get(address=DESKTOP).methods == ["swk", "mfa"]


def test_an_administrator_gives_the_second_factor_at_the_desktop_too(armed, desktop):
    phone = first_step(armed)
    second_step(phone)
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    assert desktop.post("/sign-in/scan/finish").headers["Location"] == "/sign-in/second"
    assert live_at_desktop() == 0


def test_the_session_id_of_the_desktop_changes(phone, desktop):
    before = desktop.cookies["nanhu_session"].value
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    desktop.post("/sign-in/scan/finish")
    assert desktop.cookies["nanhu_session"].value != before
    planted = Client()
    planted.cookies["nanhu_session"] = before
    assert planted.get("/account").status_code == 302


def test_a_link_cannot_begin_a_scan(desktop):
    assert Client().get("/sign-in/scan/start").status_code == 405
    assert Client().get("/sign-in/scan").headers["Location"] == "/sign-in"


def test_a_request_made_for_another_address_leads_nowhere_else(phone):
    client = Client()
    client.post("/sign-in/scan/start", {"next": "https://evil.example/"})
    assert picture(client)["after"] == "/"


def test_the_role_is_asked_when_the_desktop_goes_in(phone, desktop, student):
    """Who became an administrator between approving and going in owes the second step."""
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    roles.grant(by=TEST, account_id=student.account.pk, role="campus.admin")
    assert desktop.post("/sign-in/scan/finish").headers["Location"] == "/sign-in/second"


def test_a_used_browser_of_the_desktop_is_not_called_its_owners(phone, desktop, student):
    phone.get(scan_of(desktop))
    approve(phone, desktop)
    assert "nanhu_device" not in desktop.post("/sign-in/scan/finish").cookies
    assert sign_in(Client(), student.numbers[0]).status_code == 302


def test_a_session_cannot_prove_itself_anew_by_letting_itself_in(phone, student):
    """Or a stolen session would open what wants the password once more."""
    stale = now() - timedelta(hours=2)
    SsoSession.objects.update(authenticated_at=stale)
    for browser in (phone, Client(REMOTE_ADDR=DESKTOP)):
        browser.post("/sign-in/scan/start", {"next": "/account"})
        phone.get(scan_of(browser))
        approve(phone, browser)
        browser.post("/sign-in/scan/finish")
        assert browser.get("/account").status_code == 200
        assert browser.get("/account/factors/add/totp").headers["Location"].startswith("/sign-in/again")
    assert set(SsoSession.objects.values_list("authenticated_at", flat=True)) == {stale}
