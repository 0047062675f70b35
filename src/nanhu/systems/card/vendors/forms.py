"""The shape of what the desk and the holder type about vendors."""

from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui.money_field import YuanField
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.vendors.models import Mode, Scope, Vendor
from nanhu.systems.card.vendors.models.vendors import MOST_PER_MINUTE
from nanhu.systems.card.vendors.services.keys import OVERLAPS
from nanhu.systems.card.vendors.services.vendors import VendorOrder

MOST_CONSENT_FEN = 50_000


def merchant_choices() -> list[tuple[int, str]]:
    rows = Merchant.objects.filter(state="open").order_by("canteen", "name").values_list("pk", "name", "canteen")
    return [(pk, f"{canteen} · {name}" if canteen else name) for pk, name, canteen in rows]


def unit_choices() -> list[tuple[str, str]]:
    return [(code, name) for code, name, _short in people.unit_names()]


class VendorForm(forms.Form):
    company = forms.CharField(label=_("单位名称"), max_length=60)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False, help_text=_("加密保存"))
    scopes = forms.MultipleChoiceField(
        label=_("能做什么"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("只给用得到的。停卡之外，恢复要另外给。"),
    )  # fmt: skip
    merchants = forms.TypedMultipleChoiceField(
        label=_("可以替哪些商户收款"), choices=merchant_choices, coerce=int, widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip
    addresses = forms.CharField(
        label=_("正式密钥可以从哪些网络地址使用"), widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text=_("每行一个地址或网段，例如 10.20.0.0/24。没有登记，就不能发正式密钥。"),
    )  # fmt: skip
    units = forms.MultipleChoiceField(
        label=_("哪些部门为它申请的临时卡担保"), choices=unit_choices, required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    per_minute = forms.IntegerField(
        label=_("每分钟最多多少次请求"), min_value=1, max_value=MOST_PER_MINUTE, initial=300
    )

    def clean_addresses(self) -> list[str]:
        found = []
        for line in self.cleaned_data["addresses"].split():
            try:
                network = ip_network(line)
            except ValueError as error:
                raise ValidationError(gettext("“%s”不是网络地址。") % line[:40]) from error
            if network.prefixlen < (8 if network.version == 4 else 32):  # noqa: PLR2004
                raise ValidationError(gettext("“%s”太宽，等于没有限制。") % line[:40])
            found.append(str(network))
        return found

    def order(self) -> VendorOrder:
        return VendorOrder(**self.cleaned_data)


def initial_of(vendor: Vendor) -> dict[str, Any]:
    names = ("company", "contact", "phone", "scopes", "units", "per_minute")
    on = vendor.merchants.filter(is_on=True).values_list("merchant_id", flat=True)
    return {
        **{name: getattr(vendor, name) for name in names},
        "addresses": "\n".join(vendor.addresses),
        "merchants": list(on),
    }


class KeyForm(forms.Form):
    name = forms.CharField(label=_("用在哪里"), max_length=60, help_text=_("例如：点餐服务器 1 号"))
    mode = forms.ChoiceField(label=_("哪一种"), choices=Mode.choices, initial=Mode.TEST, widget=forms.RadioSelect)


class RotateForm(forms.Form):
    overlap_hours = forms.TypedChoiceField(
        label=_("旧密钥还能用多久"), coerce=int, initial=24,
        choices=[(hours, _("马上停用") if hours == 0 else _("{hours} 小时")) for hours in OVERLAPS],
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["overlap_hours"]
        field.choices = [(hours, str(text).format(hours=hours)) for hours, text in field.choices]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=120)


class WebhookForm(forms.Form):
    url = forms.CharField(label=_("通知地址"), max_length=400, help_text=_("以 https:// 开头；换地址会换签名密钥"))


class ConsentForm(forms.Form):
    most = YuanField(label=_("每笔最多多少元"), initial="50.00")
    reference = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean_most(self) -> int:
        fen: int = self.cleaned_data["most"]
        if not 0 < fen <= MOST_CONSENT_FEN:
            raise ValidationError(gettext("大于零，最多 %s。") % format_yuan(MOST_CONSENT_FEN))
        return fen
