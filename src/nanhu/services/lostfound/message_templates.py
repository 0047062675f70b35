"""What people are told of what was lost and found."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="lostfound.step",
        kind="service",
        title=_("失物招领"),
        text="{words}",
        facts=frozenset({"words"}),
        link=lambda _facts: reverse("lostfound:board:mine"),
    ),
)
