"""Who hands in what, and whose word counts. A school describes its own offices here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.datahub.cleaning.numbers import NumberShape
from nanhu.platforms.datahub.shared.feeds import Feed, feeds

type Kind = Literal["units", "persons", "contacts", "shared", "large"]
CSV_ENCODINGS: Final = ("utf-8-sig", "gb18030", "utf-16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field and the headers offices give it."""

    field: str
    headers: tuple[str, ...]
    is_required: bool = False
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One file of one office. `status_table` names the code table of its status column, `table` the shared table it fills;
    `is_whole`: what the file lacks is gone from that, of the `whole_by` that it names (`few_gone` rows go unseen, whatever their share,
    and `turnover` percent on a day); `has_removals`: a list may be one of changes, which says itself what is gone; `keeps_empty`: an empty cell says nothing; `values`: its
    words for codes."""

    key: str
    office: str | Promise
    title: str | Promise
    kind: Kind
    columns: tuple[Column, ...]
    encodings: tuple[str, ...] = CSV_ENCODINGS
    affiliation: str = ""
    number: NumberShape | None = None
    status_table: str = ""
    order: int = 100
    ignored: tuple[str, ...] = ()
    stale_after_days: int = 200
    table: str = ""
    is_whole: bool = False
    whole_by: tuple[str, ...] = ()
    turnover: int = 0
    few_gone: int = 0
    has_removals: bool = False
    keeps_empty: bool = False
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fields: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {column.field: column for column in self.columns})

    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_required)


def column(name: str, *headers: str, required: bool = False, sensitive: bool = False) -> Column:
    return Column(field=name, headers=headers, is_required=required, is_sensitive=sensitive)


NAME: Final = column("name", "姓名", "人员姓名", "学生姓名", "教职工姓名", "名字", required=True)
SEX: Final = column("sex", "性别", "性别码")
BIRTH: Final = column("birth_date", "出生日期", "出生年月日", "出生年月", "生日")
ETHNICITY: Final = column("ethnicity", "民族", "民族码")
NATIONALITY: Final = column("nationality", "国籍", "国籍地区", "国家地区", "国籍/地区")
DOCUMENT_KIND: Final = column("document_kind", "证件类型", "证件种类", "身份证件类型")
DOCUMENT: Final = column(
    "id_number",
    "证件号码",
    "证件号",
    "身份证件号",
    "身份证号",
    "身份证号码",
    "身份证件号码",
    required=True,
    sensitive=True,
)

UNITS: Final = SourceSpec(
    key="org.units",
    office=_("党政办公室"),
    title=_("组织机构"),
    kind="units",
    order=10,
    columns=(
        column("code", "机构代码", "单位代码", "部门代码", "单位号", required=True),
        column("name", "机构名称", "单位名称", "部门名称", required=True),
        column("short_name", "简称", "单位简称"),
        column("parent_code", "上级机构代码", "上级代码", "隶属单位号", required=True),
        column("kind", "机构类型", "单位类型"),
    ),
)
STAFF: Final = SourceSpec(
    key="hr.staff",
    office=_("人事处"),
    title=_("教职工名单"),
    kind="persons",
    affiliation="staff",
    is_whole=True,
    order=20,
    number=NumberShape(pattern=r"00(?:19|20)\d{6}", width=10),
    status_table="staff_status",
    columns=(
        column("campus_no", "工号", "职工号", "教工号", "教职工号", required=True),
        NAME,
        SEX,
        BIRTH,
        ETHNICITY,
        NATIONALITY,
        DOCUMENT_KIND,
        DOCUMENT,
        column("unit_code", "部门代码", "单位代码", "单位号"),
        column("unit_name", "部门名称", "部门", "单位", "所在部门"),
        column("category", "人员类别", "用工性质", "编制类别", required=True),
        column("starts_on", "来校日期", "入职日期", "到校日期", required=True),
        column("ends_on", "离校日期", "离职日期"),
        column("status", "在岗状态", "当前状态", "人员状态"),
        column("phone", "手机", "手机号", "手机号码", "移动电话", "联系电话", sensitive=True),
        column("email", "邮箱", "电子邮箱", "电子邮件"),
    ),
    ignored=("序号", "职称", "备注"),
)
STUDENTS: Final = SourceSpec(
    key="aa.students",
    office=_("教务处"),
    title=_("学籍名册"),
    kind="persons",
    affiliation="student",
    is_whole=True,
    order=30,
    number=NumberShape(pattern=r"1\d{10}"),
    status_table="student_status",
    columns=(
        column("campus_no", "学号", required=True),
        NAME,
        SEX,
        BIRTH,
        ETHNICITY,
        NATIONALITY,
        DOCUMENT_KIND,
        DOCUMENT,
        column("unit_code", "班级代码", "班号"),
        column("unit_name", "班级名称", "班级"),
        column("category", "学生类别", "培养层次", required=True),
        column("starts_on", "入学日期", "入学年月", required=True),
        column("ends_on", "预计毕业日期", "毕业日期"),
        column("status", "学籍状态", "学生当前状态"),
        column("phone", "联系电话", "手机", "手机号", "手机号码", sensitive=True),
        column("email", "邮箱", "电子邮箱"),
    ),
    ignored=("院系代码", "院系名称", "专业名称", "年级", "学制", "备注"),
)
CONTACTS: Final = SourceSpec(
    key="sa.contacts",
    office=_("学工处"),
    title=_("学生联系方式"),
    kind="contacts",
    affiliation="student",
    order=40,
    number=NumberShape(pattern=r"1\d{10}"),
    columns=(
        column("campus_no", "学生学号", "学号", required=True),
        NAME,
        column("phone", "本人手机", "本人电话", "学生手机", "手机号码", required=True, sensitive=True),
        column("guardian_phone", "家长电话", sensitive=True),
    ),
    ignored=("班级", "宿舍", "家长姓名", "QQ号", "辅导员", "备注"),
)
TEMPORARY: Final = SourceSpec(
    key="sec.temporary",
    office=_("保卫处"),
    title=_("临时人员"),
    kind="persons",
    affiliation="temporary",
    order=50,
    number=NumberShape(pattern=r"L\d{7}"),
    columns=(
        column("campus_no", "证号", "临时证号", required=True),
        NAME,
        SEX,
        BIRTH,
        ETHNICITY,
        NATIONALITY,
        DOCUMENT_KIND,
        DOCUMENT,
        column("unit_code", "单位代码"),
        column("unit_name", "所在单位", "单位", "部门"),
        column("category", "类型", "人员类型", "人员类别", required=True),
        column("starts_on", "有效期起", "开始日期", required=True),
        column("ends_on", "有效期止", "结束日期"),
        column("phone", "电话", "手机", "联系电话", sensitive=True),
    ),
    ignored=("登记说明",),
)


def source_of(feed: Feed) -> SourceSpec:
    declared = feed.declared.by_name
    return SourceSpec(
        key=feed.key,
        office=feed.office,
        title=feed.title,
        kind="shared",
        order=200,
        table=feed.table,
        is_whole=feed.is_whole,
        whole_by=tuple(feed.declared.whole_by),
        turnover=feed.declared.turnover,
        values=feed.values,
        columns=tuple(
            column(name, *feed.headings(name), required=declared[name].required, sensitive=declared[name].sensitive)
            for name in feed.columns
        ),
    )


OFFICES: Final = (UNITS, STAFF, STUDENTS, CONTACTS, TEMPORARY)
SOURCES: Final[dict[str, SourceSpec]] = {spec.key: spec for spec in (*OFFICES, *map(source_of, feeds()))}
CODED: Final = {
    "sex": "sex",
    "ethnicity": "ethnicity",
    "nationality": "country",
    "document_kind": "document_kind",
    "category": "person_category",
    "kind": "unit_kind",
}
"""Fields with a closed list of values, and the code table that lists them; the table of a status is its source's."""


def table_of(spec: SourceSpec, field_name: str) -> str:
    """Empty where the field takes any value."""
    if spec.kind == "shared":
        return ""
    return spec.status_table if field_name == "status" else CODED.get(field_name, "")


REGISTERS: Final = ("hr.staff", "aa.students", "sec.temporary")
SURVIVORSHIP: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("name", "sex", "birth_date", "nationality", "ethnicity", "document_kind", "id_number"), REGISTERS),
    "phone": ("hr.staff", "sa.contacts", "aa.students", "sec.temporary"),
    "email": REGISTERS,
}
"""Which office wins per field (归并优先级), strongest first."""
