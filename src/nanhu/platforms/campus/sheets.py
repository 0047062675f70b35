"""The sheet of rooms (房间表), handed in and handed out with the same columns."""

import re
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth
from nanhu.kernel.sheets import Column, Sheet, choice
from nanhu.kernel.sheets.kinds import CellError
from nanhu.platforms.campus.models import Room
from nanhu.platforms.campus.models.places import KEY_SHAPE

MOST_SEATS = 20_000
KINDS: Final = {
    "普通教室": Room.Kind.CLASSROOM,
    "多媒体教室": Room.Kind.MEDIA,
    "报告厅": Room.Kind.HALL,
    "机房": Room.Kind.COMPUTERS,
    "实验室": Room.Kind.LAB,
    "会议室": Room.Kind.MEETING,
    "办公室": Room.Kind.OFFICE,
    "寝室": Room.Kind.BEDROOM,
    "运动场馆": Room.Kind.SPORTS,
    "其他": Room.Kind.OTHER,
}
LOCKS: Final = {
    "无锁": Room.Lock.NONE,
    "机械锁": Room.Lock.KEY,
    "刷卡锁": Room.Lock.CARD,
    "密码锁": Room.Lock.CODE,
}


class NotAPlaceKeyError(CellError):
    code = "campus.not_a_place_key"
    sentence: ClassVar[str | Promise] = _("代码只有小写字母、数字、点和短横，最长 40")


class NotAFloorError(CellError):
    code = "campus.not_a_floor"
    sentence: ClassVar[str | Promise] = _("楼层写数字，地下一层写 -1")


class NotSeatsError(CellError):
    code = "campus.not_seats"
    sentence: ClassVar[str | Promise] = _("写 0 到 20000 的整数")


class NotAnAreaError(CellError):
    code = "campus.not_an_area"
    sentence: ClassVar[str | Promise] = _("面积写平方米，例如 86.50")


def place_key(said: str) -> str:
    key = halfwidth(said).strip()
    if not re.fullmatch(KEY_SHAPE, key):
        raise NotAPlaceKeyError
    return key


def floor(said: str) -> int:
    found = re.fullmatch(r"-?\d{1,2}", halfwidth(said).strip().removesuffix("层"))
    if found is None or not -9 <= int(found[0]) <= 99:  # noqa: PLR2004 - as the table's own bounds
        raise NotAFloorError
    return int(found[0])


def seats(said: str) -> int:
    number = halfwidth(said).strip()
    if not re.fullmatch(r"\d{1,5}", number) or int(number) > MOST_SEATS:
        raise NotSeatsError
    return int(number)


def area(said: str) -> str:
    """With two decimals, as the table keeps it."""
    try:
        found = Decimal(halfwidth(said).strip()).quantize(Decimal("0.01"))
        if not 0 < found < 1_000_000:  # noqa: PLR2004 - eight digits, two of them decimals
            raise NotAnAreaError
    except InvalidOperation as error:
        raise NotAnAreaError from error
    return str(found)


def words(said: str) -> list[str]:
    return [one for one in re.split(r"[、,，;；/\s]+", halfwidth(said)) if one]


ROOMS: Final = Sheet(
    Column("code", "房间代码", also=("代码",), kind=place_key, needed=True, width=20),
    Column("name", "名称", also=("房间名称",), needed=True, width=20),
    Column("building", "所在楼代码", also=("楼代码", "上级代码"), kind=place_key, needed=True, width=16),
    Column("floor", "楼层", kind=floor, needed=True, width=8),
    Column("kind", "类型", kind=choice(KINDS), needed=True, choices=tuple(KINDS)),
    Column("seats", "座位", also=("座位数",), kind=seats, width=8),
    Column("exam_seats", "考位", also=("考位数",), kind=seats, width=8),
    Column("area", "面积（㎡）", also=("面积",), kind=area, width=12),
    Column("unit", "归属单位代码", also=("单位代码",), width=14),
    Column("equipment", "设备", kind=words, width=24),
    Column("lock", "门锁", kind=choice(LOCKS), choices=tuple(LOCKS), width=10),
    most=20_000,
    named_by=("code", "name"),
)
HEADS: Final = {column.key: column.head for column in ROOMS.columns}
KIND_WORDS: Final[dict[str, str]] = {value: word for word, value in KINDS.items()}
LOCK_WORDS: Final[dict[str, str]] = {value: word for word, value in LOCKS.items()}
