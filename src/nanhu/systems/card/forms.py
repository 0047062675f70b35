"""The shape of what a holder asks and a clerk types."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.forms import OnceForm
from nanhu.kernel.ui.money_field import YuanField
from nanhu.systems.card.kinds import GROUP_NAMES
from nanhu.systems.card.queries import Range, last_three_months

KINDS = (("", _("全部类别")), *GROUP_NAMES.items())
DOCUMENTS = (
    ("resident_id", _("居民身份证")),
    ("student_card", _("学生证")),
    ("staff_card", _("工作证")),
    ("passport", _("护照")),
    ("travel_permit", _("港澳台居住证或通行证")),
    ("other", _("其他有效证件（写在原因里）")),
)
PROOFS = (*DOCUMENTS[:-1], ("face", _("无证件，按照片核对面容")), ("known", _("院系老师代办，已核对双方证件")))
EARLIEST = date(1990, 1, 1)


class StatementForm(forms.Form):
    """The filters of the list, as they stand in its address. A wrong value is as good as none."""

    first = forms.DateField(required=False)
    last = forms.DateField(required=False)
    kind = forms.ChoiceField(required=False, choices=KINDS)
    place = forms.CharField(required=False, max_length=80)

    def days(self) -> Range:
        """Three months unless another range is asked; ends given in the wrong order are turned round."""
        self.is_valid()
        usual = last_three_months()
        last = within(self.cleaned_data.get("last") or usual.last)
        first = within(self.cleaned_data.get("first") or min(usual.first, last))
        return Range(first=min(first, last), last=max(first, last))

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "").replace("\0", "")


def within(day: date) -> date:
    return min(max(day, EARLIEST), campus_today())


class TopUpForm(OnceForm):
    amount = YuanField(autofocus=True, label=_("收到现金"))


class ExceptionForm(OnceForm):
    amount = YuanField(autofocus=True, label=_("现金金额"))
    reason = forms.CharField(
        label=_("特批理由"), max_length=120, help_text=_("例如：银行卡被冻结，已联系辅导员核实。会长期留存。")
    )


class CounterLossForm(forms.Form):
    document = forms.ChoiceField(label=_("身份核对方式"), choices=PROOFS)
    reason = forms.CharField(
        label=_("受理方式"), max_length=120, help_text=_("例如：本人到柜台，卡丢在球场。电话挂失请到电话值班台办理。")
    )


class CancelLossForm(forms.Form):
    document = forms.ChoiceField(label=_("看了什么证件"), choices=DOCUMENTS)
    face_checked = forms.BooleanField(label=_("已与本人面容核对"))
    reason = forms.CharField(label=_("解挂原因"), max_length=120, help_text=_("例如：卡已找回。"))
