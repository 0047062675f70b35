"""What the phone desk, a finder and the registrar of merchants type."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import BesideOthers
from nanhu.platforms.terminals.wire import LARGEST_SEQUENCE
from nanhu.systems.card.services.merchants import MerchantOrder


class PhoneDeskForm(forms.Form):
    campus_no = forms.CharField(
        label=_("学工号"), max_length=32, widget=forms.TextInput(attrs={"autofocus": "autofocus"})
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    id_tail = forms.CharField(
        label=_("证件号后六位"), max_length=6, min_length=6, required=False, help_text=_("下面三项至少问两项")
    )
    phone = forms.CharField(label=_("学校登记的手机号"), max_length=20, required=False)
    card_tail = forms.CharField(
        label=_("卡号后四位"), required=False, validators=[RegexValidator(r"^[0-9]{4}$", _("四位数字"))]
    )
    reason = forms.CharField(
        label=_("来电人陈述"), max_length=120, help_text=_("例如：中午在一食堂丢的，来电号码与登记一致。")
    )


class FoundForm(forms.Form):
    number = forms.CharField(
        label=_("卡面上的卡号"),
        validators=[RegexValidator(r"^[0-9]{10}$", _("十位数字"))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kept_at = forms.CharField(
        label=_("卡放在哪里"), max_length=120, help_text=_("例如：一食堂门口失物招领处。不要写您的手机号。")
    )


class SequenceForm(BesideOthers):
    ids = "sequence_%s"
    last_sequence = forms.IntegerField(
        label=_("更正后的流水号"),
        min_value=0,
        max_value=LARGEST_SEQUENCE - 1,
        help_text=_("终端下次签到后从下一个号继续。以前用掉的号仍然有效，不会再用。"),
    )
    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：更换主板后流水号跳号。"))


class MerchantForm(forms.Form):
    key = forms.RegexField(
        label=_("代码"),
        regex=r"^[0-9a-z][0-9a-z.\-]{1,39}$",
        help_text=_("小写字母、数字、点和短横线，例如 n1.rice；以后不能改"),
    )
    name = forms.CharField(label=_("名称"), max_length=60)
    canteen = forms.CharField(label=_("食堂或楼宇"), max_length=60, required=False)
    reason = forms.CharField(label=_("依据"), max_length=120, help_text=_("例如：后勤处招标结果公示。"))

    def order(self) -> MerchantOrder:
        said = self.cleaned_data
        return MerchantOrder(key=said["key"], name=said["name"], canteen=said["canteen"])
