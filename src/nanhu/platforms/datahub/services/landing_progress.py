"""Progress of landing while its transaction is open: written by a connection of its own, for nobody else would see it."""

import time
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import ProgressHandle

SHORTEST_PAUSE_SECONDS: Final = 0.3
WRITE: Final = "UPDATE kernel_progress SET done = %s, total = %s, note = %s, changed_at = %s WHERE id = %s"


class LandingProgress:
    """Call it with the rows that are in, and how many to expect (0: unknown). Writes three times a second at most.

    `update`, not `save`: where the progress row is not committed yet nothing is written, and nothing waits."""

    def __init__(self, progress: ProgressHandle | None) -> None:
        self.progress = progress
        self.outside = connection.copy()
        self.written_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.outside.close()

    def __call__(self, done: int, expected: int) -> None:
        if self.progress is None or time.monotonic() - self.written_at < SHORTEST_PAUSE_SECONDS:
            return
        self.written_at = time.monotonic()
        row = self.progress.row
        row.done, row.total, row.note, row.changed_at = done, max(done, expected), _("正在读入…"), now()
        with suppress(DatabaseError), self.outside.cursor() as cursor:  # the import does not fail for a word about it
            cursor.execute(WRITE, [row.done, row.total, row.note, row.changed_at, row.pk])
