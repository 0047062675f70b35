"""Delivery: takes what waits in the outbox to its subscribers, at least once."""

import logging
from collections.abc import Collection, Iterator

import msgspec
from django.db import Error, transaction
from django.utils import timezone

from nanhu.kernel.events.outbox import Subscriber, subscribers
from nanhu.kernel.models import EventDelivery
from nanhu.kernel.pauses import doubling

BATCH_SIZE = 500
pause_after = doubling("2s", "1h")
log = logging.getLogger(__name__)


class UndeliveredError(Exception):
    """`taken` are the deliveries that were tried; why it failed is the cause."""

    def __init__(self, taken: Collection[int]) -> None:
        super().__init__(f"{len(taken)} deliveries failed")
        self.taken = taken


def deliver_pending(*, rounds: int = 10_000, only: Collection[str] | None = None) -> int:
    """Deliver until nothing is due; returns how many deliveries succeeded. Many processes may do this at once.
    `only`: to these subscribers, the others wait."""
    delivered = 0
    for _round in range(rounds):
        progressed = sum(
            deliver_batch(subscriber)
            for subscriber in subscribers_with_events_due()
            if only is None or subscriber.name in only
        )
        if progressed == 0:
            break
        delivered += progressed
    return delivered


def subscribers_with_events_due() -> list[Subscriber]:
    """One question for all of them, since nearly always there are none: the worker looks each second."""
    waiting = EventDelivery.objects.filter(delivered_at=None, due_at__lte=timezone.now())
    names = set(waiting.values_list("subscriber", flat=True).distinct())
    return [one for one in subscribers.values() if one.name in names]


def deliver_batch(subscriber: Subscriber) -> int:
    """Hand one list to one subscriber. A list that fails is tried again one by one, so that one event harms no other."""
    try:
        return deliver(subscriber, limit=BATCH_SIZE)
    except Exception:
        log.exception("subscriber %s failed on a list; trying one by one", subscriber.name)
    return sum(deliver_each(subscriber))


def deliver_each(subscriber: Subscriber) -> Iterator[int]:
    """One by one until none is due, and no more than a list holds."""
    for _turn in range(BATCH_SIZE):
        try:
            delivered = deliver(subscriber, limit=1)
        except UndeliveredError as error:
            postpone(error.taken, error.__cause__ or error)
            continue
        if not delivered:
            return
        yield delivered


def deliver(subscriber: Subscriber, *, limit: int) -> int:
    taken: list[int] = []
    try:
        with transaction.atomic():
            due = list(
                EventDelivery.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("event")
                .filter(subscriber=subscriber.name, delivered_at=None, due_at__lte=timezone.now())
                .order_by("id")[:limit]
            )
            if not due:
                return 0
            taken = [one.id for one in due]
            events = [msgspec.convert(one.event.payload, subscriber.event_type) for one in due]
            subscriber.handler(events)
            EventDelivery.objects.filter(id__in=taken).update(delivered_at=timezone.now(), error="")
            return len(due)
    except Exception as error:
        raise UndeliveredError(taken) from error


def postpone(failed_ids: Collection[int], error: BaseException) -> None:
    """What failed waits longer after each failure, up to an hour; not where another worker has it in hand or is done with it."""
    try:
        with transaction.atomic():
            for failed in EventDelivery.objects.select_for_update(skip_locked=True).filter(
                id__in=failed_ids, delivered_at=None, due_at__lte=timezone.now()
            ):
                failed.attempts += 1
                failed.error = f"{type(error).__name__}: {error}"[:2000]
                failed.due_at = timezone.now() + pause_after(failed.attempts)
                failed.save(update_fields=["attempts", "error", "due_at"])
    except Error:
        log.exception("could not postpone deliveries %s", failed_ids)
