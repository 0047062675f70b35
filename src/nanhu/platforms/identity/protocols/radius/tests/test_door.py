"""The door as rlm_rest and Dovecot's script knock at it."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.school import school
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.protocols.radius import front
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, counted, sign_in

NEW_PASSWORD = "Harbour-湖-Light-31"


@pytest.fixture
def wifi(db) -> Application:
    return Application.objects.create(key="wifi", name="校园 Wi-Fi", owner="信息中心")


@pytest.fixture
def key(wifi) -> str:
    return clients.issue_key(by=TEST, application=wifi, session_seconds=3600)


def said(value) -> dict[str, object]:
    return {"type": "string", "value": [value]}


def ask(key: str, name: str, password: str, station: str = "02-00-00-00-00-01", **more):
    question = {"User-Name": said(name), "User-Password": said(password), "Calling-Station-Id": said(station), **more}
    return Client().post(
        "/radius/authenticate", question, content_type="application/json", headers={"X-Nanhu-Radius-Key": key}
    )


def mail_asks(key: str, who, password: str) -> int:
    """As the script of Dovecot: by a form."""
    question = {"User-Name": who.numbers[0], "User-Password": password, "Calling-Station-Id": "192.0.2.7"}
    form = {"content_type": "application/x-www-form-urlencoded", "headers": {"X-Nanhu-Radius-Key": key}}
    return Client().post("/radius/authenticate", urlencode(question), **form).status_code


@pytest.mark.capability("A029.1", "A065.1")
def test_a_new_password_opens_mail_and_network_at_once_and_the_old_one_neither(student, wifi, key, browser):
    mail = clients.issue_key(by=TEST, application=wifi, service="mail")

    def opened_by(password):
        return [mail_asks(mail, student, password), ask(key, student.numbers[0], password).status_code]

    assert (opened_by(PASSWORD), opened_by(NEW_PASSWORD)) == ([200, 200], [401, 401])
    sign_in(browser, student.numbers[0], PASSWORD)
    typed = {"old_password": PASSWORD, "new_password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert browser.post("/account/password", typed).status_code == 302
    assert (opened_by(PASSWORD), opened_by(NEW_PASSWORD)) == ([401, 401], [200, 200])


@pytest.mark.capability("A008.1")
def test_the_one_password_opens_the_network(student, key):
    answer = ask(key, student.numbers[0], PASSWORD)

    assert answer.status_code == 200
    assert answer.json()["reply:Filter-Id"] == {"value": ["student"], "op": ":=", "do_xlat": False}
    assert answer.json()["reply:Session-Timeout"]["value"] == [3600]
    assert AuditEntry.objects.filter(action="identity.network_sign_in").count() == 1


def test_in_the_read_only_mode_the_network_opens_and_refuses_in_the_words_of_rlm_rest(student, key, read_only_now):
    answer = ask(key, student.numbers[0], PASSWORD)
    assert (answer.status_code, answer.json()["reply:Filter-Id"]["value"]) == (200, ["student"])
    refused = ask(key, student.numbers[0], "wrong-password")
    assert (refused.status_code, refused.content) == (401, b"{}")


@pytest.mark.capability("A065.2")
def test_an_app_password_for_the_network_does_and_one_for_mail_does_not(student, key):
    network = app_passwords.make(by=TEST, account=student.account, name="打印机", service="network")
    mail = app_passwords.make(by=TEST, account=student.account, name="邮件", service="mail")

    assert ask(key, student.numbers[0], network).status_code == 200
    assert ask(key, student.numbers[0], mail).status_code == 401


@pytest.mark.parametrize("name", ["0020260101", "nobody"])
def test_a_wrong_password_and_nobody_get_the_same_answer(student, key, name):
    answer = ask(key, name, "wrong-password")

    assert (answer.status_code, answer.content) == (401, b"{}")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"], ids=["letters", "bytes"])
def test_a_password_with_chinese_letters_fits(student, key, encoding):
    identity_sample.set_password_for_sample(by=TEST, campus_no=student.numbers[0], password="南湖-Reed-95é")

    said_by_server = "南湖-Reed-95é".encode().decode(encoding)
    assert ask(key, student.numbers[0], said_by_server).status_code == 200


@pytest.mark.capability("A065.2")
def test_a_mail_server_asks_by_form_and_takes_app_passwords_for_mail(student, wifi):
    key = clients.issue_key(by=TEST, application=wifi, service="mail")
    network, mail = (
        app_passwords.make(by=TEST, account=student.account, name=n, service=n) for n in ("network", "mail")
    )

    assert [mail_asks(key, student, one) for one in (PASSWORD, mail, network, "wrong", "")] == [200, 200, 401, 401, 400]
    assert AuditEntry.objects.filter(action="identity.mail_sign_in").count() == 2


@pytest.mark.capability("A008.2")
def test_a_suspended_account_opens_nothing_not_even_with_an_app_password(student, key):
    network = app_passwords.make(by=TEST, account=student.account, name="打印机", service="network")
    suspensions.suspend(by=TEST, account_id=student.account.pk, reason="核查")

    assert [ask(key, student.numbers[0], one).status_code for one in (PASSWORD, network)] == [401, 401]


def test_a_key_that_was_forgotten_stays_so_when_a_new_one_is_made(student, wifi, key):
    clients.forget(by=TEST, application=wifi)
    new = clients.issue_key(by=TEST, application=wifi)

    assert [ask(one, student.numbers[0], PASSWORD).status_code for one in (key, new)] == [403, 200]


def test_a_change_leaves_the_key_and_is_written_down(student, wifi, key):
    clients.change(by=TEST, application=wifi, session_seconds=600, service="network")
    clients.change(by=TEST, application=wifi, session_seconds=600, service="network")

    assert ask(key, student.numbers[0], PASSWORD).json()["reply:Session-Timeout"]["value"] == [600]
    assert AuditEntry.objects.filter(action="identity.change_radius_client").count() == 1


@pytest.mark.capability("A008.2")
def test_neither_initial_value_nor_closed_account_opens_it(newcomer, key):
    assert ask(key, newcomer.numbers[0], newcomer.tail).status_code == 401


def test_who_may_not_use_the_application_is_rejected(student, wifi, key):
    Application.objects.filter(pk=wifi.pk).update(is_enabled=False)

    assert ask(key, student.numbers[0], PASSWORD).status_code == 401


@pytest.mark.parametrize("wrong", ["", "x", "x" * 5000])
def test_a_server_without_the_key_is_told_nothing(student, key, wrong):
    answer = ask(wrong, student.numbers[0], PASSWORD)

    assert (answer.status_code, answer.json()) == (403, {"error": "unknown_radius_client"})


def test_a_changed_key_overlaps_for_a_day(student, wifi, key, time_machine):
    new = clients.issue_key(by=TEST, application=wifi, session_seconds=3600)

    assert {ask(one, student.numbers[0], PASSWORD).status_code for one in (key, new)} == {200}
    time_machine.move_to(now() + timedelta(hours=25), tick=False)
    assert [ask(one, student.numbers[0], PASSWORD).status_code for one in (key, new)] == [403, 200]


def test_a_server_is_known_by_its_key_before_its_body_is_read(wifi, key):
    """It needs no place among the slow senders: the overlap of a changed key counts, a key that was taken back does not."""

    def is_known(one: str) -> bool:
        front.key_hashes.forget()
        return front.is_radius_client({"HTTP_X_NANHU_RADIUS_KEY": one})

    assert [is_known(one) for one in (key, key[:-1], "", "é\0")] == [True, False, False, False]
    newer = clients.issue_key(by=TEST, application=wifi)
    assert [is_known(one) for one in (key, newer)] == [True, True]
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert [is_known(one) for one in (key, newer)] == [False, True]
    clients.forget(by=TEST, application=wifi)
    assert not is_known(newer)
    assert not front.is_radius_client({})


def test_the_key_itself_is_nowhere(key):
    assert key.encode() not in bytes(RadiusClient.objects.get().key_hash)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"User-Name": "x"}', b'{"User-Name": {"value": [1]}, "User-Password": {"value": []}}']
)
def test_what_is_no_question_is_refused(key, body):
    answer = Client().post(
        "/radius/authenticate", body, content_type="application/json", headers={"X-Nanhu-Radius-Key": key}
    )

    assert answer.status_code == 400


@pytest.mark.usefixtures("clock_stands")
def test_guessing_is_slowed(student, key):
    with time_machine.travel(now(), tick=False):
        answers = [ask(key, student.numbers[0], f"guess-{number}").status_code for number in range(12)]

    assert answers[0] == 401
    assert answers[-1] == 429


@pytest.mark.usefixtures("clock_stands")
def test_a_number_with_the_schools_realm_is_that_number_and_with_another_nobodys(student, key):
    """As the manual has it for eduroam, and as phones send it inside the tunnel too."""
    number, domain = student.numbers[0], school().domain
    answer = ask(key, f"{number}@{domain.upper()}", PASSWORD)
    assert (answer.status_code, answer.json()["reply:User-Name"]["value"]) == (200, [number])
    for realm in ("evil.example", f"lab.{domain}", "", f"{domain}@{domain}"):
        assert ask(key, f"{number}@{realm}", PASSWORD).status_code == 401, realm
    with time_machine.travel(now(), tick=False):
        guesses = [ask(key, f"{number}@{domain}", f"guess-{one}").status_code for one in range(12)]
        assert (guesses[0], guesses[-1]) == (401, 429)
        assert ask(key, number, PASSWORD).status_code == 429, "under either name it is one gate"


def test_wrong_keys_from_its_address_do_not_stop_a_server(student, key):
    wrong = [ask(f"guess-{number}", student.numbers[0], PASSWORD).status_code for number in range(40)]
    assert set(wrong) == {403}
    assert counted() == []
    assert ask(key, student.numbers[0], PASSWORD).status_code == 200
