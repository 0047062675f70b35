"""Forms of the captive page and of the engineer's list of gateways."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.forms import RevisionForm
from nanhu.services.network import api as network
from nanhu.services.network.portal.models import PortalGateway

LONGEST_PASSWORD = 256


class PasswordForm(forms.Form):
    username = forms.CharField(
        label=_("学号、工号或来宾号"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    remember = forms.BooleanField(label=_("这是我自己的设备，30 天内点一下就上线"), required=False)


def secret_field(*, help_text: Any, is_required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=_("共享密钥"),
        min_length=12,
        max_length=80,
        required=is_required,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=help_text,
    )


class GatewayFields(forms.Form):
    networks = forms.CharField(
        label=_("手机所在网段"), widget=forms.Textarea(attrs={"rows": 3}), help_text=_("一行一个，如 10.20.0.0/16")
    )
    host = forms.CharField(
        label=_("openNDS 对手机的地址"), max_length=60, required=False, help_text=_("如 10.20.0.1:2050")
    )
    port = forms.IntegerField(label=_("Portal 端口"), min_value=1, max_value=65535, initial=2000)
    secret = secret_field(
        is_required=False, help_text=_("不填就不换；换了要马上改控制器或网关代理的配置，否则它进不来")
    )


class GatewayChangeForm(RevisionForm, GatewayFields):
    pass


class GatewayForm(GatewayFields):
    nas: "forms.ModelChoiceField[network.Nas]" = forms.ModelChoiceField(
        label=_("接入设备"), queryset=None, to_field_name="public_id", empty_label=_("请选择")
    )
    kind = forms.ChoiceField(label=_("类型"), choices=PortalGateway.Kind.choices, widget=forms.RadioSelect)
    name = forms.RegexField(
        label=_("网关自称"),
        regex=r"^[!-~]+\Z",
        max_length=80,
        help_text=_("控制器的 wlanacname，openNDS 的 gatewayname：字母和数字"),
    )
    secret = secret_field(help_text=_("openNDS 的 faskey，或控制器上的 Portal 密钥；保存后不再显示"))
    field_order = ("nas", "kind", "name", "networks", "host", "port", "secret")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["nas"].queryset = network.Nas.objects.filter(withdrawn_at=None).order_by("name")  # type: ignore[attr-defined]
