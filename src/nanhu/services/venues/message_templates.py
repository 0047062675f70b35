"""What people are told of bookings."""

from django.urls import reverse

from nanhu.kernel.registry import MessageTemplate, message_templates

WORDS = "{words}：{what}"
message_templates.add(
    MessageTemplate(
        key="venues.booking",
        kind="service",
        title=WORDS,
        text=WORDS,
        facts=frozenset({"words", "what", "booking"}),
        link=lambda facts: reverse("venues:book:booking", kwargs={"public_id": facts["booking"]}),
    ),
    MessageTemplate(
        key="venues.work",
        kind="task",
        title=WORDS,
        text=WORDS,
        facts=frozenset({"words", "what", "venue"}),
        link=lambda facts: reverse("venues:book:venue", kwargs={"public_id": facts["venue"]}),
    ),
    MessageTemplate(
        key="venues.drawn",
        kind="service",
        title=WORDS,
        text=WORDS,
        facts=frozenset({"words", "what", "draw"}),
        link=lambda facts: reverse("venues:book:draw", kwargs={"public_id": facts["draw"]}),
    ),
    MessageTemplate(
        key="venues.turn",
        kind="service",
        title=WORDS,
        text=WORDS,
        facts=frozenset({"words", "what"}),
        link=lambda _facts: reverse("venues:book:mine"),
    ),
)
