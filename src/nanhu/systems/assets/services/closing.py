"""The month's close (月结): finance's cards beside ours, what differs by name and reason, signed by two."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.once import lock_key
from nanhu.systems.assets.checking import Compared
from nanhu.systems.assets.errors import BooksChangedError, NothingToCloseError
from nanhu.systems.assets.models import ClosedLine, MonthClose
from nanhu.systems.assets.models.depreciation import sums_at_end_of
from nanhu.systems.assets.queries.books import month_to_close
from nanhu.systems.assets.rules import MONTHS_KEY

WORKER = Actor.system("assets")
State = MonthClose.State


@transaction.atomic
def make_close(*, by: Actor, token: UUID, rows: Sequence[Compared], file_name: str = "") -> MonthClose:
    known = MonthClose.known(by, token)
    if known is not None:
        return known
    lock_key(MONTHS_KEY)
    month = month_to_close()
    if month is None:
        raise NothingToCloseError
    if sums_at_end_of(month) != sums_compared(rows):
        raise BooksChangedError
    made = MonthClose.begun(
        by,
        token,
        title=f"{month:%Y-%m}",
        file_name=file_name,
        month=month,
        **sums_of(rows),
    )
    ClosedLine.objects.bulk_create(line_of(made, row) for row in rows if row.differs)
    made.note(by, "make_{}")
    return made


def sums_compared(rows: Sequence[Compared]) -> tuple[int, int]:
    return sum(row.ours.value_fen for row in rows), sum(row.ours.accumulated_fen for row in rows)


def sums_of(rows: Sequence[Compared]) -> dict[str, Any]:
    return {
        "card_count": len(rows),
        "value_fen": sum(row.value_fen for row in rows),
        "accumulated_fen": sum(row.accumulated_fen for row in rows),
        "difference_count": sum(row.differs for row in rows),
        "ours_value_fen": sum(row.ours.value_fen for row in rows),
        "ours_accumulated_fen": sum(row.ours.accumulated_fen for row in rows),
    }


def line_of(close: MonthClose, row: Compared) -> ClosedLine:
    return ClosedLine(
        close=close,
        number=row.number,
        name=row.name,
        value_fen=row.value_fen,
        accumulated_fen=row.accumulated_fen,
        ours_value_fen=row.ours.value_fen,
        ours_accumulated_fen=row.ours.accumulated_fen,
        why=row.why,
    )


@job("assets.close_month")
def close_month(batch_id: int) -> None:
    """May run twice."""
    with transaction.atomic():
        batch = MonthClose.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.POSTING:
            return
        batch.posted_at = now()
        batch.enter(WORKER, State.POSTED, "close_month")
    if batch.progress_id:
        open_progress(batch.progress_id).finish(_("%(month)s 已结账") % {"month": batch.title})
