"""What a sponsor is told of guests on the network."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="network.guest_passed",
        kind="service",
        title=_("您的访客{guest}上网了"),
        text=_("您担保的访客{guest}用一台新设备（{device}）连上了校园网。不是他本人，请在“访客上网”里结束。"),
        facts=frozenset({"guest", "device"}),
        link=lambda _facts: reverse("network_portal:guests:mine"),
    ),
)
