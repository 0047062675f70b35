"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Text
from nanhu.platforms.identity.personal.models import AppPassword

ACTIONS: dict[str, Text] = {
    "identity.ask_copy": _("申请个人数据副本"),
    "identity.download_copy": _("下载个人数据副本"),
    "identity.make_app_password": _("生成应用专用密码"),
    "identity.make_token": _("生成访问令牌"),
    "identity.revoke_all_keys": _("吊销全部令牌和专用密码"),
    "identity.revoke_app_password": _("吊销应用专用密码"),
    "identity.revoke_token": _("吊销访问令牌"),
}
FACTS: dict[str, Text] = {
    "app_passwords": _("应用专用密码"),
    "token": _("令牌"),
    "tokens": _("令牌"),
}
VALUES: dict[str, dict[str, Text]] = {
    "identity.make_token scopes": {one.key: one.title for one in registry.personal_data},
    "service": dict(AppPassword.Service.choices),
}
"""Of facts whose values are words of the program."""
