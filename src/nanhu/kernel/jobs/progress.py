"""Progress of long work: a row that the worker moves and a page shows."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.models import Progress

SHORTEST_PAUSE = timedelta(milliseconds=300)


class ProgressHandle:
    """Moves one progress row; writes at most about three times a second, and always at the end."""

    def __init__(self, row: Progress) -> None:
        self.row = row
        self._written_at = datetime.now(UTC)

    @property
    def public_id(self) -> UUID:
        return self.row.public_id

    def advance(self, done: int, note: str = "", *, total: int | None = None) -> None:
        self.row.done = done
        self.row.note = note or self.row.note
        self.row.total = self.row.total if total is None else total
        if datetime.now(UTC) - self._written_at >= SHORTEST_PAUSE:
            self._write()

    def finish(self, summary: str, *, result_url: str = "") -> None:
        self.row.state = Progress.State.DONE
        self.row.done = max(self.row.done, self.row.total)
        self.row.summary = summary
        self.row.result_url = result_url
        self._write()

    def fail(self, text: str) -> None:
        self.row.state = Progress.State.FAILED
        self.row.summary = text
        self._write()

    def fail_for_want_of_its_file(self) -> None:
        """What was handed in is kept for a day, and nobody came to it."""
        self.fail(_("交的文件存放到期，没有处理就清除了：请重新交一次。"))

    def _write(self) -> None:
        self._written_at = self.row.changed_at = datetime.now(UTC)
        self.row.save()


def start_progress(*, kind: str, title: str, total: int, by: Actor) -> ProgressHandle:
    return ProgressHandle(Progress.objects.create(kind=kind, title=title, total=total, account_id=by.account_id))


def open_progress(public_id: UUID | str) -> ProgressHandle:
    """The handle of work that another process announced."""
    return ProgressHandle(Progress.objects.get(public_id=public_id))
