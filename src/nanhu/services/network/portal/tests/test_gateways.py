"""The adapters against a controller of another hand: over UDP, forged answers, silence; the contract that every style passes."""

import hashlib
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from nanhu.services.network.api import Heard, NasTarget, Outcome, SessionTarget, gateways
from nanhu.services.network.portal.adapters import opennds, portal20, styles
from nanhu.services.network.portal.adapters.portal20 import Packet, PacketError, Type
from nanhu.services.network.portal.tests.air import Air, air, start
from nanhu.services.network.tests.gateways import GatewayTests
from nanhu.testing.patience import PATIENCE_SECONDS

NAMES = {"portal20", "opennds"}
SESSION = SessionTarget(
    sid="1", user_name="T1", station="02:11:22:33:44:0a", address="10.20.1.10", grant="n1:" + "a" * 26
)
QUICK = styles.Portal20(key="portal20", title="Portal 2.0", seconds=0.3)
PATIENT = replace(QUICK, seconds=PATIENCE_SECONDS)
"""Where an answer comes."""


class Lonely(Air):
    """Without a campus: who shows a grant comes in, accounting goes nowhere."""

    def post(self, door: str, sent: Mapping[str, str | int]) -> tuple[int, dict[str, object]]:
        is_in = door == "accounting" or str(sent["User-Password"]).startswith("n1:")
        return (200 if is_in else 401), {"reply:Class": {"value": [SESSION.grant]}}


@pytest.fixture
def controller() -> Iterator[tuple[Lonely, NasTarget]]:
    found = air("")
    found.__class__ = Lonely
    with start(found.portal_answer, address="127.0.0.1", port=0) as line:
        target = NasTarget(address="127.0.0.1", port=line.getsockname()[1], secret=found.secret.decode())
        yield found, target


class TestPortal20(GatewayTests):
    @pytest.fixture
    def gateway(self) -> styles.Portal20:
        return QUICK

    @pytest.fixture
    def target(self, controller: tuple[Lonely, NasTarget]) -> NasTarget:
        return controller[1]


def test_both_styles_are_registered() -> None:
    assert {one.key for one in gateways} >= NAMES
    assert styles.OPENNDS.expel(NasTarget(address="127.0.0.1", port=9, secret="x"), SESSION).heard == Heard.ACK


def test_in_and_out_over_udp_by_packets_of_two_hands(controller: tuple[Lonely, NasTarget]) -> None:
    found, target = controller
    phone = found.phones["a"]

    assert PATIENT.admit(target, SESSION, seconds=60).heard == Heard.ACK
    assert phone.session
    assert phone.user == "T1"
    assert PATIENT.admit(target, SESSION, seconds=60) == Outcome(heard=Heard.NAK, words=styles.ALREADY)
    assert PATIENT.expel(target, SESSION).heard == Heard.ACK
    assert not phone.session
    found.mode = "busy"
    assert PATIENT.admit(target, SESSION, seconds=60).words == styles.BUSY
    found.mode = "lossy"
    assert replace(QUICK, seconds=30.0).admit(target, SESSION, seconds=60).words == styles.AGAIN, (
        "let in, and the first answer was lost"
    )
    assert phone.session


@pytest.mark.parametrize(
    ("change", "heard"),
    [
        ({"grant": "wrong"}, Heard.NAK),
        ({"address": "10.20.9.9"}, Heard.NAK),
    ],
)
def test_what_is_refused_is_a_no(controller: tuple[Lonely, NasTarget], change: dict[str, str], heard: str) -> None:
    facts = {"sid": "1", "user_name": "T1", "station": "", "address": SESSION.address, "grant": SESSION.grant} | change

    assert PATIENT.admit(controller[1], SessionTarget(**facts), seconds=60).heard == heard


def test_a_wrong_secret_is_silence_and_a_forged_answer_is_waited_past(controller: tuple[Lonely, NasTarget]) -> None:
    _found, target = controller
    wrong = NasTarget(address=target.address, port=target.port, secret="another-secret")
    assert QUICK.admit(wrong, SESSION, seconds=60).heard == Heard.SILENCE

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.1", 0))

        def forge() -> None:
            raw, sender = forger.recvfrom(2048)
            asked = portal20.read(raw, target.secret.encode())
            said = Packet(type=Type.ACK_AUTH, serial=asked.serial, user_ip=asked.user_ip)
            forger.sendto(portal20.written(said, b"guessed", request=portal20.authenticator_of(raw)), sender)
            while not is_over.wait(0.02):
                forger.sendto(b"\x02\x04rubbish", sender)

        is_over = threading.Event()
        thread = threading.Thread(target=forge, daemon=True)
        thread.start()
        there = NasTarget(address="127.0.0.1", port=forger.getsockname()[1], secret=target.secret)
        assert QUICK.admit(there, SESSION, seconds=60).heard == Heard.SILENCE, "rubbish without end holds nobody"
        is_over.set()
        thread.join()


def test_packets_are_bytes_of_the_public_text() -> None:
    packet = Packet(type=Type.REQ_LOGOUT, serial=0x1234, user_ip="10.20.1.10")
    raw = portal20.written(packet, b"secret")

    assert raw[:16].hex() == "02050100123400000a14010a00000000"
    assert raw[16:] == hashlib.md5(raw[:16] + bytes(16) + b"secret", usedforsecurity=False).digest()
    assert portal20.read(raw, b"secret") == packet
    for place in range(len(raw)):
        broken = bytes(one ^ (place == number) for number, one in enumerate(raw))
        with pytest.raises(PacketError):
            portal20.read(broken, b"secret")


@pytest.mark.parametrize("said", [b"\x01", b"\x01\x01", b"\x01\x09ab", b"\x01\x02\x01\x02"])
def test_lying_attributes_are_no_packet(said: bytes) -> None:
    with pytest.raises(PacketError):
        portal20.attributes_in(said, 1)


@pytest.mark.parametrize("text", ["", "x", "aGlk", "=" * 5000, "/" * 64, "\ud800"])
def test_rubbish_in_fas_is_nothing(text: str) -> None:
    assert not opennds.HID.match(opennds.facts_of(text).get("hid", ""))


def test_rubbish_lists_of_an_agent_are_nobody() -> None:
    for listed in (None, [], {"clients": []}):
        with pytest.raises(opennds.NoListError):
            opennds.clients_in(listed)
    for listed in ({"clients": {"a": 1}}, {"clients": {"a": {"state": ["Authenticated"]}}}):
        assert not any(one.is_let for one in opennds.clients_in(listed).values())
