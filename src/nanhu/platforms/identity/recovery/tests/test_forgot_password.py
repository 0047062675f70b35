"""忘记密码: by phone, mail or three answers; never past the second step, never twice, never for a stranger."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, MailMessage, SmsMessage
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import Account, OneTimeCode, RoleGrant, SsoSession
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.identity.personal.services import app_passwords, tokens
from nanhu.platforms.identity.recovery import attempts, resets
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError, CodeRefusedError
from nanhu.platforms.identity.recovery.models import Attempt
from nanhu.platforms.identity.recovery.tests.conftest import (
    ANSWERS,
    NEW,
    QUESTIONS,
    code_in,
    forget,
    last_mail,
    last_text,
    prove_by_phone,
    run_worker,
    set_new,
)
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'(value="|csrftoken": ")[A-Za-z0-9]{64}"')
FILLED = dict(zip(("answer_1", "answer_2", "answer_3"), ANSWERS, strict=True))


@pytest.mark.capability("A045.2", "A029.1")
def test_a_code_by_phone_brings_a_new_password_and_ends_every_session(browser, owner):
    elsewhere = Client()
    sign_in(elsewhere, owner.numbers[0])
    assert elsewhere.get("/account").status_code == 200

    assert forget(browser, owner).headers["Location"] == "/forgot-password/ways"
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    assert browser.post("/forgot-password/code", {"code": code_in(last_text())}).headers["Location"] == (
        "/forgot-password/new"
    )
    assert set_new(browser).headers["Location"] == "/sign-in"

    assert elsewhere.get("/account").status_code == 302
    assert {one.ended_how for one in SsoSession.objects.all()} == {"credentials_changed"}, (
        "so that applications hear of it"
    )
    assert "_auth_user_id" not in browser.session, "a reset signs nobody in"
    assert sign_in(Client(), owner.numbers[0], PASSWORD).status_code == 200
    assert sign_in(Client(), owner.numbers[0], NEW).status_code == 302
    assert AuditEntry.objects.filter(action="identity.reset_by_owner", facts={"proof": "phone"}).count() == 1


@pytest.mark.capability("A045.3")
def test_a_code_by_mail_does_as_well(browser, owner):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "mail"})
    run_worker()
    browser.post("/forgot-password/code", {"code": code_in(last_mail())})
    assert set_new(browser).headers["Location"] == "/sign-in"
    assert sign_in(Client(), owner.numbers[0], NEW).status_code == 302


@pytest.mark.capability("A045.1")
def test_three_right_answers_do_as_well(browser, owner):
    forget(browser, owner)
    page = browser.get("/forgot-password/questions").content.decode()
    assert all(question in page for question in QUESTIONS)

    answers = FILLED | {"answer_2": " 剁椒，鱼头 ", "answer_3": "ＭＩＭＩ"}
    assert browser.post("/forgot-password/questions", answers).headers["Location"] == "/forgot-password/new"
    assert set_new(browser).headers["Location"] == "/sign-in"
    assert sign_in(Client(), owner.numbers[0], PASSWORD).status_code == 200
    assert sign_in(Client(), owner.numbers[0], NEW).status_code == 302


@pytest.mark.capability("A045.5", "A045.6")
def test_the_counter_gives_a_code_that_works_once_and_is_written_down(browser, owner):
    code = counter.reset(by=TEST, campus_no=owner.numbers[0], reason="身份证已核对")
    assert sign_in(browser, owner.numbers[0], code).headers["Location"] == "/setup"
    assert sign_in(Client(), owner.numbers[0], code).status_code == 200, "once"
    assert AuditEntry.objects.get(action="identity.reset").reason == "身份证已核对"
    first, second = (counter.reset(by=TEST, campus_no=owner.numbers[0], reason="又忘了") for _twice in range(2))
    assert sign_in(Client(), owner.numbers[0], first).status_code == 200, "a new one replaces it"
    assert sign_in(Client(), owner.numbers[0], second).headers["Location"] == "/setup"


@pytest.mark.capability("A045.6")
def test_the_code_of_the_counter_is_good_for_a_day(browser, owner):
    code = counter.reset(by=TEST, campus_no=owner.numbers[0], reason="身份证已核对")
    with time_machine.travel(now() + timedelta(hours=24, minutes=1), tick=False):
        assert sign_in(browser, owner.numbers[0], code).status_code == 200
    with time_machine.travel(now() + timedelta(hours=23), tick=False):
        assert sign_in(Client(), owner.numbers[0], code).headers["Location"] == "/setup"


@pytest.mark.capability("A045.1")
@pytest.mark.parametrize("wrong", ["answer_1", "answer_2", "answer_3"])
def test_one_wrong_answer_is_as_good_as_none(browser, owner, wrong):
    forget(browser, owner)
    refused = browser.post("/forgot-password/questions", FILLED | {wrong: "不对"})
    assert refused.status_code == 400
    assert "三个答案都要对" in refused.content.decode()
    assert browser.get("/forgot-password/new").status_code == 400
    assert hashing.verify(PASSWORD, owner.account.password)


@pytest.mark.capability("A045.1")
@pytest.mark.usefixtures("clock_stands")
def test_guessing_answers_closes_this_way_and_no_other(browser, owner):
    forget(browser, owner)
    answers = [browser.post("/forgot-password/questions", FILLED | {"answer_1": "猜"}).status_code for _ in range(6)]
    assert 429 in answers
    assert sign_in(Client(), owner.numbers[0]).status_code == 302, "the sign-in does not know of it"


@pytest.mark.capability("A045.1", "A045.2")
@pytest.mark.usefixtures("clock_stands")
def test_strangers_who_know_less_cannot_use_up_the_owners_tries(browser, owner):
    stranger = Client(REMOTE_ADDR="203.0.113.7")
    forget(stranger, owner, id_number="430602200803150000")
    for _try in range(8):
        stranger.post("/forgot-password/questions", dict.fromkeys(FILLED, "猜"))
        stranger.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    assert not SmsMessage.objects.exists(), "nobody's phone rings for them"

    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    assert SmsMessage.objects.count() == 1, "the owner's own code goes out"
    assert browser.post("/forgot-password/questions", FILLED).status_code == 302


@pytest.mark.capability("A045.1")
def test_answers_are_too_little_for_who_rules_over_others(browser, owner):
    RoleGrant.objects.create(account=owner.account, role="identity.security", granted_by="test")
    forget(browser, owner)
    assert browser.post("/forgot-password/questions", FILLED).status_code == 400
    prove_by_phone(Client(), owner)


def steps_of(client, member, **changes):
    """All a visitor may compare up to the refusal, and what the machine did for it."""
    seen = []
    with CaptureQueriesContext(connection) as queries:
        for answer in (
            forget(client, member, **changes),
            client.get("/forgot-password/ways"),
            client.post("/forgot-password/send", {"channel": "phone"}),
            client.get("/forgot-password/code"),
            client.post("/forgot-password/code", {"code": "123456"}),
            client.post("/forgot-password/questions", dict.fromkeys(FILLED, "猜猜")),
            client.get("/forgot-password/new"),
        ):
            page = TOKEN.sub("", answer.content.decode())
            page = re.sub(r"<label class=\"field-label\" for=\"id_answer.*?</label>", "", page)
            page = re.sub(r"[0-9A-F]{8}", "", page)
            seen.append((answer.status_code, answer.headers.get("Location"), page))
    ours = [query["sql"] for query in queries if re.search(r"(people|identity|kernel|procrastinate)_", query["sql"])]
    kinds = [(re.search(r"(people|identity|kernel|procrastinate)_\w+", sql).group(), sql.split()[0]) for sql in ours]
    return seen, kinds


@pytest.mark.capability("A045.1")
@pytest.mark.parametrize(
    "case", ["unknown number", "wrong name", "wrong document", "not activated", "ended", "no ways"]
)
def test_nothing_tells_whether_an_account_exists(owner, monkeypatch, case):
    """Same pages, same queries, as many hashes; three questions are asked of nobody as well."""
    hashes = []
    real = hashing.verify
    monkeypatch.setattr(hashing, "verify", lambda text, encoded: hashes.append(1) or real(text, encoded))
    hashing.nobodys_hash()
    right = (*steps_of(Client(REMOTE_ADDR="203.0.113.1"), owner), len(hashes))
    hashes.clear()
    changes = {}
    if case == "unknown number":
        changes = {"campus_no": "99999999"}
    elif case == "wrong name":
        changes = {"name": "曾小北"}
    elif case == "wrong document":
        changes = {"id_number": "430602200803150000"}
    elif case == "not activated":
        Account.objects.update(
            state="awaiting_activation", password="", is_password_due=True, initial_value_used_at=None
        )
    elif case == "ended":
        Account.objects.update(state="ended")
    else:
        owner.account.security_questions.all().delete()
    wrong = (*steps_of(Client(REMOTE_ADDR="203.0.113.2"), owner, **changes), len(hashes))

    assert wrong == right
    assert right[2] == 3


@pytest.mark.capability("A042.5")
def test_the_questions_asked_of_nobody_are_the_same_every_time(owner):
    first, second = Client(), Client(REMOTE_ADDR="203.0.113.9")
    pages = []
    for client in (first, second):
        forget(client, owner, campus_no="99999999")
        page = client.get("/forgot-password/questions").content.decode()
        pages.append(re.findall(r'for="id_answer_\d">(.*?)<', page))
    assert pages[0] == pages[1]
    assert len(set(pages[0])) == 3


@pytest.mark.capability("A045.6")
def test_a_code_works_once_only(browser, owner):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    code = code_in(last_text())
    attempt = Attempt.objects.get()
    attempts.prove_by_code(by=TEST, attempt=attempt, code=code)
    with pytest.raises(CodeRefusedError):
        attempts.prove_by_code(by=TEST, attempt=attempt, code=code)


@pytest.mark.capability("A045.6")
def test_each_wrong_code_is_on_record_and_a_dead_one_makes_no_more_lines(browser, owner):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    wrong = "000000" if code_in(last_text()) != "000000" else "111111"
    answers = [browser.post("/forgot-password/code", {"code": wrong}).status_code for _try in range(7)]
    assert set(answers) == {400}
    assert AuditEntry.objects.filter(action="identity.recovery_code_refused", facts={}).count() == 5


@pytest.mark.capability("A045.6")
def test_a_new_code_replaces_the_one_before(browser, owner):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    first = code_in(last_text())
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    second = code_in(last_text())
    if first != second:
        assert browser.post("/forgot-password/code", {"code": first}).status_code == 400
    assert browser.post("/forgot-password/code", {"code": second}).status_code == 302


def test_a_job_that_runs_twice_sends_one_code(browser, owner):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    attempt = Attempt.objects.get()
    for _run in range(2):
        attempts.send_code(attempt_id=attempt.pk, serial=attempt.code_serial)
    assert SmsMessage.objects.count() == 1


@pytest.mark.capability("A045.6")
@pytest.mark.parametrize("minutes", [11, 31])
def test_codes_and_attempts_die_of_age(browser, owner, minutes):
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
        assert browser.post("/forgot-password/code", {"code": code_in(last_text())}).status_code == 400


@pytest.mark.capability("A045.6")
def test_the_way_to_a_new_password_closes_after_a_quarter_of_an_hour(browser, owner):
    prove_by_phone(browser, owner)
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert set_new(browser).status_code == 400
    assert hashing.verify(PASSWORD, owner.account.password)


def test_a_password_that_will_not_do_leaves_the_proof_as_it_was(browser, owner):
    prove_by_phone(browser, owner)
    page = set_new(browser, "0020260101-Abc").content.decode()
    assert "密码不能包含" in page
    assert set_new(browser, PASSWORD).status_code == 200, "not the present one either"
    assert set_new(browser).status_code == 302
    assert set_new(browser, "Another-Boat-77").status_code == 400, "spent"
    assert hashing.verify(NEW, owner.account.password)


@pytest.mark.capability("A045.2")
def test_the_proof_belongs_to_the_browser_that_gave_it(browser, owner):
    """A session id planted or noted before the proof is worth nothing after it."""
    forget(browser, owner)
    noted = browser.cookies["nanhu_session"].value
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    browser.post("/forgot-password/code", {"code": code_in(last_text())})

    thief = Client()
    thief.cookies["nanhu_session"] = noted
    assert set_new(thief, "Thief-Was-Here-1").status_code == 400
    assert hashing.verify(PASSWORD, owner.account.password)


@pytest.mark.capability("A045.6")
def test_a_password_changed_meanwhile_ends_the_attempt(browser, owner):
    prove_by_phone(browser, owner)
    other = Client(REMOTE_ADDR="198.51.100.4")
    prove_by_phone(other, owner)
    assert set_new(other).status_code == 302
    assert set_new(browser, "Another-Boat-77").status_code == 400
    assert hashing.verify(NEW, owner.account.password)


@pytest.mark.capability("A045.2")
def test_an_account_closed_meanwhile_gets_no_password(browser, owner):
    prove_by_phone(browser, owner)
    Account.objects.update(state="suspended")
    assert set_new(browser).status_code == 400
    assert hashing.verify(PASSWORD, owner.account.password)


@pytest.mark.capability("A045.6")
def test_a_reset_at_the_counter_ends_what_a_thief_had_begun(browser, owner):
    prove_by_phone(browser, owner)
    code = counter.reset(by=TEST, campus_no=owner.numbers[0], reason="手机被盗，证件已核对")
    assert set_new(browser).status_code == 400
    assert sign_in(Client(), owner.numbers[0], code).headers["Location"] == "/setup"


@pytest.mark.capability("A045.6")
def test_a_code_of_the_counter_dies_with_the_password_it_was_for(browser, owner, teacher):
    others = counter.reset(by=TEST, campus_no="T00123", reason="证件已核对")
    code = counter.reset(by=TEST, campus_no=owner.numbers[0], reason="证件已核对")
    prove_by_phone(browser, owner)
    assert set_new(browser).status_code == 302
    assert not OneTimeCode.objects.filter(used_at=None, account=owner.account).exists()
    assert sign_in(Client(), owner.numbers[0], code).status_code == 200
    assert sign_in(Client(), "T00123", others).headers["Location"] == "/setup", "another's lives"


@pytest.mark.capability("A043.4")
def test_every_phone_and_mail_hears_of_it(browser, owner):
    prove_by_phone(browser, owner)
    deliver_pending()
    SmsMessage.objects.all().delete()
    MailMessage.objects.all().delete()
    set_new(browser)
    deliver_pending()

    assert [message.phone for message in SmsMessage.objects.all()] == [owner.phone]
    assert [message.email for message in MailMessage.objects.all()] == ["me@example.com"]
    assert "如非本人操作" in last_text()
    deliver_pending()
    assert SmsMessage.objects.count() == 1


def test_the_way_on_is_kept_and_never_leads_to_another_host(browser, owner):
    prove_by_phone(browser, owner, next="/notices/?page=2")
    assert set_new(browser).headers["Location"] == "/sign-in?next=%2Fnotices%2F%3Fpage%3D2"
    other = Client(REMOTE_ADDR="198.51.100.4")
    prove_by_phone(other, owner, next="https://evil.example.com/")
    assert set_new(other, "Another-Boat-77").headers["Location"] == "/sign-in"


@pytest.mark.capability("A045.1", "A045.2")
def test_steps_cannot_be_left_out(browser, owner):
    for path in (
        "/forgot-password/ways",
        "/forgot-password/code",
        "/forgot-password/questions",
        "/forgot-password/new",
    ):
        assert browser.get(path).status_code == 400
    forget(browser, owner)
    assert set_new(browser).status_code == 400
    assert hashing.verify(PASSWORD, owner.account.password)


@pytest.mark.capability("A045.6")
@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_that_bring_the_code_at_once_one_is_heard(owner):
    browser = Client()
    forget(browser, owner)
    browser.post("/forgot-password/send", {"channel": "phone"})
    run_worker()
    attempt, code = Attempt.objects.get(), code_in(last_text())
    heard = at_once(lambda _number: attempts.prove_by_code(by=TEST, attempt=attempt, code=code), CodeRefusedError)
    assert heard == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_new_passwords_at_once_one_is_set(owner):
    browser = Client()
    prove_by_phone(browser, owner)
    secret = browser.session["identity.recovery"]["reset"][0]
    heard = at_once(
        lambda number: resets.finish(by=TEST, secret=secret, password=f"Harbour-Light-3{number}"), AttemptExpiredError
    )
    assert heard == 1
    assert AuditEntry.objects.filter(action="identity.reset_by_owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_attempts_of_one_account_do_not_lock_each_other_up(owner):
    secrets = []
    for number in range(2):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        prove_by_phone(client, owner)
        secrets.append(client.session["identity.recovery"]["reset"][0])
    heard = at_once(
        lambda number: resets.finish(by=TEST, secret=secrets[number], password=f"Harbour-Light-3{number}"),
        AttemptExpiredError,
    )
    assert heard == 1


def at_once(deed, refused):
    start, heard = threading.Barrier(2), []

    def act(number):
        start.wait()
        try:
            deed(number)
            heard.append(number)
        except refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(heard)


@pytest.mark.capability("A029.1")
def test_a_new_password_takes_tokens_and_app_passwords_along(browser, owner, teacher):
    app_passwords.make(by=TEST, account=teacher.account, name="邮件", service="mail")
    tokens.make(by=TEST, account=teacher.account, name="脚本", scopes=["people.person"], days=30)
    tokens.make(by=TEST, account=owner.account, name="脚本", scopes=["people.person"], days=30)
    app_passwords.make(by=TEST, account=owner.account, name="邮件", service="mail")
    prove_by_phone(browser, owner)
    assert set_new(browser).headers["Location"] == "/sign-in"

    for kept in (AccessToken, AppPassword):
        assert kept.objects.get(revoked_at=None).account == teacher.account, "and no other's"


def test_wrong_answers_of_others_behind_the_same_address_close_no_way(browser, owner):
    for number in range(4):
        neighbour = Client()
        forget(neighbour, owner, name=f"某{number}")
        assert neighbour.post("/forgot-password/questions", FILLED).status_code == 400
    forget(browser, owner)
    assert browser.post("/forgot-password/questions", FILLED).headers["Location"] == "/forgot-password/new"
