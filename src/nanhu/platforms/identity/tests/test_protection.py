"""Enumeration, throttling, fixation, redirects."""

import re
import threading
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import TooManyAttemptsError
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services import limits
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

pytestmark = pytest.mark.django_db


TOKEN = re.compile(r'(value="|csrftoken": ")[A-Za-z0-9]{64}"')


@pytest.fixture
def counted_hashes(monkeypatch):
    counts = {"hashes": 0}
    real = hashing.CampusArgon2Hasher.verify

    def counting(self, password, encoded):
        counts["hashes"] += 1
        return real(self, password, encoded)

    monkeypatch.setattr(hashing.CampusArgon2Hasher, "verify", counting)
    return counts


STATES = ["unknown", "awaiting_activation", "active", "suspended", "ended", "must_complete"]


def refusal_in(state, newcomer, counted_hashes):
    """The page, the number of hashes and the kinds of queries of one refused sign-in."""
    name = "9999999999" if state == "unknown" else newcomer.numbers[0]
    changes = {"is_password_due": True, "password": ""} if state in ("awaiting_activation", "must_complete") else {}
    if state != "unknown":
        identity_sample.set_password_for_sample(by=TEST, campus_no=name, password=PASSWORD)
        Account.objects.update(state=state, initial_value_used_at=None, **changes)
    counted_hashes["hashes"] = 0
    with CaptureQueriesContext(connection) as queries:
        response = sign_in(Client(REMOTE_ADDR=f"203.0.113.{STATES.index(state)}"), name, "definitely-wrong-1")
    assert "账号或密码不正确" in response.content.decode()
    ours = [query["sql"] for query in queries if re.search(r"people_|identity_|kernel_", query["sql"])]
    kinds = [(re.search(r"(people|identity|kernel)_\w+", sql).group(), sql.split()[0]) for sql in ours]
    page = TOKEN.sub("", response.content.decode()).replace(name, "")
    return response.status_code, page, counted_hashes["hashes"], kinds


@pytest.mark.capability("A042.5")
def test_every_refusal_is_the_same_in_words_and_work(newcomer, counted_hashes):
    """Same status, same page, one hash, the same queries: whether the name exists or not, in whatever state."""
    hashing.nobodys_hash()
    found = {state: refusal_in(state, newcomer, counted_hashes) for state in STATES}

    assert found["unknown"][0] == 200
    assert found["unknown"][2] == 1
    for state in STATES:
        assert found[state] == found["unknown"], state


@pytest.mark.capability("A008.2")
@pytest.mark.parametrize("state", ["suspended", "ended"])
def test_the_right_password_of_a_closed_account_is_refused_like_a_wrong_one(browser, student, state):
    Account.objects.update(state=state)
    assert "账号或密码不正确" in sign_in(browser, student.numbers[0]).content.decode()
    assert not SsoSession.objects.exists()


@pytest.mark.parametrize("name", ["0020260101", "99999999"])
@pytest.mark.usefixtures("clock_stands")
def test_failures_make_one_wait_and_waiting_helps(browser, student, name):
    """A name nobody has waits just as long."""
    for _attempt in range(6):
        assert sign_in(browser, name, "wrong").status_code == 200
    response = sign_in(browser, name, PASSWORD)
    assert response.status_code == 429
    assert "1 秒" in response.content.decode()
    assert not SsoSession.objects.exists()

    with time_machine.travel(now() + timedelta(seconds=2), tick=False):
        expected = 302 if name == student.numbers[0] else 200
        assert sign_in(browser, name, PASSWORD).status_code == expected


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\x01", "\u202e"])
@pytest.mark.usefixtures("clock_stands")
def test_a_mark_nobody_sees_makes_no_other_name(student, mark):
    """Otherwise each of them would open a fresh count for the same account."""
    with time_machine.travel(now(), tick=False):
        for number in range(12):
            name = "0020260101" if number % 2 else f"00202601{mark}01"
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), name, "guess")
        assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), f"0020260101{mark}").status_code == 429


@pytest.mark.usefixtures("clock_stands")
def test_the_wait_doubles(browser, student):
    moment, waits = now(), []
    for _attempt in range(9):
        with time_machine.travel(moment, tick=False):
            sign_in(browser, "0020260101", "wrong")
            blocked = sign_in(browser, "0020260101", "wrong")
            if blocked.status_code == 429:
                waits.append(int(re.search(r"(\d+) 秒", blocked.content.decode()).group(1)))
                moment += timedelta(seconds=waits[-1])
    assert waits[:4] == [1, 2, 4, 8]


@pytest.mark.usefixtures("clock_stands")
def test_a_blocked_attempt_costs_no_hash_and_does_not_prolong_the_wait(browser, student, counted_hashes):
    for _attempt in range(6):
        sign_in(browser, "0020260101", "wrong")
    counted_hashes["hashes"] = 0
    for _attempt in range(5):
        assert sign_in(browser, "0020260101", "wrong").status_code == 429
    assert counted_hashes["hashes"] == 0
    with time_machine.travel(now() + timedelta(seconds=2), tick=False):
        assert sign_in(browser, "0020260101").status_code == 302


@pytest.mark.usefixtures("clock_stands")
def test_strangers_from_many_addresses_cannot_lock_out_a_known_browser(browser, student):
    sign_in(browser, "0020260101", remember="on")
    browser.post("/sign-out")
    for number in range(40):
        stranger = Client(REMOTE_ADDR=f"203.0.113.{number}")
        sign_in(stranger, "0020260101", "guess")

    assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), "0020260101").status_code == 429
    assert sign_in(browser, "0020260101").status_code == 302


def test_even_a_new_browser_waits_no_longer_than_a_minute(student):
    for number in range(60):
        with time_machine.travel(now() + timedelta(minutes=2 * number), tick=False):
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), "0020260101", "guess")
    with time_machine.travel(now() + timedelta(minutes=2 * 59 + 1, seconds=1), tick=False):
        assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), "0020260101").status_code == 302


@pytest.mark.usefixtures("clock_stands")
def test_one_address_that_tries_many_names_is_slowed(student, monkeypatch):
    monkeypatch.setattr(limits, "ADDRESS", replace(limits.ADDRESS, free=40, leak=0.1))
    client = Client(REMOTE_ADDR="203.0.113.9")
    answers = [sign_in(client, f"8{number:07}", f"guess-{number}").status_code for number in range(60)]
    assert answers[:40] == [200] * 40
    assert 429 in answers[40:]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock_stands")
def test_a_hundred_attempts_at_once_are_no_way_round_the_limit():
    gates = [throttle.Gate(limits.PAIR, "0020260101|203.0.113.1"), throttle.Gate(limits.NAME, "0020260101")]
    start, admitted = threading.Barrier(12), []

    def attempt():
        start.wait()
        try:
            throttle.admit(gates)
            admitted.append(1)
        except TooManyAttemptsError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == limits.PAIR.free + 1


def test_a_shared_address_forgets_a_steady_trickle_of_mistakes(db):
    """Two thousand people behind one address, of whom somebody mistypes every four seconds, all day."""
    gate = [throttle.Gate(limits.ADDRESS, "10.0.0.1")]
    start = now()
    for second in range(0, 4000, 4):
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            throttle.admit(gate)


def test_one_ipv6_network_counts_as_one_address():
    from nanhu.kernel.throttle import network_of

    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("192.0.2.7") == "192.0.2.7"


def test_the_session_id_changes_at_sign_in(browser, student):
    """Fixation: an id that somebody else planted before is worth nothing afterwards."""
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    sign_in(browser, student.numbers[0])

    assert browser.session.session_key != planted
    assert "planted" not in browser.session
    thief = Client()
    thief.cookies["nanhu_session"] = planted
    assert thief.get("/account").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/",
        "//evil.example.com/",
        "/\\evil.example.com",
        "/\t/evil.example.com",
        "javascript:alert(1)",
        "\\\\evil.example.com",
        "http:evil.example.com",
        "",
    ],
)
@pytest.mark.capability("A024.3")
def test_next_never_leads_to_another_host(browser, student, target):
    assert sign_in(browser, student.numbers[0], next=target).headers["Location"] == "/"


@pytest.mark.capability("A024.3", "A032.2")
def test_next_leads_where_one_wanted_to_go(browser, student):
    asked = browser.get("/account?x=1&y=2")
    page = browser.get(asked.headers["Location"]).content.decode()
    kept = unescape(re.search(r'name="next" value="([^"]*)"', page)[1])
    assert sign_in(browser, student.numbers[0], next=kept).headers["Location"] == "/account?x=1&y=2"


def test_forms_ask_for_the_csrf_token(student):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, student.numbers[0]).status_code == 403


def test_a_hash_of_old_parameters_is_renewed_at_sign_in(browser, student, production_hashes):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    class Weaker(Argon2PasswordHasher):
        time_cost, memory_cost, parallelism = 1, 8 * 1024, 1

    Account.objects.update(password=Weaker().encode(PASSWORD, Weaker().salt()))
    sign_in(browser, student.numbers[0])

    kept = student.account.password
    assert "m=19456,t=3,p=1" in kept
    assert hashing.verify(PASSWORD, kept)


def test_hashing_leaves_web_threads_free(monkeypatch):
    """When all slots are taken, the next one waits a little and is told to come again."""
    from nanhu.platforms.identity.errors import HashingBusyError

    monkeypatch.setattr(hashing, "LONGEST_WAIT_SECONDS", 0.05)
    with hashing.one_slot(), hashing.one_slot(), pytest.raises(HashingBusyError):
        hashing.verify("x", "")


def test_the_house_is_checked_for_its_door(settings):
    from nanhu.platforms.identity.checks import identity_is_wired

    assert identity_is_wired() == []
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "Identity" not in one]
    assert [found.id for found in identity_is_wired()] == ["nanhu.identity.E001"]


def test_the_device_cookie_goes_over_tls_alone_where_the_campus_has_tls(browser, student, settings):
    """Whatever the proxy in between forgets to say about the line."""
    settings.SESSION_COOKIE_SECURE = True
    sign_in(browser, student.numbers[0], remember="on")

    cookie = browser.cookies["nanhu_device"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_browser_is_remembered_only_when_its_owner_says_so(browser, student):
    """A computer of the library need not tell the next one who sat there."""
    sign_in(browser, student.numbers[0])
    assert "nanhu_device" not in browser.cookies
