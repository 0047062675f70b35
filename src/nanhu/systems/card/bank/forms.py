"""The shape of what holders and clerks type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import OnceForm, either_field, offer, reason_field
from nanhu.kernel.ui.money_field import YuanField
from nanhu.platforms.payments.api import Channel
from nanhu.platforms.people.api import PersonField


class TopUpForm(OnceForm):
    amount = YuanField(label=_("充值金额"))
    channel = forms.ChoiceField(label=_("支付方式"), widget=forms.RadioSelect)

    def __init__(self, *arguments: object, channels: list[Channel], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        offer(self, "channel", [(one.key, _("云闪付或银行 APP 扫码（银联）")) for one in channels])
        self.fields["channel"].initial = channels[0].key if channels else ""


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


class WithdrawalForm(OnceForm):
    holder = PersonField(label=_("持卡人"), help_text=_("已经离校、卡已过期的人；钱退到本人签约的银行卡"))
    reason = reason_field()


class VerdictForm(forms.Form):
    is_upheld = either_field(_("处理意见"), _("属实，解除绑定"), _("不属实，保留绑定"), widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("依据和答复"), max_length=300, help_text=_("看了什么证件、怎么核实的。会留存，本人看得到。")
    )
