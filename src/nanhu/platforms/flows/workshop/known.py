"""What the school knows of an applicant already: a form does not ask it, or says why it asks all the same."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import term
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import choices
from nanhu.platforms.flows.body import Field

SOURCES: Final[Mapping[str, Text]] = {
    "people.name": _("姓名"),
    "people.campus_no": _("学工号"),
    "people.unit": _("单位"),
    "people.class": _("班级"),
    "people.phone": _("手机号（隐去中间几位）"),
}
NAMED: Final[Mapping[str, frozenset[str]]] = {
    "people.name": frozenset({"姓名", "名字", "申请人", "申请人姓名", "本人姓名", "学生姓名", "教师姓名"}),
    "people.campus_no": frozenset({"学号", "工号", "学工号", "职工号", "教工号", "学生学号", "学号工号"}),
    "people.unit": frozenset({"单位", "部门", "学院", "所在单位", "所在部门", "所在学院", "院系", "系别", "专业"}),
    "people.class": frozenset({"班级", "所在班级", "行政班", "班别"}),
    "people.phone": frozenset({"手机", "手机号", "电话", "联系电话", "联系方式", "手机号码", "电话号码", "本人电话"}),
}
OTHERS: Final = frozenset({"性别", "民族", "出生日期", "生日", "国籍", "政治面貌", "身份证", "身份证号", "证件号码"})
"""Of the golden record; no form is filled in from it."""
SIGNS: Final = dict.fromkeys(map(ord, " 　（）()：:／/、，,*＊的"))
PEOPLE: Final = _("人员主数据")


def sources() -> Mapping[str, Text]:
    """What a field may be filled in from, as a clerk calls it."""
    return {**SOURCES, **choices.hub_sources()}


def holder_of(field: Field) -> Text:
    """Where the school has what this field asks."""
    label = str(field.label).translate(SIGNS)
    if field.kind == "document_number" or label in OTHERS or any(label in names for names in NAMED.values()):
        return PEOPLE
    return table_with(label)


def table_with(label: str) -> Text:
    """The shared table of the data centre, about persons, with a field of this name."""
    tables = (one for one in datahub.shared_tables().values() if one.person)
    return next((term(one.name) for one in tables if any(label == field.label for field in one.fields)), "")


def asks_in_vain(field: Field) -> Text:
    """Who holds what is asked without a reason."""
    return "" if field.source or field.reason else holder_of(field)
