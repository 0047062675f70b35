"""What people are told of duties, and of what their unit keeps in the directory."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates, worded

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
    worded("directory.exchange", "task", "directory:book:mine"),
    MessageTemplate(
        key="directory.unconfirmed",
        kind="task",
        title=_("{unit}有 {count} 条电话、公众号、问答该确认了"),
        text=_(
            "{unit}在校内电话里有 {count} 条一年没有确认。还对的按一次“还对”，不对的改过来；一直不确认会标成“很久没有确认”。"
        ),
        facts=frozenset({"unit", "count"}),
        link=lambda _facts: reverse("directory:desk:phones"),
    ),
    MessageTemplate(
        key="directory.wrong",
        kind="task",
        title=_("有人说“{what}”不对"),
        text=_("有人说“{what}”不对：{words}"),
        facts=frozenset({"what", "words"}),
        link=lambda _facts: reverse("directory:desk:phones"),
        not_by=frozenset({"sms"}),
    ),
)
