"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.identity.protocols.saml.models import Feed, SigningKey

ACTIONS: dict[str, Text] = {
    "identity.saml_feed": _("修改联盟元数据源"),
    "identity.saml_key": _("更换 SAML 签名密钥"),
    "identity.saml_partner": _("修改 SAML 伙伴"),
}
TARGETS: dict[str, Text] = {
    "feed": _("联盟元数据"),
    "saml_key": _("SAML 密钥"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "feed": named_in(Feed, "pk", "application__name"),
}
FACTS: dict[str, Text] = {
    "address": _("地址"),
    "entity_id": _("实体标识"),
    "keys": _("密钥"),
    "name_id": _("标识"),
    "partners": _("伙伴"),
}
VALUES: dict[str, dict[str, Text]] = {
    "source": {"pasted": _("粘贴的元数据"), "federation": _("联盟"), "forgotten": _("取消对接")},
    "identity.saml_feed what": {
        "added": _("添加"),
        "enabled": _("启用"),
        "disabled": _("停用"),
        "refreshed": _("更新"),
    },
    "identity.saml_key what": {"made": _("生成"), **dict(SigningKey.State.choices)},
}
"""Of facts whose values are words of the program."""
