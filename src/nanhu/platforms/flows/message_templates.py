"""What people are told of cases; what stands in them is read in the portal alone."""

from django.urls import reverse

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="flows.task",
        kind="task",
        title="{words}",
        text="{words}",
        facts=frozenset({"words"}),
        link=lambda _facts: reverse("flows:todo"),
    ),
    MessageTemplate(
        key="flows.progress",
        kind="service",
        title="{words}",
        text="{words}",
        facts=frozenset({"words", "case"}),
        link=lambda facts: reverse("flows:case", kwargs={"public_id": facts["case"]}),
    ),
)
