"""What managers and guards type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.forms import DatedForm, either_field, reason_field
from nanhu.platforms.access.issuers import choices
from nanhu.platforms.access.rules import EVERY_DAY
from nanhu.platforms.access.services.ruling import WHOLE_DAY, DoorRuleDraft
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.people import api as people

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
WEEKDAYS = [(1, _("一")), (2, _("二")), (4, _("三")), (8, _("四")), (16, _("五")), (32, _("六")), (64, _("日"))]


def everybody_or_a_class() -> list[Any]:
    return [("", _("所有持卡人")), *choices()]


class DoorRuleForm(DatedForm):
    place = PlaceField(label=_("地点"), open_only=True, help_text=_("打几个字就能选"))
    covers_below = forms.BooleanField(
        label=_("同时适用于内部各处"),
        required=False,
        initial=True,
        help_text=_("不选：只适用于这个地点自己的门，内部房间另行规定"),
    )
    is_allowed = either_field(_("准许或禁止"), _("准许进入"), _("禁止进入"))
    who = forms.ChoiceField(label=_("哪类卡"), choices=everybody_or_a_class, required=False)
    unit = people.UnitField(label=_("单位"), required=False, help_text=_("打几个字就能选；包括下属专业和班级"))
    campus_no = people.PersonField(
        label=_("只对一个人"), required=False, help_text=_("写姓名或学工号。针对个人的规则优先于针对群体的")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("星期"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[bit for bit, _n in WEEKDAYS],
    )
    from_time = forms.TimeField(label=_("从几点"), widget=CLOCK, initial=WHOLE_DAY)
    until_time = forms.TimeField(
        label=_("到几点"), widget=CLOCK, initial=WHOLE_DAY, help_text=_("两个时间相同：全天；比开始早：过夜到第二天")
    )
    reason = reason_field(_("依据"))
    field_order = (
        "place",
        "covers_below",
        "is_allowed",
        "who",
        "unit",
        "campus_no",
        "weekdays",
        "from_time",
        "until_time",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("starts_on", campus_today()) < campus_today():
            self.add_error("starts_on", _("规则从今天或以后开始。"))
        if said.get("campus_no") and (said.get("who") or said.get("unit")):
            self.add_error("campus_no", _("只对一个人时，不要再选卡类和单位。"))
        return said

    def draft(self) -> DoorRuleDraft:
        said = self.cleaned_data
        holder_class, _colon, sub_class = said["who"].partition(":")
        return DoorRuleDraft(
            covers_below=said["covers_below"],
            is_allowed=said["is_allowed"],
            person_id=said["campus_no"],
            unit_id=said["unit"].id if said["unit"] else None,
            holder_class=holder_class,
            sub_class=sub_class,
            weekdays=sum(said["weekdays"]) & EVERY_DAY,
            from_time=said["from_time"],
            until_time=said["until_time"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
        )


class EmergencyForm(forms.Form):
    place = PlaceField(label=_("打开哪里的门"), help_text=_("打几个字就能选；包括内部各处"))
    minutes = forms.TypedChoiceField(
        label=_("开启时长"),
        coerce=int,
        initial=30,
        choices=[(10, _("10 分钟")), (30, _("30 分钟")), (60, _("1 小时")), (240, _("4 小时")), (720, _("12 小时"))],
        help_text=_("到时自动关闭，也可以提前关闭"),
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("例如：火警、消防演练、有人受伤"))


class SidesForm(forms.Form):
    campus_no = people.PersonField(label=_("谁"), required=False, help_text=_("姓名或学工号；不填：这个地点的所有人"))
    reason = forms.CharField(label=_("原因"), max_length=200)
