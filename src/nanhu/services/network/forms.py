"""Forms of the network's desk and of my devices."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, end_of, now
from nanhu.kernel.kit.forms import ComingForm, FileForm, MomentField, RevisionForm, reason_field
from nanhu.kernel.ui.widgets import HourInput
from nanhu.platforms.campus.api import PlaceField
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people.api import PersonField
from nanhu.services.network import rules
from nanhu.services.network.errors import LogGoneError, SecretError
from nanhu.services.network.gateways import gateways
from nanhu.services.network.models import Device, Nas, NetworkRole, Policy, Service
from nanhu.services.network.models.handovers import LONGEST
from nanhu.services.network.services import tracing

MINUTE = 60
CLOCKS_APART = timedelta(minutes=5)
KILO = 1000


def styles() -> list[tuple[str, Any]]:
    return [(one.key, one.title) for one in gateways]


class NasForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：南湖校区无线控制器"))
    kind = forms.ChoiceField(label=_("类型"), choices=Nas.Kind.choices)
    address = forms.GenericIPAddressField(label=_("IP 地址"), help_text=_("它来请求认证和报告会话时用的地址"))
    identifier = forms.CharField(
        label="NAS-Identifier", max_length=64, required=False, help_text=_("几台设备共用一个地址时才填")
    )
    applications = forms.MultipleChoiceField(
        label=_("应用"),
        choices=identity.network_applications,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("哪个应用的密钥可以替它报告：别的应用的密钥说的不算"),
    )
    place = PlaceField(label=_("安装位置"), required=False, help_text=_("楼栋：没有登记位置的无线接入点按这里算"))
    style = forms.ChoiceField(label=_("断网方式"), choices=styles, initial="session-id")
    coa_port = forms.IntegerField(label=_("断网端口"), min_value=1, max_value=65535, initial=3799)
    interim_seconds = forms.IntegerField(
        label=_("会话报告间隔（秒）"), min_value=60, max_value=3600, initial=300, help_text=_("三次没有报告算失联")
    )
    secret = forms.CharField(
        label=_("共享密钥"),
        max_length=rules.LONGEST_SECRET,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("新登记时不填：由系统生成，只显示一次。修改时不填：不变。"),
    )

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if secret and not rules.is_secret(secret):
            raise forms.ValidationError(SecretError().message)
        return secret


class NasChangeForm(RevisionForm, NasForm):
    pass


class NasSheetForm(FileForm):
    file = forms.FileField(label=_("接入设备表"), help_text=_("用模板填写，.xlsx 或 .csv；已登记的地址按表里的改"))


class PolicyForm(ComingForm):
    sections: ClassVar[Any] = (
        (_("对谁，从哪天起"), ("role", "service", "starts_on", "ends_on")),
        (_("上线多久"), ("devices", "session_minutes", "idle_minutes", "opens", "closes")),
        (_("带宽和网段"), ("down_mbps", "up_mbps", "vlan")),
        (_("为什么"), ("reason",)),
    )
    role = forms.ChoiceField(label=_("对象"), choices=NetworkRole.choices)
    service = forms.ChoiceField(label=_("服务"), choices=Service.choices)
    devices = forms.IntegerField(label=_("同时在线设备"), min_value=0, max_value=50, help_text=_("0：不开放"))
    session_minutes = forms.IntegerField(label=_("一次上线最长（分钟）"), min_value=1, max_value=10_080, initial=480)
    idle_minutes = forms.IntegerField(label=_("闲置多久断开（分钟）"), min_value=1, max_value=1_440, initial=30)
    vlan = forms.RegexField(
        label="VLAN", regex=r"^[0-9A-Za-z_.-]{0,32}$", required=False, help_text=_("不填：由接入设备自己定")
    )
    down_mbps = forms.IntegerField(label=_("下行限速（Mbit/s）"), min_value=1, max_value=4_000, required=False)
    up_mbps = forms.IntegerField(label=_("上行限速（Mbit/s）"), min_value=1, max_value=4_000, required=False)
    opens = forms.TimeField(
        label=_("每天开放：从"), required=False, widget=HourInput(), help_text=_("两项都不填：全天")
    )
    closes = forms.TimeField(label=_("到"), required=False, widget=HourInput())
    reason = reason_field(_("依据"), _("例如：信息中心〔2026〕5 号"))

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        opens, closes = given.get("opens"), given.get("closes")
        if (opens is None) != (closes is None):
            self.add_error("closes", _("从、到要么都填，要么都不填。"))
        elif opens is not None and opens == closes:
            self.add_error("closes", _("从和到不能是同一时刻。"))
        return given

    def facts(self) -> dict[str, Any]:
        """As the policy has them."""
        given = self.cleaned_data
        same = ("starts_on", "ends_on", "role", "service", "devices", "vlan", "opens", "closes")
        return {name: given[name] for name in same} | {
            "session_seconds": given["session_minutes"] * MINUTE,
            "idle_seconds": given["idle_minutes"] * MINUTE,
            "down_kbps": given["down_mbps"] * KILO if given["down_mbps"] else None,
            "up_kbps": given["up_mbps"] * KILO if given["up_mbps"] else None,
        }

    def policy(self) -> Policy:
        return Policy(**self.facts())


class SoughtForm(forms.Form):
    sought = forms.CharField(label=_("IP 地址或 MAC"), max_length=64)

    def clean_sought(self) -> str:
        text = str(self.cleaned_data["sought"]).strip()
        mac = rules.mac_of(text)
        if mac:
            return mac
        address = rules.caller_of(text)  # as the log has it: what stands for an IPv4 address is that
        if not address:
            raise forms.ValidationError(_("要一个 IP 地址，或一个 MAC。"))
        return address


class HandoverForm(SoughtForm):
    """A written request of an authority."""

    authority = forms.CharField(label=_("哪个机关"), max_length=80)
    document = forms.CharField(label=_("法律文书号"), max_length=80)
    since = MomentField(label=_("记录从"))
    until = MomentField(label=_("记录到"), help_text=_("一次最多 31 天"))
    field_order = ("authority", "document", "sought", "since", "until")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not since < until <= since + LONGEST:
            self.add_error("until", _("结束在开始之后，最多 31 天。"))
        elif until and until > end_of(campus_today()):
            self.add_error("until", _("最晚写到今天：还没有的记录移交不了。"))
        return given


class TraceForm(SoughtForm):
    """Who had an address, or a MAC, at a moment."""

    at = MomentField(label=_("什么时候"), initial=now)
    reason = reason_field(_("为什么要查"), _("本人会在“谁看过我”里看到"))

    def clean_at(self) -> datetime:
        """Of what is not yet or no more nobody can say that nobody had it."""
        at: datetime = self.cleaned_data["at"]
        if at > now() + CLOCKS_APART:
            raise forms.ValidationError(_("这个时刻还没有到。"))
        try:
            tracing.refuse_forgotten(at)
        except LogGoneError as error:
            raise forms.ValidationError(error.message) from error
        return at


class CutForm(forms.Form):
    person = PersonField(label=_("谁的账号"))
    reason = reason_field()


class DeviceForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：我的手机"))
    kind = forms.ChoiceField(label=_("是什么"), choices=Device.Kind.choices)
