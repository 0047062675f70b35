"""What people are told of cases; what stands in them is read in the portal alone."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates, worded

message_templates.add(
    worded("flows.task", "task", "flows:todo"),
    worded("flows.progress", "service", "flows:case", public_id="case"),
    MessageTemplate(
        key="flows.named_on_paper",
        kind="service",
        title=_("应急补录写明由您决定"),
        text=_(
            "{number}：补录的纸质单（{service}）写明由您 {day} 决定。不是您决定的，请马上告诉主管单位负责人，说这个编号。"
        ),
        facts=frozenset({"number", "service", "day"}),
    ),
)
