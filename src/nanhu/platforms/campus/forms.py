"""The shape of what the registrar's office types."""

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth
from nanhu.kernel.kit.forms import DatedForm, IntakeForm, ReasonForm, reason_field
from nanhu.kernel.ui.dates import WEEKDAYS
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.campus.models import Place, Term
from nanhu.platforms.campus.services.terms import TermOrder

PERIOD = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})")
NONE = "none"


class CloseForm(ReasonForm):
    though_held = forms.BooleanField(
        label=_("里面有占用也停用"), required=False, help_text=_("不勾：有人占用就不停用，并告诉你是谁")
    )


class RoomsForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：2026 年秋季南院各楼房间"))
    file = forms.FileField(
        label=_("房间表"),
        help_text=_("CSV 或 xlsx，一行一个房间。没有的代码新增，有的照表修改；有一行不对，整份不收。"),
    )


class TermForm(forms.Form):
    year = forms.IntegerField(
        label=_("学年开始的年份"), min_value=2000, max_value=2100, help_text=_("2026 是 2026–2027 学年")
    )
    season = forms.TypedChoiceField(label=_("学期"), choices=Term.Season.choices, coerce=int)
    name = forms.CharField(
        label=_("名称"), max_length=40, required=False, help_text=_("不填：用 2026-2027-1 这样的代码")
    )
    first_monday = forms.DateField(
        label=_("第一周的周一"), widget=DayInput(), required=False, help_text=_("没定可以先不填；没有它不能开学")
    )
    teaching_weeks = forms.IntegerField(label=_("教学周"), min_value=1, max_value=30, initial=16)
    exam_weeks = forms.IntegerField(
        label=_("考试周"), min_value=0, max_value=6, initial=2, help_text=_("接在教学周之后")
    )

    def order(self) -> TermOrder:
        said = {name: self.cleaned_data[name] for name in TermForm.base_fields}
        return TermOrder(**said)


class ChangeTermForm(TermForm):
    """Its key, of year and season, stays."""

    reason = reason_field()

    def __init__(self, *arguments: Any, term: Term, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for name in ("year", "season"):
            self.fields[name].disabled = True
            self.fields[name].initial = getattr(term, name)


class MovedDayForm(ReasonForm):
    reason = reason_field(_("依据"), _("例如：教务处 2026 年 9 月 20 日通知"))
    weekday = forms.ChoiceField(
        label=_("上哪一天的课"),
        choices=[(NONE, _("不上课")), *((str(number), word) for number, word in enumerate(WEEKDAYS, start=1))],
    )
    week = forms.IntegerField(label=_("第几周的课"), min_value=1, max_value=36, required=False)
    field_order = ("weekday", "week")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("weekday") == NONE:
            return said | {"weekday": None, "week": None}
        if said.get("weekday") and not said.get("week") and "week" not in self.errors:
            self.add_error("week", _("写明是第几周的课。"))
        return said | {"weekday": int(said["weekday"])} if said.get("weekday") else said


def campuses() -> list[tuple[str, str]]:
    return list(Place.objects.filter(kind=Place.Kind.CAMPUS).order_by("key").values_list("key", "name"))


class PeriodsForm(DatedForm):
    campus = forms.ChoiceField(label=_("校区"), choices=campuses)
    season = forms.CharField(label=_("作息"), max_length=20, help_text=_("例如：夏季作息"))
    periods = forms.CharField(
        label=_("各节时间"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=1000,
        help_text=_("一行一节，按先后：08:00-08:45"),
    )
    reason = reason_field(_("依据"))
    field_order = ("campus", "season", "periods")

    def clean_periods(self) -> list[tuple[time, time]]:
        lines = [line.strip() for line in self.cleaned_data["periods"].splitlines() if line.strip()]
        return [period_in(number, line) for number, line in enumerate(lines, start=1)]


def period_in(number: int, line: str) -> tuple[time, time]:
    found = PERIOD.fullmatch(halfwidth(line))
    try:
        if found is not None:
            begins, finishes = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
            return begins, finishes
    except ValueError:
        pass
    raise forms.ValidationError(_("第 %(number)s 行看不懂：写成 08:00-08:45 这样。") % {"number": number})
