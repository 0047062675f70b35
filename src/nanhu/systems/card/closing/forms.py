"""The shape of what finance, clerks and holders type."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.kit.forms import BesideOthers, DatedForm, OnceForm
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.people.api import PersonField
from nanhu.systems.card.closing.models import Contract
from nanhu.systems.card.closing.services.contracts import Terms

LARGEST_FEE = 200
AGAIN, NO_MORE = "again", "no_more"
BETWEEN = re.compile(r"[\s,;、。]+")


class ContractForm(DatedForm):
    fee = forms.IntegerField(label=_("管理费（‰）"), min_value=0, max_value=LARGEST_FEE, initial=0)
    cycle = forms.ChoiceField(label=_("结算周期"), choices=Contract.Cycle.choices)
    payee = forms.CharField(label=_("收款户名"), max_length=60)
    token = forms.CharField(label=_("银行账户令牌"), max_length=80, help_text=_("由银行提供；这里不保存完整账号。"))
    last4 = forms.RegexField(label=_("账号末四位"), regex=r"^[0-9]{4}$")
    field_order = ("fee", "cycle", "payee", "token", "last4")

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if re.fullmatch(r"\d{12,19}", token.replace(" ", "")):
            raise forms.ValidationError(_("这像是完整的银行账号，请填银行给的令牌。"))
        return token

    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(
            fee_per_mille=said["fee"],
            cycle=said["cycle"],
            payee=said["payee"],
            account_token=said["token"],
            account_last4=said["last4"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
        )


class EndForm(forms.Form):
    on = forms.DateField(label=_("最后一天"), widget=DayInput(), initial=campus_today)


class BindForm(forms.Form):
    campus_no = PersonField(label=_("学工号"))


class ConfirmForm(forms.Form):
    reference = forms.CharField(label=_("银行回单号"), max_length=60)
    unpaid = forms.CharField(
        label=_("未付成功的结算单号"),
        required=False,
        max_length=2000,
        help_text=_("多个用空格分开；它们会进入下一份文件。"),
    )

    def clean_unpaid(self) -> list[str]:
        """As offices type them: full width, small letters, any comma between."""
        return sorted({one for one in BETWEEN.split(halfwidth(self.cleaned_data["unpaid"]).upper()) if one})


class UnpaidForm(BesideOthers):
    ids = "unpaid_%s"
    bank_words = forms.CharField(label=_("银行的退回单号或原因"), max_length=60)


class CorrectionForm(OnceForm):
    receipt = forms.RegexField(label=_("凭证号"), regex=r"^\s*[0-9]{1,18}\s*$")
    bill = forms.ChoiceField(
        label=_("缴的应缴单"),
        required=False,
        choices=[("", _("不是代扣缴费")), (AGAIN, _("记错了，恢复未缴")), (NO_MORE, _("退费，不再缴"))],
        help_text=_("只有代扣缴费的交易要选；记错的，应缴单回到缴费前的样子"),
    )
    reason = forms.CharField(label=_("更正原因"), max_length=200)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("答复"), max_length=300)


class DisputeForm(forms.Form):
    words = forms.CharField(label=_("错误说明"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RefundForm(OnceForm):
    receipt = forms.RegexField(label=_("凭证号"), regex=r"^\s*[0-9]{1,15}\s*$")
    amount = YuanField(label=_("退款金额（元）"))
    reason = forms.CharField(label=_("退款原因"), max_length=80)
