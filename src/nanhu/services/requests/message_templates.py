"""What people are told of requests; subjects are read by many, so what was written stands in none."""

from django.urls import reverse

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="requests.progress",
        kind="service",
        title="{words}",
        text="{words}",
        facts=frozenset({"words", "request"}),
        link=lambda facts: reverse("requests:hall:request", args=[facts["request"]]),
    ),
    MessageTemplate(
        key="requests.work",
        kind="task",
        title="{words}",
        text="{words}",
        facts=frozenset({"words", "address"}),
        link=lambda facts: facts["address"],
    ),
)
