"""The screens say what the manual says; who goes away, cancels or forgets a card leaves nothing open."""

import time

import pytest

from nanhu.emulators.chip.tests.conftest import PIN, fill
from nanhu.emulators.kiosks.screens import PATIENCE_SECONDS
from nanhu.emulators.kiosks.tests.conftest import CARD, PAPER, walk


@pytest.mark.capability("A127.1")
def test_changing_the_payment_pin_at_the_load_kiosk(kiosk, school):
    said = walk(kiosk, "校园卡服务", "消费密码修改", "~")
    for digit in "1234":
        kiosk.press(digit)
    kiosk.press("confirm")
    assert (kiosk.view()["typed"], kiosk.screen.prompt) == ("●●●●", "请输入原密码"), (
        "six digits, and none of them shown"
    )
    kiosk.press("back")
    assert kiosk.view()["typed"] == "●●●", "one digit is taken back"
    said += walk(kiosk, "4567", "246810", "246810")
    assert said[2:] == [
        "消费密码修改 请输入原密码",
        "消费密码修改 请输入新密码",
        "消费密码修改 请再次输入新密码",
        "消费密码修改 密码修改成功",
    ]
    assert school.pins == {"payment": "246810", "enquiry": "123456"}
    [slip] = kiosk.slips
    assert slip[1:] == ["消费密码修改", "消费密码修改成功", "请牢记并妥善保管您的密码"]
    assert walk(kiosk, "返回", "~")[0].startswith("请取走您的校园卡")
    assert kiosk.screen.title.startswith("欢迎使用自助圈存机")


@pytest.mark.capability("A127.1")
def test_the_new_payment_pin_stands_on_the_card_too_or_the_screen_says_that_it_does_not(kiosk, school):
    fill(kiosk.pocket.path)
    school.pins["payment"] = PIN
    change = ("校园卡服务", "消费密码修改", "~", PIN, "246810", "246810")
    with kiosk.pocket.held(CARD):
        assert "卡上没有改：断网消费时仍用原密码" in walk(kiosk, *change)[-1]
    walk(kiosk, "返回", "~")
    school.pins["payment"] = PIN
    assert walk(kiosk, *change)[-1] == "消费密码修改 密码修改成功"
    with kiosk.pocket.card(CARD) as chip:
        assert chip.state.pin == "246810"


PAYMENT = ("KL101", "payment", ("校园卡服务", "消费密码修改", "~", "123456"))
ENQUIRY = ("KS101", "enquiry", ("自助查询", "登陆", "~", "123456", "修改密码", "123456"))


@pytest.mark.parametrize(
    ("number", "kind", "steps"),
    [
        pytest.param(*PAYMENT, marks=pytest.mark.capability("A127.1")),
        pytest.param(*ENQUIRY, marks=pytest.mark.capability("A131.1")),
    ],
)
def test_two_different_new_pins_change_nothing_and_begin_again(hall, school, number, kind, steps):
    kiosk = hall.kiosks[number]
    kiosk.tick()
    said = walk(kiosk, *steps, "246810", "246811")
    assert "不一致" in said[-1]
    assert (school.pins[kind], school.done("pin/change")) == ("123456", 0)
    said = walk(kiosk, "返回", "135790", "135790")
    assert "请输入新密码" in said[0]
    assert "密码修改成功" in said[-1]
    assert school.pins == {"payment": "123456", "enquiry": "123456"} | {kind: "135790"}


@pytest.mark.capability("A127.1")
def test_a_wrong_pin_is_told_and_nothing_happens(kiosk, school):
    said = walk(kiosk, "校园卡服务", "消费密码修改", "~", "111111", "246810", "246810")
    assert said[-1] == "消费密码修改 密码不对，还可以试 2 次。"
    assert (school.deeds, kiosk.slips, kiosk.screen.tone) == ([], [], "red")


@pytest.mark.capability("A131.1")
def test_changing_the_enquiry_pin_at_the_self_service_kiosk(hall, school):
    kiosk = hall.kiosks["KS101"]
    kiosk.tick()
    said = walk(kiosk, "自助查询", "登陆", "~", "123456", "修改密码", "123456", "246810", "246810")
    assert said[3].startswith("用户控制界面")
    assert [one.twice for one in kiosk.screen.footer] == []
    assert said[4:] == [
        "修改密码 请输入旧密码",
        "修改密码 请输入新密码",
        "修改密码 请再次输入新密码",
        "修改密码 密码修改成功",
    ]
    assert school.pins == {"payment": "123456", "enquiry": "246810"}
    [slip] = kiosk.slips
    assert not any(digits in line for line in slip for digits in ("246810", "123456", "10")), "no digit of a PIN"
    walk(kiosk, "返回")
    assert [one.label for one in kiosk.screen.footer] == ["修改密码", "退出"]


@pytest.mark.capability("A129.1")
def test_the_enquiry_pin_is_asked_before_each_service(hall, school):
    kiosk = hall.kiosks["KS101"]
    kiosk.tick()
    said = walk(kiosk, "自助查询", "登陆", "~", "123456", "余额与明细查询")
    assert said[-1] == "余额与明细查询 请输入查询密码"
    assert "库余额 ¥ 87.50" in walk(kiosk, "123456")[0]
    assert walk(kiosk, "返回", "修改密码")[-1] == "修改密码 请输入旧密码"
    walk(kiosk, "111111", "246810", "246810")
    assert school.pins["enquiry"] == "123456", "by a wrong old one nothing is changed"
    assert walk(kiosk, "返回", "挂失")[-1] == "挂失 请输入查询密码"
    walk(kiosk, "123456", "确认")
    assert school.done("loss/report") == 1


def test_taking_the_card_ends_the_session(hall):
    kiosk = hall.kiosks["KS101"]
    kiosk.tick()
    assert walk(kiosk, "自助查询", "登陆", "~", "123456", "~")[-1].startswith("欢迎使用自助圈存查询一体机")


@pytest.mark.capability("A127.2")
def test_whoever_goes_away_is_not_waited_for(kiosk):
    walk(kiosk, "校园卡服务", "消费密码修改", "~", "123456")
    kiosk.deadline += PATIENCE_SECONDS
    kiosk.press("1")
    assert kiosk.view()["seconds_left"] <= PATIENCE_SECONDS, "each touch gives its time anew"
    kiosk.deadline = time.monotonic() - 1
    kiosk.press("2")
    assert kiosk.typed == "1", "what comes too late is nobody's"
    kiosk.tick()
    assert kiosk.screen.title == "请取走您的校园卡"
    assert walk(kiosk, "~")[-1].startswith("欢迎使用自助圈存机")


@pytest.mark.capability("A127.2")
def test_cancel_at_each_step_sends_nothing(kiosk, school):
    steps = ["校园卡服务", "消费密码修改", "~", "123456", "246810"]
    for length in range(1, len(steps) + 1):
        walk(kiosk, *steps[:length])
        walk(kiosk, "取消")
        if kiosk.card:
            assert kiosk.screen.title == "请取走您的校园卡"
            walk(kiosk, "~")
        assert kiosk.screen.title.startswith("欢迎使用")
    assert school.deeds == []


@pytest.mark.capability("A127.2")
def test_taking_the_card_in_the_middle_ends_the_service(kiosk, school):
    assert walk(kiosk, "校园卡服务", "消费密码修改", "~", "123456", "~")[-1].startswith("欢迎使用")
    assert school.deeds == []


def test_a_claim_is_written_and_printed(kiosk, school):
    said = walk(kiosk, "领款服务", "圈存（补助）领款", "~", "123456")
    assert said[-1].startswith("圈存（补助）领款 领款成功 补助　¥ 150.00")
    assert school.claims == {1: "written"}
    assert kiosk.slips[0][:2] == ["湖南理工学院", "圈存（补助）领款"]


def test_a_write_that_fails_leaves_the_money_waiting(kiosk, school):
    kiosk.write_mode = "fail"
    assert "写卡失败" in walk(kiosk, "领款服务", "圈存（补助）领款", "~", "123456")[-1]
    assert school.claims == {1: "not_written"}
    assert school.waiting_fen == 15_000


def test_a_write_that_fails_after_the_right_to_it_names_the_ways_out(kiosk, school):
    kiosk.write_mode, school.has_granted = "fail", True
    said = walk(kiosk, "领款服务", "圈存（补助）领款", "~", "123456")[-1]
    assert "请再放一次卡领款" in said
    assert "到校园卡管理办公室补卡" in said
    assert (school.claims, kiosk.memory.writing) == ({1: "writing"}, None)


@pytest.mark.capability("A135.2")
def test_a_card_is_tested_without_a_pin_whether_its_chip_answers(kiosk, school):
    fill(kiosk.pocket.path)
    test = ("校园卡服务", "校园卡检测", "~")
    assert walk(kiosk, *test)[-1].startswith("校园卡检测 读卡正常，芯片没有损坏")
    walk(kiosk, "~", "返回")
    with kiosk.pocket.held(CARD):
        assert walk(kiosk, *test)[-1].startswith("校园卡检测 读不出芯片")
    walk(kiosk, "~", "返回")
    kiosk.write_mode = "dead"
    assert walk(kiosk, *test)[-1].startswith("校园卡检测 读不出芯片，这张卡已经损坏")
    assert school.deeds == []


@pytest.mark.capability("A113.1", "A113.3")
def test_a_loss_is_reported_without_the_card(kiosk, school):
    said = walk(kiosk, "校园卡服务", "挂失", "14231100001", "123456", "确认")
    assert said[2] == "挂失 请输入查询密码"
    assert said[-1] == "挂失 挂失成功 已挂失"
    assert school.deeds[-1][1]["campus_no"] == "14231100001"
    assert "已挂失" in kiosk.slips[0]


@pytest.mark.capability("A114.1", "A114.2")
def test_a_loss_is_reported_with_the_identity_card_which_is_given_back(hall, school):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    said = walk(kiosk, "挂失", "#", "确认")
    assert (said[0], said[-1]) == ("挂失 请插入身份证", "挂失 挂失成功 已挂失")
    [(operation, asked)] = school.deeds
    assert (operation, asked["id_number"]) == ("loss/report", PAPER)
    assert "已挂失" in kiosk.slips[0]
    assert walk(kiosk, "返回")[-1].startswith("请取走您的身份证")
    assert walk(kiosk, "#", "#", "挂失")[-1].startswith("挂失 请核对"), "one that lies in already is read"


@pytest.mark.capability("A119.1")
def test_a_card_is_made_for_an_identity_card(hall, school):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    said = walk(kiosk, "自助补卡", "#")
    assert said[0] == "自助补卡 请插入身份证"
    assert "工本费 ¥ 20.00" in said[1]
    assert "原卡立即作废，余额冻结，三日之后在圈存机上领取" in said[1]
    assert ("林*满　原卡号 1000000001" in said[1], school.done("reissue/finish")) == (True, 0)
    assert "从卡内余额支付（现有 ¥ 50.00）" in said[1]
    said = walk(kiosk, "确认")
    assert said == [
        "自助补卡 补卡成功，请取走新卡。 新卡号 1000000002 冻结金额 ¥ 30.00，11月25日 10:40 起在圈存机上领取。"
    ]
    assert kiosk.slips[0][1:] == ["自助补卡", "新卡号 1000000002", "冻结金额 ¥ 30.00", "11月25日 10:40 起可领取"]
    assert school.reports[-1]["cards_left"] == 119
    assert walk(kiosk, "返回")[-1].startswith("请取走您的身份证")
    assert kiosk.memory.cards_left == 119
    uid = school.deeds[-1][1]["uid"]
    assert [one["uid"] for one in hall.cards()] == [CARD, uid]


@pytest.mark.capability("A119.1")
def test_a_card_that_the_school_does_not_agree_to_stays_inside(hall, school):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    school.reissue_finish = lambda *_asked: {"outcome": "refused", "code": "no", "sentence": "余额不够付工本费"}
    assert walk(kiosk, "自助补卡", "#", "确认")[-1] == "自助补卡 余额不够付工本费"
    assert (kiosk.memory.made, kiosk.memory.making, kiosk.slips) == ([], None, [])


def test_the_wait_for_frozen_money_is_the_schools(hall, school):
    kiosk, school.frozen_hours = hall.kiosks["KR101"], 48
    kiosk.tick()
    assert "余额冻结，48 小时之后在圈存机上领取" in walk(kiosk, "自助补卡", "#")[-1]


@pytest.mark.capability("A119.3")
def test_a_jam_charges_nothing_and_stops_the_machine(hall, school):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    kiosk.write_mode = "fail"
    assert "堵卡" in walk(kiosk, "自助补卡", "#", "确认")[-1]
    assert school.deeds[-1] == ("reissue/finish", {"reissue": 7, "is_made": False})
    assert (school.reports[-1]["fault"], school.reports[-1]["cards_left"]) == ("jam", 119), "the blank is spoilt"
    assert "暂停补卡" in walk(kiosk, "返回", "#", "自助补卡")[-1]
    for fault in ("reader", "writer"):
        kiosk.mend(fault)
        assert "暂停补卡" in walk(kiosk, "返回", "自助补卡")[-1]
    kiosk.write_mode = "ok"
    kiosk.mend("")
    assert walk(kiosk, "返回", "自助补卡")[-1] == "自助补卡 请插入身份证"


@pytest.mark.capability("A119.2")
def test_an_empty_stack_makes_no_card_and_is_reported(hall, school):
    kiosk = hall.kiosks["KR101"]
    kiosk.tick()
    kiosk.mend("no_cards")
    assert school.reports[-1]["cards_left"] == 0
    assert "暂停补卡" in walk(kiosk, "自助补卡")[-1]
    assert school.deeds == []


def test_without_paper_it_works_and_says_so(kiosk, school):
    kiosk.mend("no_paper")
    walk(kiosk, "领款服务", "圈存（补助）领款", "~", "123456")
    assert school.claims == {1: "written"}
    assert kiosk.slips == []
    assert school.reports[-1]["paper"] == "out"
