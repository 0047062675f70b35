"""Messages as web push: to each browser that a person has let in, without their words unless the person wants them there."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.delivery.webpush import Browser, call_of, unpadded
from nanhu.kernel.registry import MessageBatch, MessageOutcome
from nanhu.platforms.messages.models import MessageSettings, PushSubscription

GONE: Final = frozenset({404, 410})
OK: Final = range(200, 300)
BUSY: Final = frozenset({429, 500, 502, 503, 504})
HELD: Final = {"now": 3600, "today": 24 * 3600, "digest": 24 * 3600}
BATCH_SECONDS: Final = 60.0
"""What a batch has no time for is sent later: it must be over long before its parcel is taken again (`handing.PARCELS.lease`)."""
MOST_SILENT: Final = 2
"""So often a service may not answer in one batch; then it is left alone, and the others have their turn."""
MOST_REFUSALS: Final = 5
"""In a row: then the browser is forgotten."""
QUIET: Final = {"zh": "新消息", "en": "New message"}
NO_BROWSER, NO_TIME = "no browser", "the push service does not answer"


@dataclass(frozen=True, slots=True)
class Patience:
    """Of one batch."""

    ends: float = field(default_factory=lambda: monotonic() + BATCH_SECONDS)
    silent: Counter[str] = field(default_factory=Counter)

    def is_over(self, host: str) -> bool:
        return monotonic() > self.ends or self.silent[host] >= MOST_SILENT


def reaches(person_ids: Collection[int]) -> set[int]:
    rows = PushSubscription.objects.filter(person__in=list(person_ids))
    return set(rows.values_list("person_id", flat=True).distinct())


def send(batch: MessageBatch) -> Mapping[int, MessageOutcome]:
    """Delivered where one browser at least has it. A browser that is gone for good is forgotten."""
    persons = [one.person_id for one in batch.recipients]
    shown = set(
        MessageSettings.objects.filter(person__in=persons, shows_content=True).values_list("person_id", flat=True)
    )
    browsers: dict[int, list[PushSubscription]] = defaultdict(list)
    for one in PushSubscription.objects.filter(person__in=persons).order_by("pk"):
        browsers[one.person_id].append(one)
    patience = Patience()
    return {
        one.delivery_id: best(
            [push(batch, row, patience, is_shown=one.person_id in shown) for row in browsers[one.person_id]]
        )
        for one in batch.recipients
    }


def best(outcomes: list[MessageOutcome]) -> MessageOutcome:
    order = ("delivered", "later", "failed")
    return min(
        outcomes, key=lambda one: order.index(one.state), default=MessageOutcome(state="failed", reason=NO_BROWSER)
    )


def push(batch: MessageBatch, row: PushSubscription, patience: Patience, *, is_shown: bool) -> MessageOutcome:
    if row.last_number == batch.number:
        return MessageOutcome(state="delivered")
    host = urlsplit(str(row.endpoint)).hostname or ""
    if patience.is_over(host):
        return MessageOutcome(state="later", reason=NO_TIME)
    browser = Browser(str(row.endpoint), unpadded(str(row.public_key)), unpadded(str(row.auth)))
    text = json.dumps(words_of(batch, is_shown=is_shown), ensure_ascii=False).encode()
    call = call_of(text, browser, topic=batch.topic, seconds=HELD[batch.urgency], is_urgent=batch.urgency == "now")
    try:
        status = outgoing.send(call).status
    except outgoing.CallRefusedError as error:
        row.delete()
        return MessageOutcome(state="failed", reason=type(error).__name__)
    except OSError as error:
        patience.silent[host] += 1
        return MessageOutcome(state="later", reason=type(error).__name__)
    return outcome_of(status, batch, row)


def outcome_of(status: int, batch: MessageBatch, row: PushSubscription) -> MessageOutcome:
    if status in OK:
        PushSubscription.objects.filter(pk=row.pk).update(used_at=now(), last_number=batch.number, refusals=0)
        return MessageOutcome(state="delivered")
    if status in BUSY:
        return MessageOutcome(state="later", reason=f"HTTP {status}")
    row.refusals += 1
    if status in GONE or row.refusals >= MOST_REFUSALS:
        row.delete()
    else:
        row.save(update_fields=["refusals"])
    return MessageOutcome(state="failed", reason=f"HTTP {status}")


def words_of(batch: MessageBatch, *, is_shown: bool) -> dict[str, Any]:
    """What the page's worker shows. On a locked screen stands no more than that something came."""
    title, text = (batch.title, batch.text) if is_shown else (QUIET[batch.language], "")
    return {"title": title, "body": text[:300], "url": batch.url, "tag": batch.topic}
