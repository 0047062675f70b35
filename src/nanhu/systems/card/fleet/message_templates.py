"""What people are told of their cards."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="card.found",
        kind="safety",
        title=_("有人捡到了您的校园卡"),
        text=_("有人捡到了您的校园卡，放在：{place}。还没挂失的请先挂失；取回后到校园卡管理办公室解挂，电话 {phone}。"),
        facts=frozenset({"place", "phone"}),
        link=lambda _facts: reverse("card:report_lost"),
        not_by=frozenset({"sms"}),
    ),
)
