"""`nanhu card_chips`: the chips of the cards and terminals that the emulators were told of."""

import json
import stat
from dataclasses import replace

import pytest
from django.core.management import call_command

from nanhu.kernel.configuration import configuration
from nanhu.systems.card.chip.management.commands import card_chips
from nanhu.systems.card.chip.models import Chip, MasterKey
from nanhu.systems.card.funds.services.difference import difference_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, monkeypatch, campus):
    """Two cards in the pocket, one strange; one terminal."""
    campus.top_up("teacher", 10_000)
    cards = [{"uid": campus.card(part).uid} for part in ("teacher", "guest")] + [{"uid": "04FFFFFFFFFFFF"}]
    path = tmp_path / "emulators"
    path.mkdir()
    (path / "pos.json").write_text(json.dumps({"cards": cards, "terminals": [{"number": "N1001"}]}))
    told = replace(configuration(), data_dir=tmp_path)
    monkeypatch.setattr(card_chips, "configuration", lambda: told)
    return path


def test_it_makes_each_chip_once_and_fills_it_with_the_wallet(folder, campus):
    call_command("card_chips", verbosity=0)
    call_command("card_chips", verbosity=0)
    assert (Chip.objects.count(), MasterKey.objects.count()) == (2, 3)
    file = folder / "chip.json"
    made = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {one["uid"]: one["balance_fen"] for one in made["cards"]} == {
        campus.card("teacher").uid: 10_000,
        campus.card("guest").uid: 0,
    }
    assert [one["terminal"] for one in made["psams"]] == ["N1001"]
    assert all(difference_of(chip).items == () for chip in Chip.objects.select_related("card"))


def test_a_card_is_given_no_master_key_and_a_module_no_load_key(folder, campus):
    call_command("card_chips", verbosity=0)
    made = json.loads((folder / "chip.json").read_text())
    masters = {row.usage: row.material for row in MasterKey.objects.all()}
    assert not any(key in json.dumps(made["cards"]) for key in masters.values())
    assert made["psams"][0]["masters"] == {"1": masters["purchase"]}


def test_new_keys_are_for_cards_made_later(folder, campus):
    call_command("card_chips", verbosity=0)
    call_command("card_chips", "--new-keys", "--algorithm=sm4", verbosity=0)
    made = json.loads((folder / "chip.json").read_text())
    assert {one["key_version"] for one in made["cards"]} == {1}
    assert made["psams"][0]["algorithms"] == {"1": "triple_des", "2": "sm4"}
