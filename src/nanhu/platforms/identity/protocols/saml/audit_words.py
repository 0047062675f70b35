"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "identity.saml_feed": _("修改联盟元数据源"),
    "identity.saml_key": _("更换 SAML 签名密钥"),
    "identity.saml_partner": _("修改 SAML 伙伴"),
}
