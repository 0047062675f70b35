"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

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
