"""查询账号: the numbers after name, document and a code; before that nothing, whoever is asked about."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, MailMessage, SmsMessage
from nanhu.kernel.throttle import Gate, TooManyAttemptsError, network_of
from nanhu.platforms.identity.models import RecoveryContact
from nanhu.platforms.identity.recovery.models import Attempt
from nanhu.platforms.identity.recovery.tests.conftest import (
    code_in,
    find,
    forget,
    last_mail,
    last_text,
    other_code,
    run_worker,
)
from nanhu.platforms.identity.services import limits
from nanhu.platforms.identity.tests.conftest import make_member
from nanhu.platforms.people.models import Affiliation

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'(value="|csrftoken": ")[A-Za-z0-9]{64}"')
STRANGER_ID = "430602199912120077"


@pytest.mark.capability("A042.1", "A042.4")
def test_the_account_is_shown_after_name_document_and_a_code(browser, teacher):
    assert find(browser, teacher).headers["Location"] == "/find-account/code"
    waiting = browser.get("/find-account/code").content.decode()
    run_worker()

    answer = browser.post("/find-account/code", {"code": code_in(last_text())}, follow=True)

    page = answer.content.decode()
    assert "T00123" in page
    assert "20250999" in page
    assert teacher.name not in page, "the name stays masked"
    for shown in (waiting.partition("<main")[2], page.partition("<main")[2]):
        assert "</main>" in shown
        assert [one for one in (teacher.phone, teacher.phone[-4:], teacher.id_number) if one in shown] == []
    assert "T00123" not in waiting
    assert "_auth_user_id" not in browser.session, "finding an account signs nobody in"


@pytest.mark.capability("A042.1")
def test_a_number_that_is_over_is_no_account_any_more(browser, teacher):
    Affiliation.objects.filter(campus_no="20250999").update(state="ended", ends_on=date(2026, 9, 2))
    find(browser, teacher)
    run_worker()
    page = browser.post("/find-account/code", {"code": code_in(last_text())}, follow=True).content.decode()
    assert "T00123" in page
    assert "20250999" not in page


@pytest.mark.capability("A042.1")
def test_a_code_by_mail_does_as_well(browser, owner):
    find(browser, owner, channel="mail")
    run_worker()
    assert not SmsMessage.objects.exists()
    page = browser.post("/find-account/code", {"code": code_in(last_mail())}, follow=True).content.decode()
    assert owner.numbers[0] in page


@pytest.mark.capability("A042.1")
def test_who_waits_to_be_activated_finds_the_number_too(browser, newcomer):
    find(browser, newcomer)
    run_worker()
    assert (
        newcomer.numbers[0]
        in browser.post("/find-account/code", {"code": code_in(last_text())}, follow=True).content.decode()
    )


@pytest.mark.capability("A042.1")
def test_a_wrong_code_shows_nothing_and_five_of_them_end_it(browser, teacher):
    find(browser, teacher)
    run_worker()
    code = code_in(last_text())
    for _try in range(5):
        refused = browser.post("/find-account/code", {"code": other_code(code)})
        assert refused.status_code == 400
        assert "T00123" not in refused.content.decode()

    assert browser.post("/find-account/code", {"code": code}).status_code == 400
    assert browser.get("/find-account/found").status_code == 400


@pytest.mark.capability("A042.1")
@pytest.mark.parametrize("wrong", [{"name": "曾小南"}, {"id_number": "430602200803151234"}])
def test_a_name_and_a_document_of_two_persons_bring_nobody_a_code(browser, teacher, student, wrong):
    """Both are here; the proof is of one."""
    assert student.name == "曾小南"
    assert find(browser, teacher, **wrong).status_code == 302
    run_worker()
    assert not SmsMessage.objects.exists()
    assert browser.get("/find-account/found").status_code == 400


@pytest.mark.capability("A042.1")
def test_the_code_is_worth_nothing_in_another_browser(browser, teacher):
    find(browser, teacher)
    run_worker()
    other = Client()
    assert other.post("/find-account/code", {"code": code_in(last_text())}).status_code == 400
    find(other, teacher, name="不是我")
    assert other.post("/find-account/code", {"code": code_in(last_text())}).status_code == 400


def answers_about(client, member, **changes):
    """Everything a visitor could compare: pages, statuses, kinds of queries of each step up to the refused code."""
    seen = []
    with CaptureQueriesContext(connection) as queries:
        for answer in (
            find(client, member, **changes),
            client.get("/find-account/code"),
            client.post("/find-account/code", {"code": "123456"}),
        ):
            page = TOKEN.sub("", answer.content.decode())
            seen.append((answer.status_code, answer.headers.get("Location"), page))
    ours = [query["sql"] for query in queries if re.search(r"(people|identity|kernel|procrastinate)_", query["sql"])]
    kinds = [(re.search(r"(people|identity|kernel|procrastinate)_\w+", sql).group(), sql.split()[0]) for sql in ours]
    return seen, kinds


@pytest.mark.capability("A042.5")
@pytest.mark.parametrize(
    "changes",
    [{"name": "曾小北"}, {"id_number": STRANGER_ID, "document_kind": "other"}, {"channel": "mail"}],
    ids=["another name", "a number nobody has", "a mail that is not there"],
)
def test_nothing_tells_whether_a_person_exists(teacher, changes):
    """Same pages, same queries up to the code; whether one was sent, the phone alone knows."""
    right = answers_about(Client(REMOTE_ADDR="203.0.113.1"), teacher, document_kind="other")
    wrong = answers_about(Client(REMOTE_ADDR="203.0.113.2"), teacher, **({"document_kind": "other"} | changes))
    if "channel" in changes:
        right[0][1:], wrong[0][1:] = [], []
    assert wrong == right

    run_worker()
    assert SmsMessage.objects.count() == 1
    assert not MailMessage.objects.exists()


@pytest.mark.capability("A042.1")
def test_a_person_without_any_number_that_lives_is_told_so_after_the_code_only(browser, db):
    member = make_member("往届", "430602199001011112", "13911112222")
    find(browser, member, document_kind="other")
    run_worker()
    page = browser.post("/find-account/code", {"code": code_in(last_text())}, follow=True).content.decode()
    assert "没有可用的学号或工号" in page


@pytest.mark.capability("A042.2")
@pytest.mark.usefixtures("clock_stands")
def test_asking_about_one_person_is_limited_from_whatever_address(teacher):
    answers = [find(Client(REMOTE_ADDR=f"203.0.113.{number}"), teacher).status_code for number in range(8)]
    assert answers[:2] == [302, 302]
    assert 429 in answers
    assert SmsMessage.objects.count() == 0, "codes are the worker's"


@pytest.mark.capability("A042.2")
@pytest.mark.usefixtures("clock_stands")
def test_guessing_the_name_of_one_document_is_limited_from_whatever_address(teacher):
    """Each guess is another claim, so that the limit of codes never bites."""
    answers = [
        find(
            Client(REMOTE_ADDR=f"203.0.113.{number}"), teacher, name=f"陈志{number}", document_kind="other"
        ).status_code
        for number in range(13)
    ]
    assert (answers[0], answers[-1]) == (302, 429)


@pytest.mark.capability("A042.3")
@pytest.mark.usefixtures("clock_stands")
def test_one_address_that_asks_about_many_is_limited_and_another_is_not(teacher, monkeypatch):
    """Each question is about another number, so that no limit of a person ever bites. The campus's own limit, made small."""
    monkeypatch.setattr(limits, "ADDRESS", replace(limits.ADDRESS, free=12, leak=0.0))

    def ask(number: int, address: str) -> int:
        somebody = replace(teacher, id_number=f"{STRANGER_ID[:14]}{number:04}")
        return find(Client(REMOTE_ADDR=address), somebody, document_kind="other").status_code

    answers = [ask(number, "203.0.113.7") for number in range(14)]
    assert (answers[:12], answers[-1]) == ([302] * 12, 429)
    assert ask(15, "198.51.100.8") == 302


@pytest.mark.capability("A042.3")
@pytest.mark.usefixtures("clock_stands")
def test_after_two_hundred_tries_in_a_quarter_of_an_hour_an_address_waits(teacher):
    """The campus's own limit as it is: the next one may be about whomever."""
    with suppress(TooManyAttemptsError):
        for _try in range(250):
            throttle.admit([Gate(limits.ADDRESS, network_of("203.0.113.7"))])
    assert find(Client(REMOTE_ADDR="203.0.113.7"), teacher).status_code == 429
    assert find(Client(REMOTE_ADDR="198.51.100.8"), teacher).status_code == 302


@pytest.mark.capability("A042.2")
@pytest.mark.usefixtures("clock_stands")
def test_one_phone_is_not_flooded_from_many_addresses(teacher):
    """By looking the account up, and by forgetting the password under each of the numbers: each way has a limit of its own."""
    for number in range(4):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        find(client, teacher)
        for campus_no in teacher.numbers:
            forget(client, teacher, campus_no=campus_no)
            client.post("/forgot-password/send", {"channel": "phone"})
        run_worker()
    assert SmsMessage.objects.count() == 6, "not nine"


@pytest.mark.capability("A042.2")
@pytest.mark.usefixtures("clock_stands")
def test_what_went_to_a_phone_is_counted_where_a_mail_is_asked_for(teacher):
    RecoveryContact.objects.create(
        account=teacher.account, email="me@example.com", email_verified_at=now(), email_settles_at=now()
    )
    for number in range(2):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        find(client, teacher)
        for campus_no in teacher.numbers:
            forget(client, teacher, campus_no=campus_no)
            client.post("/forgot-password/send", {"channel": "phone"})
        run_worker()
    assert find(Client(REMOTE_ADDR="203.0.113.9"), teacher, channel="mail").status_code == 302
    run_worker()
    assert (SmsMessage.objects.count(), MailMessage.objects.count()) == (6, 0)


@pytest.mark.capability("A042.4")
def test_what_was_typed_is_not_written_down(browser, teacher):
    find(browser, teacher)
    run_worker()
    browser.post("/find-account/code", {"code": code_in(last_text())})

    deeds = AuditEntry.objects.exclude(action__startswith="people.")
    log = " ".join(str(row) for row in deeds.values_list("action", "target", "reason", "facts", "actor"))
    assert {"identity.begin_find", "identity.ask_recovery_code", "identity.prove_find"} <= {
        deed.action for deed in deeds
    }
    for secret in (teacher.name, teacher.id_number, teacher.phone, "T00123"):
        assert secret not in log
    assert Attempt.objects.get().proved_by == "phone"


def test_an_id_number_that_cannot_be_one_is_answered_before_anybody_looks(browser, teacher):
    page = find(browser, teacher, id_number="12345").content.decode()
    assert "18 位" in page
    assert not Attempt.objects.exists()
