"""What a source changes is found within seconds: a saved or deleted row is told in the transaction that writes it, and indexed alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models.signals import post_delete, post_save

from nanhu.kernel.events import Event, publish, subscribe
from nanhu.kernel.registry import Searchable, searchables
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.search.indexing import index


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChanged(Event):
    """A row that the one search finds, or found, is another."""

    source: str
    object_key: str


def follow(source: Searchable) -> None:
    """Once, as it is registered."""
    if source.of is None:
        return

    def tell(instance: Any, **_more: Any) -> None:
        publish(FoundChanged(source=source.key, object_key=source.key_of(instance)))

    for signal in (post_save, post_delete):
        signal.connect(tell, sender=source.of, weak=False, dispatch_uid=f"portal.search:{source.key}")


@subscribe(FoundChanged, name="portal.index_changed")
def index_changed(events: Sequence[FoundChanged]) -> None:
    """A source that breaks keeps what it had, until all are looked at."""
    for source in searchables:
        if keys := {one.object_key for one in events if one.source == source.key}:
            attempt(f"search:{source.key}", partial(index, source, keys))


searchables.each(follow)
