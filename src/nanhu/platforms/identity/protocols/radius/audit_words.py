"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.identity.protocols.radius.models import RadiusClient

REASONS: tuple[Text, ...] = (_("仅限教职工"),)
ACTIONS: dict[str, Text] = {
    "identity.change_radius_client": _("修改 RADIUS 接入"),
    "identity.forget_radius_key": _("作废 RADIUS 密钥"),
    "identity.issue_radius_key": _("发放 RADIUS 密钥"),
    "identity.mail_sign_in": _("登录邮箱"),
    "identity.network_sign_in": _("登录无线网或 VPN"),
}
FACTS: dict[str, Text] = {
    "application": _("应用"),
    "session_seconds": _("会话秒数"),
    "station": _("设备"),
}
VALUES: dict[str, dict[str, Text]] = {
    "application": {"wifi": _("无线网"), "vpn": "VPN", "mail": _("邮箱")},
    "identity.issue_radius_key service": dict(RadiusClient.Service.choices),
    "identity.forget_radius_key service": dict(RadiusClient.Service.choices),
}
"""Of facts whose values are words of the program."""
