"""Our fields in the words of the offices."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.ui import words
from nanhu.platforms.datahub.codes import TABLES, UNIT
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.people import api as people

FIELDS: Final[dict[str, str | Promise]] = {
    "name": _("姓名"),
    "short_name": _("简称"),
    "parent_code": _("上级机构"),
    "kind": _("机构类型"),
    "is_active": _("是否在用"),
    "sex": _("性别"),
    "birth_date": _("出生日期"),
    "nationality": _("国籍或地区"),
    "ethnicity": _("民族"),
    "document_kind": _("证件类型"),
    "document": _("证件号码"),
    "id_number": _("证件号码"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "campus_no": _("学工号"),
    "unit_id": _("单位"),
    "code": _("机构代码"),
    "unit_code": _("单位代码"),
    "unit_name": _("所在单位"),
    "guardian_phone": _("家长电话"),
    "category": _("人员类别"),
    "category_name": _("人员类别"),
    "status": _("状态"),
    "status_name": _("状态"),
    "state": _("是否有效"),
    "starts_on": _("开始日期"),
    "ends_on": _("结束日期"),
}


def field_label(name: str) -> str:
    """A field of a shared table is called by its own label."""
    return str(FIELDS[name]) if name in FIELDS else words.term(name)


def field_labels(names: Iterable[str]) -> str:
    return "、".join(map(field_label, names))


def office_label(source_key: str) -> str:
    if source_key == people.OVERRIDE:
        return say("学校临时更正")
    found = named_source(source_key)
    return str(found.office) if found else source_key


def table_label(key: str) -> str:
    return TABLES.get(key, key)


TABLE_NAMES: Final[dict[str, str | Promise]] = {
    "sex": _("性别"),
    "ethnicity": _("民族"),
    "country": _("国籍或地区"),
    "area": _("行政区划"),
    "document_kind": _("证件类型"),
    "person_category": _("人员类别"),
    "student_status": _("学籍状态"),
    "staff_status": _("教职工状态"),
    "unit_kind": _("机构类型"),
    UNIT: _("组织机构"),
}


def table_name(key: str) -> str:
    return str(TABLE_NAMES.get(key, key))
