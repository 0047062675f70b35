"""The power, the network or the school goes between any two steps: what was asked is done once, and told after."""

import pytest

from nanhu.emulators.kiosks.hall import Hall
from nanhu.emulators.kiosks.kiosk import POINTS
from nanhu.emulators.kiosks.tests.conftest import walk

CLAIM = ("领款服务", "圈存（补助）领款", "~", "123456")


@pytest.mark.parametrize("point", [*POINTS])
@pytest.mark.parametrize("times", [1, 2])
def test_a_claim_cut_anywhere_ends_once(kiosk, school, point, times):
    kiosk.cut = (point, times)
    walk(kiosk, *CLAIM)
    if kiosk.memory.power == "off":
        kiosk.power_on()
    assert kiosk.memory.pending is None
    assert kiosk.memory.writing is None
    kiosk.cut = None
    if school.waiting_fen:
        walk(kiosk, "~") if kiosk.card else None
        walk(kiosk, *CLAIM)
    assert [state for state in school.claims.values() if state == "written"] == ["written"]
    assert "writing" not in school.claims.values()


@pytest.mark.parametrize("point", [*POINTS])
@pytest.mark.parametrize("times", [1, 2])
def test_a_reissue_cut_anywhere_makes_one_card_or_none(hall, school, point, times):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    kiosk.cut = (point, times)
    walk(kiosk, "自助补卡", "#", *(("确认",) if kiosk.memory.power == "on" else ()))
    kiosk.cut = None
    if kiosk.memory.power == "off":
        kiosk.power_on()
    finished = [asked for name, asked in school.deeds if name == "reissue/finish"]
    assert len(finished) <= 1
    assert kiosk.memory.making is None
    made = sum(asked["is_made"] for asked in finished)
    assert len(kiosk.memory.made) == made == 120 - kiosk.memory.cards_left


def test_a_new_pin_whose_answer_was_lost_is_told_after_the_power_is_back(kiosk, school):
    kiosk.cut = ("answer_lost", 1)
    walk(kiosk, "校园卡服务", "消费密码修改", "~", "123456", "246810", "246810")
    assert kiosk.memory.power == "off"
    kiosk.power_on()
    assert school.done("pin/change") == 1
    walk(kiosk, "~")
    assert kiosk.screen.lines == ["上一笔业务（消费密码修改）：已办理成功"]


def test_what_was_under_way_survives_the_machine_itself(kiosk, school, folder):
    kiosk.cut = ("before_send", 1)
    walk(kiosk, "校园卡服务", "消费密码修改", "~", "123456", "246810", "246810")
    kiosk.memory.power = "on"
    kiosk.file.keep()
    again = Hall(folder / "kiosks.json", beats=False)
    again.refresh()
    again.kiosks["KL101"].tick()
    assert school.done("pin/change") == 1
    assert school.pins["payment"] == "246810"


def test_no_pin_stands_on_the_disk(kiosk, folder):
    kiosk.cut = ("before_send", 1)
    walk(kiosk, "校园卡服务", "消费密码修改", "~", "123456", "246810", "246810")
    kept = (folder / "kiosks-memory.json").read_text()
    assert "pin/change" in kept
    assert "123456" not in kept
    assert "246810" not in kept


def test_without_a_network_nothing_new_begins_before_the_old_is_known(kiosk, school):
    kiosk.switch_network("off")
    said = walk(kiosk, *CLAIM)
    assert "结果未知" in said[-1]
    walk(kiosk, "返回", "~")
    assert "还没有查到" in walk(kiosk, "校园卡服务", "消费密码修改")[-1]
    kiosk.switch_network("on")
    assert kiosk.memory.pending is None
    assert school.claims == {1: "not_written"}
    assert school.waiting_fen == 15_000


def test_a_school_that_does_not_answer_is_asked_again(kiosk, school):
    school.is_dead = True
    assert "结果未知" in walk(kiosk, *CLAIM)[-1]
    school.is_dead = False
    walk(kiosk, "返回", "~")
    walk(kiosk, "领款服务", "圈存（补助）领款", "返回", "~", "123456")
    assert list(school.claims.values()).count("written") == 1
