"""Who is shut out by whom: the rows of docs/rooms/identity-lockouts.md that stand at this room's own doors."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.throttle import Gate, TooManyAttemptsError
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import KnownStation
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.recovery import challenges
from nanhu.platforms.identity.recovery.models import Challenge
from nanhu.platforms.identity.services import activation, known_places, limits
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

pytestmark = pytest.mark.django_db
NAME = "0020260101"
PHONE = "AA-BB-CC-00-11-22"


@pytest.fixture(autouse=True)
def cheap_challenges(monkeypatch):
    monkeypatch.setattr(challenges, "configuration", lambda: replace(configuration(), challenge_bits=6))


@pytest.fixture(autouse=True)
def stopped_clock():
    with time_machine.travel(now(), tick=False):
        yield


def challenge_on(response) -> Challenge:
    return Challenge.objects.get(
        pk=re.search(r'name="challenge" value="([0-9a-f-]{36})"', response.content.decode()).group(1)
    )


def solution_on(response) -> dict[str, str]:
    challenge = challenge_on(response)
    for number in range(1 << 20):
        digest = sha256(f"{challenge.seed}:{number}".encode()).digest()
        if int.from_bytes(digest) >> (256 - challenge.bits) == 0:
            return {"challenge": str(challenge.pk), "challenge_work": str(number)}
    raise AssertionError


def fill(*gates: Gate, times: int) -> None:
    """What attackers did before the test begins. `times` are those of the table: a limit that is gone must not be filled for ever."""
    for _attempt in range(times):
        try:
            throttle.admit(gates)
        except TooManyAttemptsError:
            return


# Wi-Fi, VPN, mail


@pytest.fixture(params=["network", "mail"])
def door(request, student):
    application = register_application(by=TEST, key="door", name="门", owner="信息中心", attributes=[])
    key = clients.issue_key(by=TEST, application=application, service=request.param)

    def ask(password: str, station: str, name: str = NAME) -> int:
        facts = urlencode({"User-Name": name, "User-Password": password, "Calling-Station-Id": station})
        headers = {"X-Nanhu-Radius-Key": key}
        answer = Client().post("/radius/authenticate", facts, "application/x-www-form-urlencoded", headers=headers)
        return answer.status_code

    ask.service = request.param
    return ask


def stormed_by_invented_stations(door) -> None:
    """75 wrong passwords, each from another MAC address: the last few by the door itself."""
    fill(Gate(limits.SERVICE_NAME, f"{door.service}|{NAME}"), times=72)
    for number in range(3):
        door(f"guess {number}", f"02-00-00-00-00-{number:02X}")


def test_a_station_that_came_in_before_is_kept_out_by_nobody(door):
    home = "198.51.100.23"
    assert door(PASSWORD, PHONE) == door(PASSWORD, home) == 200
    stormed_by_invented_stations(door)

    assert door(PASSWORD, "DD-EE-FF-00-11-22") == 429, "a new device waits while the storm lasts"
    assert door(PASSWORD, PHONE) == 200
    assert door(PASSWORD, "aa:bb:cc:00:11:22") == 200, "the same card as another access point writes it"
    assert door(PASSWORD, home) == 200


def test_a_known_station_is_no_way_to_guess_without_end(door):
    assert door(PASSWORD, PHONE) == 200
    spellings = [PHONE, PHONE.replace("-", ":"), PHONE.lower(), PHONE.replace("-", "")]
    answers = [door(f"guess {number}", spellings[number % 4]) for number in range(16)]
    assert answers.count(401) == limits.SERVICE_STATION.free + 1


def test_a_station_is_known_at_its_own_door_only_and_for_ninety_days(door, student):
    other = next(one for one in limits.SERVICES if one != door.service)
    known_places.note_station(account=student.account, service=other, address="DD-EE-FF-00-11-22")
    assert door(PASSWORD, PHONE) == 200
    stormed_by_invented_stations(door)
    assert door(PASSWORD, "DD-EE-FF-00-11-22") == 429
    KnownStation.objects.update(last_used_at=now() - timedelta(days=89))
    assert known_places.is_station_known(account=student.account, service=door.service, address=PHONE)
    KnownStation.objects.update(last_used_at=now() - timedelta(days=91))
    assert door(PASSWORD, PHONE) == 429


def test_thirty_stations_are_known_at_a_door_and_the_oldest_is_forgotten(student):
    start = now()
    for number in range(31):
        with time_machine.travel(start + timedelta(minutes=number), tick=False):
            known_places.note_station(account=student.account, service="mail", address=f"198.51.100.{number}")
    known = [
        known_places.is_station_known(account=student.account, service="mail", address=f"198.51.100.{number}")
        for number in range(31)
    ]
    assert known == [False] + [True] * 30


def test_a_station_of_somebody_else_is_no_known_one(door, teacher):
    assert door(PASSWORD, PHONE, name="T00123") == 200
    stormed_by_invented_stations(door)
    assert door(PASSWORD, PHONE) == 429


def test_an_app_password_is_kept_out_by_nobody(door, student):
    text = app_passwords.make(by=TEST, account=student.account, name="手机", service=door.service)
    stormed_by_invented_stations(door)
    assert door(text, "DD-EE-FF-00-11-22") == 200


@pytest.fixture
def few_names(monkeypatch):
    monkeypatch.setattr(limits, "PASSWORD", replace(limits.PASSWORD, free=4))


def test_one_password_on_many_names_is_slowed_from_wherever_it_comes(door, few_names):
    answers = [door("Sunshine-2026!", f"02-00-00-00-01-{number:02X}", name=f"8{number:07}") for number in range(7)]
    assert answers[:5] == [401] * 5
    assert answers[-1] == 429
    assert door(PASSWORD, PHONE) == 200


# The sign-in page


@pytest.fixture
def closed_address(student):
    """A neighbour behind the same address closed its gate, and has solved challenges all along as well."""
    fill(Gate(limits.ADDRESS, "10.9.8.7"), times=250)
    fill(Gate(limits.SOLVED_ADDRESS, "10.9.8.7"), times=400)


def test_a_remembered_browser_is_kept_out_by_no_neighbour(student):
    mine = Client(REMOTE_ADDR="10.9.8.7")
    sign_in(mine, NAME, remember="on")
    mine.post("/sign-out")
    fill(Gate(limits.ADDRESS, "10.9.8.7"), times=250)
    assert sign_in(Client(REMOTE_ADDR="10.9.8.7"), NAME).status_code == 429
    assert sign_in(mine, NAME).status_code == 302


def test_a_solved_challenge_is_kept_out_by_no_neighbour(closed_address):
    mine = Client(REMOTE_ADDR="10.9.8.7")
    blocked = sign_in(mine, NAME)
    assert blocked.status_code == 429
    assert sign_in(mine, NAME, **solution_on(blocked)).status_code == 302


@pytest.mark.capability("A045.4")
def test_the_counters_password_stands_when_strangers_closed_the_name(student):
    """Wrong ones do not spend it, and a solved challenge leads past who guessed: nobody need go to the counter twice."""
    code = counter.reset(by=TEST, campus_no=NAME, reason="身份证，当面核对")
    mine = Client(REMOTE_ADDR="10.9.8.7")
    for place in range(14):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{place}"), NAME, "guess")
    blocked = sign_in(mine, NAME, code)
    assert blocked.status_code == 429
    assert sign_in(mine, NAME, code, **solution_on(blocked)).status_code == 302


def test_challenges_grow_dearer_where_many_are_solved(closed_address):
    here, there = Client(REMOTE_ADDR="10.9.8.7"), Client(REMOTE_ADDR="198.51.100.1")
    fill(Gate(limits.NAME, NAME), times=20)
    dear, cheap = (challenge_on(sign_in(client, NAME)).bits for client in (here, there))
    assert dear > cheap, "what is solved here costs more than there"
    assert dear <= cheap + 5, "at most thirty-two times the work"


def test_a_browser_known_elsewhere_is_not_closed_by_another_known_browser(student):
    """The library's computer that was once told to remember somebody."""
    library, mine = Client(), Client()
    for client in (library, mine):
        sign_in(client, NAME, remember="on")
        client.post("/sign-out")
    answers = [sign_in(library, NAME, "guess").status_code for _guess in range(8)]
    assert answers[-1] == 429
    assert sign_in(mine, NAME).status_code == 302


def test_who_solves_challenges_everywhere_does_not_close_the_network_its_owner_uses(student):
    mine = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(mine, NAME)
    fill(Gate(limits.NAME, NAME), times=20)
    fill(Gate(limits.SOLVED, NAME), times=110)

    for address, expected in (("198.51.100.1", 302), ("203.0.113.80", 429)):
        fresh = Client(REMOTE_ADDR=address)
        assert sign_in(fresh, NAME, **solution_on(sign_in(fresh, NAME))).status_code == expected


def test_solved_challenges_of_one_network_end(student, monkeypatch):
    monkeypatch.setattr(limits, "SOLVED_PAIR", replace(limits.SOLVED_PAIR, free=3))
    fill(Gate(limits.NAME, NAME), times=20)
    guesser, answers = Client(REMOTE_ADDR="203.0.113.80"), []
    page = sign_in(guesser, NAME, "guess")
    for number in range(7):
        page = sign_in(guesser, NAME, f"guess {number}", **solution_on(page))
        answers.append(page.status_code)
    assert answers.count(200) == limits.SOLVED_PAIR.free + 1


def test_one_password_on_many_names_is_slowed_on_the_page(student, few_names):
    answers = [
        sign_in(Client(REMOTE_ADDR=f"203.0.{number}.1"), f"8{number:07}", "Sunshine-2026!").status_code
        for number in range(7)
    ]
    assert answers[:5] == [200] * 5
    assert answers[-1] == 429
    assert sign_in(Client(REMOTE_ADDR="198.51.100.1"), NAME).status_code == 302


@pytest.mark.parametrize("address", ["/sign-in/passkey/options", "/sign-in/scan/start"])
def test_a_browser_that_was_signed_in_is_not_held_up_by_what_neighbours_begin(student, address):
    mine = Client(REMOTE_ADDR="10.9.8.7")
    sign_in(mine, NAME)
    mine.post("/sign-out")
    fill(Gate(attempts.STRANGER, "10.9.8.7"), times=320)

    assert Client(REMOTE_ADDR="10.9.8.7").post(address).status_code == 429
    assert mine.post(address).status_code in {200, 302}


# Activation


def at_second_proof(member, address: str = "10.9.8.7") -> Client:
    client = Client(REMOTE_ADDR=address)
    sign_in(client, member.numbers[0], member.tail)
    return client


def proved(client, member, **more):
    return client.post("/activate", {"name": member.name, "id_number": member.id_number, **more})


def test_a_classmate_behind_the_same_address_does_not_close_the_documents_proof(newcomer):
    classmate, mine = at_second_proof(newcomer), at_second_proof(newcomer)
    for number in range(8):
        proved(classmate, newcomer, id_number=f"43060220080315{number:04}")
    blocked = proved(mine, newcomer)
    assert blocked.status_code == 429
    assert proved(mine, newcomer, **solution_on(blocked)).headers["Location"] == "/setup"


def test_the_phones_proof_stands_when_the_documents_is_closed_from_everywhere(newcomer):
    own = f"account:{newcomer.account.pk}"
    fill(Gate(limits.DOCUMENT, own), times=40)
    classmate, mine = at_second_proof(newcomer), at_second_proof(newcomer)
    mine.post("/activate/code")
    code = re.search(r"\d{8}", SmsMessage.objects.get().text).group()
    for _guess in range(8):
        classmate.post("/activate", {"code": "00000000"})

    blocked = mine.post("/activate", {"code": code})
    assert blocked.status_code == 429
    assert mine.post("/activate", {"code": code, **solution_on(blocked)}).headers["Location"] == "/setup"


@pytest.mark.capability("A034.5")
def test_who_solves_every_challenge_guesses_no_document_without_end(newcomer):
    fill(Gate(limits.DOCUMENT, f"account:{newcomer.account.pk}"), times=40)
    classmate = at_second_proof(newcomer)
    challenge = proved(classmate, newcomer)
    assert challenge.status_code == 429
    assert proved(classmate, newcomer, **solution_on(challenge)).status_code == 429


def test_a_classmate_who_asks_for_codes_all_day_leaves_a_good_one_on_the_phone(newcomer):
    start = now()
    for minute in range(0, 300, 7):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False), suppress(CampusError):
            activation.send_code(by=TEST, account=newcomer.account)
    assert SmsMessage.objects.count() < 30, "the phone is not flooded"
    with time_machine.travel(start + timedelta(minutes=301), tick=False):
        mine = at_second_proof(newcomer)
        mine.post("/activate/code")
        code = re.search(r"\d{8}", SmsMessage.objects.latest("pk").text).group()
        assert mine.post("/activate", {"code": code}).headers["Location"] == "/setup"


@pytest.mark.capability("A034.1")
def test_the_initial_value_shows_nothing_of_the_phone(newcomer):
    client = at_second_proof(newcomer)
    pages = [client.get("/activate").content.decode(), client.post("/activate/code", follow=True).content.decode()]
    for page in pages:
        assert newcomer.phone[:3] + "*" not in page
        assert newcomer.phone[-4:] not in page
