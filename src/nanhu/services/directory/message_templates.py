"""What people are told of duties."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="directory.duty",
        kind="service",
        title=_("轮到您值班：{what}"),
        text=_("轮到您值班：{what}。{where}"),
        facts=frozenset({"what", "where"}),
        link=lambda _facts: reverse("directory:book:mine"),
    ),
    MessageTemplate(
        key="directory.duty_open",
        kind="task",
        title=_("值班没有人：{what}"),
        text=_("值班没有人：{what}。原来排的人已离校，或岗位空着，请改值班表。"),
        facts=frozenset({"what"}),
        link=lambda _facts: reverse("directory:rosters:duties"),
    ),
    MessageTemplate(
        key="directory.exchange",
        kind="task",
        title="{words}：{what}",
        text="{words}：{what}",
        facts=frozenset({"words", "what"}),
        link=lambda _facts: reverse("directory:book:mine"),
    ),
)
