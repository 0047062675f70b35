"""A form as a sheet (表格里的表单): one line a field, as an office lists what it asks; a new draft begins with them."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Final

from nanhu.kernel.sheets import Column, Line, Sheet, phrase
from nanhu.platforms.flows.body import MOST_FIELDS, Field, FieldKind
from nanhu.platforms.flows.workshop.errors import FormSheetError
from nanhu.platforms.flows.workshop.forms import FieldForm
from nanhu.platforms.flows.workshop.sketch import Sketch, bounded, put_field

KINDS: Final[Mapping[str, FieldKind]] = {
    "一行文字": "text",
    "文字": "text",
    "多行文字": "long_text",
    "数字": "number",
    "金额": "money",
    "日期": "date",
    "从哪天到哪天": "span",
    "时间": "time",
    "选一个": "one_of",
    "选几个": "some_of",
    "选人": "person",
    "选单位": "unit",
    "选房间": "room",
    "手机号": "phone",
    "证件号码": "document_number",
    "承诺打勾": "promise",
    "附件": "files",
    "明细表": "rows",
}
"""As an office writes them; a sheet is Chinese, whoever reads it."""
YES: Final = frozenset({"", "是", "必填", "√", "y", "Y"})
NO: Final = frozenset({"否", "选填", "×", "n", "N"})
BETWEEN: Final = re.compile(r"[;；、\n]+")
UNNAMED: Final = "表单"
FORM: Final = Sheet(
    Column("label", "名称", also=("项目", "字段", "填写项"), kind=phrase(60), needed=True, width=24),
    Column("kind", "填什么", also=("类型",), needed=True, choices=tuple(KINDS)),
    Column("is_required", "必填", choices=("是", "否"), width=8),
    Column("choices", "可选的内容", also=("选项",), width=30),
    Column("columns", "明细表的列", width=30),
    Column("help", "填写提示", also=("说明",), width=30),
    Column("most", "上限", width=8),
    Column("reason", "学校已有还要问的原因", width=24),
    most=MOST_FIELDS,
    named_by=("label",),
)


def is_sheet(content: bytes, file_name: str) -> bool:
    return content[:2] == b"PK" or PurePath(file_name.lower()).suffix == ".csv"


def imported(content: bytes, file_name: str, blank: Callable[[str], Sketch]) -> Sketch:
    """A draft of the file's name with its lines as the form, in their order; all of them or none."""
    sketch = blank(PurePath(file_name).stem[:60].strip() or UNNAMED)
    for line in FORM.read(content):
        sketch = put_field(sketch, field_of(line, sketch))
    return bounded(sketch)


def field_of(line: Line, sketch: Sketch) -> Field:
    """By the very form on which a field is made by hand."""
    kind = KINDS.get(line["kind"].strip())
    if kind is None:
        raise FormSheetError(line=line.number, column="填什么", what="、".join(KINDS))
    if line["is_required"].strip() not in YES | NO:
        raise FormSheetError(line=line.number, column="必填", what="是、否")
    said = {name: line[name] for name in ("label", "help", "most", "reason")}
    said |= {name: "\n".join(one.strip() for one in BETWEEN.split(line[name])) for name in ("choices", "columns")}
    said |= {"kind": kind, "is_required": "on" if line["is_required"].strip() in YES else ""}
    form = FieldForm({name: value.strip() for name, value in said.items()}, sketch=sketch)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        raise FormSheetError(line=line.number, column=label, what=errors[0])
    return form.made()
