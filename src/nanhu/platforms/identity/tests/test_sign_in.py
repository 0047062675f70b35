"""Sign-in by either number in one box; every refusal alike."""

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import SignInEvent, SsoSession
from nanhu.platforms.identity.recovery import contacts
from nanhu.platforms.identity.recovery.models import ContactKind
from nanhu.platforms.identity.services import setup
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A033.1", "A033.2", "A033.3")
@pytest.mark.parametrize(
    ("typed", "face", "number"),
    [
        ("T00123", "staff", "T00123"),
        ("t00123", "staff", "T00123"),
        ("20250999", "student", "20250999"),
        ("２０２５０９９９", "student", "20250999"),
        (" Ｔ00123 ", "staff", "T00123"),
    ],
)
def test_both_numbers_open_in_one_box_and_the_kind_is_seen(browser, teacher, typed, face, number):
    response = sign_in(browser, typed)

    assert response.status_code == 302
    request = browser.get("/account").wsgi_request
    assert (request.viewer.face, request.viewer.campus_no, request.viewer.name) == (face, number, "欧阳修文")
    assert request.viewer.faces == {"student", "staff"}


@pytest.mark.capability("A033.3")
@pytest.mark.usefixtures("clock_stands")
def test_the_tries_at_a_number_are_counted_together_in_whichever_case_it_is_typed(teacher):
    answers = [
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{tried}"), name, "wrong").status_code
        for tried, name in enumerate(["t00123", "T00123"] * 7)
    ]
    assert (answers[0], answers[-1]) == (200, 429)


@pytest.mark.capability("A033.3")
def test_leading_zeros_belong_to_the_number(browser, student):
    assert sign_in(browser, "0020260101").status_code == 302
    browser.logout()
    assert sign_in(browser, "20260101").status_code == 200


def prove(member, *, phone: str = "", email: str = "") -> None:
    """What the owner's own page leaves once the code has come back."""
    for kind, address in ((ContactKind.PHONE, phone), (ContactKind.MAIL, email)):
        if address:
            contacts.put(member.account, kind, address, settles_at=now())


@pytest.mark.capability("A033.4")
@pytest.mark.parametrize(
    "typed", ["139 7305 4321", "１３９７３０５４３２１", "+86 139-7305-4321", " Xiuwen.Ouyang@Example.COM"]
)
def test_a_proven_phone_or_mail_opens_as_well_and_the_session_has_the_number(browser, teacher, typed):
    prove(teacher, phone="13973054321", email="xiuwen.ouyang@example.com")
    assert sign_in(browser, typed).status_code == 302
    viewer = browser.get("/account").wsgi_request.viewer
    assert (viewer.campus_no, viewer.name, viewer.face) == ("T00123", "欧阳修文", "staff")
    assert SsoSession.objects.get().campus_no == "T00123"
    browser.logout()
    refused = sign_in(browser, typed, "wrong-" + PASSWORD)
    assert (refused.status_code, "T00123" in refused.content.decode()) == (200, False), "it tells nobody whose it is"


@pytest.mark.capability("A033.4")
def test_a_contact_that_nobody_or_two_proved_opens_nothing(browser, teacher, student):
    """What only stands in the office's file, or was typed and never proved, is no name; nor is a family's telephone."""
    assert sign_in(browser, "13973054321").status_code == 200
    setup.set_contact(by=TEST, account=teacher.account, phone="13800001111", email="mine@example.com")
    assert sign_in(browser, "13800001111").status_code == 200
    assert sign_in(browser, "mine@example.com").status_code == 200
    prove(teacher, phone="13800001111")
    assert sign_in(browser, "13800001111").status_code == 302
    browser.logout()
    prove(student, phone="13800001111")
    assert sign_in(browser, "13800001111").status_code == 200


@pytest.mark.capability("A033.4")
def test_a_campus_number_comes_before_a_telephone_of_the_same_digits(browser, teacher):
    other = make_member("林小满", "43060220080315123X", student="14231100001")
    open_accounts(by=TEST, person_ids=[other.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="14231100001", password="Other-Boat-1996")
    prove(teacher, phone="14231100001")
    assert sign_in(browser, "14231100001").status_code == 200
    assert sign_in(browser, "14231100001", "Other-Boat-1996").status_code == 302


def test_guessing_at_a_number_does_not_tell_whose_a_telephone_is(teacher):
    """The limits count what is typed: were they one, a telephone that must wait would be this number's."""
    prove(teacher, phone="13973054321")
    guesser = Client()
    assert 429 in [sign_in(guesser, "T00123", "wrong").status_code for _guess in range(12)]
    assert sign_in(Client(), "13973054321", "wrong").status_code == 200


@pytest.mark.capability("A032.1")
def test_the_page_is_open_and_others_lead_to_it(browser, student):
    assert browser.get("/sign-in").status_code == 200
    assert browser.get("/account").headers["Location"] == "/sign-in?next=/account"
    for address in ("/", "/notices/", "/apps/"):
        assert browser.get(address).headers["Location"].partition("?")[0] == "/sign-in", address


def test_sign_in_and_out_are_written_down(browser, student):
    sign_in(browser, student.numbers[0])
    browser.post("/sign-out")

    deeds = AuditEntry.objects.filter(target=f"account:{student.account.pk}").values_list("action", flat=True)
    assert {"identity.sign_in", "identity.sign_out"} <= set(deeds)
    assert browser.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "signed_out"


def test_no_secret_is_written_down(browser, student):
    sign_in(browser, PASSWORD, "0020260101")
    sign_in(browser, student.numbers[0], "wrong-" + PASSWORD)
    sign_in(browser, student.numbers[0])

    log = " ".join(str(row) for row in AuditEntry.objects.values_list("action", "target", "reason", "facts", "actor"))
    assert PASSWORD not in log
    assert PASSWORD.upper() not in log


def test_the_log_says_which_application_sent_somebody(student, browser):
    register_application(
        by=TEST, key="oa", name="OA 办公系统", owner="校办", service_prefix="https://oa.example.edu.cn/"
    )
    where = "/cas/login?service=https://oa.example.edu.cn/"
    browser.post(where, {"username": student.numbers[0], "password": "wrong"})
    browser.post(where, {"username": student.numbers[0], "password": PASSWORD})

    assert list(SignInEvent.objects.order_by("pk").values_list("kind", "application")) == [
        ("refused", "oa"),
        ("sign_in", "oa"),
    ]


def test_a_password_set_while_the_old_one_is_hashed_anew_stays(student, monkeypatch):
    """Hashing takes its time; the owner's new password is not overwritten by the hash of the one that was typed."""
    new, real = "Lake-Wind-7788", hashing.hash_secret

    def while_the_owner_changes_it(text):
        monkeypatch.setattr(hashing, "hash_secret", real)
        setup.set_password(by=TEST, account=student.account, password=new)
        return real(text)

    monkeypatch.setattr(hashing, "needs_rehash", lambda _encoded: True)
    monkeypatch.setattr(hashing, "hash_secret", while_the_owner_changes_it)
    assert sign_in(Client(), student.numbers[0]).status_code == 200

    monkeypatch.setattr(hashing, "needs_rehash", lambda _encoded: False)
    assert sign_in(Client(), student.numbers[0], new).status_code == 302
    assert sign_in(Client(), student.numbers[0]).status_code == 200


def test_a_password_is_hashed_by_todays_parameters_at_the_next_sign_in(student, monkeypatch):
    before = student.account.password
    monkeypatch.setattr(hashing, "needs_rehash", lambda encoded: encoded == before)
    browser = Client()
    assert sign_in(browser, student.numbers[0]).status_code == 302
    assert student.account.password != before
    assert browser.get("/account").status_code == 200
