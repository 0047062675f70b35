"""Finishing a batch (入库) in the worker, and what its progress says in the end."""

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import ProgressHandle, job, open_progress
from nanhu.platforms.datahub.services.imports import BatchReport, finish, report_of
from nanhu.platforms.datahub.services.summary import summary_of


@job("datahub.finish_batch")
def finish_batch(batch_id: int, progress_id: str, account_id: int, actor: str) -> None:
    """A batch that was rehearsed, whose columns were told, or that was let pass: now for good, or it waits at the gate."""
    progress, by = open_progress(progress_id), Actor(account_id=account_id, name=actor)
    try:
        report = report_of(finish(by=by, batch_id=batch_id, progress=progress, waits=True))
    except CampusError as refused:
        progress.fail(refused.message)
    else:
        finish_progress(progress, report)


def finish_progress(progress: ProgressHandle, report: BatchReport) -> None:
    progress.advance(progress.row.done, _("全部处理完"))
    progress.finish(summary_of(report), result_url=reverse("datahub:batch", args=[report.batch]))
