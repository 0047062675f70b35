"""The shape of what holders and clerks type."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.bank.services.deposits import Arrival

LARGEST_FILE = MEGABYTE
CASH = "cash"
LATE_DEPOSIT = timedelta(days=92)


class TopUpForm(forms.Form):
    """`token` names this form: however often it is sent, it is one order."""

    amount = YuanField(label=_("充值金额"))
    channel = forms.ChoiceField(label=_("支付方式"), widget=forms.RadioSelect)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *arguments: object, channels: list[Channel], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.fields["channel"].choices = [(one.key, _("云闪付或银行 APP 扫码（银联）")) for one in channels]  # type: ignore[attr-defined]
        self.fields["channel"].initial = channels[0].key if channels else ""


class SecretInput(forms.PasswordInput):
    """Seen while it is typed, never sent back to a page."""

    input_type = "text"


class BankCardForm(forms.Form):
    """The number goes to the bank from memory."""

    card_number = forms.CharField(
        label=_("银行卡号"),
        max_length=40,
        help_text=_("12 到 19 位。只送给银行核验，学校只留代号和末四位。"),
        widget=SecretInput(attrs={"inputmode": "numeric", "autocomplete": "cc-number"}),
    )
    phone = forms.CharField(
        label=_("银行预留手机号"),
        max_length=20,
        required=False,
        help_text=_("留空：用学校登记的手机号"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class AppealForm(forms.Form):
    app = forms.ModelChoiceField(
        label=_("哪个应用"),
        queryset=Channel.objects.filter(kind="app").order_by("pk"),
        to_field_name="key",
        empty_label=None,
    )
    phone = forms.CharField(label=_("您的联系方式"), max_length=40, help_text=_("手机号"))
    text = forms.CharField(
        label=_("情况说明"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如：我没有绑过，手机却收到了绑定短信。"),
    )


class VerdictForm(forms.Form):
    is_upheld = forms.TypedChoiceField(
        label=_("处理意见"),
        choices=(("1", _("属实，解除绑定")), ("0", _("不属实，保留绑定"))),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
    )
    answer = forms.CharField(
        label=_("依据和答复"), max_length=300, help_text=_("看了什么证件、怎么核实的。会留存，本人看得到。")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("说明"), max_length=300)


class DepositForm(forms.Form):
    """`token` names this form: however often it is sent, it is one deposit."""

    source = forms.ChoiceField(label=_("来源"))
    day = forms.DateField(label=_("到账日"), widget=DayInput(), initial=campus_today)
    amount = YuanField(label=_("到账金额"), help_text=_("银行回单上的金额"))
    fee = YuanField(label=_("手续费"), required=False, help_text=_("银联从结算款里扣下的；没有就不填"))
    reference = forms.CharField(label=_("银行流水号"), max_length=60)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.acquirers = {one.key: one for one in Channel.objects.filter(kind=Channel.Kind.ACQUIRER).order_by("pk")}
        source: Any = self.fields["source"]
        source.choices = [(CASH, _("保险柜现金")), *((key, one.name) for key, one in self.acquirers.items())]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("source") == CASH and said.get("fee"):
            self.add_error("fee", _("现金没有手续费"))
        if (amount := said.get("amount")) is not None and amount <= 0:
            self.add_error("amount", _("金额须大于零"))
        if (day := said.get("day")) is not None and day > campus_today():
            self.add_error("day", _("这一天还没有到"))
        if day is not None and day < campus_today() - LATE_DEPOSIT:
            self.add_error("day", _("到账日超过三个月，请先向银行核实日期"))
        return said

    def arrival(self) -> Arrival:
        said = self.cleaned_data
        return Arrival(
            token=said["token"],
            acquirer=self.acquirers.get(said["source"]),
            day=said["day"],
            amount_fen=said["amount"],
            fee_fen=said["fee"] or 0,
            reference=said["reference"],
        )


class BulkForm(forms.Form):
    file = forms.FileField(
        label=_("预签约名单"),
        help_text=_("CSV 或 xlsx，表头：学号、姓名、证件号、银行卡号、预留手机号；最多 500 行。有一行不对，整份不收。"),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_file(self) -> bytes:
        self.file_name = str(self.cleaned_data["file"].name)
        return content_of(self, "file")


class ResultForm(forms.Form):
    file = forms.FileField(
        label=_("银行的结果文件"),
        help_text=_("CSV，表头：付款编号、金额、结果、银行流水号、入账日期、原因。同一份再交一次不会重复入账。"),
    )

    def clean_file(self) -> bytes:
        return content_of(self, "file")


def content_of(form: forms.Form, name: str) -> bytes:
    uploaded = form.cleaned_data[name]
    if uploaded.size > LARGEST_FILE:
        raise forms.ValidationError(_("文件最大 1 MB"))
    content: bytes = uploaded.read()
    return content
