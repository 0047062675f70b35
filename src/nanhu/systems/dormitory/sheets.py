"""A month's bills of rooms as an office hands them in: one line for each person who lives there. Pure.

The column of money says whose it is: 房间金额 is the whole room's bill, the same on each of its lines, and is split;
个人金额 is that person's own part. A plain 金额 would leave it to a guess and is refused.
"""

from collections.abc import Iterable
from typing import Final

from nanhu.kernel.sheets import Column, Lines, Sheet
from nanhu.systems.dormitory.errors import RoomSheetRefusedError


class RoomSheet(Sheet):
    def read(self, content: bytes) -> Lines:
        """Sums of rooms or sums of persons, never both."""
        lines = super().read(content)
        if any(line["whole"] for line in lines) == any(line["own"] for line in lines):
            raise RoomSheetRefusedError
        return lines

    def last(self, rows: Iterable[tuple[str, str, str, str]]) -> bytes:
        """The form, with building, room, number and name of who was charged last time."""
        keys = ("building", "room", "campus_no", "name")
        return self.form((dict(zip(keys, row, strict=True)) for row in rows), name="水电代扣")


ROOMS: Final = RoomSheet(
    Column("building", "楼栋", also=("楼号", "宿舍楼"), needed=True, width=18),
    Column("room", "房间", also=("房间号", "寝室", "寝室号"), needed=True, width=10),
    Column("campus_no", "学工号", also=("学号", "工号"), needed=True, width=18),
    Column("name", "姓名", width=12),
    Column("item", "项目", also=("费用项目",), needed=True, choices=("水费", "电费"), width=8),
    Column("month", "月份", also=("账期",), needed=True, width=12),
    Column("whole", "房间金额（元）", also=("房间金额",), width=16),
    Column("own", "个人金额（元）", also=("个人金额",), in_form=False),
    most=60_000,
    named_by=("building", "room", "campus_no", "name"),
)
