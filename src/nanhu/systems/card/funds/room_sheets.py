"""A month's bills of rooms as an office hands them in: one line for each person who lives there. Pure.

The column of money says whose it is: 房间金额 is the whole room's bill, the same on each of its lines, and is split;
个人金额 is that person's own part. A plain 金额 would leave it to a guess and is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nanhu.kernel.sheets import Column, FileRefusedError, Line, Sheet
from nanhu.systems.card.funds.room_errors import RoomSheetRefusedError

ROOMS: Final = Sheet(
    Column("building", "楼栋", also=("楼号", "宿舍楼"), needed=True, width=18),
    Column("room", "房间", also=("房间号", "寝室", "寝室号"), needed=True, width=10),
    Column("campus_no", "学工号", also=("学号", "工号"), needed=True, width=18),
    Column("name", "姓名", width=12),
    Column("item", "项目", also=("费用项目",), needed=True, choices=("水费", "电费"), width=8),
    Column("month", "月份", also=("账期",), needed=True, width=12),
    Column("whole", "房间金额（元）", also=("房间金额",), width=16),
    Column("own", "个人金额（元）", also=("个人金额",), in_form=False),
    most=60_000,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """A line of the file, as it was typed. `is_whole`: the sum is the room's and is split."""

    line: int
    building: str
    room: str
    campus_no: str
    name: str
    item: str
    month: str
    amount: str
    is_whole: bool


def read_rooms(content: bytes) -> list[RoomRow]:
    try:
        lines = ROOMS.read(content)
    except FileRefusedError as error:
        raise RoomSheetRefusedError from error
    has_whole = any(line["whole"] for line in lines)
    if has_whole == any(line["own"] for line in lines):
        raise RoomSheetRefusedError
    return [row_of(line, is_whole=has_whole) for line in lines]


def row_of(line: Line, *, is_whole: bool) -> RoomRow:
    words = {key: line[key] for key in ("building", "room", "campus_no", "name", "item", "month")}
    return RoomRow(line=line.number, amount=line["whole" if is_whole else "own"], is_whole=is_whole, **words)


def template(rows: Iterable[tuple[str, str, str, str]] = ()) -> bytes:
    """The form to fill in; `rows` are building, room, number and name of who was charged last time."""
    keys = ("building", "room", "campus_no", "name")
    return ROOMS.form((dict(zip(keys, row, strict=True)) for row in rows), name="水电代扣")
