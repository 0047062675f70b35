"""The shape of what the desk types about vendors."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import offer
from nanhu.platforms.openapi.interfaces import known_scopes, settings_of_rooms
from nanhu.platforms.openapi.models import Mode, Vendor
from nanhu.platforms.openapi.models.vendors import MOST_PER_MINUTE
from nanhu.platforms.openapi.services.keys import OVERLAPS
from nanhu.platforms.openapi.services.vendors import VendorOrder

COMMON = ("company", "contact", "phone", "scopes", "addresses", "per_minute")


class VendorForm(forms.Form):
    """The fields of each room's own settings follow, named "<interface>-<field>"."""

    company = forms.CharField(label=_("单位名称"), max_length=60)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False, help_text=_("加密保存"))
    scopes = forms.MultipleChoiceField(
        label=_("能做什么"), widget=forms.CheckboxSelectMultiple, required=False, help_text=_("只给用得到的。")
    )
    addresses = forms.CharField(
        label=_("正式密钥可以从哪些网络地址使用"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("每行一个地址或网段，例如 10.20.0.0/24。没有登记，就不能发正式密钥。"),
    )
    per_minute = forms.IntegerField(
        label=_("每分钟最多多少次请求"), min_value=1, max_value=MOST_PER_MINUTE, initial=300
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        sent = self.fields["scopes"].widget.value_from_datadict(self.data, self.files, "scopes")
        named = sent if self.is_bound else self.initial.get("scopes", ())
        offer(self, "scopes", scope_choices(named or ()))
        for interface, settings in settings_of_rooms():
            self.fields |= {f"{interface}-{name}": field for name, field in settings.fields().items()}

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
        common = {name: self.cleaned_data[name] for name in COMMON}
        own = {
            interface: {name: self.cleaned_data[f"{interface}-{name}"] for name in settings.fields()}
            for interface, settings in settings_of_rooms()
        }
        return VendorOrder(**common, settings=own)


def scope_choices(named: Iterable[str]) -> list[tuple[str, str]]:
    """Of the rooms that are here; and those a vendor has of one that is not, to be kept or taken away (the service judges)."""
    known = known_scopes()
    missing = sorted(set(named) - known.keys())
    return [
        *((scope, str(text)) for scope, text in known.items()),
        *((scope, gettext("%s（没有安装）") % scope) for scope in missing),
    ]


def initial_of(vendor: Vendor) -> dict[str, Any]:
    common = {name: getattr(vendor, name) for name in COMMON}
    own = {
        f"{interface}-{name}": value
        for interface, settings in settings_of_rooms()
        for name, value in settings.initial(vendor).items()
    }
    return {**common, "addresses": "\n".join(vendor.addresses), **own}


class KeyForm(forms.Form):
    name = forms.CharField(label=_("用在哪里"), max_length=60, help_text=_("例如：点餐服务器 1 号"))
    mode = forms.ChoiceField(label=_("哪一种"), choices=Mode.choices, initial=Mode.TEST, widget=forms.RadioSelect)


class RotateForm(forms.Form):
    overlap_hours = forms.TypedChoiceField(
        label=_("旧密钥还能用多久"),
        coerce=int,
        initial=24,
        choices=[(hours, _("马上停用") if hours == 0 else _("{hours} 小时")) for hours in OVERLAPS],
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["overlap_hours"]
        field.choices = [(hours, str(text).format(hours=hours)) for hours, text in field.choices]  # type: ignore[attr-defined]


class WebhookForm(forms.Form):
    url = forms.CharField(label=_("通知地址"), max_length=400, help_text=_("以 https:// 开头；换地址会换签名密钥"))
