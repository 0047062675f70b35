"""The shape of what payers and clerks type."""

from datetime import date
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.forms import IntakeForm
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.systems.card.forms import DOCUMENTS
from nanhu.systems.card.funds.models import CardReissue, Funding, PayoutBatch


class PayoutForm(IntakeForm):
    source = forms.ChoiceField(label=_("种类"), choices=PayoutBatch.Source.choices)
    title = forms.CharField(
        label=_("名称"), max_length=60, help_text=_("持卡人看到的就是它，例如：2026 年 11 月勤工助学")
    )
    funding = forms.ModelChoiceField(
        label=_("经费账户"),
        queryset=Funding.objects.filter(is_open=True).order_by("code"),
        empty_label=_("请选择"),
    )
    expires_on = forms.DateField(
        label=_("最后领取日"),
        required=False,
        widget=DayInput(),
        help_text=_("留空：一直可以领。过了这一天没领的，自动退回经费账户。"),
    )
    file = forms.FileField(
        label=_("名单"),
        help_text=_("CSV 或 xlsx，第一行是表头：学工号、姓名（可无）、金额、备注（可无）。有一行不对，整份不收。"),
    )

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < campus_today():
            raise forms.ValidationError(_("这一天已经过了"))
        return day


class FundingForm(forms.Form):
    code = forms.RegexField(
        label=_("代码"),
        regex=r"^[0-9a-z.\-]{2,30}$",
        help_text=_("小写字母、数字、点和短横线，例如 aid.2026；以后不能改"),
    )
    name = forms.CharField(label=_("名称"), max_length=60)


class FloatForm(forms.Form):
    float = YuanField(label=_("备用金"), help_text=_("开班时放进抽屉的零钱，没有就写 0"))


class CountForm(forms.Form):
    counted = YuanField(
        label=_("点到的现金"), help_text=_("抽屉里的全部现金，含备用金。先点后比：交上以后才显示应有多少，不能再改。")
    )


class CheckForm(forms.Form):
    counted = YuanField(
        label=_("我点到的现金"), help_text=_("把抽屉里的现金再点一遍；与经办人点到的不同，就退回重点。")
    )


class ShiftReasonForm(forms.Form):
    reason = forms.CharField(label=_("不一致的原因"), max_length=120)


class ReissueForm(forms.Form):
    """`key` names this form: sent twice, it makes one card."""

    reason = forms.ChoiceField(label=_("为什么补"), choices=CardReissue.Reason.choices)
    document = forms.ChoiceField(label=_("看了什么证件"), choices=DOCUMENTS)
    document_tail = forms.RegexField(
        label=_("证件号后四位"), regex=r"^[0-9A-Za-z]{4}$", help_text=_("只留后四位，写进审计日志")
    )
    face_checked = forms.BooleanField(label=_("已与本人面容核对"))
    uid = forms.RegexField(
        label=_("新卡芯片号"),
        regex=r"^(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{14})$",
        required=False,
        help_text=_("把空白卡放到读卡器上；留空由系统生成"),
    )
    fee_from = forms.ChoiceField(
        label=_("工本费从哪里收"),
        choices=(("wallet", _("卡内余额")), ("cash", _("现金，放进我的抽屉"))),
        initial="wallet",
        widget=forms.RadioSelect,
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
