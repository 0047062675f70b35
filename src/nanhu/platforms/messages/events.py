from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePublished(Event):
    """A notice became visible to its audience; also when a withdrawn one is published again."""

    notice_id: int
