"""The life of a person, as facts that other rooms live by. Each is sent in the transaction that made it true."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonJoined(Event):
    """A person the school did not know before; their affiliations follow in their own events."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(Event):
    """Golden values of a person changed; `fields` are names of Person's columns."""

    person_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationStarted(Event):
    """A campus number came alive, or came back to life."""

    person_id: int
    affiliation_id: int
    kind: str
    campus_no: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationChanged(Event):
    """Unit, category, dates or status of a living campus number changed (also suspended and back)."""

    person_id: int
    affiliation_id: int
    kind: str
    campus_no: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffiliationEnded(Event):
    """The campus number is no longer in use: left, graduated, or recorded by mistake."""

    person_id: int
    affiliation_id: int
    kind: str
    campus_no: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsMerged(Event):
    """Two records were one person: everything of `gone_id` belongs to `kept_id` now."""

    kept_id: int
    gone_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsParted(Event):
    """A merge was undone, or nothing says any more that two are one: `restored_id` is a person of their own, a new record in the
    second case. `since`: from when on each record of either side had been one with the other side; who is not named may always have been. `at`:
    when they were parted; what is newer is the one's or the other's, however late this is told."""

    kept_id: int
    restored_id: int
    since: tuple[tuple[int, datetime], ...] = ()
    at: datetime | None = None

    def records(self) -> dict[int, datetime | None]:
        """All of both sides, each with its `since`."""
        return {self.kept_id: None, self.restored_id: None} | dict(self.since)


class PartedRecord(NamedTuple):
    """What was set for it after `since` (None: ever) and until `until` (None: now) may be the other side's."""

    person_id: int
    since: datetime | None
    until: datetime | None


def parted_records(events: Sequence[PersonsParted]) -> Iterator[PartedRecord]:
    """All of both sides of each."""
    for event in events:
        for person_id, since in event.records().items():
            yield PartedRecord(person_id, since, event.at)


def set_after(since: datetime | None, column: str = "created_at") -> Q:
    """Rows of which `column` is after `since` (None: all). Also what has no date: it cannot be shown to be older."""
    return Q() if since is None else Q(**{f"{column}__gt": since}) | Q(**{column: None})


def ended_between(record: PartedRecord, column: str) -> Q:
    """Rows of which `column`, when its person took a word back, lies between `since` and `until` of a record: a no that may be the one's or
    the other's stands for both."""
    until = Q(**{f"{column}__isnull": False}) if record.until is None else Q(**{f"{column}__lte": record.until})
    return until if record.since is None else until & Q(**{f"{column}__gt": record.since})


def is_set_after(moment: datetime | None, since: datetime | None) -> bool:
    """The same of one moment."""
    return since is None or moment is None or moment > since


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnded(Event):
    """A value stands no more in place of its source's: `ending` of `Override.Ending` (the source followed, its time is over, …)."""

    override_id: int
    person_id: int
    field: str
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStarted(Event):
    """Somebody holds an office of a unit from today on; a later first day is told when it comes."""

    unit_id: int
    office: str
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEnded(Event):
    """Somebody holds an office of a unit no more: removed, or its last day is over."""

    unit_id: int
    office: str
    person_id: int
