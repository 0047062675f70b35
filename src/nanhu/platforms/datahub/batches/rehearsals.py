"""Applying a rehearsed batch (dry run) for good: its landing rows are there already."""

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import start_progress
from nanhu.platforms.datahub.batches.finishing import finish_batch
from nanhu.platforms.datahub.models import Batch, Issue
from nanhu.platforms.datahub.services.files import refuse_outdated, was_applied
from nanhu.platforms.datahub.services.settle import lock_batch


@transaction.atomic
def take_for_good(*, by: Actor, batch_id: int, title: str) -> str:
    """Queues the real run; returns the id of its progress."""
    batch = lock_batch(batch_id, (Batch.State.REHEARSED,))
    refuse_outdated(batch)
    batch.is_repeat = was_applied(batch.source, batch.sha256)
    progress = start_progress(kind="datahub.import", title=title, total=0, by=by)
    batch.is_dry_run, batch.state, batch.progress_id = False, Batch.State.LANDED, progress.public_id
    batch.gate, batch.gate_level = [], ""  # it is measured anew
    batch.save(update_fields=["is_dry_run", "state", "progress_id", "is_repeat", "gate", "gate_level"])
    Issue.objects.filter(batch=batch).delete()
    finish_batch.defer(batch_id=batch.id, progress_id=str(progress.public_id), account_id=by.account_id, actor=by.name)
    return str(progress.public_id)
