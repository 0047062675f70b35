"""Letting a file or a snapshot of a large table pass that the gate holds: at amber one steward; at red its owner office says that it is
right, and a steward agrees. Where nobody can speak for the office, another steward stands in for it."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.batches.finishing import finish_batch
from nanhu.platforms.datahub.errors import (
    NotTheOfficeError,
    OfficeSpeaksError,
    OneIsEnoughError,
    ReleaseRefusedError,
    WordLapsedError,
)
from nanhu.platforms.datahub.models import Batch, Issue, Level, Release
from nanhu.platforms.datahub.services.files import refuse_outdated, was_applied
from nanhu.platforms.datahub.services.owners import Owner, in_place_facts, owner_of, void_words
from nanhu.platforms.datahub.services.settle import lock_batch
from nanhu.platforms.datahub.snapshots import taking

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
def confirm(*, by: Actor, token: UUID, batch_id: int, seen: str, reason: str) -> Release:
    """The office says that the file is right (文件无误). `seen`: what it was shown, see `seen_of`."""
    known = Release.known(by, token)
    if known is not None:
        return known
    batch = lock_red(batch_id, seen)
    owner = owner_of(batch)
    refuse_stranger(by, owner)
    said_before = Release.objects.filter(batch=batch, state=Release.State.ASKED, unit_id=owner.unit_id, vacancy="")
    if any(not is_lapsed(one, owner) for one in said_before):
        raise ReleaseRefusedError
    void_words(batch, _("负责部门自己确认了"))
    account, name = owner.for_whom(by.account_id)
    in_place = {"in_place_of_id": account, "in_place_of_name": name}
    said = Release.begun(by, token, batch=batch, unit_id=owner.unit_id, reason=given(reason), **in_place)
    facts = facts_of(batch) | {"unit": owner.name} | in_place_facts(owner, by)
    audit.record(by=by, action="datahub.confirm_file", target=f"batch:{batch.id}", reason=reason, facts=facts)
    return said


@transaction.atomic
def ask_release(*, by: Actor, token: UUID, batch_id: int, seen: str, reason: str) -> Release:
    """A steward stands in for an office that has nobody who can speak."""
    known = Release.known(by, token)
    if known is not None:
        return known
    batch = lock_red(batch_id, seen)
    owner = owner_of(batch)
    refuse_stand_in(owner)
    if Release.objects.filter(batch=batch, state=Release.State.ASKED).exclude(vacancy="").exists():
        raise ReleaseRefusedError
    void_words(batch, _("确认的人不能再替负责部门说话"))
    asked = Release.begun(by, token, batch=batch, unit_id=owner.unit_id, vacancy=owner.vacancy, reason=given(reason))
    facts = facts_of(batch) | {"unit": owner.name, "vacancy": owner.vacancy}
    audit.record(by=by, action="datahub.ask_release", target=f"batch:{batch.id}", reason=reason, facts=facts)
    return asked


def lock_red(batch_id: int, seen: str) -> Batch:
    """What waits, needs two, and is still as it was shown."""
    batch = lock_batch(batch_id, WAITING)
    if batch.gate_level != Level.RED:
        raise OneIsEnoughError
    if seen != seen_of(batch):
        raise WrongStateError(what=Release.what, state=_("刚又量过一次，请看过再办"))
    refuse_outdated(batch)
    return batch


def seen_of(batch: Batch) -> str:
    """Of which measuring a page shows the words: it is measured again each time that it is held."""
    return batch.finished_at.isoformat() if batch.finished_at else ""


def refuse_stranger(by: Actor, owner: Owner) -> None:
    if by.account_id not in owner.accounts:
        raise NotTheOfficeError(office=owner.name)


def refuse_stand_in(owner: Owner) -> None:
    if not owner.vacancy:
        raise OfficeSpeaksError(office=owner.name, who=owner.who)


def is_lapsed(word: Release, owner: Owner) -> bool:
    """Whether whoever spoke for the office, and is not decided on, lost his post or his account since; or he in whose place he spoke, or the
    delegation ended."""
    if word.vacancy:
        return False
    in_place = owner.in_place.get(word.author_id, {})
    speaks_himself = word.author_id in owner.accounts and not in_place
    return word.in_place_of_id not in in_place if word.in_place_of_id else not speaks_himself


@transaction.atomic
def agree(*, by: Actor, asked: Release) -> None:
    """Not where the word is another office's by now, was said in place of one that can speak itself, or by who can speak no more."""
    batch = lock_batch(asked.batch_id, WAITING)
    found = asked.locked_in([Release.State.ASKED])
    owner = owner_of(batch)
    if found.vacancy:
        refuse_stand_in(owner)
    elif found.unit_id != owner.unit_id:
        raise OfficeSpeaksError(office=owner.name, who=owner.who or owner.why_nobody)
    elif is_lapsed(found, owner):
        raise WordLapsedError(office=owner.name, who=owner.who or owner.why_nobody)
    if by.account_id in owner.in_place.get(found.author_id, {}):
        raise SamePersonError  # of several in whose place he is the word names one
    found.decide(by, state=Release.State.AGREED)
    found.save()
    facts = facts_of(batch) | {"unit": owner.name} | ({"vacancy": found.vacancy} if found.vacancy else {})
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
    audit.record(by=by, action="datahub.discard", target=f"batch:{batch.id}", reason=given(reason))
    return put_away(batch, reason)


@transaction.atomic
def send_back(*, by: Actor, batch_id: int, reason: str) -> Batch:
    """The office says that its file is wrong (文件有误，退回)."""
    batch = lock_batch(batch_id, WAITING)
    owner = owner_of(batch)
    refuse_stranger(by, owner)
    facts = facts_of(batch) | {"unit": owner.name} | in_place_facts(owner, by)
    audit.record(by=by, action="datahub.return_file", target=f"batch:{batch.id}", reason=given(reason), facts=facts)
    return put_away(batch, reason)


def put_away(batch: Batch, reason: str) -> Batch:
    void_words(batch, reason)
    batch.state, batch.finished_at = Batch.State.REFUSED, now()
    batch.save(update_fields=["state", "finished_at"])
    taking.forget(batch)
    return batch


def let_pass(*, by: Actor, batch: Batch) -> str:
    refuse_outdated(batch)
    void_words(batch, _("已放行"))
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
