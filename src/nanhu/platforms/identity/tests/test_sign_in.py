"""Sign-in by either number in one box; every refusal alike."""

import pytest

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.models import SignInEvent, SsoSession
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

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
def test_leading_zeros_belong_to_the_number(browser, student):
    assert sign_in(browser, "0020260101").status_code == 302
    browser.logout()
    assert sign_in(browser, "20260101").status_code == 200


def test_the_page_is_open_and_others_lead_to_it(browser, student):
    assert browser.get("/sign-in").status_code == 200
    assert browser.get("/account").headers["Location"] == "/sign-in?next=/account"


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
    )  # fmt: skip
    where = "/cas/login?service=https://oa.example.edu.cn/"
    browser.post(where, {"username": student.numbers[0], "password": "wrong"})
    browser.post(where, {"username": student.numbers[0], "password": PASSWORD})

    assert list(SignInEvent.objects.order_by("pk").values_list("kind", "application")) == [
        ("refused", "oa"), ("sign_in", "oa"),
    ]  # fmt: skip
