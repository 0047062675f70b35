"""The columns of 批量办理汇总表 (F14) and 个人办卡申请表 (F15): the same for the upload, the page and the export."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.rights.catalogue import SUB_CLASSES

DOCUMENT_KINDS: Final = (
    "居民身份证",
    "护照",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "外国人永久居留身份证",
    "其他",
)
RESIDENT_ID: Final = DOCUMENT_KINDS[0]
PASSPORT: Final = DOCUMENT_KINDS[1]
SEXES: Final = {"男": "1", "女": "2"}
NUMBER_NAMES: Final = {"student": "学号", "teacher": "教职工号", "ordinary": "编码"}
CLASS_NAMES: Final = {"student": "学生卡", "teacher": "教师卡", "ordinary": "普通卡"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`header` stands in the office's form and is not translated; `label` on the page."""

    key: str
    header: str
    label: str | Promise
    is_secret: bool = False
    width: int = 14


COLUMNS: Final = (
    Column(key="name", header="姓名", label=_("姓名"), width=12),
    Column(key="campus_no", header="学工号", label=_("学工号")),
    Column(key="sex", header="性别", label=_("性别"), width=6),
    Column(key="document_kind", header="证件类型", label=_("证件类型"), width=18),
    Column(key="document", header="证件号", label=_("证件号"), is_secret=True, width=22),
    Column(key="unit", header="部门", label=_("部门"), width=22),
    Column(key="category", header="人员类别", label=_("人员类别"), width=12),
    Column(key="photo_name", header="照片文件名", label=_("照片文件名"), width=20),
    Column(key="phone", header="电话", label=_("电话"), is_secret=True, width=14),
    Column(key="collector", header="领取人", label=_("领取人"), width=10),
    Column(key="valid_until", header="有效期", label=_("有效期"), width=14),
)
KEYS: Final = tuple(column.key for column in COLUMNS)


def needed_of(card_class: str, *, is_batch: bool) -> frozenset[str]:
    """The columns that must be filled in."""
    needed = {"name", "sex", "document_kind", "document", "unit", "category", "phone"}
    needed |= {"photo_name", "collector"} if is_batch else set()
    return frozenset(needed | {"valid_until" if card_class == "ordinary" else "campus_no"})


def headers_of(card_class: str) -> list[str]:
    """The number is called as the class calls it."""
    return [NUMBER_NAMES[card_class] if column.key == "campus_no" else column.header for column in COLUMNS]


def categories_of(card_class: str) -> tuple[str, ...]:
    return tuple(name for name in SUB_CLASSES[card_class] if name != "其他")
