"""The second step: what is pending between two proofs, and what it opens."""

from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.factors.services import attempts, contacts, totp
from nanhu.platforms.identity.factors.tests.conftest import (
    PASSWORD,
    SECRET,
    TEST,
    code_now,
    first_step,
    give_phone,
    second_step,
    sign_in,
    signed_in,
    unused_codes,
)
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import setup

pytestmark = pytest.mark.django_db


def test_a_member_with_a_factor_gives_it_after_the_password(careful):
    client = first_step(careful, next="/account")
    assert not SsoSession.objects.exists(), "nobody is signed in between the steps"

    response = second_step(client)

    assert response.headers["Location"] == "/account"
    session = SsoSession.objects.get()
    assert session.methods == ["pwd", "otp", "mfa"]
    assert session.second_factor_at is not None
    assert client.get("/account").status_code == 200


def test_without_a_factor_the_password_is_enough(student, browser):
    assert sign_in(browser, student.numbers[0]).headers["Location"] == "/"
    assert SsoSession.objects.get().second_factor_at is None


def test_the_secret_is_kept_encrypted(careful):
    raw = TotpFactor.objects.values_list("secret", flat=True).get()
    assert SECRET.encode() not in raw.blob
    assert TotpFactor.objects.get().secret == SECRET


def test_a_code_counts_once(careful):
    code = code_now()
    assert second_step(first_step(careful), code).status_code == 302

    refused = second_step(first_step(careful), code)

    assert refused.status_code == 400
    assert SsoSession.objects.count() == 1


def test_an_older_code_does_not_count_after_a_newer_one(careful):
    assert second_step(first_step(careful), code_now(0)).status_code == 302
    assert second_step(first_step(careful), code_now(-1)).status_code == 400
    assert second_step(first_step(careful), code_now(1)).status_code == 302


@pytest.mark.parametrize(("around", "status"), [(-2, 400), (-1, 302), (0, 302), (1, 302), (2, 400)])
def test_the_clock_may_be_one_step_off(careful, time_machine, around, status):
    time_machine.move_to("2026-11-25T02:00:10+00:00", tick=False)
    assert second_step(first_step(careful), code_now(around)).status_code == status


@pytest.mark.parametrize("typed", ["", "000000", "１２３４５６", "abcdef", "12345", "9" * 40, "'; --"])
def test_what_is_no_code_opens_nothing(careful, typed):
    client = first_step(careful)
    assert second_step(client, typed or " ").status_code in {200, 400}
    assert not SsoSession.objects.exists()


def test_between_the_steps_no_application_gets_a_ticket(careful):
    client = first_step(careful)
    answer = client.get("/cas/login?service=http://nobody.example/&gateway=true")
    assert "ticket=" not in answer.headers.get("Location", "")


def test_between_the_steps_no_factor_is_added_or_taken_away(careful):
    """Who knows the password alone must not put his own key beside the owner's."""
    client = first_step(careful)
    for path in ("add/totp", "add/passkey"):
        assert client.get(f"/account/factors/{path}").headers["Location"] == "/sign-in/second"
    assert client.post("/account/factors/add/passkey/options").headers["Location"] == "/sign-in/second"
    assert client.post("/account/factors/totp/remove").status_code == 302
    assert TotpFactor.objects.count() == 1


def test_the_session_id_changes_at_both_steps(careful, browser):
    browser.get("/sign-in")
    browser.post("/sign-in/scan/start")
    ids = [browser.cookies["nanhu_session"].value]
    first_step(careful, browser)
    ids.append(browser.cookies["nanhu_session"].value)
    second_step(browser)
    ids.append(browser.cookies["nanhu_session"].value)

    assert len(set(ids)) == 3
    for planted in ids[:2]:
        attacker = Client()
        attacker.cookies["nanhu_session"] = planted
        assert attacker.get("/account").status_code == 302
        assert attacker.get("/sign-in/second").headers["Location"].startswith("/sign-in?")


def test_the_first_proof_runs_out_after_ten_minutes(careful, time_machine):
    time_machine.move_to("2026-11-25T02:00:00+00:00", tick=False)
    client = first_step(careful)
    time_machine.shift(timedelta(minutes=10, seconds=1))

    assert second_step(client).status_code == 400
    assert client.get("/sign-in/second").status_code == 302
    assert not SsoSession.objects.exists()


def test_the_first_proof_dies_with_the_password(careful):
    client = first_step(careful)
    setup.set_password(by=TEST, account=careful.account, password="Harbour-Light-31")

    assert second_step(client).status_code == 400
    assert not SsoSession.objects.exists()


def test_the_first_proof_dies_with_the_account(careful):
    client = first_step(careful)
    account = careful.account
    account.state = "suspended"
    account.save()

    assert second_step(client).status_code == 400
    assert not SsoSession.objects.exists()


def test_a_step_is_for_the_account_that_began_it(careful, teacher):
    """A code of somebody else's app is no code here, and nothing in the form chooses the account."""
    other = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    TotpFactor.objects.create(account=teacher.account, secret=other, confirmed_at=totp.now())
    client = first_step(careful)

    assert second_step(client, code_now(secret=other), account=teacher.account.pk).status_code == 400
    second_step(client)
    assert SsoSession.objects.get().account == careful.account


def test_somebody_else_between_the_steps_signs_the_first_out(student, armed):
    client = signed_in(student)
    assert sign_in(client, "T00123").headers["Location"] == "/sign-in/second"
    assert client.get("/account").status_code == 302
    assert SsoSession.objects.get().ended_how == "replaced"


def test_giving_up_forgets_the_first_proof(careful):
    client = first_step(careful)
    assert client.post("/sign-in/second/give-up").headers["Location"] == "/sign-in"
    assert second_step(client).headers["Location"].startswith("/sign-in?")


def test_a_code_from_the_counter_still_asks_for_the_second_step(careful, browser):
    code = counter.reset(by=TEST, campus_no=careful.numbers[0], reason="带证件到柜台")
    answer = browser.post("/sign-in", {"username": careful.numbers[0], "password": code})
    assert answer.headers["Location"] == "/sign-in/second"
    assert second_step(browser).headers["Location"] == "/setup"


@pytest.mark.usefixtures("clock_stands")
def test_guessing_codes_is_throttled_and_written_down(careful, time_machine):
    time_machine.move_to("2026-11-25T02:00:10+00:00", tick=False)
    client = first_step(careful)
    answers = [second_step(client, "000000").status_code for _ in range(8)]
    assert answers[:5] == [400] * 5
    assert 429 in answers
    assert second_step(client).status_code == 429, "also for the right code"
    assert AuditEntry.objects.filter(action="identity.second_step_refused").count() >= 5


@pytest.mark.usefixtures("clock_stands")
def test_who_guesses_elsewhere_does_not_make_the_owner_wait_at_his_own_device(careful, time_machine):
    time_machine.move_to("2026-11-25T02:00:10+00:00", tick=False)
    mine = first_step(careful, remember="on")
    second_step(mine, code_now(-1))
    mine.post("/sign-out")
    for number in range(15):
        thief = first_step(careful, Client(REMOTE_ADDR=f"203.0.113.{number}"))
        second_step(thief, "000000")
    elsewhere = first_step(careful, Client(REMOTE_ADDR="198.51.100.9"))
    assert second_step(elsewhere).status_code == 429, "a new browser waits"

    first_step(careful, mine)
    assert second_step(mine).status_code == 302


@pytest.mark.usefixtures("clock_stands")
def test_a_remembered_browser_is_no_way_to_guess_without_end(careful, time_machine):
    time_machine.move_to("2026-11-25T02:00:10+00:00", tick=False)
    mine = first_step(careful, remember="on")
    second_step(mine, code_now(-1))
    mine.post("/sign-out")
    first_step(careful, mine)
    answers = [second_step(mine, "000000").status_code for _guess in range(8)]
    assert (answers[0], answers[-1]) == (400, 429)


def test_a_stranger_cannot_reach_the_gates_of_the_second_step(careful):
    for _ in range(30):
        Client().post("/sign-in/second", {"code": "000000", "way": "totp"})
    assert second_step(first_step(careful)).status_code == 302


def test_the_counter_forgives_failures(careful):
    client = first_step(careful, Client(REMOTE_ADDR="203.0.113.5"))
    for _ in range(12):
        second_step(client, "000000")
    attempts.forgive_all(careful.account)
    assert second_step(first_step(careful)).status_code == 302


def test_a_recovery_code_opens_once(careful, sheet):
    assert second_step(first_step(careful), sheet[3].lower().replace("-", " "), way="recovery").status_code == 302
    assert second_step(first_step(careful), sheet[3], way="recovery").status_code == 400
    assert unused_codes(careful) == 9


def test_a_recovery_code_of_somebody_else_opens_nothing(careful, sheet, armed):
    client = first_step(armed)
    assert second_step(client, sheet[0], way="recovery").status_code == 400
    assert unused_codes(careful) == 10


def test_a_message_is_offered_only_where_the_phone_is_verified_and_settled(student):
    account = student.account
    assert contacts.channel_of(account) is None
    give_phone(student, is_settled=False)
    assert contacts.channel_of(account) is None
    give_phone(student)
    assert contacts.channel_of(account) is not None


def test_a_code_by_message_opens_once_and_five_wrong_ones_kill_it(student):
    give_phone(student)
    contacts.turn_on(by=TEST, account=student.account)
    client = first_step(student)
    client.post("/sign-in/second/send")
    text = str(SmsMessage.objects.latest("pk").text)
    code = next(word for word in text.replace("，", " ").split() if word.isdigit())

    assert second_step(client, code, way="contact").status_code == 302
    assert SsoSession.objects.get().methods == ["pwd", "sms", "mfa"]
    assert second_step(first_step(student), code, way="contact").status_code == 400

    again = first_step(student)
    again.post("/sign-in/second/send")
    assert [contacts.use(account=student.account, code="000000") for _ in range(5)] == [False] * 5
    text = str(SmsMessage.objects.latest("pk").text)
    code = next(word for word in text.replace("，", " ").split() if word.isdigit())
    assert not contacts.use(account=student.account, code=code), "dead after five"


@pytest.mark.usefixtures("clock_stands")
def test_messages_are_few(student):
    give_phone(student)
    contacts.turn_on(by=TEST, account=student.account)
    client = first_step(student)
    answers = [client.post("/sign-in/second/send").status_code for _ in range(6)]
    assert answers[:3] == [302] * 3
    assert answers[-1] == 429
    assert SmsMessage.objects.filter(phone_masked__startswith="139").count() <= 5


@pytest.mark.usefixtures("clock_stands")
def test_a_new_password_takes_back_what_who_knew_the_old_one_used_up(student):
    give_phone(student)
    contacts.turn_on(by=TEST, account=student.account)
    thief = first_step(student)
    assert [thief.post("/sign-in/second/send").status_code for _ in range(6)][-1] == 429
    setup.set_password(by=TEST, account=student.account, password="Harbour-Light-31")
    deliver_pending()

    mine = Client()
    mine.post("/sign-in", {"username": student.numbers[0], "password": "Harbour-Light-31"})
    assert mine.post("/sign-in/second/send").status_code == 302
    text = str(SmsMessage.objects.filter(text__isnull=False).latest("pk").text)
    code = next(word for word in text.replace("，", " ").split() if word.isdigit())
    assert second_step(mine, code, way="contact").status_code == 302


def test_who_has_an_app_is_not_offered_the_weaker_message(careful):
    give_phone(careful)
    client = first_step(careful)
    assert "短信" not in client.get("/sign-in/second").content.decode()
    client.post("/sign-in/second/send")
    assert not SmsMessage.objects.exists()


def test_the_pages_of_the_second_step_take_few_queries(careful, django_assert_max_num_queries):
    client = first_step(careful)
    assert len(queries_of(client, "/sign-in/second")) <= 20
    with django_assert_max_num_queries(45):
        assert second_step(client).status_code == 302


def test_the_password_alone_is_never_shown_what_the_second_step_protects(careful):
    page = first_step(careful).get("/sign-in/second").content.decode()
    assert careful.name not in page
    assert PASSWORD not in page
