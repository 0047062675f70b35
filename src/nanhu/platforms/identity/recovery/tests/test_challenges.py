"""Challenges: a way past the wait that needs no eyes, works once, and does not let strangers lock anybody out."""

import re
import threading
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.db import connection
from django.test import Client

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity.recovery import challenges
from nanhu.platforms.identity.recovery.challenges import Answer
from nanhu.platforms.identity.recovery.models import Challenge
from nanhu.platforms.identity.recovery.rules import challenge_bits, is_work_done
from nanhu.platforms.identity.recovery.tests.conftest import find, forget
from nanhu.platforms.identity.services import limits
from nanhu.platforms.identity.tests.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
NAME = "0020260101"


def worked_off(challenge: Challenge) -> str:
    """What the browser's worker does."""
    for number in range(1 << 22):
        digest = sha256(f"{challenge.seed}:{number}".encode()).digest()
        if int.from_bytes(digest) >> (256 - challenge.bits) == 0:
            return str(number)
    raise AssertionError


@pytest.fixture
def stormed(student):
    """Strangers from everywhere guess at the name, and the clock stands still."""
    with time_machine.travel(now(), tick=False):
        for number in range(40):
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), NAME, "guess")
        yield student


def challenge_on(response) -> Challenge:
    public_id = re.search(r'name="challenge" value="([0-9a-f-]{36})"', response.content.decode()).group(1)
    return Challenge.objects.get(pk=public_id)


def solved(challenge: Challenge) -> dict[str, str]:
    return {"challenge": str(challenge.pk), "challenge_work": worked_off(challenge)}


def test_nothing_is_asked_before_a_gate_closes(browser, student):
    assert "data-challenge" not in browser.get("/sign-in").content.decode()
    assert "data-challenge" not in sign_in(browser, NAME, "wrong").content.decode()
    assert not Challenge.objects.exists()


@pytest.mark.usefixtures("clock_stands")
def test_strangers_with_many_addresses_do_not_make_the_owners_new_browser_wait(stormed):
    owner = Client(REMOTE_ADDR="198.51.100.1")
    blocked = sign_in(owner, NAME)
    assert blocked.status_code == 429

    assert sign_in(owner, NAME, PASSWORD, **solved(challenge_on(blocked))).status_code == 302


@pytest.mark.usefixtures("clock_stands")
def test_a_neighbour_behind_the_same_address_does_not_either(student):
    neighbour, owner = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.1")
    with time_machine.travel(now(), tick=False):
        for _guess in range(7):
            sign_in(neighbour, NAME, "guess")
        blocked = sign_in(owner, NAME)
        assert blocked.status_code == 429
        assert sign_in(owner, NAME, PASSWORD, **solved(challenge_on(blocked))).status_code == 302


def test_letters_of_the_picture_do_as_well_for_who_has_no_script(stormed):
    owner = Client(REMOTE_ADDR="198.51.100.1")
    challenge = challenge_on(sign_in(owner, NAME))
    picture = owner.get(f"/sign-in/challenge/{challenge.pk}.png")
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert "no-store" in picture.headers["Cache-Control"]
    letters = challenges.letters_for(challenge.pk)  # drawn anew, since no test reads pictures
    challenge.refresh_from_db()
    assert letters.encode() not in bytes(challenge.answer_hash)

    answer = {"challenge": str(challenge.pk), "challenge_letters": letters.lower()}
    assert sign_in(owner, NAME, PASSWORD, **answer).status_code == 302


def test_where_programs_have_guessed_for_long_a_picture_is_no_way_any_more(stormed):
    for _guess in range(challenges.PICTURES_UP_TO):
        throttle.admit([Gate(limits.SOLVED, NAME)])
    blocked = sign_in(Client(REMOTE_ADDR="198.51.100.1"), NAME)
    challenge = challenge_on(blocked)
    assert "challenge_letters" not in blocked.content.decode()
    assert Client().get(f"/sign-in/challenge/{challenge.pk}.png").status_code == 404
    assert challenge.bits > 8


@pytest.mark.parametrize("spoil", ["used", "of another name", "late", "half done", "made up", "none"])
@pytest.mark.usefixtures("clock_stands")
def test_what_does_not_lift_the_gate(stormed, spoil):
    owner = Client(REMOTE_ADDR="198.51.100.1")
    challenge = challenge_on(sign_in(owner, NAME))
    answer = solved(challenge)
    moment = now()
    if spoil == "used":
        assert challenges.is_solved(Answer(public_id=answer["challenge"], work=answer["challenge_work"]), subject=NAME)
    elif spoil == "of another name":
        other = challenges.issue(subject="20990101")
        answer = solved(other)
    elif spoil == "late":
        moment += timedelta(minutes=4)
        for number in range(15):
            with time_machine.travel(moment, tick=False):
                sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), NAME, "guess")
    elif spoil == "half done":
        answer["challenge_work"] = str(int(answer["challenge_work"]) + 1)
    elif spoil == "made up":
        answer["challenge"] = "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"
    else:
        answer = {}
    with time_machine.travel(moment, tick=False):
        assert sign_in(owner, NAME, PASSWORD, **answer).status_code == 429


def test_one_wrong_answer_spends_the_challenge(stormed):
    challenge = challenge_on(sign_in(Client(REMOTE_ADDR="198.51.100.1"), NAME))
    letters = challenges.letters_for(challenge.pk)
    assert not challenges.is_solved(Answer(public_id=str(challenge.pk), letters="WRONG"), subject=NAME)
    assert not challenges.is_solved(Answer(public_id=str(challenge.pk), letters=letters), subject=NAME)


def test_an_empty_answer_does_not_fit_a_picture_nobody_asked_for(stormed):
    challenge = challenge_on(sign_in(Client(REMOTE_ADDR="198.51.100.1"), NAME))
    assert not challenges.is_solved(Answer(public_id=str(challenge.pk)), subject=NAME)


def test_a_name_nobody_has_is_asked_for_the_same(student):
    pages = []
    for name in (NAME, "9999999999"):
        with time_machine.travel(now(), tick=False):
            for number in range(12):
                sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), name, "guess")
            page = sign_in(Client(REMOTE_ADDR="198.51.100.1"), name, "guess").content.decode()
        page = re.sub(r'[A-Za-z0-9]{64}"|[0-9a-f]{32}|[0-9a-f-]{36}|\d+ 秒', "", page).replace(name, "")
        pages.append(page)
    assert "data-challenge" in pages[0]
    assert pages[0] == pages[1]


def test_guesses_behind_solved_challenges_are_counted_and_grow_dearer(stormed):
    first = challenges.issue(subject=NAME).bits
    for _guess in range(45):
        throttle.admit([Gate(limits.SOLVED, NAME)])
    assert challenges.issue(subject=NAME).bits == first + 3


@pytest.mark.usefixtures("clock_stands")
def test_guesses_behind_solved_challenges_end_as_well(stormed):
    gate = [Gate(limits.SOLVED, NAME)]
    refused = 0
    for _guess in range(120):
        try:
            throttle.admit(gate)
        except throttle.TooManyAttemptsError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("ask", [find, forget])
@pytest.mark.usefixtures("clock_stands")
def test_the_pages_of_getting_back_in_ask_too(student, ask):
    with time_machine.travel(now(), tick=False):
        answers = [ask(Client(), student, name=f"某{number}") for number in range(8)]
        blocked = next(answer for answer in answers if answer.status_code == 429)
        assert ask(Client(), student).status_code == 429
        assert ask(Client(), student, **solved(challenge_on(blocked))).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_that_bring_one_challenge_at_once_one_is_heard():
    challenge = challenges.issue(subject=NAME)
    answer = Answer(public_id=str(challenge.pk), work=worked_off(challenge))
    start, heard = threading.Barrier(2), []

    def bring():
        start.wait()
        heard.append(challenges.is_solved(answer, subject=NAME))
        connection.close()

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == [False, True]


@pytest.mark.parametrize("nonce", ["", "-1", "１２", "1" * 17, "0x1", "1 "])
def test_a_nonce_is_a_plain_number(nonce):
    assert not is_work_done(seed="a" * 32, nonce=nonce, bits=1)


@pytest.mark.parametrize(("failures", "bits"), [(0, 17), (9, 17), (10, 18), (20, 19), (100, 21), (10**9, 22)])
def test_work_doubles_with_the_failures_up_to_a_limit(failures, bits):
    assert challenge_bits(base=17, failures=failures, free=10) == bits
