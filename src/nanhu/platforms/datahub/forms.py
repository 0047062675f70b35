import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.kit.forms import offer, reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.codes import TABLES, UNIT
from nanhu.platforms.datahub.known_sources import every_source, made_for_files, made_for_tables
from nanhu.platforms.datahub.labels import table_name
from nanhu.platforms.datahub.models import GateLimit
from nanhu.platforms.datahub.services.aliases import code_said
from nanhu.platforms.datahub.services.code_rules import EDITABLE, STATUSES
from nanhu.platforms.datahub.sources import CODED, SOURCES
from nanhu.platforms.people.api import UnitField

NONE = "none:"
"""Chosen of columns that claim a field: none of them."""


class UploadForm(forms.Form):
    source = forms.ChoiceField(label=_("来源"), help_text=_("谁交来的什么文件。"))
    file = forms.FileField(label=_("文件"), allow_empty_file=True)
    dry_run = forms.BooleanField(
        label=_("只试运行"), required=False, help_text=_("说明会改什么，不写入主数据；看过之后可以直接生效。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(spec.key, f"{spec.office} · {spec.title}") for spec in [*SOURCES.values(), *made_for_files()]]
        offer(self, "source", choices)
        self.fields["file"].help_text = _(".csv、.xlsx 或 .xls，不超过 %d MB。") % configuration().upload_limit_mb


class MendForm(forms.Form):
    """One field per column of the file, with the raw value beside it."""

    def __init__(
        self,
        *args: Any,
        headers: Sequence[str],
        raw: dict[str, str],
        mandatory: Collection[str] = (),
        others: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.headers = list(headers)
        if others:
            self.fields["alike"] = forms.BooleanField(
                label=_("同一批里另外 %d 行被拒绝：同一列写法相同的，也这样改") % others,
                required=False,
                help_text=_("只改单位、类别、状态、日期这些列；姓名、号码和电话是各人自己的，不跟着改。"),
            )
        for place, header in enumerate(self.headers):
            value = raw.get(header, "")
            self.fields[f"cell-{place}"] = forms.CharField(
                label=header,
                required=header in mandatory,
                initial=value,
                max_length=500,
                strip=False,
                help_text=_("文件里：%s") % (value or _("（空）")),
            )

    def changed_cells(self) -> dict[str, str]:
        return {
            header: self.cleaned_data[f"cell-{place}"]
            for place, header in enumerate(self.headers)
            if f"cell-{place}" in self.changed_data
        }


class AliasForm(forms.Form):
    """The code is typed by its number or its name; the table says which there are."""

    table = forms.ChoiceField(label=_("代码表"))
    value = forms.CharField(label=_("写法"), max_length=40)
    code = forms.CharField(label=_("对应的代码"), max_length=40, help_text=_("代码或名称，见下面的代码表。"))
    source = forms.ChoiceField(label=_("来源"), required=False, help_text=_("只对这个来源，或对全部来源。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tables: Any = self.fields["table"]
        tables.choices = [(key, table_name(key)) for key in (*TABLES, UNIT)]
        sources: Any = self.fields["source"]
        sources.choices = [("", _("全部")), *((spec.key, f"{spec.office} · {spec.title}") for spec in SOURCES.values())]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "code" in said and "table" in said:
            found = code_said(said["table"], said["code"])
            if found is None:
                self.add_error("code", _("代码表里没有它。"))
            said["code"] = found
        return said


class CodeForm(forms.Form):
    """A code of the school's own, or one that is used no more, from a day on."""

    table = forms.ChoiceField(label=_("代码表"))
    what = forms.ChoiceField(label=_("做什么"), choices=[("add", _("加一个代码")), ("withdraw", _("停用一个代码"))])
    code = forms.CharField(label=_("代码"), max_length=20)
    name = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("停用时不填。"))
    note = forms.ChoiceField(
        label=_("这样的人算"),
        required=False,
        choices=[("", "—"), ("active", _("在校")), ("suspended", _("暂停")), ("ended", _("结束"))],
        help_text=_("只有状态表要选。"),
    )
    starts_on = forms.DateField(label=_("从哪天起"), widget=DayInput(), initial=campus_today)
    ends_on = forms.DateField(label=_("到哪天"), widget=DayInput(), required=False, help_text=_("不填：一直。"))
    reason = reason_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tables: Any = self.fields["table"]
        tables.choices = [(key, table_name(key)) for key in EDITABLE]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        is_status = said.get("table") in STATUSES
        if said.get("what") == "add":
            if not said.get("name"):
                self.add_error("name", _("填名称。"))
            if is_status and not said.get("note"):
                self.add_error("note", _("状态要说明这样的人算在校、暂停还是结束。"))
        return said | {"note": said.get("note", "") if is_status else ""}


class MapForm(forms.Form):
    """For each of our fields one of the file's headings; what must be there and is in no column is said once for all lines."""

    def __init__(
        self,
        *args: Any,
        headings: Sequence[tuple[str, str]],
        fields: Sequence[tuple[str, str, bool]],
        suggested: dict[str, str],
        contested: Mapping[str, Sequence[tuple[str, str]]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.names = [name for name, _label, _required in fields]
        for name, label, is_required in fields:
            if name in contested:
                self.fields[f"column-{name}"] = forms.ChoiceField(
                    label=label,
                    choices=[("", "—"), *contested[name], *([] if is_required else [(NONE, _("都不用"))])],
                    help_text=_("有几列都像它：选用哪一列，或者先用哪一列。"),
                )
                continue
            known = suggested.get(name, "")
            may_be_said = is_required and name in CODED
            self.fields[f"column-{name}"] = forms.ChoiceField(
                label=label,
                required=is_required and not may_be_said,
                choices=[("", _("没有这一列")), *headings],
                initial=known if known in dict(headings) else "",
                help_text=_("选一列，或在下面写所有行都是什么。") if may_be_said else "",
            )
            if may_be_said:
                self.fields[f"all-{name}"] = forms.CharField(
                    label=_("没有“%s”这一列时，所有行都是") % label, required=False, max_length=40
                )

    def said(self) -> tuple[dict[str, str], dict[str, str]]:
        found = {name: self.cleaned_data.get(f"column-{name}", "").removeprefix(NONE) for name in self.names}
        every = {name: (self.cleaned_data.get(f"all-{name}") or "").strip() for name in self.names}
        return {n: h for n, h in found.items() if h}, {n: text for n, text in every.items() if text and not found[n]}


class RollbackForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("写进审计日志。"))


class ReasonForm(forms.Form):
    reason = reason_field()


class ReleaseForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once. `seen`: which measuring its page shows."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    reason = reason_field()


class AgreeForm(forms.Form):
    """Nothing is typed: what is agreed to stands on its page."""


class OwnerForm(forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    source = forms.ChoiceField(label=_("来源"))
    unit = UnitField(label=_("负责部门"), help_text=_("它的负责人、副职、书记为这个来源的文件说话。"))
    reason = reason_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "source", [(spec.key, f"{spec.office} · {spec.title}") for spec in every_source()])


class LimitForm(forms.Form):
    """Shares are typed in percent, to a tenth, and kept in thousandths."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    measure = forms.ChoiceField(label=_("项目"), choices=GateLimit.Measure.choices)
    source = forms.ChoiceField(label=_("来源"), required=False)
    amber = forms.CharField(label=_("超过百分之几，一人看过"), max_length=6)
    red = forms.CharField(label=_("超过百分之几，两人看过"), max_length=6)
    amber_rows = forms.IntegerField(label=_("或超过多少人，一人看过"), required=False, min_value=0, max_value=1_000_000)
    reason = reason_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sources: Any = self.fields["source"]
        known = (*SOURCES.values(), *made_for_tables())
        sources.choices = [("", _("全部")), *((spec.key, f"{spec.office} · {spec.title}") for spec in known)]

    def clean_amber(self) -> int:
        return thousandths(self.cleaned_data["amber"])

    def clean_red(self) -> int:
        red = thousandths(self.cleaned_data["red"])
        if red < self.cleaned_data.get("amber", 0):
            raise forms.ValidationError(_("不能低于一人看过的标准。"))
        return red


def thousandths(text: str) -> int:
    found = re.fullmatch(r"(\d{1,3})(?:\.(\d))?", halfwidth(text).strip().removesuffix("%"))
    value = int(found.group(1)) * 10 + int(found.group(2) or 0) if found and found.group(1).isascii() else -1
    if not 0 <= value <= 1000:  # noqa: PLR2004  (thousandths of all)
        raise forms.ValidationError(_("填 0 到 100 之间的数，最多一位小数。"))
    return value


class TakeBackForm(forms.Form):
    answer = reason_field()


class SwitchForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    writer = forms.ChoiceField(label=_("改由谁供给"))
    starts_on = forms.DateField(
        label=_("起始日期"),
        widget=DayInput(),
        initial=campus_today,
        help_text=_("从这一天起，原来的供给方不能再写；已同意、到那时还没开始的切换不再生效。"),
    )
    reason = reason_field()

    def __init__(self, *args: Any, writers: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "writer", list(writers))


class NumbersForm(forms.Form):
    purpose = forms.CharField(
        label=_("为什么要看完整号码"), min_length=2, max_length=100, help_text=_("例如：与身份证复印件核对")
    )


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=[("left", "left"), ("right", "right"), ("different", "different"), ("part", "part")]
    )
    reason = forms.CharField(label=_("依据"), max_length=200)
