"""What people are told of their network."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="network.new_device",
        kind="safety",
        title=_("新设备上网：{device}"),
        text=_("{at} 有一台新设备用您的账号上网：{device}。不是您的，请让它下线，并马上改密码。"),
        facts=frozenset({"device", "at"}),
        link=lambda _facts: reverse("network:mine:devices"),
    ),
    MessageTemplate(
        key="network.policy_entered",
        kind="service",
        title=_("{by}录入了上网策略：{policy}，{devices} 台"),
        text=_(
            "{policy}：从 {since} 起同时在线 {devices} 台（0 台是不开放），开放 {hours}。不该这样的，马上录入原来的，并告诉信息中心。"
        ),
        facts=frozenset({"by", "policy", "devices", "since", "hours"}),
        link=lambda _facts: reverse("network:desk:policy_list"),
    ),
    MessageTemplate(
        key="network.policy_ended",
        kind="service",
        title=_("{by}撤销了上网策略：{policy}"),
        text=_(
            "{policy} 从 {since} 起没有这条策略；那天没有别的策略的，不限台数、不限时间。不该这样的，马上录入原来的，并告诉信息中心。"
        ),
        facts=frozenset({"by", "policy", "since"}),
        link=lambda _facts: reverse("network:desk:policy_list"),
    ),
    MessageTemplate(
        key="network.unknown_session",
        kind="service",
        title=_("{nas}：有上网对不上人"),
        text=_("{nas} 报告的一次上网对不上人：{why}。多半是它没有带回我们给的 Class，或者在用别处的凭据。"),
        facts=frozenset({"nas", "why"}),
        link=lambda _facts: f"{reverse('network:desk:online')}?show=unknown",
    ),
)
