"""A list of rooms is taken whole or not at all, and every wrong line is named; a bill is split to the fen."""

from datetime import date

import pytest

from nanhu.kernel.sheets import FileRefusedError
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.rules import is_billable, month_of
from nanhu.systems.dormitory.sheets import ROOMS
from nanhu.systems.dormitory.tests.rooms import HEAD, faults, line, made, pair, this_month


def test_every_fault_of_a_line_is_told_at_once(funds):
    wrong = line("999", "谁", room="", item="网费", month="下月", amount="0")
    assert len(faults(HEAD + wrong)) == 5


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-10", date(2026, 10, 1)),
        ("2026/10", date(2026, 10, 1)),
        ("202610", date(2026, 10, 1)),
        ("2026年10月", date(2026, 10, 1)),
        ("2026-10-31", date(2026, 10, 1)),
        ("2026-10-01 00:00:00", date(2026, 10, 1)),
        ("2026-13", None),
        ("十月", None),
        ("", None),
        ("0000-10", None),
        ("2026-10; DROP", None),
    ],
)
def test_a_month_is_read_as_offices_write_it(text, month):
    assert month_of(text) == month


def test_a_month_is_neither_of_the_future_nor_forgotten():
    today = date(2026, 11, 25)
    found = [is_billable(date(*when, 1), today) for when in ((2026, 12), (2026, 11), (2024, 11), (2024, 10))]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (lambda: line("999", "谁"), "没有这个学工号，或已经离校"),
        (lambda: line("", "谁"), "没有写住在这里的人的学工号"),
        (lambda: line("14231100001", "林大满"), "姓名与学工号不符"),
        (lambda: line("14231100001", "林小满", item="网费"), "项目只能是水费或电费"),
        (lambda: line("14231100001", "林小满", month="下月"), "月份写成 2026-10 这样"),
        (lambda: line("14231100001", "林小满", month="2199-01"), "月份不能在以后，也不能早于两年前"),
        (lambda: line("14231100001", "林小满", room=""), "没有写楼栋或房间"),
        (lambda: line("14231100001", "林小满", room="9" * 31), "楼栋和房间最长 30 个字"),
        (lambda: line("14231100001", "林小满", amount="0"), "金额须在 ¥ 0.01 到 ¥ 100,000.00 之间"),
        (lambda: line("14231100001", "林小满", amount="100000.01"), "金额须在 ¥ 0.01 到 ¥ 100,000.00 之间"),
        (
            lambda: line("14231100001", "林小满", amount="-5"),
            "“-5”不是有效的金额，请写成 12.50 或 1,234.50 这样的数字，最多两位小数，逗号只能隔开千位。",
        ),
        (
            lambda: line("14231100001", "林小满", amount="1.005"),
            "“1.005”不是有效的金额，请写成 12.50 或 1,234.50 这样的数字，最多两位小数，逗号只能隔开千位。",
        ),
        (lambda: line("14231100001", "林小满", amount="500.01"), "每人分到的超过代扣限额 ¥ 500.00"),
        (lambda: line("0020190123", "陈志远", room="１０１", amount="11"), "与第 2 行是同一间房，房间金额却不一样"),
        (lambda: line("0020190123", "陈志远", room="101") * 2, "与第 3 行是同一个人、同一笔账"),
    ],
)
def test_one_wrong_line_is_named_and_nothing_is_kept(funds, wrong, what):
    first = line("14231200001", "赵一鸣", room="101")
    found = faults(HEAD + first + wrong())
    assert [one[1] for one in found] == [what]
    assert found[0][0] in {3, 4}
    assert RoomList.objects.count() == 0


def test_a_sum_that_leaves_somebody_without_a_fen_is_none(funds):
    two = line("14231100001", "林小满", amount="0.01") + line("14231200001", "赵一鸣", amount="0.01")
    assert faults(HEAD + two) == [(2, "房间金额不够每人分到一分")]


def test_a_room_charged_for_that_month_names_the_list_it_stands_in(funds):
    made(funds)
    assert faults(HEAD + pair()) == [(2, "这间房这个月的电费已在“十月电费”里")]
    assert faults(HEAD + pair().replace("电费", "水费").replace("301", "302")) == []
    assert faults(HEAD + pair().replace("电费", "水费")) == []


def test_sums_of_each_person_are_taken_as_they_stand(funds):
    text = (HEAD + line("14231100001", "", amount="7.50") + line("14231200001", "", amount="2")).replace(
        "房间金额", "个人金额"
    )
    room_list = made(funds, text)
    assert (room_list.sum_fen, room_list.room_count) == (950, 1)
    assert list(room_list.shares.order_by("line").values_list("amount_fen", flat=True)) == [750, 200]


@pytest.mark.parametrize(
    "head",
    [
        "楼栋,房间,学工号,项目,月份,金额\n",
        "楼栋,房间,学工号,项目,月份\n",
        "楼栋,房间,学工号,项目,月份,房间金额,个人金额\n",
        "房间,学工号,项目,月份,房间金额\n",
        "",
    ],
)
def test_a_file_that_leaves_whose_sum_it_is_to_a_guess_is_refused(head):
    with pytest.raises(FileRefusedError):
        ROOMS.read((head + f"15号楼,301,14231100001,电费,{this_month()},10,10\n").encode())


def test_each_refusal_of_a_file_says_what_is_wrong_with_it_at_the_field():
    """A stranger's five files got one sentence, and it fitted one of them."""
    head = ",".join(one.head for one in ROOMS.columns)
    files = {
        "both": HEAD + "1号楼,101,T001,,水费,2026-11,,\n",
        "empty": "",
        "heads": head + "\n",
        "other": "甲,乙\n1,2\n",
    }
    said = {}
    for name, text in files.items():
        with pytest.raises(FileRefusedError) as refused:
            ROOMS.read(text.encode())
        assert refused.value.field == "file"
        said[name] = refused.value.message
    assert len(set(said.values())) >= 3, said
    assert "房间金额" not in said["empty"] + said["other"]


def test_the_form_that_we_hand_out_is_the_one_that_we_read(funds):
    with pytest.raises(FileRefusedError):
        ROOMS.read(ROOMS.last([]))
    rows = [("南院15号楼", "301", "14231100001", "=1+1")]
    with pytest.raises(FileRefusedError):
        ROOMS.read(ROOMS.last(rows))


def test_a_long_list_is_checked_in_a_handful_of_queries(funds, django_assert_max_num_queries):
    text = HEAD + "".join(line("14231100001", "林小满", room=str(room)) for room in range(300))
    with django_assert_max_num_queries(10):
        assert faults(text) == []
