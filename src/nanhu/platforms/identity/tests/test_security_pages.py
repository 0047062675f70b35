"""Changing one's own keys, and seeing and ending one's sessions."""

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, MailMessage, SmsMessage
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.models import RecoveryContact, SecurityQuestion, SsoGrant, SsoSession
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member, sign_in
from nanhu.platforms.identity.tests.test_activation import ANSWERS

pytestmark = pytest.mark.django_db
NEW = "Harbour-Light-31"


@pytest.fixture
def here(browser, student) -> Client:
    sign_in(browser, student.numbers[0])
    return browser


@pytest.fixture
def elsewhere(student) -> Client:
    client = Client(REMOTE_ADDR="10.1.2.3", headers={"User-Agent": "Mozilla/5.0 (Android)"})
    sign_in(client, student.numbers[0])
    return client


@pytest.fixture
def neighbour(teacher) -> Client:
    """Somebody else, whom nothing of it concerns."""
    client = Client()
    sign_in(client, "T00123")
    return client


def change(client, old=PASSWORD, new=NEW, again=None):
    return client.post("/account/password", {"old_password": old, "new_password": new, "again": again or new})


@pytest.mark.capability("A043.1", "A043.2", "A029.1")
def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(here, elsewhere, neighbour, student):
    assert elsewhere.get("/account").status_code == 200
    refused = change(here, old="not-my-password")
    assert "当前密码不正确" in refused.content.decode()
    assert hashing.verify(PASSWORD, student.account.password)
    assert elsewhere.get("/account").status_code == 200, "a refusal changes nothing"

    SsoSession.objects.filter(account=student.account).update(methods=["swk"])
    assert change(here).headers["Location"] == "/account"

    assert here.get("/account").status_code == 200, "this browser stays signed in"
    assert neighbour.get("/account").status_code == 200, "and so does everybody else"
    assert elsewhere.get("/account").status_code == 302
    assert SsoSession.objects.filter(ended_how="credentials_changed").count() == 1
    assert sign_in(Client(), student.numbers[0], PASSWORD).status_code == 200
    assert sign_in(Client(), student.numbers[0], NEW).status_code == 302
    assert AuditEntry.objects.filter(action="identity.set_password").count() == 1


@pytest.mark.capability("A043.4")
def test_the_phone_on_record_and_the_mail_hear_of_a_changed_password_and_of_changed_questions(here, student):
    RecoveryContact.objects.create(
        account=student.account, email="me@example.com", email_verified_at=now(), email_settles_at=now()
    )
    change(here, old="not-my-password")
    deliver_pending()
    assert not SmsMessage.objects.exists(), "a refusal is no news"
    assert not MailMessage.objects.exists()
    change(here)
    here.post("/account/questions", {**ANSWERS, "old_password": NEW})
    deliver_pending()
    told = SmsMessage.objects.order_by("id")
    assert {str(one.phone) for one in told} == {student.phone}
    assert ["密码已修改" in told[0].text, "密保问题已修改" in told[1].text, len(told)] == [True, True, 2]
    assert NEW not in told[0].text
    mails = MailMessage.objects.order_by("id")
    assert [
        (one.email, wanted in one.text) for one, wanted in zip(mails, ("密码已修改", "密保问题已修改"), strict=True)
    ] == [("me@example.com", True)] * 2


@pytest.mark.slow
@pytest.mark.capability("A002.4")
def test_signing_out_here_ends_the_applications_of_this_session_and_leaves_those_of_another(here, elsewhere):
    application = register_application(
        by=TEST, key="oa", name="OA", owner="校办", service_prefix="https://oa.example.edu.cn/"
    )
    for browser in (here, elsewhere):
        sent = browser.get("/cas/login", {"service": application.service_prefix}).headers["Location"]
        shown = {"service": application.service_prefix, "ticket": sent.partition("ticket=")[2]}
        assert b"authenticationSuccess" in Client().get("/cas/p3/serviceValidate", shown).content
    mine, others = SsoGrant.objects.order_by("id")
    here.post("/sign-out")
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.logout, others.logout) == ("waiting", "open")
    assert here.get("/account").status_code == 302
    assert elsewhere.get("/account").status_code == 200


@pytest.mark.capability("A043.3")
@pytest.mark.parametrize("new", [PASSWORD, "short", "0020260101-Abc"])
def test_a_new_password_must_be_new_and_good(here, student, new):
    assert change(here, new=new).status_code == 200
    assert hashing.verify(PASSWORD, student.account.password)


@pytest.mark.capability("A043.1")
def test_guessing_the_old_password_in_an_open_session_is_throttled(here):
    answers = [change(here, old=f"guess-{number}").content.decode() for number in range(7)]
    assert "尝试次数过多" in answers[-1]


@pytest.mark.capability("A044.1", "A044.2", "A044.3")
def test_changing_the_security_questions_needs_the_password_and_replaces_the_set(here, elsewhere, student, teacher):
    others = hashing.hash_secret("南湖")
    SecurityQuestion.objects.create(account=teacher.account, position=1, question="?", answer_hash=others)
    assert here.post("/account/questions", {**ANSWERS, "old_password": "wrong"}).status_code == 200
    assert not SecurityQuestion.objects.filter(account=student.account).exists()

    assert here.post("/account/questions", {**ANSWERS, "old_password": PASSWORD}).headers["Location"] == "/account"
    first = set(SecurityQuestion.objects.values_list("answer_hash", flat=True))
    assert (len(first), others in first) == (4, True), "another's set stays"
    new = {"1": "王老师", "2": "米粉", "3": "豆豆"}
    other = ANSWERS | {f"{kind}_{n}": text for n, text in new.items() for kind in ("answer", "again")}
    assert here.post("/account/questions", other | {"old_password": "wrong"}).status_code == 200
    assert set(SecurityQuestion.objects.values_list("answer_hash", flat=True)) == first, (
        "nor is a set replaced without it"
    )
    other |= {"old_password": PASSWORD}
    here.post("/account/questions", other)

    kept = SecurityQuestion.objects.filter(account=student.account)
    assert (kept.count(), SecurityQuestion.objects.count()) == (3, 4)
    assert not first & set(kept.values_list("answer_hash", flat=True)), "the new set replaces the old one"
    assert elsewhere.get("/account").status_code == 302
    written = AuditEntry.objects.filter(action="identity.set_security_questions")
    mine = student.account.pk
    assert list(written.values_list("target", "account_id")) == [(f"account:{mine}", mine)] * 2


@pytest.mark.capability("A002.4")
def test_my_sessions_show_where_and_let_me_end_one(here, elsewhere):
    page = here.get("/account/sessions").content.decode()
    assert "10.1.2.3" in page
    assert "Android" in page

    other = SsoSession.objects.get(address="10.1.2.3")
    here.post(f"/account/sessions/{other.public_id}/end")

    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    other.refresh_from_db()
    assert other.ended_how == "ended_elsewhere"
    assert AuditEntry.objects.get(action="identity.sign_out").facts["how"] == "ended_elsewhere"


@pytest.mark.capability("A002.4")
def test_ending_all_others_keeps_this_one(here, elsewhere, neighbour):
    here.post("/account/sessions/end-others")
    assert neighbour.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


@pytest.mark.capability("A002.4")
def test_a_stranger_cannot_end_my_session(here, teacher):
    stranger = Client()
    sign_in(stranger, "T00123")
    mine = SsoSession.objects.get(account__person__name="曾小南")

    stranger.post(f"/account/sessions/{mine.public_id}/end")

    assert here.get("/account").status_code == 200


def test_the_list_of_sessions_takes_few_queries(here, student):
    for _number in range(25):
        sign_in(Client(), student.numbers[0])
    here.get("/account/sessions")  # the first page after a sign-in writes once what later ones read
    assert len(queries_of(here, "/account/sessions")) <= 20


def test_a_member_without_an_account_cannot_sign_in(browser, db):
    member = make_member("无账号", "430602199912120077", student="20269999")
    assert sign_in(browser, member.numbers[0], member.tail).status_code == 200
