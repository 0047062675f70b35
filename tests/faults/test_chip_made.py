"""A card made at the kiosk gets its chip: sealed for that machine and that blank, and it loads and pays like any other."""

import pytest

from nanhu.emulators.chip.api import Pocket, terminal
from nanhu.emulators.kiosks.chipseal import SealBrokenError, open_chip
from nanhu.kernel.clock import now
from nanhu.platforms.terminals.api import LoggedRequest
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.models import Chip
from nanhu.systems.card.chip.services import keys
from nanhu.systems.card.devices.tests.asking import place_device
from nanhu.systems.card.funds.tests.conftest import SYSTEM, funds
from nanhu.systems.card.issuing.models import OrderRow
from nanhu.systems.card.issuing.tests.conftest import campus, made_batch
from nanhu.systems.card.pins.services.changing import change_pin
from nanhu.systems.card.pins.tests.conftest import PINS, WITH_X, Keypad, identify

__all__ = ["campus", "funds"]
BLANK = "04AABBCCDDEEFF"


@pytest.fixture
def order_made(campus):
    return made_batch(campus)


@pytest.fixture
def maker(funds):
    identify(funds.campus)
    keys.make_master_keys(by=SYSTEM)
    funds.campus.top_up("student", 10000)
    return place_device("KR001", "reissue_kiosk", by=SYSTEM)


def make(maker, **sequence) -> dict:
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    return maker.ask("reissue/finish", {"reissue": begun["reissue"], "is_made": True, "uid": BLANK}, **sequence)


def opened(maker, told, **other):
    given = {"key": bytes.fromhex(maker.terminal.key), "terminal": maker.terminal.number, "uid": BLANK}
    return open_chip(text=told["chip_sealed"], **given | other)


@pytest.mark.capability("A119.1")
def test_the_chip_is_empty_and_loads_what_the_holder_collects(funds, maker, tmp_path):
    pocket = Pocket(tmp_path / "chip.json")
    pocket.keep_made(opened(maker, make(maker)))
    funds.credit(fen=5000)
    kiosk = Keypad(place_device("KL001", "load_kiosk", by=SYSTEM))
    begun = kiosk.ask("claim/begin", {"card": BLANK}, pin=PINS["student"])
    with pocket.card(BLANK) as chip:
        assert terminal.read_facts(chip).balance_fen == 0
        start = terminal.begin_load(chip, amount_fen=begun["write_fen"], code=messages.terminal_code("KL001"))
        told = {"balance_fen": 0, "online_counter": start.online_counter, "random": start.random, "mac1": start.mac1}
        grant = kiosk.ask("claim/mac", {"claim": begun["claim"], **told})
        tac = terminal.finish_load(chip, mac2=grant["mac2"], at=grant["at"])
        assert terminal.read_facts(chip).balance_fen == 5000
    proof = {"online_counter": start.online_counter, "tac": tac}
    done = kiosk.ask("claim/finish", {"claim": begun["claim"], "is_written": True, "proof": proof})
    assert (done["state"], funds.balance(), Chip.objects.get(card__uid=BLANK).balance_fen) == ("written", 5000, 5000)


def test_the_seal_opens_for_that_machine_and_that_blank_alone(funds, maker):
    told = make(maker)
    assert opened(maker, told).uid == BLANK
    broken = told["chip_sealed"][:-2] + ("00" if told["chip_sealed"][-2:] != "00" else "11")
    for wrong in (
        {"key": bytes(32)},
        {"terminal": "KR002"},
        {"uid": "04AABBCCDDEE00"},
        {"text": broken},
        {"text": "zz"},
    ):
        with pytest.raises(SealBrokenError):
            opened(maker, told | ({"chip_sealed": wrong.pop("text")} if "text" in wrong else {}), **wrong)
    own = keys.card_keys(Chip.objects.get(card__uid=BLANK))
    kept = LoggedRequest.objects.latest("id").answer
    assert own.load.hex().encode() not in bytes(kept), "no key lies in the table of answers"


@pytest.mark.capability("A119.1")
def test_after_a_power_cut_the_same_question_gives_the_same_chip(funds, maker):
    begun = maker.ask("reissue/begin", {"id_number": WITH_X})
    body = {"reissue": begun["reissue"], "is_made": True, "uid": BLANK}
    first = maker.ask("reissue/finish", body, sequence=9)
    assert maker.ask("reissue/finish", body, sequence=9) == first
    again = maker.ask("reissue/finish", body, sequence=10)
    assert opened(maker, again) == opened(maker, first)
    assert Chip.objects.filter(card__uid=BLANK).count() == 1


def test_the_first_pin_does_not_come_back_to_life_with_a_new_chip(funds, maker):
    change_pin(
        by=SYSTEM, card=funds.campus.card("student"), kind="payment", old=PINS["student"], new="246813", at="test"
    )
    assert opened(maker, make(maker)).pin != PINS["student"]


def test_without_master_keys_a_card_is_made_without_a_chip(funds):
    identify(funds.campus)
    funds.campus.top_up("student", 10000)
    told = make(place_device("KR001", "reissue_kiosk", by=SYSTEM))
    assert (told["state"], "chip_sealed" in told) == ("done", False)


def test_the_offices_encoder_gets_the_chip_of_a_made_card_until_it_is_handed_over(order_made, tmp_path):
    row = order_made.rows.get(line=1)
    keys.make_master_keys(by=SYSTEM)
    encoder = place_device("KR009", "reissue_kiosk", by=SYSTEM)
    told = encoder.ask("chip/personalise", {"uid": row.plastic_uid})
    key = bytes.fromhex(encoder.terminal.key)
    made = open_chip(key, terminal="KR009", uid=row.plastic_uid, text=told["chip_sealed"])
    pocket = Pocket(tmp_path / "chip.json")
    pocket.keep_made(made)
    with pocket.card(row.plastic_uid) as chip:
        assert terminal.read_facts(chip).balance_fen == 0
    OrderRow.objects.filter(pk=row.pk).update(state="handed", handed_at=now(), handed_how="holder", handed_to=row.name)
    for uid in (row.plastic_uid, "04AABBCCDDEE11"):
        assert encoder.ask("chip/personalise", {"uid": uid})["code"] == "card.plastic_unknown"
    till = place_device("N1009", "pos", by=SYSTEM)
    assert till.ask("chip/personalise", {"uid": row.plastic_uid})["code"] == "terminal_unfit"
