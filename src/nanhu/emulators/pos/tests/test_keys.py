"""A device changes its key at `hello`, and neither a lost answer nor a power cut leaves it without one."""

import hashlib
import hmac
import json

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.emulators.pos.configuration import RiskLimits, Terminal
from nanhu.emulators.pos.device import Device
from nanhu.emulators.pos.keys import KeyNotes, Keys
from nanhu.emulators.pos.memory import Memory, StoredRow
from nanhu.emulators.pos.tests.conftest import KEY
from nanhu.emulators.pos.wire import Exchange

NEXT = "5a" * 32


def sealed(key: str, version: int = 2) -> dict:
    cipher = AESGCM(hmac.digest(bytes.fromhex(key), b"nanhu-terminal-1-key", "sha256"))
    nonce = bytes(12)
    blob = nonce + cipher.encrypt(nonce, bytes.fromhex(NEXT), f"N101A:{version}".encode())
    return {"version": version, "sealed": blob.hex()}


class House:
    """Answers `hello` under the keys that are good there; while it `loses` them, no answer under the next key arrives."""

    def __init__(self):
        self.key, self.next_key, self.loses = KEY, NEXT, False

    def __call__(self, _address, request, key):
        exchange = Exchange("POST", {}, "", request.text, 0.0)
        signer = next((one for one in (self.key, self.next_key) if one and is_signed(one, request)), None)
        if signer is None:
            exchange.status, exchange.verdict = 401, "unsigned"
            return exchange
        if signer == self.next_key:
            self.key, self.next_key = NEXT, None
        if self.loses and signer == NEXT:
            exchange.error = "lost"
            return exchange
        facts = {"server_time": 1764038400.0, "last_sequence": 0, "version": 0, "changes": []}
        offer = {"new_key": sealed(self.key)} if self.next_key else {}
        exchange.status, exchange.answer_body = 200, json.dumps(facts | offer)
        exchange.verdict = "genuine" if key.hex() == signer else "false"
        return exchange


def is_signed(key, request):
    right = hmac.new(bytes.fromhex(key), request.text.encode(), hashlib.sha256).hexdigest()
    return right == request.headers["Nanhu-Signature"]


@pytest.fixture
def house(monkeypatch):
    found = House()
    monkeypatch.setattr("nanhu.emulators.pos.line.send", found)
    return found


@pytest.fixture
def switched_on(tmp_path):
    """The device as after a power cut: only its file is left."""

    def switch_on(key=KEY):
        terminal = Terminal("N101A", key, "早点")
        return Device(terminal, "http://gateway", RiskLimits(), Memory(tmp_path / "memory.json"), pocket=Pocket())

    return switch_on


class Pocket:
    """No card is near."""


def key_of(device):
    return device.line.key.hex()


def test_the_new_key_is_taken_at_hello_and_kept(house, switched_on):
    device = switched_on()
    assert device.sign_on().kind == "ready"
    assert (key_of(device), house.key, house.next_key) == (NEXT, NEXT, None)
    assert key_of(switched_on()) == NEXT


def test_a_lost_answer_leaves_a_device_that_still_speaks(house, switched_on):
    house.loses, first = True, switched_on()
    first.sign_on()
    assert (key_of(first), house.key) == (KEY, NEXT)

    house.loses, again = False, switched_on()
    assert again.sign_on().kind == "ready"
    assert key_of(again) == NEXT


def test_the_key_stays_while_something_is_sealed_under_it(house, switched_on):
    device = switched_on()
    device.memory.stored.append(StoredRow(1, "04A1B2C3D4E5F6", 100, 1764038400, pin="sealed"))
    device.sign_on()
    assert key_of(device) == KEY
    device.memory.stored.clear()
    device.keep_up()
    assert key_of(device) == NEXT


def test_a_new_installation_makes_the_notes_void(house, switched_on):
    switched_on().sign_on()
    assert key_of(switched_on(key="77" * 32)) == "77" * 32


@pytest.mark.parametrize(
    "offer", [None, {}, {"version": 2, "sealed": "zz"}, sealed("33" * 32), sealed(KEY) | {"version": 3}]
)
def test_what_is_no_key_for_us_is_left_alone(offer):
    kept = []
    keys = Keys("N101A", KEY, KeyNotes(), lambda: kept.append(1))
    assert not keys.take(offer)
    assert (keys.following, kept) == (None, [])


def test_notes_survive_as_json():
    notes = KeyNotes("mark", KEY, NEXT)
    assert msgspec.json.decode(msgspec.json.encode(notes), type=KeyNotes) == notes
