"""Designing a process: begun, changed, tried over running cases, published, taken out of service. Each under the process's lock."""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Final, NoReturn
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs.progress import open_progress, start_progress
from nanhu.kernel.jobs.queue import defer
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given, refuse_stale
from nanhu.kernel.ui.dates import moment_words
from nanhu.platforms.flows.assigning import asking_once
from nanhu.platforms.flows.body import digest_of
from nanhu.platforms.flows.judging import Judge
from nanhu.platforms.flows.models import Case, Definition, Version
from nanhu.platforms.flows.services.definitions import add_version
from nanhu.platforms.flows.services.moving import CHUNK
from nanhu.platforms.flows.workshop import sketch as sketches
from nanhu.platforms.flows.workshop.errors import (
    ActionNotYoursError,
    DraftChangedError,
    NothingNewError,
    NotPublishableError,
    PublicationWaitsError,
)
from nanhu.platforms.flows.workshop.faults import faults_in, words_of
from nanhu.platforms.flows.workshop.models import ProcessDraft, Publication, new_key
from nanhu.platforms.flows.workshop.sketch import Sketch

WORK: Final = "flows_workshop.try_draft"
NAMED_CASES: Final = 50
KEPT: Final = ("name", "summary", "promise", "prefix", "icon", "section", "retention", "legal_basis", "fallback")
"""What a process takes over from its sketch beside body and audience."""
AUDIENCE: Final = ("faces", "units", "categories")
"""Who may apply: each a list of which one must fit, or, but for faces, nothing."""


def sketch_of(definition: Definition) -> Sketch:
    """As it is published."""
    bodies = [one.body for one in definition.versions.order_by("-number")] or [sketches.EMPTY]
    known = {name: getattr(definition, name) for name in KEPT}
    audience: dict[str, Any] = {name: tuple(sorted(getattr(definition, name))) for name in AUDIENCE}
    found = Sketch(**known, **audience, body=bodies[0])
    return sketches.renumbered(found, *bodies)


@transaction.atomic
def begin(*, by: Actor, unit_id: int, sketch: Sketch) -> Definition:
    """A process of this unit that nobody can apply for yet."""
    definition = Definition.objects.create(
        key=new_key(),
        unit_id=unit_id,
        origin=Definition.Origin.BROWSER,
        is_offered=False,
        **{name: list(getattr(sketch, name)) for name in AUDIENCE},
        **{name: getattr(sketch, name) for name in KEPT},
    )
    keep(by, definition, sketches.bounded(sketch))
    note(by, "flows.begin_process", definition)
    return definition


def note(by: Actor, action: str, definition: Definition, *, reason: str = "", **facts: object) -> None:
    audit.record(
        by=by,
        action=action,
        target=f"process:{definition.key}",
        reason=reason,
        facts={"flow": definition.name, **facts},
    )


def locked(definition: Definition) -> Definition:
    """With the key under which versions are numbered."""
    lock_key(f"flow:{definition.key}")
    return Definition.objects.select_for_update().get(pk=definition.pk)


def draft_of(definition: Definition) -> ProcessDraft | None:
    return ProcessDraft.objects.filter(definition=definition).first()


def keep(by: Actor, definition: Definition, sketch: Sketch) -> None:
    """Under a number that no draft of this process had before, so that no page of an earlier one is taken for one of this."""
    definition.edits += 1
    definition.save(update_fields=["edits"])
    values = {
        "content": sketches.encoded(sketch),
        "revision": definition.edits,
        "changed_by_name": by.name,
        "changed_at": now(),
    }
    ProcessDraft.objects.update_or_create(definition=definition, defaults=values)


@transaction.atomic
def change(*, by: Actor, definition: Definition, revision: int, edit: Callable[[Sketch], Sketch]) -> Sketch:
    """One edit of the draft as it is now; refused where it is not the draft that this person saw."""
    found = locked(definition)
    draft = draft_of(found)
    stands = draft.revision if draft else found.edits
    if stands != revision:
        raise_changed(found)
    sketch = sketches.bounded(edit(sketches.decoded(draft.content) if draft else sketch_of(found)))
    keep(by, found, sketch)
    return sketch


def raise_changed(definition: Definition) -> NoReturn:
    """Who changed it, or published it, since somebody saw it."""
    draft = draft_of(definition)
    last = definition.versions.order_by("-number").first()
    who = draft.changed_by_name if draft else last.published_by_name if last else ""
    at = draft.changed_at if draft else last.published_at if last else definition.created_at
    raise DraftChangedError(who=who, at=moment_words(at, now()))


def settled(sketch: Sketch) -> Sketch:
    """As two are compared."""
    return sketches.replace(sketch, counter=0, **{name: tuple(sorted(getattr(sketch, name))) for name in AUDIENCE})


def concerns_all(definition: Definition, sketch: Sketch) -> bool:
    """Whether more than words change: every process is open to all students or staff of the school."""
    now_and_before = (
        sketches.replace(settled(one), name="", summary="", body=sketches.plain(one.body))
        for one in (sketch, sketch_of(definition))
    )
    return not definition.is_offered or next(now_and_before) != next(now_and_before)


def to_publish(definition: Definition) -> tuple[str, int]:
    """Content and revision: of the draft, or of what is out of service and comes back as it was."""
    draft = draft_of(definition)
    if draft is not None:
        return draft.content, draft.revision
    if definition.is_offered:
        raise NothingNewError
    return sketches.encoded(sketch_of(definition)), definition.edits


@transaction.atomic
def publish(
    *, by: Actor, definition: Definition, revision: int, change: str, is_keeper: bool, token: UUID | None
) -> object:
    """Published at once where nothing but words changes, else asked for. Gives the Publication, or the Version."""
    found = locked(definition)
    content, stands = to_publish(found)
    if stands != revision:
        raise_changed(found)
    refuse_second(found)
    sketch = sketches.decoded(content)
    refuse_faults(sketch, is_keeper=is_keeper)
    if found.is_offered and settled(sketch) == settled(sketch_of(found)):
        raise NothingNewError
    if not concerns_all(found, sketch):
        return take_effect(by, found, sketch, given(change), revision)
    refuse_stale(by)
    note(by, "flows.ask_publication", found, reason=change)
    return Publication.objects.create(
        definition=found,
        token=token or uuid4(),
        content=content,
        revision=revision,
        change=given(change),
        author_id=by.account_id,  # type: ignore[misc]  # whoever asks is signed in
        author_name=by.name,
    )


def refuse_second(definition: Definition) -> None:
    """While one waits."""
    if definition.publications.filter(state=Publication.State.ASKED).exists():
        raise PublicationWaitsError


def refuse_faults(sketch: Sketch, *, is_keeper: bool) -> None:
    if faults := faults_in(sketch):
        raise NotPublishableError(count=len(faults), first=words_of(faults[0]))
    if not is_keeper and any(step.kind in {"automatic", "pay"} for step in sketch.body.steps):
        raise ActionNotYoursError


@transaction.atomic
def approve(*, by: Actor, publication: Publication) -> Version | None:
    """By another person. What was removed meanwhile (a post, a unit) hinders it."""
    found = locked(publication.definition)
    row = publication.locked_in([Publication.State.ASKED])
    row.decide(by, state=Publication.State.PUBLISHED)
    row.save()
    sketch = sketches.decoded(row.content)
    refuse_faults(sketch, is_keeper=True)
    return take_effect(by, found, sketch, row.change, row.revision)


def take_effect(by: Actor, definition: Definition, sketch: Sketch, change: str, revision: int) -> Version | None:
    """New cases begin with it; running ones stay on their version. The draft goes, unless somebody went on with it."""
    for name in KEPT:
        setattr(definition, name, getattr(sketch, name))
    for name in AUDIENCE:
        setattr(definition, name, list(getattr(sketch, name)))
    definition.is_offered = True
    definition.save()
    made = add_version(definition, sketch.body, by_name=by.name, change=change)
    ProcessDraft.objects.filter(definition=definition, revision=revision).delete()
    newest = made or definition.versions.order_by("-number").first()
    note(by, "flows.publish_process", definition, reason=change, to_version=newest.number if newest else 0)
    return newest


@transaction.atomic
def refuse(*, by: Actor, publication: Publication, answer: str) -> None:
    row = publication.locked_in([Publication.State.ASKED])
    row.decide(by, state=Publication.State.REFUSED, answer=given(answer))
    row.save()
    note(by, "flows.refuse_publication", row.definition, reason=answer)


@transaction.atomic
def take_back(*, by: Actor, publication: Publication) -> None:
    row = publication.locked_in([Publication.State.ASKED])
    row.take_back(by)
    row.save()
    note(by, "flows.take_back_publication", row.definition)


@transaction.atomic
def close(*, by: Actor, definition: Definition, reason: str) -> None:
    """Out of service: no new cases, running ones go on. It comes back by being published."""
    found = locked(definition)
    if not found.is_offered:
        raise NothingNewError
    refuse_second(found)
    found.is_offered = False
    found.save(update_fields=["is_offered"])
    note(by, "flows.close_process", found, reason=given(reason))


@transaction.atomic
def ask_trial(*, by: Actor, definition: Definition) -> None:
    """How each running case would fare under the draft: judged by the worker, nothing is moved."""
    draft = ProcessDraft.objects.select_for_update().filter(definition=definition).first()
    if draft is None:
        raise NothingNewError
    refuse_faults(sketches.decoded(draft.content), is_keeper=True)
    total = running(definition).count()
    progress = start_progress(kind=WORK, title=str(definition), total=total, by=by)
    draft.trial = {"progress": str(progress.public_id), "digest": digest_of(sketches.decoded(draft.content).body)}
    draft.save(update_fields=["trial"])
    defer(WORK, draft_id=draft.pk)


def running(definition: Definition) -> QuerySet[Case]:
    rows = Case.objects.filter(definition=definition).exclude(state=Case.State.CLOSED)
    return rows.select_related("definition", "version").prefetch_related("tokens").order_by("pk")


def try_draft(*, draft_id: int) -> None:
    """What the worker does. A draft that changed meanwhile is tried as it was asked, or not at all."""
    draft = ProcessDraft.objects.select_related("definition").filter(pk=draft_id).first()
    if draft is None or "progress" not in draft.trial:
        return
    progress, counts, named = open_progress(draft.trial["progress"]), Counter[str](), list[list[str]]()
    body = sketches.decoded(draft.content).body
    if digest_of(body) != draft.trial["digest"]:
        ProcessDraft.objects.filter(pk=draft.pk, trial__progress=draft.trial["progress"]).update(trial={})
        progress.finish("")
        return
    judges: dict[int, Judge] = {}
    with asking_once():
        for number, case in enumerate(running(draft.definition).iterator(chunk_size=CHUNK), 1):
            if case.version_id not in judges:
                judges[case.version_id] = Judge(case.version.body, body, {})
            found = judges[case.version_id].safely(case)
            counts[found.verdict] += 1
            if found.verdict != "safe" and len(named) < NAMED_CASES:
                named.append([case.number, found.verdict, found.words])
            progress.advance(number)
    trial = {"digest": draft.trial["digest"], "counts": dict(counts), "cases": named, "at": now().isoformat()}
    ProcessDraft.objects.filter(pk=draft.pk, trial__progress=draft.trial["progress"]).update(trial=trial)
    progress.finish("")


def case_counts(definitions: Collection[Definition]) -> Counter[int]:
    """How many run, by process."""
    rows = Case.objects.filter(definition__in=definitions).exclude(state=Case.State.CLOSED).order_by()
    return Counter(rows.values_list("definition_id", flat=True))
