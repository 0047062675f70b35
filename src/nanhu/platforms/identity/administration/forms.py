"""Shapes of what administrators fill in."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today, end_of
from nanhu.kernel.kit.forms import ReasonForm, offer, reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.identity.administration.models import BulkAction
from nanhu.platforms.identity.administration.services.desk import COMPARED, Document, Seen
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

MOST_TEXT = 1_000_000
EARLIEST_YEAR = 1900


class SuspendForm(ReasonForm):
    until = forms.DateField(
        label=_("停用到（含当天）"),
        required=False,
        widget=DayInput(),
        help_text=_("留空：直到有人恢复"),
    )

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is not None and day < campus_today():
            raise forms.ValidationError(_("须为今天或以后的日期"))
        return end_of(day) if day else None


class ResetForm(forms.Form):
    document = forms.ChoiceField(label=_("查验的证件"), choices=Document.choices)
    number = forms.CharField(
        label=_("证件号后六位"),
        required=False,
        max_length=40,
        help_text=_("也可以直接扫证件；校园卡等不用填"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_face_same = forms.BooleanField(label=_("本人在场，面容与证件照片一致"))
    reason = forms.CharField(label=_("原因"), max_length=200, initial=_("忘记密码"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("document") in COMPARED and not said.get("number"):
            self.add_error("number", _("请填写证件号后六位，或扫证件"))
        return said

    def seen(self) -> Seen:
        said = self.cleaned_data
        return Seen(document=Document(said["document"]), number=said["number"], is_face_same=said["is_face_same"])


class NoteForm(forms.Form):
    text = forms.CharField(label=_("备注"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=_("角色"))
    unit = people.UnitField(label=_("单位"), required=False, help_text=_("单位账号管理员必填；含下级单位"))
    ends_on = forms.DateField(
        label=_("截止日期"),
        required=False,
        widget=DayInput(),
        help_text=_("留空：没有期限"),
    )
    reason = reason_field()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [(role.key, role.name) for role in registry.roles]
        offer(self, "role", choices)

    def clean_ends_on(self) -> datetime | None:
        day = self.cleaned_data["ends_on"]
        return end_of(day) if day else None


class RevokeForm(forms.Form):
    role = forms.CharField(max_length=60)
    unit = forms.CharField(max_length=60, required=False)


class EndSessionForm(forms.Form):
    """Without one: all of them."""

    session = forms.UUIDField(required=False)


class BulkForm(forms.Form):
    """Either a list of numbers, pasted or from a text file, or a filter."""

    kind = forms.ChoiceField(label=_("办理事项"), choices=BulkAction.Kind.choices)
    numbers = forms.CharField(
        label=_("学工号名单"),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一个，或用空格、逗号隔开；可从表格里粘贴一列"),
    )
    file = forms.FileField(label=_("或上传名单（txt、csv，取第一列）"), required=False)
    unit = people.UnitField(label=_("单位"), required=False, without_kinds=("class",))
    affiliation = forms.ChoiceField(
        label=_("身份"),
        required=False,
        choices=[
            ("", _("不限")),
            ("student", _("学生")),
            ("staff", _("教职工")),
            ("temporary", _("临时人员")),
            ("guest", _("来宾")),
        ],
    )
    grade = forms.CharField(label=_("入学（入职）年份"), required=False, max_length=4)
    state = forms.ChoiceField(label=_("账号状态"), required=False, choices=[("", _("不限")), *Account.State.choices])
    reason = reason_field(example=_("写进每个人的审计日志"))
    until = forms.DateField(
        label=_("停用到（含当天）"),
        required=False,
        widget=DayInput(),
        help_text=_("只用于停用；留空：直到有人恢复"),
    )

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return end_of(day) if day else None

    def clean_grade(self) -> str:
        grade: str = self.cleaned_data["grade"].strip()
        if grade and not (grade.isdecimal() and len(grade) == len("2026") and int(grade) >= EARLIEST_YEAR):
            raise forms.ValidationError(_("四位数的年份，如 2026"))
        return grade

    def clean_file(self) -> str:
        uploaded = self.cleaned_data["file"]
        if uploaded is None:
            return ""
        if uploaded.size > MOST_TEXT:
            raise forms.ValidationError(_("文件太大：名单最多 1 MB"))
        return text_of(uploaded.read())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        has_list = bool(said.get("numbers", "").strip() or said.get("file"))
        has_filter = any(said.get(name) for name in ("unit", "affiliation", "grade", "state"))
        if has_list == has_filter:
            raise forms.ValidationError(_("要么给出名单，要么选定条件，二者取一"))
        return said

    def listed(self) -> list[str]:
        said = self.cleaned_data
        first_cells = "\n".join(line.split(",")[0] for line in said["file"].splitlines())
        text = f"{said['numbers']}\n{first_cells}"
        for separator in ",，;；、\t\r":
            text = text.replace(separator, " ")
        return [no for word in text.split() if (no := people.halfwidth(word).strip('"').strip()) and has_digit(no)]


def has_digit(text: str) -> bool:
    """A heading such as 学号 is no number."""
    return any(letter.isdigit() for letter in text)


def text_of(data: bytes) -> str:
    """As an office writes text: UTF-8, or GB 18030."""
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace").replace("\0", "")
