"""What people are told of their VPN account."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="network.vpn_open",
        kind="service",
        title=_("VPN 已开通"),
        text=_("VPN 账户已开通，用到 {until}。登录要统一身份密码和动态口令。"),
        facts=frozenset({"until"}),
        link=lambda _facts: reverse("network_reach:book:vpn"),
    ),
    MessageTemplate(
        key="network.vpn_not_opened",
        kind="service",
        title=_("VPN 没有开通"),
        text=_("申请 {number} 已同意，但没有开通：{why}。还需要时请再申请。"),
        facts=frozenset({"number", "why"}),
        link=lambda _facts: reverse("network_reach:book:vpn"),
    ),
    MessageTemplate(
        key="network.vpn_ending",
        kind="service",
        title=_("VPN 快到期了"),
        text=_("VPN 账户用到 {until}。还需要时请现在续期，单位负责人同意后接着用，不会中断。"),
        facts=frozenset({"until"}),
        link=lambda _facts: reverse("network_reach:book:vpn"),
    ),
    MessageTemplate(
        key="network.vpn_closed",
        kind="service",
        title=_("VPN 已停用"),
        text=_("VPN 账户已停用：{why}。还需要时可以再申请。"),
        facts=frozenset({"why"}),
        link=lambda _facts: reverse("network_reach:book:vpn"),
    ),
    MessageTemplate(
        key="network.vpn_client",
        kind="service",
        title=_("VPN 已断开：请换客户端"),
        text=_("您用的 VPN 客户端“{program}”太旧，或不是学校认可的。装好新的再连一次。"),
        facts=frozenset({"program"}),
        link=lambda _facts: reverse("network_reach:book:downloads"),
    ),
    MessageTemplate(
        key="network.vpn_odd",
        kind="safety",
        title=_("有人登录了您的 VPN，是您吗？"),
        text=_("从 {network} 登录：{why}。不是您本人，请马上点“不是我”。"),
        facts=frozenset({"network", "why", "use"}),
        link=lambda facts: reverse("network_reach:book:use", kwargs={"public_id": facts["use"]}),
    ),
)
