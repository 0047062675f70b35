"""Letting a file or a snapshot of a large table pass that the gate holds: at amber one steward, at red two."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.errors import ReleaseRefusedError
from nanhu.platforms.datahub.jobs import finish_batch
from nanhu.platforms.datahub.models import Batch, Issue, Level, Release
from nanhu.platforms.datahub.services.files import refuse_outdated, was_applied
from nanhu.platforms.datahub.services.settle import lock_batch
from nanhu.platforms.datahub.warehouse import taking

WAITING = (Batch.State.WAITING,)


@transaction.atomic
def release(*, by: Actor, batch_id: int, reason: str) -> str:
    """At amber, on one steward's word; returns the id of the progress."""
    batch = lock_batch(batch_id, WAITING)
    if batch.gate_level == Level.RED:
        raise ReleaseRefusedError
    audit.record(
        by=by, action="datahub.release", target=f"batch:{batch.id}", reason=given(reason), facts=facts_of(batch)
    )
    return let_pass(by=by, batch=batch)


@transaction.atomic
def ask_release(*, by: Actor, token: UUID, batch_id: int, reason: str) -> Release:
    known = Release.known(by, token)
    if known is not None:
        return known
    batch = lock_batch(batch_id, WAITING)
    if Release.objects.filter(batch=batch, state=Release.State.ASKED).exists():
        raise ReleaseRefusedError
    refuse_outdated(batch)
    asked = Release.begun(by, token, batch=batch, reason=given(reason))
    audit.record(by=by, action="datahub.ask_release", target=f"batch:{batch.id}", reason=reason, facts=facts_of(batch))
    return asked


@transaction.atomic
def agree(*, by: Actor, asked: Release) -> None:
    found = asked.locked_in([Release.State.ASKED])
    batch = lock_batch(found.batch_id, WAITING)
    found.decide(by, state=Release.State.AGREED)
    found.save()
    facts = facts_of(batch)
    audit.record(by=by, action="datahub.agree_release", target=f"batch:{batch.id}", reason=found.reason, facts=facts)
    let_pass(by=by, batch=batch)


@transaction.atomic
def refuse(*, by: Actor, asked: Release, answer: str) -> None:
    """The file stays where it is; it may be discarded, or asked for again."""
    found = asked.locked_in([Release.State.ASKED])
    found.decide(by, state=Release.State.REFUSED, answer=given(answer))
    found.save()
    audit.record(by=by, action="datahub.refuse_release", target=f"batch:{found.batch_id}", reason=answer)


@transaction.atomic
def take_back(*, by: Actor, asked: Release, answer: str) -> None:
    found = asked.locked_in([Release.State.ASKED])
    found.take_back(by, answer=answer)
    found.save()
    audit.record(by=by, action="datahub.take_back_release", target=f"batch:{found.batch_id}", reason=answer)


@transaction.atomic
def discard(*, by: Actor, batch_id: int, reason: str) -> Batch:
    """The wrong file: it never took effect, and does not wait any longer."""
    batch = lock_batch(batch_id, (Batch.State.WAITING, Batch.State.UNMAPPED))
    for asked in Release.objects.select_for_update().filter(batch=batch, state=Release.State.ASKED):
        asked.state, asked.answer, asked.decided_at = Release.State.TAKEN_BACK, reason, now()
        asked.save()
    batch.state, batch.finished_at = Batch.State.REFUSED, now()
    batch.save(update_fields=["state", "finished_at"])
    taking.forget(batch)
    audit.record(by=by, action="datahub.discard", target=f"batch:{batch.id}", reason=given(reason))
    return batch


def let_pass(*, by: Actor, batch: Batch) -> str:
    refuse_outdated(batch)
    progress = start_progress(kind="datahub.import", title=batch.file_name, total=0, by=by)
    batch.is_released, batch.state, batch.progress_id = True, Batch.State.LANDED, progress.public_id
    batch.is_repeat = was_applied(batch.source, batch.sha256)
    if taking.is_snapshot(batch):  # all is done but to let it stand
        taking.refuse_lost(batch)
        batch.state, batch.finished_at = Batch.State.APPLIED, now()
        progress.finish(_("已生效。"), result_url=reverse("datahub:batch", args=[batch.pk]))
    batch.save(update_fields=["is_released", "state", "progress_id", "is_repeat", "finished_at"])
    if batch.state == Batch.State.APPLIED:
        return str(progress.public_id)
    Issue.objects.filter(batch=batch).delete()
    finish_batch.defer(batch_id=batch.id, progress_id=str(progress.public_id), account_id=by.account_id, actor=by.name)
    return str(progress.public_id)


def facts_of(batch: Batch) -> dict[str, str]:
    return {"level": batch.gate_level}
