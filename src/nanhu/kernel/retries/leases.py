"""One kind of row that is retried: how it is taken, and how the answer to its step is written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import models
from django.db.models import QuerySet

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.models import LONGEST_ERROR
from nanhu.kernel.pauses import Pause, spread
from nanhu.kernel.retries.answers import Again, Answer, Done, Never, Outside

TAKE = (Path(__file__).parent / "queries" / "take.sql").read_text(encoding="utf-8")
LEASE = timedelta(seconds=30)
MOST_COUNTED = 32_000
ONE_LANE = "0::bigint"


def keepable(said: str) -> str:
    """What another side said, as the database can hold it: no control characters, no halves of letters."""
    return "".join(max(sign, " ") for sign in said).encode(errors="replace").decode()


@dataclass(frozen=True, kw_only=True)
class Retries[Row: models.Model]:
    """`step` answers at once, or gives the part that waits for somebody outside. It is called by the loop that holds the
    database; the outside part runs on a thread, and touches the database only if it must.

    After `most` attempts or at `until` it is given up, which `given_up` writes in words that people see. `lane`: the column of
    whom is called; one of them gets `lane_at_once` calls at a time, and one call while he is away, so that neither a dead one nor
    many rows for him hold up another's. `prefix`: of the three columns' names.
    """

    model: type[Row]
    step: Callable[[Row], Answer | Outside]
    pause: Pause
    most: int | None = None
    until: Callable[[Row], datetime | None] = lambda _row: None
    given_up: Callable[[], Mapping[str, object]] = dict
    related: Sequence[str] = ()
    prefix: str = ""
    lane: str = ""
    lane_at_once: int = 8
    at_once: int = 4
    lease: timedelta = LEASE
    clock: Callable[[], datetime] = now

    def take(self, limit: int, rooms: Mapping[int, int] | None = None) -> list[int]:
        """Lease what is due, the longest waiting first; `rooms`: how many of a lane, where it is not the usual number. Without it
        lanes are not looked at."""
        if limit <= 0:
            return []
        moment, special = self.clock(), rooms or {}
        text = TAKE.format(
            table=self.model._meta.db_table,  # noqa: SLF001 - the table of whichever model
            prefix=self.prefix,
            lane=self.lane or ONE_LANE,
            most=MOST_COUNTED,
        )
        return [
            pk
            for (pk,) in all_rows(
                text,
                {
                    "now": moment,
                    "lease": moment + self.lease,
                    "free": limit,
                    "lanes": list(special),
                    "rooms": list(special.values()),
                    "usual": limit if rooms is None or not self.lane else self.lane_at_once,
                },
            )
        ]

    def rows(self, ids: Sequence[int]) -> list[Row]:
        if not ids:
            return []
        found = self.model._default_manager.filter(pk__in=ids)  # noqa: SLF001 - the manager of whichever model
        return list(found.select_related(*self.related) if self.related else found)

    def conclude(self, row: Row, answer: Answer) -> None:
        """What has ended stays ended, also when a slow worker comes back late; only who holds the lease puts it off."""
        match answer:
            case Done(columns, None):
                self.write(self.waiting(row), columns, due_at=None, error="")
            case Done(columns, timedelta() as then):
                self.write(self.waiting(row), columns, due_at=self.clock() + then, error="", attempts=0)
            case Again() if not self.is_over(row):
                self.write(self.held(row), answer.columns, due_at=self.next_try(row, answer), error=answer.error)
            case Again(error=error, columns=columns) | Never(error, columns):
                self.write(self.waiting(row), {**self.given_up(), **columns}, due_at=None, error=error)

    def is_over(self, row: Row) -> bool:
        until = self.until(row)
        return (self.most is not None and self.attempts_of(row) >= self.most) or (
            until is not None and self.clock() >= until
        )

    def next_try(self, row: Row, answer: Again) -> datetime:
        pause = spread(self.pause(self.attempts_of(row))) if answer.after is None else answer.after
        due, until = self.clock() + pause, self.until(row)
        return due if until is None else min(due, until)

    def attempts_of(self, row: Row) -> int:
        return int(getattr(row, f"{self.prefix}attempts"))

    def waiting(self, row: Row) -> QuerySet[Row]:
        return self.model._default_manager.filter(pk=row.pk, **{f"{self.prefix}due_at__isnull": False})  # noqa: SLF001 - as above

    def held(self, row: Row) -> QuerySet[Row]:
        return self.waiting(row).filter(**{f"{self.prefix}attempts": self.attempts_of(row)})

    def write(self, rows: QuerySet[Row], columns: Mapping[str, object], **own: Any) -> None:
        if "error" in own:
            own["error"] = keepable(str(own["error"]))[:LONGEST_ERROR]
        rows.update(**{f"{self.prefix}{name}": value for name, value in own.items()}, **columns)
