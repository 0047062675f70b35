"""What owners of integrations are told."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="portal.integration_down",
        kind="task",
        title=_("“{name}”取不到数据"),
        text=_("“{name}”连续 {count} 次没有取到，门户上已显示为旧数据"),
        facts=frozenset({"name", "count"}),
        link=lambda _facts: reverse("portal:systems"),
    ),
    MessageTemplate(
        key="portal.news",
        kind="notice",
        title=_("{site}新资讯：{title}"),
        text=_("您订阅的“{site}”有新的：{title}"),
        facts=frozenset({"site", "title"}),
        link=lambda _facts: reverse("portal:news:news"),
    ),
)
