"""`nanhu card_emulator`: what the emulated device is given at its installation, and nobody else may read."""

import json
import stat
from dataclasses import replace
from datetime import date

import pytest
from django.core.management import call_command

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")
NUMBERS = [f"142312000{number:02d}" for number in range(14)]


@pytest.fixture
def campus():
    """Two canteens of eight windows, a bath; fourteen students."""
    windows = [
        (f"{prefix}{number}", canteen) for prefix, canteen in (("N", "一食堂"), ("D", "三食堂")) for number in range(8)
    ]
    merchants = [
        MerchantOrder(key=key, name="早点" if key[1] == "0" else f"窗口{key[1]}", canteen=canteen)
        for key, canteen in windows
    ]
    merchants.append(MerchantOrder(key="bath", name="南苑浴室", canteen="南苑"))
    terminals = [
        TerminalOrder(number=f"{m.key.upper()[:2]}0{side}", merchant_key=m.key) for m in merchants for side in "AB"
    ]
    set_up_merchants(by=BY, merchants=merchants, terminals=terminals)
    people.apply_units(
        by=BY, records=[people.UnitRecord(code="12", name="学院", kind="教学学院", parent_code="")], origin=ORIGIN
    )
    made = people.apply_records(by=BY, records=[student(number) for number in NUMBERS], origin=ORIGIN)
    issue_cards(by=BY, person_ids=made.person_ids.values())


def student(campus_no):
    tie = people.AffiliationRecord(
        kind="student", campus_no=campus_no, starts_on=date(2023, 9, 1), unit_code="12", state="active"
    )
    return people.PersonRecord(key=campus_no, name=f"学生{campus_no[-2:]}", affiliations=(tie,))


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A data folder of this test's own: others run beside it."""
    moved = replace(configuration(), data_dir=tmp_path)
    monkeypatch.setattr("nanhu.sample.management.commands.card_emulator.configuration", lambda: moved)
    return tmp_path / "emulators" / "pos.json"


@pytest.fixture
def written(campus, path):
    def written(*arguments):
        call_command("card_emulator", *arguments, verbosity=0)
        return json.loads(path.read_text())

    return written


def test_the_file_is_the_owners_alone_and_names_the_gateway(written, path):
    facts = written()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert facts["gateway"] == f"http://127.0.0.1:{configuration().gateway_port}"
    assert {"localhost", "127.0.0.1"} <= set(facts["hosts"])


def test_a_dozen_terminals_with_their_keys_are_spread_over_the_campus(written):
    terminals = written()["terminals"]
    assert len(terminals) == 12
    assert {one["canteen"] for one in terminals} == {"一食堂", "三食堂", "南苑"}
    keys = {one.number: one.key for one in Terminal.objects.all()}
    assert all(one["key"] == keys[one["number"]] for one in terminals)
    prices = {one["merchant"]: one["fixed_fen"] for one in terminals}
    assert prices["南苑浴室"] == 200
    assert prices["早点"] == 400
    assert prices["窗口1"] is None


def test_terminals_switched_off_stay_away(written):
    Terminal.objects.filter(number__startswith="N").update(state="off")
    assert not any(one["number"].startswith("N") for one in written()["terminals"])


def test_the_named_cards_come_first_and_one_does_not_pay(written):
    lost = Card.objects.order_by("-number").first()
    Card.objects.filter(pk=lost.pk).update(state="lost", lost_at="2026-01-01T00:00Z")
    cards = written(f"--campus-no={NUMBERS[5]}", f"--campus-no={NUMBERS[2]}", "--campus-no=000")["cards"]
    assert [one["campus_no"] for one in cards[:2]] == [NUMBERS[5], NUMBERS[2]]
    assert cards[0]["name"] == "学生05"
    assert (cards[2]["uid"], cards[2]["note"]) == (lost.uid, "已挂失")
    assert cards[-1]["note"] == "不是本校的卡"
    assert len({one["uid"] for one in cards}) == len(cards)


def test_writing_again_changes_nothing(written):
    assert written() == written()
