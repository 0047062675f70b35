"""The outbox: what was published, and who has to hear of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.apps import apps

from nanhu.kernel.attempts import joining
from nanhu.kernel.clock import now
from nanhu.kernel.database.statements import Statements

CHANNEL = "nanhu_events"
CHUNK = 2000
QUERIES = Statements(Path(__file__).parent / "sql" / "queries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A past-tense fact. Subclasses are frozen dataclasses of plain values; their class name is their name."""


EventType = TypeVar("EventType", bound=Event)
type Handler = Callable[[Sequence[Any]], None]


def every(_event: Event) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`wants`: of which events of its type it hears. `at_once`: in the transaction that publishes."""

    name: str
    event_type: type[Event]
    handler: Handler
    wants: Callable[[Any], bool] = every
    at_once: bool = False


subscribers: dict[str, Subscriber] = {}
event_types: dict[str, type[Event]] = {}
names: dict[type[Event], str] = {}
named: dict[str, type[Event]] = {}
"""Which class has a name: the first that was published or subscribed under it."""


def subscribe[EventType: Event](
    event_type: type[EventType],
    *,
    name: str,
    wants: Callable[[EventType], bool] = every,
    at_once: bool = False,
) -> Callable[[Callable[[Sequence[EventType]], None]], Handler]:
    """Register a handler under a lasting name ("card.issue_for_newcomers"); it gets lists of up to 500 events.

    `wants`: of which of them it hears, asked when they are published. `at_once`: it is called in the transaction that publishes, before
    anybody can act upon the fact, and that transaction fails with it: where a moment between the two would open a door."""

    def register(handler: Callable[[Sequence[EventType]], None]) -> Handler:
        if name in subscribers and subscribers[name].handler is not handler:
            raise ValueError(f"{name} is subscribed already")
        subscribers[name] = Subscriber(name=name, event_type=event_type, handler=handler, wants=wants, at_once=at_once)
        event_types[event_name(event_type)] = event_type
        return handler

    return register


def event_name(event_type: type[Event]) -> str:
    """Asked for every event and subscriber: found once a type."""
    if event_type not in names:
        names[event_type] = checked_name(event_type)
    return names[event_type]


def checked_name(event_type: type[Event]) -> str:
    """ "card_rights.RightChanged": the label of its app and the fact. Two facts of one name are refused, whoever asks first."""
    app = apps.get_containing_app_config(event_type.__module__)
    if app is None:
        raise ValueError(f"{event_type.__module__}.{event_type.__qualname__} stands in no installed app")
    name = f"{app.label}.{event_type.__qualname__}"
    known = named.setdefault(name, event_type)
    if known.__module__ != event_type.__module__:
        raise ValueError(f"{name} is {known.__module__}'s and {event_type.__module__}'s")
    return name


def publish(*events: Event) -> None:
    """Tell these facts when the caller's transaction commits; nothing is told when it rolls back."""
    publish_all(events)


def publish_all(events: Iterable[Event]) -> None:
    """Some at a time: a whole school's events, each for a dozen who hear of it, are too many to be held at once."""
    with joining():
        for told in batched(events, CHUNK):
            tell(told)


def tell(told: Sequence[Event]) -> None:
    """In one statement: a purchase waits for it. Then who hears at once."""
    names = [event_name(type(event)) for event in told]
    hears = {name: subscribers_of(name) for name in dict.fromkeys(names)}
    hearing = [
        (place, event, one)
        for place, (name, event) in enumerate(zip(names, told, strict=True), start=1)
        for one in hears[name]
        if one.wants(event)
    ]
    heard = [(place, one.name) for place, _event, one in hearing if not one.at_once]
    given = {
        "names": ",".join(names),
        "payloads": f"[{','.join([msgspec.json.encode(event).decode() for event in told])}]",
        "places": ",".join([str(place) for place, _subscriber in heard]),
        "subscribers": ",".join([subscriber for _place, subscriber in heard]),
        "now": now(),
        "channel": CHANNEL,
    }
    QUERIES.planned("tell", given)
    for _place, event, one in hearing:
        if one.at_once:
            one.handler([event])


def subscribers_of(name: str) -> list[Subscriber]:
    return [one for one in subscribers.values() if event_name(one.event_type) == name]
