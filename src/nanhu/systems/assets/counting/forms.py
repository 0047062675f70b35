"""Forms of the office's desk of counts."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit.forms import FileForm
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people.api import UnitField
from nanhu.systems.assets.counting.models import LONGEST_NUMBER
from nanhu.systems.assets.labels import MOST, SIZES
from nanhu.systems.assets.numbers import spelled
from nanhu.systems.assets.sheets import READ_TAGS

MOST_MEMBERS: Final = 60
FORMATS: Final = [("pdf", _("A4 不干胶（PDF）")), ("zpl", _("标签打印机（ZPL）"))]


class PlanForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=60)
    unit = UnitField(label=_("只盘哪个单位的"), required=False, help_text=_("不填：所有单位；含下级单位"))
    place = PlaceField(label=_("只盘哪里"), required=False, help_text=_("校区、楼或房间，含它下面的；不填：全校"))
    another_place = PlaceField(label=_("还盘哪里"), required=False)
    starts_on = forms.DateField(label=_("起始日期"), widget=DayInput(), initial=campus_today)
    ends_on = forms.DateField(label=_("截止日期"), widget=DayInput(), initial=campus_today)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("结束在开始之前。"))
        return given


class TeamForm(forms.Form):
    name = forms.CharField(label=_("小组名称"), max_length=40, help_text=_("写已有的名称，就是改那个小组"))
    members = forms.CharField(
        label=_("成员学工号"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("一行一个，或用空格隔开")
    )
    place = PlaceField(label=_("盘哪里"), required=False, help_text=_("不填：这次盘点的全部地方"))

    def clean_members(self) -> list[str]:
        numbers = self.cleaned_data["members"].replace(",", " ").replace("，", " ").split()
        if len(numbers) > MOST_MEMBERS:
            raise forms.ValidationError(_("一个小组最多 %(most)s 人") % {"most": MOST_MEMBERS})
        return list(dict.fromkeys(numbers))


class TagListForm(FileForm):
    """Read, then confirmed: what a file held stands in the text when it is shown again."""

    room = PlaceField(label=_("在哪个房间读的"), open_only=True)
    codes = forms.CharField(
        label=_("读到的标签号或资产编号"),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        help_text=_("从读写器粘贴，一行一个；后面用逗号或制表符隔开的不看"),
    )
    file = forms.FileField(
        label=_("或读写器导出的表"), required=False, help_text=_("CSV 或 xlsx，有一列叫标签号或 EPC")
    )

    def clean_file(self) -> bytes:
        return super().clean_file() if self.cleaned_data["file"] else b""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        lines = [re.split(r"[,;\t]", line)[0].strip() for line in given.get("codes", "").splitlines()]
        try:
            lines += [line["tag"] for line in READ_TAGS.read(given["file"])] if given.get("file") else []
        except CampusError as refused:
            self.add_error("file", str(refused))
        codes = given["codes"] = list(dict.fromkeys(filter(None, lines)))
        if self.has_error("file"):
            return given
        if not codes or len(codes) > READ_TAGS.most or any(len(one) > LONGEST_NUMBER for one in codes):
            raise forms.ValidationError(_("请给出读到的标签，一次最多 %(most)s 个。") % {"most": READ_TAGS.most})
        shown: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        shown["codes"], self.data = "\n".join(codes), shown
        return given


class ResultForm(forms.Form):
    note = forms.CharField(label=_("说明（可不填）"), max_length=200, required=False)


class LabelForm(forms.Form):
    """Asked by GET: printing twice harms nobody."""

    numbers = forms.CharField(label=_("资产编号"), widget=forms.Textarea(attrs={"rows": 6}), help_text=_("一行一个"))
    size = forms.ChoiceField(label=_("标签大小"), choices=[(key, f"{one.name} mm") for key, one in SIZES.items()])
    kind = forms.ChoiceField(label=_("打印方式"), choices=FORMATS)
    has_bars = forms.BooleanField(label=_("加印一维条码"), required=False)

    def clean_numbers(self) -> list[str]:
        numbers = list(dict.fromkeys(map(spelled, self.cleaned_data["numbers"].upper().split())))
        if len(numbers) > MOST or any(len(one) > LONGEST_NUMBER for one in numbers):
            raise forms.ValidationError(_("一次最多 %(most)s 个") % {"most": MOST})
        return numbers


class TypedForm(forms.Form):
    """For a label that cannot be read; the counter's script takes it, and fills in the rooms."""

    number = forms.CharField(
        label=_("资产编号"),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    room = forms.ChoiceField(label=_("房间（扫不到房间码时选）"), choices=[("", _("不改"))], required=False)
