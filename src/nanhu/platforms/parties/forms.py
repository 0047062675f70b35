"""What is typed at the desks of parties."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import unspaced
from nanhu.kernel.kit.forms import FileForm, IntakeForm
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.parties.adapters.invoices import Invoice


class InvoiceForm(forms.Form):
    number = forms.CharField(label=_("发票号码"), max_length=40, help_text=_("数电票 20 位；其余 8 位，另填代码"))
    code = forms.CharField(label=_("发票代码"), max_length=40, required=False, help_text=_("10 位或 12 位，数电票没有"))
    day = forms.DateField(label=_("开票日期"), widget=DayInput())
    amount = YuanField(label=_("金额"), required=False, help_text=_("数电票填价税合计，专用发票填不含税金额"))
    check_code = forms.CharField(
        label=_("校验码后六位"), max_length=20, required=False, help_text=_("普通发票填这个，可以不填金额")
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        return {key: unspaced(one) if isinstance(one, str) else one for key, one in said.items()}

    def invoice(self) -> Invoice:
        said = self.cleaned_data
        return Invoice(
            number=said["number"],
            code=said["code"],
            day=said["day"],
            amount_fen=said["amount"],
            check_code=said["check_code"],
        )


class QuotaListForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：湘财教指〔2026〕8 号"))
    file = forms.FileField(label=_("指标表"), help_text=_("CSV 或 xlsx，一行一条指标；先下载模板。"))


class ReturnForm(FileForm):
    largest: ClassVar[int] = 20 * 1024 * 1024
    file = forms.FileField(
        label=_("回盘文件"), help_text=_("CSV 或 xlsx，对方给的原样。同一份再交一次不变；没有回盘的行仍然等着。")
    )
