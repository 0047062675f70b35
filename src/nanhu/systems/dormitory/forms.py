"""The shape of what logistics types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import IntakeForm


class RoomListForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("经办人之间用，例如：2026 年 10 月南院电费"))
    file = forms.FileField(
        label=_("账单"),
        help_text=_(
            "CSV 或 xlsx，一行一个住在这间房的人：楼栋、房间、学工号、姓名（可无）、项目、月份、房间金额。"
            "有一行不对，整份不收。"
        ),
    )
