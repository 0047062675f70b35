"""The card command by command, with the status words of the standard."""

import pytest

from nanhu.emulators.chip import terminal
from nanhu.emulators.chip.suites import SUITES
from nanhu.emulators.chip.terminal import StatusRefusedError, ask
from nanhu.emulators.chip.tests.conftest import AT, CARD, CODE, PIN, SM4_CARD, host_load


@pytest.fixture(params=[CARD, SM4_CARD])
def card(request, pocket):
    with pocket.card(request.param) as card:
        yield card


@pytest.fixture
def psam(pocket):
    return pocket.psam("N1001")


def load(card, fen):
    begun, mac2 = host_load(card, fen)
    return begun, terminal.finish_load(card, mac2=mac2, at=AT)


def status(module, head, data=b"", le=None):
    with pytest.raises(StatusRefusedError) as caught:
        ask(module, head, data, le)
    return f"{caught.value.status:04X}"


def test_a_load_moves_balance_and_counter_and_is_proven(card):
    begun, tac = load(card, 5000)
    facts = terminal.read_facts(card)
    assert (facts.balance_fen, facts.online_counter, facts.offline_counter) == (5000, 1, 0)
    text = (5000).to_bytes(4, "big") + bytes(2) + (5000).to_bytes(4, "big") + b"\x02" + bytes.fromhex(CODE + AT)
    suite = SUITES[card.state.algorithm]
    assert suite.mac(suite.fold(card.state.tac_key), text).hex().upper() == tac
    assert terminal.prove_load(card, begun.online_counter) == tac
    assert terminal.prove_load(card, 1) is None


def test_a_purchase_moves_balance_counter_and_log(card, psam):
    load(card, 5000)
    remembered = []
    grey = terminal.buy(card, psam, amount_fen=1250, at=AT, remember=lambda one: remembered.append(one.tac))
    facts = terminal.read_facts(card)
    assert remembered == [""]
    assert (facts.balance_fen, facts.offline_counter, grey.counter, grey.balance_before_fen) == (3750, 1, 0, 5000)
    suite = SUITES[card.state.algorithm]
    text = (
        (1250).to_bytes(4, "big") + b"\x06" + bytes.fromhex(CODE) + grey.term_seq.to_bytes(4, "big") + bytes.fromhex(AT)
    )
    assert suite.mac(suite.fold(card.state.tac_key), text).hex().upper() == grey.tac
    newest, oldest = terminal.read_log(card)
    assert (newest.amount_fen, newest.kind, newest.at, oldest.kind) == (1250, 6, AT, 2)


def test_the_purse_refuses_more_than_it_holds(card, psam):
    load(card, 100)
    with pytest.raises(StatusRefusedError, match="9401"):
        terminal.buy(card, psam, amount_fen=101, at=AT, remember=lambda _one: None)
    assert terminal.read_facts(card).balance_fen == 100


def test_debit_and_credit_need_their_initialize(card):
    load(card, 100)
    assert status(card, "80540100", bytes(15), 8) == "6901"
    assert status(card, "80520000", bytes(11), 4) == "6901"
    ask(card, "80500102", b"\x01" + bytes(4) + bytes(6), 0x0F)
    ask(card, "805C0002", le=4)
    assert status(card, "80540100", bytes(15), 8) == "6901"


def test_three_wrong_macs_block_the_purse(card):
    begun, _mac2 = host_load(card, 100)
    for _try in range(3):
        terminal.begin_load(card, amount_fen=100, code=bytes.fromhex(CODE))
        assert status(card, "80520000", bytes.fromhex(AT) + bytes(4), 4) == "9302"
    assert status(card, "80500002", b"\x01" + bytes([0, 0, 0, 1]) + bytes(6), 0x10) == "9303"
    assert card.state.balance == begun.balance_fen == 0


def test_the_pin_has_three_tries_and_opens_the_limits(card):
    assert status(card, "00D69200", bytes(6)) == "6982"
    assert status(card, "00200001", bytes.fromhex("000000")) == "63C2"
    terminal.verify_pin(card, PIN)
    terminal.write_limits(card, 3000, 9000)
    card.power_on()
    facts = terminal.read_facts(card)
    assert (facts.meal_limit_fen, facts.daily_limit_fen) == (3000, 9000)
    terminal.change_pin(card, PIN, "123456")
    for answer in ("63C2", "63C1", "6983", "6983"):
        assert status(card, "00200001", bytes.fromhex(PIN)) == answer


def test_a_dead_counter_is_told(card):
    state = card.changed()
    state.online_counter = state.offline_counter = 0xFFFF
    card.keep(state)
    assert status(card, "80500002", b"\x01" + bytes([0, 0, 0, 1]) + bytes(6), 0x10) == "9402"
    assert status(card, "80500102", b"\x01" + bytes(4) + bytes(6), 0x0F) == "9402"


@pytest.mark.parametrize(
    ("head", "data", "answer"),
    [
        ("80FF0000", b"", "6D00"),
        ("C0B09500", b"", "6E00"),
        ("00B09E00", b"", "6A82"),
        ("00B2FFC4", b"", "6A83"),
        ("00A40000", b"\x12\x34", "6A82"),
        ("80500109", bytes(11), "6A86"),
        ("80500102", bytes(11), "9403"),
        ("80500102", bytes(3), "6700"),
        ("805C0001", b"", "6A81"),
        ("805A0006", bytes(2), "9406"),
    ],
)
def test_strange_commands_get_their_status_word(card, head, data, answer):
    assert status(card, head, data) == answer


def test_the_psam_wants_the_cards_answer_and_knows_its_keys(card, psam):
    load(card, 100)
    assert status(psam, "80720000", bytes(4)) == "6901"
    ask(psam, "80700000", bytes(6) + bytes([0, 0, 0, 1]) + b"\x06" + bytes.fromhex(AT) + b"\x01\x01" + bytes(8), 8)
    assert status(psam, "80720000", bytes(4)) == "9302"
    unknown = bytes(6) + bytes([0, 0, 0, 1]) + b"\x06" + bytes.fromhex(AT) + b"\x09\x01" + bytes(8)
    assert status(psam, "80700000", unknown, 8) == "9403"


def test_the_psams_sequence_survives_and_never_repeats(pocket, card):
    load(card, 500)
    first = terminal.buy(card, pocket.psam("N1001"), amount_fen=1, at=AT, remember=lambda _one: None)
    second = terminal.buy(card, pocket.psam("N1001"), amount_fen=1, at=AT, remember=lambda _one: None)
    assert second.term_seq == first.term_seq + 1


def test_no_answer_holds_a_key(card):
    keys = {card.state.load_key, card.state.purchase_key, card.state.tac_key}
    for ins in range(256):
        for cla in (0x00, 0x80):
            answer = card.transmit(bytes([cla, ins, 0x95, 0x00, 0x00]))
            assert not any(key in answer for key in keys)
