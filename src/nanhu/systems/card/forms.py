"""The shape of what a clerk types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import OnceForm
from nanhu.kernel.ui.money_field import YuanField

DOCUMENTS = (
    ("resident_id", _("居民身份证")),
    ("student_card", _("学生证")),
    ("staff_card", _("工作证")),
    ("passport", _("护照")),
    ("travel_permit", _("港澳台居住证或通行证")),
    ("other", _("其他有效证件（写在原因里）")),
)
PROOFS = (*DOCUMENTS[:-1], ("face", _("无证件，按照片核对面容")), ("known", _("院系老师代办，已核对双方证件")))


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
