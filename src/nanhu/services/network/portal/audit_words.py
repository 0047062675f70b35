"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.services.network.portal.models import PortalGateway

ACTIONS: dict[str, Text] = {
    "network.portal_sign_in": _("在认证页上线"),
    "network.portal_sign_out": _("在认证页下线"),
    "network.enter_portal_gateway": _("登记门户网关"),
    "network.change_portal_gateway": _("修改门户网关"),
    "network.trust_browser": _("记住上网的浏览器"),
    "network.forget_browser": _("不再记住上网的浏览器"),
    "network.remove_portal_gateway": _("撤掉门户网关"),
}
TARGETS: dict[str, Text] = {
    "network-portal": _("一次上网认证"),
    "network-gateway": _("门户网关"),
}
FACTS: dict[str, Text] = {
    "gateway": _("网关"),
}
VALUES: dict[str, dict[str, Text]] = {"network.enter_portal_gateway kind": dict(PortalGateway.Kind.choices)}
