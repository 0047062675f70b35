"""docs/rooms/identity-lockouts.md: each row names tests that exist, and the doors that stand open count nobody."""

import re
from pathlib import Path

import pytest
from django.test import Client

from nanhu.kernel.models import Throttle
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.personal.services import tokens
from nanhu.platforms.identity.protocols.oidc import client_auth
from nanhu.platforms.identity.protocols.oidc.services import pending
from nanhu.platforms.identity.services import limits

ROOT = Path(__file__).parents[5]
TABLE = ROOT / "docs" / "rooms" / "identity-lockouts.md"
STOLEN = ROOT / "docs" / "rooms" / "identity.md"
DEFINED = re.compile(r"^\s*def (test_\w+)", re.MULTILINE)
OPEN = (
    "/health/live",
    "/health/ready",
    "/health/roots",
    "/.well-known/openid-configuration",
    "/oidc/jwks",
    "/saml/metadata",
    "/help/wifi",
)

SAID = {
    "sign-in page": f"{limits.NAME.free} free, then 1 a minute by name; {limits.ADDRESS.free}, then one in 2 s by address; "
    f"one password on {limits.PASSWORD.free} names",
    "the same, behind solved challenges": f"{limits.SOLVED_PAIR.free}, then 1 a minute from one network",
    "a browser that remembers several people": f"{limits.DEVICE.free}, then up to {limits.DEVICE.cap // 60} min",
    "passkey and QR: the question": f"begins {attempts.STRANGER.free}, then {attempts.STRANGER.leak:.0f} a second",
    "second factor": f"{attempts.ANYWHERE.free}, then up to {attempts.ANYWHERE.cap // 60} min",
    "second factor, code by message": f"{attempts.SENDING.free}, then up to {attempts.SENDING.cap // 3600} h",
    "activation, name and document": f"{limits.ACTIVATION_PAIR.free} at one address, {limits.DOCUMENT.free} a day",
    "activation, code to the phone": f"{limits.ACTIVATION_CODE.free}, then one in {limits.ACTIVATION_CODE.cap} s",
    "activation, sending the code": f"one in {limits.ACTIVATION_SENDING.cap // 60} min",
    "codes of 找回, three answers": f"{limits.CODES.free} ({limits.QUESTIONS.free}) free, then "
    f"{limits.QUESTIONS.cap // 3600} h",
    "changing the password, signed in": f"{limits.REAUTHENTICATION.free}, then up to "
    f"{limits.REAUTHENTICATION.cap // 60} min",
    "Wi-Fi, VPN, mail": f"{limits.SERVICE_NAME.free}, then 1 a minute; a known station {limits.SERVICE_STATION.free}, then "
    f"one in {limits.SERVICE_STATION.cap // 60} min",
    "app passwords, personal tokens": f"tokens: {tokens.GUESSING.free}, then one in 5 s by address",
    "OIDC token endpoint": f"{client_auth.FAILURES.free}, then one in 5 s",
    "OIDC, a request too long for an address": f"begins {pending.LONG_ONES.free}, then one in 2 s",
    "guest invitations": f"({sponsoring.INVITING.free} a day)",
}
"""The numbers as the limits have them: a looser limit makes the table wrong."""


def test_the_table_says_the_limits_of_the_code():
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    told = {line.split("|")[1].strip(): line for line in lines}
    assert {door: said for door, said in SAID.items() if said not in told[door]} == {}
    assert f"who solves {limits.SOLVED.free} of them" in told["the same, behind solved challenges"]


def rows() -> dict[str, list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    cells = [line.strip("|").split("|") for line in lines]
    return {row[0].strip(): re.findall(r"`(test_\w+)`", row[-1]) for row in cells}


def known_tests() -> set[str]:
    return {
        name for path in (ROOT / "src").rglob("test_*.py") for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    }


def test_what_a_stolen_secret_can_do_is_held_by_tests_that_exist():
    told = STOLEN.read_text(encoding="utf-8").partition("## One secret of each kind is stolen")[2]
    named = set(re.findall(r"`(test_\w+)`", told))
    assert len(named) > 10
    assert named - known_tests() == set()


def test_each_door_of_the_table_has_its_test():
    known, found = known_tests(), rows()
    assert len(found) > 20
    assert {door: named for door, named in found.items() if not named or not known.issuperset(named)} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("address", OPEN)
def test_open_doors_write_nothing_and_count_nobody(address):
    client = Client(REMOTE_ADDR="10.9.8.7")
    asked = queries_of(client, address)
    assert not Throttle.objects.exists()
    assert not [one for one in asked if one.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
