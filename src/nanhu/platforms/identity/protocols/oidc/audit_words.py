"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.identity.protocols.oidc.models import OidcClient

ACTIONS: dict[str, Text] = {
    "identity.oidc_consent": _("同意授权"),
    "identity.oidc_forget_client": _("删除 OpenID 客户端"),
    "identity.oidc_key_distrusted": _("停止信任签名密钥"),
    "identity.oidc_key_made": _("生成签名密钥"),
    "identity.oidc_key_rotated": _("轮换签名密钥"),
    "identity.oidc_machine_token": _("向程序发放令牌"),
    "identity.oidc_register_client": _("登记 OpenID 客户端"),
    "identity.oidc_revoke_tokens": _("吊销应用令牌"),
    "identity.oidc_rotate_secret": _("更换客户端密钥"),
    "identity.oidc_withdraw_consent": _("撤回授权"),
}
TARGETS: dict[str, Text] = {
    "oidc_client": _("OIDC 应用"),
    "oidc_key": _("OIDC 密钥"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "oidc_client": named_in(OidcClient, "client_id", "application__name"),
}
FACTS: dict[str, Text] = {
    "claims": _("声明"),
    "client": _("应用"),
    "client_id": _("应用编号"),
    "family": _("令牌族"),
    "overlap_seconds": _("并用秒数"),
    "redirect_uris": _("回调地址"),
    "sub": _("主体标识"),
    "why": _("原因"),
}
VALUES: dict[str, dict[str, Text]] = {
    "identity.oidc_register_client kind": dict(OidcClient.Kind.choices),
    "identity.oidc_revoke_tokens why": {
        "account_closed": _("账号已停用"),
        "client_closed": _("应用已停用"),
        "code_reused": _("授权码被再次使用"),
        "consent_withdrawn": _("本人撤销了授权"),
        "parted": _("两人的记录已分开"),
        "password_changed": _("本人修改了密码"),
        "refresh_reused": _("刷新令牌被再次使用"),
        "revoked": _("应用自己撤销"),
    },
}
"""Of facts whose values are words of the program."""
