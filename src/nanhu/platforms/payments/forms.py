"""What is typed and handed in, at the desk and on one's own page."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit.forms import FileForm, IntakeForm, OnceForm, ReasonForm
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.payments.deposit_sources import deposit_sources
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.services.deposits import Arrival

LARGEST_FILE = MEGABYTE
LATE_DEPOSIT = timedelta(days=92)
CHOOSE_A_DAY = _("请选要核对的一天。")


class SecretInput(forms.PasswordInput):
    """Seen while it is typed, never sent back to a page."""

    input_type = "text"


class BankCardForm(OnceForm):
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


class SigningForm(IntakeForm):
    largest: ClassVar[int] = LARGEST_FILE
    file = forms.FileField(
        label=_("预签约名单"),
        help_text=_("CSV 或 xlsx，表头：学号、姓名、证件号、银行卡号、预留手机号；最多 500 行。有一行不对，整份不收。"),
    )


class ResultForm(FileForm):
    largest: ClassVar[int] = LARGEST_FILE
    file = forms.FileField(
        label=_("银行的结果文件"),
        help_text=_("CSV，表头：付款编号、金额、结果、银行流水号、入账日期、原因。同一份再交一次不会重复入账。"),
    )


class CreditForm(ReasonForm):
    """That a sum is its holder's, and why."""


class NoteForm(forms.Form):
    note = forms.CharField(label=_("原因和处理"), max_length=300)


class AppForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：完美校园"))
    key = forms.RegexField(
        label=_("代码"),
        regex=r"^[a-z][a-z0-9_]{1,30}$",
        help_text=_("对方在请求里写的名字：小写字母开头，2 到 31 位字母、数字和下划线，登记后不能改"),
    )


class SwitchForm(ReasonForm):
    is_on = forms.TypedChoiceField(
        choices=(("yes", ""), ("no", "")), coerce=lambda value: value == "yes", widget=forms.HiddenInput
    )


class DepositForm(OnceForm):
    source = forms.ChoiceField(label=_("来源"))
    day = forms.DateField(label=_("到账日"), widget=DayInput(), initial=campus_today)
    amount = YuanField(label=_("到账金额"), help_text=_("银行回单上的金额"))
    fee = YuanField(label=_("手续费"), required=False, help_text=_("银联从结算款里扣下的；没有就不填"))
    reference = forms.CharField(label=_("银行流水号"), max_length=60)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.acquirers = {one.key: one for one in Channel.objects.filter(kind=Channel.Kind.ACQUIRER).order_by("pk")}
        source: Any = self.fields["source"]
        own = [(one.key, one.name) for one in deposit_sources]
        source.choices = [*own, *((key, one.name) for key, one in self.acquirers.items())]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("source") not in self.acquirers and said.get("fee"):
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
        acquirer = self.acquirers.get(said["source"])
        return Arrival(
            token=said["token"],
            source="" if acquirer else said["source"],
            acquirer=acquirer,
            day=said["day"],
            amount_fen=said["amount"],
            fee_fen=said["fee"] or 0,
            reference=said["reference"],
        )


class CloseForm(forms.Form):
    day = forms.DateField(
        label=_("哪一天"),
        widget=DayInput(),
        initial=lambda: campus_today() - timedelta(days=1),
        error_messages={"required": CHOOSE_A_DAY, "invalid": CHOOSE_A_DAY},
    )
