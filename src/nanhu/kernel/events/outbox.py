"""The outbox: what was published, and who has to hear of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction

from nanhu.kernel.models import EventDelivery, OutboxEvent

CHANNEL = "nanhu_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A past-tense fact. Subclasses are frozen dataclasses of plain values; their class name is their name."""


EventType = TypeVar("EventType", bound=Event)
type Handler = Callable[[Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class Subscriber:
    name: str
    event_type: type[Event]
    handler: Handler


subscribers: dict[str, Subscriber] = {}
event_types: dict[str, type[Event]] = {}


def subscribe[EventType: Event](
    event_type: type[EventType], *, name: str
) -> Callable[[Callable[[Sequence[EventType]], None]], Handler]:
    """Register a handler under a lasting name ("card.issue_for_newcomers"); it gets lists of up to 500 events."""

    def register(handler: Callable[[Sequence[EventType]], None]) -> Handler:
        if name in subscribers and subscribers[name].handler is not handler:
            raise ValueError(f"{name} is subscribed already")
        subscribers[name] = Subscriber(name=name, event_type=event_type, handler=handler)
        event_types[event_name(event_type)] = event_type
        return handler

    return register


def event_name(event_type: type[Event]) -> str:
    """ "nanhu.platforms.people.events.PersonJoined" → "people.PersonJoined": the room and the fact."""
    parts = event_type.__module__.removesuffix(".events").split(".")
    return f"{parts[-1]}.{event_type.__qualname__}"


def publish(*events: Event) -> None:
    """Tell these facts when the caller's transaction commits; nothing is told when it rolls back."""
    publish_all(events)


def publish_all(events: Iterable[Event]) -> None:
    with transaction.atomic():
        rows = OutboxEvent.objects.bulk_create(
            [OutboxEvent(name=event_name(type(event)), payload=msgspec.to_builtins(event)) for event in events],
            batch_size=2000,
        )
        if not rows:
            return
        waiting = [
            EventDelivery(event=row, subscriber=subscriber) for row in rows for subscriber in subscriber_names(row.name)
        ]
        EventDelivery.objects.bulk_create(waiting, batch_size=5000)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def subscriber_names(name: str) -> list[str]:
    return [one.name for one in subscribers.values() if event_name(one.event_type) == name]
