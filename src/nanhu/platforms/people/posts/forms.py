"""The shape of what the staff office types about posts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import DatedForm, IntakeForm, reason_field
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.people.fields import PersonField, UnitField
from nanhu.platforms.people.models.posts import OFFICE_KEY_SHAPE
from nanhu.platforms.people.posts.queries import office_names


class AppointForm(DatedForm):
    unit = UnitField(label=_("单位"))
    office = forms.ChoiceField(label=_("岗位"))
    person = PersonField(label=_("任职人"))
    document = forms.CharField(label=_("任职依据"), max_length=200, help_text=_("例如：湖理工发〔2026〕12 号"))
    field_order = ("unit", "office", "person", "starts_on", "ends_on", "document")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        office: Any = self.fields["office"]
        office.choices = list(office_names().items())


class EndPostForm(forms.Form):
    last_day = forms.DateField(
        label=_("最后一天"), widget=DayInput(), required=False, help_text=_("不填：昨天，即刻生效")
    )
    reason = reason_field(example=_("例如：届满、调离"))


class OfficeForm(forms.Form):
    name = forms.CharField(label=_("岗位名称"), max_length=20)
    key = forms.RegexField(
        OFFICE_KEY_SHAPE,
        label=_("代码"),
        max_length=40,
        help_text=_("小写字母、数字、下划线；定了不再改，流程按它找人"),
    )


class PostListForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("经办人之间用，例如：2026 年秋季辅导员"))
    document = forms.CharField(label=_("任职依据"), max_length=200)
    file = forms.FileField(
        label=_("岗位名单"),
        help_text=_("CSV 或 xlsx，一行一个岗位：单位、岗位、学工号、姓名（可无）、起始日期、截止日期（可无）。"),
    )
