"""A pocket with one card of each algorithm and one PSAM, in a folder of its own; keys as a factory would derive them."""

import msgspec
import pytest

from nanhu.emulators.chip.pocket import Delivery, MadeCard, MadePsam, Pocket
from nanhu.emulators.chip.suites import SUITES

MASTERS = {"1": "11223344556677888877665544332211", "2": "0123456789ABCDEFFEDCBA9876543210"}
ALGORITHMS = {"1": "triple_des", "2": "sm4"}
CODE = "001122334455"
CARD, SM4_CARD = "04A1B2C3D4E5F6", "04000000000002"
PIN = "280014"
AT = "20261125120000"


def made_card(uid: str, version: str, serial: str) -> MadeCard:
    suite = SUITES[ALGORITHMS[version]]
    own = suite.derive(bytes.fromhex(MASTERS[version]), bytes.fromhex(serial)[-8:]).hex()
    return MadeCard(
        uid=uid,
        serial=serial,
        algorithm=ALGORITHMS[version],
        key_version=int(version),
        load_key=own,
        purchase_key=own,
        tac_key=own,
        pin=PIN,
        name="林小满",
        campus_no="14231100001",
    )


def fill(path) -> Pocket:
    delivery = Delivery(
        cards=(made_card(CARD, "1", "0" * 10 + "1423110001"), made_card(SM4_CARD, "2", "0" * 10 + "1423110002")),
        psams=(MadePsam(terminal="N1001", code=CODE, masters=MASTERS, algorithms=ALGORITHMS),),
    )
    path.write_bytes(msgspec.json.encode(delivery))
    return Pocket(path)


@pytest.fixture
def pocket(tmp_path):
    return fill(tmp_path / "chip.json")


def host_load(card, amount, uid=CARD):
    """The host's half of a load, with the master key the factory used."""
    from nanhu.emulators.chip import terminal

    state = card.state
    suite = SUITES[state.algorithm]
    begun = terminal.begin_load(card, amount_fen=amount, code=bytes.fromhex(CODE))
    session = suite.session(
        state.load_key, bytes.fromhex(begun.random) + begun.online_counter.to_bytes(2, "big") + b"\x80\x00"
    )
    text = amount.to_bytes(4, "big") + b"\x02" + bytes.fromhex(CODE)
    assert suite.mac(session, begun.balance_fen.to_bytes(4, "big") + text).hex().upper() == begun.mac1
    mac2 = suite.mac(session, text + bytes.fromhex(AT)).hex()
    return begun, mac2
