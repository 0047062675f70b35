"""What the office sees of outgoing messages: deliveries one by one, and their sums. Nobody's words are shown."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import clock
from nanhu.kernel.outgoing_words import in_words
from nanhu.kernel.registry import Text, message_templates
from nanhu.platforms.messages.models import Delivery, Entry, Parcel
from nanhu.platforms.messages.services import handing
from nanhu.platforms.messages.wording import FACT

DAYS = 7
REASONS: Mapping[str, Text] = {
    handing.UNKNOWN: _("没有这个渠道"),
    handing.NO_ANSWER: _("渠道没有说送到没有"),
    handing.OFF: _("渠道没有接通"),
    handing.LATER: _("渠道说过一会儿再送"),
}


def template_title(key: str) -> str:
    """Its title with its facts as blanks; of a room that is not installed the key."""
    known = message_templates.get(key)
    return FACT.sub("…", str(known.title)) if known else key


def deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("entry__message", "parcel").order_by("-created_at", "-id")


def shown_reason(row: Delivery) -> str:
    """Why it did not arrive; of what still waits why it waits."""
    is_waiting = row.state == Delivery.State.QUEUED
    reason = row.reason or (row.parcel.error if is_waiting else "")
    return str(REASONS.get(reason, "")) or str(in_words(reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """How many deliveries of a template by a channel stand in which state."""

    template: str
    channel: str
    counts: Mapping[str, int] = field(default_factory=dict)

    def __getattr__(self, state: str) -> Any:
        if state in Delivery.State.values:
            return self.counts.get(state, 0)
        raise AttributeError(state)


def last_days() -> list[Sum]:
    since = clock.now() - timedelta(days=DAYS)
    rows = (
        Delivery.objects.filter(created_at__gte=since)
        .order_by()
        .values_list("entry__message__template", "channel", "state")
        .annotate(count=Count("pk"))
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for template, channel, state, count in rows:
        found[template, channel][state] = count
    return [Sum(template=key[0], channel=key[1], counts=found[key]) for key in sorted(found)]


def oldest_due() -> timedelta:
    """How long the longest waiting one waits for the router or a channel."""
    moment = clock.now()
    entry = Entry.objects.filter(due_at__lt=moment).aggregate(first=Min("due_at"))["first"]
    parcel = Parcel.objects.filter(due_at__lt=moment).aggregate(first=Min("due_at"))["first"]
    return max((moment - one for one in (entry, parcel) if one), default=timedelta())


def failed_lately() -> int:
    return Delivery.objects.filter(state=Delivery.State.FAILED, changed_at__gte=clock.now() - timedelta(days=1)).count()
