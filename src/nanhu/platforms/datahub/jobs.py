"""Periodic jobs of the data centre, and imports that a page asked for, run by the worker."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now_of_files
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.models import Progress
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.datahub.batches import pruning
from nanhu.platforms.datahub.batches.finishing import finish_progress
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding import reading
from nanhu.platforms.datahub.feeding.troubles import in_words
from nanhu.platforms.datahub.history import parquet
from nanhu.platforms.datahub.lineage import sending
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.services import absences
from nanhu.platforms.datahub.services.imports import import_file
from nanhu.platforms.datahub.shared_rows import forgetting
from nanhu.platforms.datahub.sharing import counting, database_views, golden, news

UPLOAD: Final = ".upload"
LEFT_SECONDS: Final = 2 * 3600
"""So long nobody needs between handing a file in and queueing its import."""


@job("datahub.import_upload")
def import_upload(  # noqa: PLR0917  (a job's arguments are named by its caller)
    path: str, source_key: str, file_name: str, dry_run: bool, progress_id: str, account_id: int, actor: str
) -> None:
    """May run again after a crash: the batch is taken up where it was. The upload is removed at the end."""
    progress, by = open_progress(progress_id), Actor(account_id=account_id, name=actor)
    uploaded = Path(path)
    if not uploaded.exists():  # it ran to its end, and only the word of it was lost; or nobody came to it
        if progress.row.state == Progress.State.RUNNING:
            progress.fail_for_want_of_its_file()
        return
    try:
        report = import_file(
            by=by, path=uploaded, source_key=source_key, dry_run=dry_run, progress=progress, file_name=file_name
        )
    except CampusError as refused:
        progress.fail(refused.message)
    else:
        finish_progress(progress, report)
    uploaded.unlink(missing_ok=True)


@job("datahub.sweep_uploads", every="35 * * * *")
def sweep_uploads() -> None:
    """Uploads whose import was given up, or never queued."""
    folder = private_folder(configuration().data_dir / "inbox")
    oldest = now_of_files(folder) - LEFT_SECONDS
    found = list(folder.glob(f"*{UPLOAD}"))
    named = {Path(one["path"]).name for one in import_upload.unfinished()}
    for path in found:
        with suppress(FileNotFoundError):
            if path.name not in named and path.stat().st_mtime < oldest:
                path.unlink()


@job("datahub.rehearse_source")
def rehearse_source(source_id: int, progress_id: str, account_id: int, actor: str) -> None:
    """What a source says now, as a dry run."""
    progress, by = open_progress(progress_id), Actor(account_id=account_id, name=actor)
    try:
        report = reading.rehearse(DataSource.objects.get(pk=source_id), by=by)
    except CampusError as refused:
        progress.fail(refused.message)
    except OSError as away:
        progress.fail(SourceFailedError(why=in_words(away)).message)
    else:
        finish_progress(progress, report)


@job("datahub.end_missing", every="25 * * * *")
def end_missing() -> None:
    """Who was missing from the whole lists for some days is over. Again: nobody."""
    absences.end_overdue()


@job("datahub.prune_rows", every="40 3 * * *")
def prune_rows() -> None:
    """Lines of files that are kept no longer. Again: what was not done."""
    pruning.prune()


@job("datahub.forget_fields", every="55 3 * * *")
def forget_fields() -> None:
    """Of versions of shared rows that ended, what their tables forget. Again: what was not done."""
    forgetting.forget()


@job("datahub.keep_history", every="*/5 * * * *")
def keep_history() -> None:
    """What offices' files said, as Parquet. Again: what lacks or is in effect no more."""
    parquet.follow()


@job("datahub.copy_golden", every="* * * * *")
def copy_golden() -> None:
    """What changed of the golden record goes into its shared tables."""
    golden.copy_changes()


@job("datahub.count_readings", every="* * * * *")
def count_readings() -> None:
    """Whose rows went out is told to them; who follows a product hears of news, and a lineage catalogue of what was read."""
    counting.count_readings()
    news.tell_news()
    database_views.note_reads()
    sending.note_runs()


@job("datahub.share_nightly", every="50 2 * * *")
def share_nightly() -> None:
    """The whole golden record once a night, and what sharing keeps no longer."""
    golden.copy_all()
    counting.tell_those_known_since()
    counting.forget_old()
