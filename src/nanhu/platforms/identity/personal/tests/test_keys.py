"""Tokens and app passwords: each opens one door of its owner, until it is taken back."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel import events, registry
from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.identity.events import AccountClosed
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.identity.personal.rules import new_token
from nanhu.platforms.identity.personal.services import app_passwords, tokens
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

SHARED = "Hn1g@414000"


def token_for(member, *scopes: str, days: int = 30) -> str:
    return tokens.make(by=TEST, account=member.account, name="记账脚本", scopes=scopes, days=days)[1]


def read(token: str, key: str = "", **query: str):
    return Client().get(f"/api/me/{key}" if key else "/api/me", query, headers={"Authorization": f"Bearer {token}"})


def signed_in(browser: Client, member) -> Client:
    sign_in(browser, member.numbers[0])
    return browser


def test_a_student_makes_one_reads_with_it_and_takes_it_back(student, browser):
    signed_in(browser, student)
    page = browser.post("/account/tokens/make", {"name": "脚本", "scopes": ["people.person"], "days": "30"})
    token = page.context["new_token"]

    assert token in page.content.decode()
    assert token not in browser.get("/account/tokens").content.decode()
    assert read(token, "people.person").json()["records"][0]["name"] == student.name
    browser.post(f"/account/tokens/{AccessToken.objects.get().public_id}/revoke")
    assert read(token, "people.person").status_code == 401


@pytest.mark.parametrize(
    ("page", "said", "model"),
    [
        ("tokens/make", {"name": "脚本", "scopes": ["people.person"], "days": "30"}, AccessToken),
        ("app-passwords/make", {"name": "手机", "service": "mail"}, AppPassword),
    ],
)
def test_a_form_pressed_twice_makes_one_secret(student, browser, page, said, model):
    """The second answer is the one that is seen: a secret that nobody saw would live on."""
    signed_in(browser, student)
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get(f"/account/{page}").content.decode())[1]
    first = browser.post(f"/account/{page}", said | {"form_token": token})
    assert first.context.get("new_token") or first.context["new_password"]
    again = browser.post(f"/account/{page}", said | {"form_token": token})
    assert (again.status_code, again["Location"]) == (302, "/account/tokens")
    assert "没有再建一个" in browser.get("/account/tokens").content.decode()
    assert model.objects.count() == 1


def test_it_reads_only_what_it_was_made_for(student):
    token = token_for(student, "people.person")

    answer = read(token, "identity.sessions")

    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert "insufficient_scope" in answer["WWW-Authenticate"]
    assert [one["key"] for one in read(token).json()["records"]] == ["people.person"]


def test_it_reads_only_its_owner(student, teacher):
    assert read(token_for(teacher, "people.person"), "people.person").json()["records"][0]["name"] == teacher.name


@pytest.mark.parametrize("spoil", ["", "nanhu_pat_x", "Bearer", "nanhu_pat_" + "a" * 42, "nanhu_pat_" + "é" * 42])
def test_strangers_get_one_answer_whatever_they_send(db, spoil: str):
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {spoil}".encode().decode("latin-1")})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_an_expired_token_and_one_of_a_closed_account_open_nothing(student, time_machine):
    token = token_for(student, "people.person")
    Account.objects.filter(pk=student.account.pk).update(state="suspended")
    assert read(token, "people.person").status_code == 401
    Account.objects.filter(pk=student.account.pk).update(state="active")
    assert read(token, "people.person").status_code == 200

    time_machine.move_to(now() + timedelta(days=30, seconds=1), tick=False)
    assert read(token, "people.person").status_code == 401


@pytest.mark.parametrize("one", list(registry.personal_data), ids=lambda one: one.key)
def test_every_kind_of_record_can_be_read_as_json(student, one):
    answer = read(token_for(student, one.key), one.key, since="2020-01-01", limit="3")

    assert answer.status_code == 200
    assert len(answer.json()["records"]) <= 3


def test_its_id_number_stays_masked_for_a_token(student):
    record = read(token_for(student, "people.person"), "people.person").json()["records"][0]

    assert student.id_number not in str(record)
    assert record["phone"] != student.phone


def test_only_its_hash_is_kept_and_its_use_is_shown(student, browser):
    token = token_for(student, "people.person")
    read(token, "people.person")
    row = AccessToken.objects.get()

    assert token.encode() not in bytes(row.token_hash)
    assert row.last_used_at is not None
    assert "127.0.0.1" in signed_in(browser, student).get("/account/tokens").content.decode()


def test_making_one_needs_a_fresh_sign_in(student, browser):
    signed_in(browser, student)
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))

    answer = browser.post("/account/tokens/make", {"name": "脚本", "scopes": ["people.person"], "days": "30"})

    assert answer.status_code == 403
    assert "/sign-in/again?next=" in answer.content.decode(), "a form that comes too late is not lost without a word"
    assert not AccessToken.objects.exists()


def test_nobody_takes_back_what_is_not_theirs(student, teacher, browser):
    token = token_for(teacher, "people.person")
    signed_in(browser, student).post(f"/account/tokens/{AccessToken.objects.get().public_id}/revoke")

    assert read(token, "people.person").status_code == 200


def test_there_is_an_end_to_how_many_live(student, browser):
    for _ in range(20):
        token_for(student, "people.person")

    page = signed_in(browser, student).post(
        "/account/tokens/make", {"name": "又一个", "scopes": ["people.person"], "days": "30"}
    )

    assert AccessToken.objects.count() == tokens.MOST_LIVE
    assert str(tokens.MOST_LIVE) in page.content.decode()


@pytest.mark.usefixtures("clock_stands")
def test_guessing_is_slowed(student):
    """The number is the table's, docs/rooms/identity-lockouts.md: a test that asked the limit would try for ever without one."""
    answers = [read(new_token()).status_code for _ in range(26)]

    assert answers[:20] == [401] * 20
    assert 429 in answers[20:]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").get("/api/me", headers={"Authorization": f"Bearer {new_token()}"})
    assert elsewhere.status_code == 401, "another address is not closed"


@pytest.mark.capability("A062.1", "A065.2")
def test_an_app_password_opens_its_service_for_its_owner_only(student, teacher):
    text = app_passwords.make(by=TEST, account=student.account, name="手机邮件", service="mail")
    number = student.numbers[0]

    def opens(name: str, service: str = "mail", password: str = text):
        found = app_passwords.row_by(typed_name=name, password=password, service=service)
        return found.account_id if found else None

    assert opens(number) == student.account.pk
    assert opens(number, password=text.upper().replace("-", " ")) == student.account.pk
    assert opens(number, service="network") is None
    assert opens("T00123") is None
    assert opens(number, password=PASSWORD) is None
    AppPassword.objects.update(revoked_at=now())
    assert opens(number) is None


@pytest.mark.capability("A062.1")
def test_each_mail_client_gets_a_password_by_chance_that_is_shown_once(student, teacher):
    browsers = [signed_in(Client(), one) for one in (student, student, teacher)]
    made = [
        one.post("/account/app-passwords/make", {"name": "手机邮件", "service": "mail"}).context["new_password"]
        for one in browsers
    ]
    assert len(set(made)) == 3
    assert all(len(text) >= 16 for text in made)
    assert not any(text in one.get("/account/tokens").content.decode() for one in browsers for text in made)


@pytest.mark.capability("A062.2")
def test_the_password_that_the_manual_gave_to_every_mailbox_opens_none(student):
    assert app_passwords.row_by(typed_name=student.numbers[0], password=SHARED, service="mail") is None
    browser = signed_in(Client(), student)
    said = {"old_password": PASSWORD, "new_password": SHARED, "again": SHARED}
    assert "已泄露" in browser.post("/account/password", said).content.decode()
    assert sign_in(Client(), student.numbers[0], SHARED).status_code == 200, "not signed in"
    assert sign_in(Client(), student.numbers[0], PASSWORD).status_code == 302


@pytest.mark.capability("A065.2")
def test_it_signs_in_on_no_page(student, browser):
    text = app_passwords.make(by=TEST, account=student.account, name="手机邮件", service="mail")

    assert sign_in(browser, student.numbers[0], text).status_code == 200
    assert not SsoSession.objects.exists()


def test_the_end_of_an_account_is_the_end_of_its_keys(student):
    token_for(student, "people.person")
    app_passwords.make(by=TEST, account=student.account, name="手机邮件", service="mail")
    events.publish(AccountClosed(account_id=student.account.pk, person_id=student.person_id, state="ended"))
    deliver_pending()

    assert not AccessToken.objects.filter(revoked_at=None).exists()
    assert not AppPassword.objects.filter(revoked_at=None).exists()


def test_the_description_names_every_kind_and_no_person(student):
    paths = Client().get("/api/openapi.json").json()["paths"]

    assert set(paths) == {"/api/me", *(f"/api/me/{one.key}" for one in registry.personal_data)}


def test_guesses_of_others_behind_the_same_address_do_not_stop_a_good_token(student):
    assert 429 in [read(new_token()).status_code for _guess in range(26)]
    assert read(token_for(student, "people.person"), "people.person").status_code == 200


def test_the_counters_reset_takes_tokens_and_app_passwords_along(student):
    token_for(student, "people.person")
    app_passwords.make(by=TEST, account=student.account, name="邮件", service="mail")
    counter.reset(by=TEST, campus_no=student.numbers[0], reason="被盗")

    assert not AccessToken.objects.filter(revoked_at=None).exists()
    assert not AppPassword.objects.filter(revoked_at=None).exists()
