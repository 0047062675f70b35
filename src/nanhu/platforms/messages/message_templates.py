"""The templates of this room: the word of a notice, and the day's digest of what was not told one by one."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates
from nanhu.platforms.messages.services.telling import DIGEST, NOTICE

message_templates.add(
    MessageTemplate(
        key=NOTICE,
        kind="notice",
        title=_("公告：{title}"),
        text=_("{office}发布了公告“{title}”。"),
        facts=frozenset({"title", "office", "id"}),
        link=lambda facts: reverse("messages:notice", args=[facts["id"]]),
    ),
    MessageTemplate(
        key=DIGEST,
        kind="notice",
        title=_("今天有 {count} 条新消息"),
        text="{titles}",
        facts=frozenset({"count", "titles"}),
        link=lambda _facts: reverse("inbox:mine:messages"),
    ),
)
