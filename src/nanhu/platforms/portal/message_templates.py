"""What owners of integrations are told, readers of news, whom a correction concerns, and who asked for shared data."""

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
    MessageTemplate(
        key="portal.correction_returned",
        kind="service",
        title=_("更正过的又变回原来的值：{number}"),
        text=_("更正 {number} 已经办结，现在又是原来的值。仍不对，请再提一次更正。"),
        facts=frozenset({"number"}),
        link=lambda _facts: reverse("portal:corrections:mine"),
    ),
    MessageTemplate(
        key="portal.override_over",
        kind="service",
        title=_("临时更正已结束：{number}"),
        text=_("更正 {number} 的临时值已结束，又以来源登记的为准。仍不对，请再提一次更正。"),
        facts=frozenset({"number"}),
        link=lambda _facts: reverse("portal:corrections:mine"),
    ),
    MessageTemplate(
        key="portal.override_over_owner",
        kind="task",
        title=_("临时更正已结束，来源还没改：{number}"),
        text=_("更正 {number} 的临时值已结束，来源还没有改过来，学校数据又是原来的值。"),
        facts=frozenset({"number"}),
        link=lambda _facts: reverse("portal:corrections:overrides"),
    ),
    MessageTemplate(
        key="portal.grant_ending",
        kind="service",
        title=_("数据共享 {day} 到期：{what}"),
        text=_("您申请的“{what}” {day} 到期，之后对方读不到。还要用，请在“数据共享申请”里续期。"),
        facts=frozenset({"what", "day"}),
        link=lambda _facts: reverse("portal:sharing:requests"),
    ),
)
