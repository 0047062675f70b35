"""Lists of quotas (指标表): kept as they were checked, taken once a second person agreed. A wrong one is set right by another."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.jobs import open_progress
from nanhu.kernel.once import lock_key
from nanhu.platforms.parties.models import TAKING, QuotaLine, QuotaList, QuotaListRow
from nanhu.platforms.parties.queries import newest_quotas
from nanhu.platforms.parties.quota_sheet import Change, change_of, facts_of


@transaction.atomic
def make_list(*, by: Actor, token: UUID, title: str, rows: Sequence[QuotaListRow], file_name: str = "") -> QuotaList:
    """The same form again gives the list that it made."""
    if (known := QuotaList.known(by, token)) is not None:
        return known
    made = QuotaList.begun(by, token, title=title, file_name=file_name, row_count=len(rows))
    for row in rows:
        row.batch = made
    QuotaListRow.objects.bulk_create(rows, batch_size=1000)
    made.note(by, "make_{}")
    return made


@transaction.atomic
def take_list(*, batch_id: int) -> None:
    """One list after the other; a second run finds nothing to do. What says nothing new, and what the treasury says itself meanwhile, is
    left out and counted."""
    found = QuotaList.objects.select_for_update().get(pk=batch_id)
    if found.state != QuotaList.State.POSTING:
        return
    lock_key(TAKING)
    rows = list(found.rows.order_by("line"))
    known = {one.number: one for one in newest_quotas().filter(number__in=[row.number for row in rows])}
    taken = [row for row in rows if is_news(row, known.get(row.number))]
    at = now()
    version = campus_time(at).replace(tzinfo=None).isoformat(" ", "microseconds")
    QuotaLine.objects.bulk_create(
        QuotaLine(**facts_of(row), version=version, quota_list=found, received_at=at) for row in taken
    )
    found.rows.filter(pk__in=[row.pk for row in taken]).update(is_taken=True)
    found.posted_at = at
    by = Actor(account_id=found.approver_id, name=found.approver_name)
    found.enter(by, QuotaList.State.POSTED, "take_{}")
    if found.progress_id is not None:
        done = {"taken": len(taken), "left": len(rows) - len(taken)}
        open_progress(found.progress_id).finish(
            _("写入 %(taken)s 条指标，%(left)s 条没有变或已由财政一体化读来") % done
        )


def is_news(row: QuotaListRow, known: QuotaLine | None) -> bool:
    if known is not None and known.quota_list_id is None:
        return False
    return change_of(row, known) != Change.SAME and not (known is None and row.is_withdrawn)
