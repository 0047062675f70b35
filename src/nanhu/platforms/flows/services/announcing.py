"""Announcements that everybody confirms: opened, and ended, by the worker in batches; begun again it goes on where it stood."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now, start_of
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.jobs import defer
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.once import made_by_form
from nanhu.platforms.flows.body import Body, Field, PersonIn, Step
from nanhu.platforms.flows.models import Announcement, Case, Entry, Task, Token
from nanhu.platforms.flows.services.cases import NUMBERS
from nanhu.platforms.flows.services.definitions import newest
from nanhu.platforms.flows.services.engine import OPEN
from nanhu.platforms.flows.specs import FlowSpec, register_flow
from nanhu.platforms.people import api as people

WORK: Final = "flows.work_off_announcement"
BATCH: Final = 1000
CONFIRM: Final = register_flow(
    FlowSpec(
        key="flows.announcement",
        name=_("通知确认"),
        unit="",
        promise=480,
        prefix="TZ",
        faces=frozenset(),
        retention="short",
        icon="megaphone",
        body=Body(
            form=(
                Field(key="title", label=_("通知"), is_fact=True),
                Field(key="reader", label=_("请谁确认"), kind="person"),
            ),
            steps=(Step(key="confirm", name=_("看过并确认"), kind="confirm", who=(PersonIn(field="reader"),)),),
        ),
    )
)


@transaction.atomic
def announce(
    *, by: Actor, unit_id: int, kinds: Sequence[str], title: str, text: str, until: date, token: UUID
) -> Announcement:
    """To all who have such a tie to the unit, or to one below it, today. Who comes later is not asked."""
    if (known := made_by_form(Announcement, token, made_by_id=by.account_id)) is not None:
        return known
    made = Announcement.objects.create(
        token=token,
        title=title.strip(),
        text=text.strip(),
        unit_id=unit_id,
        kinds=sorted(kinds),
        until=until,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    audit.record(by=by, action="flows.announce", target=f"announcement:{made.public_id}", facts={"title": made.title})
    defer(WORK, announcement_id=made.pk)
    return made


@transaction.atomic
def end(*, by: Actor, announcement: Announcement) -> None:
    """Who has not confirmed is asked no more; who has, has."""
    locked = locked_announcement(announcement.pk)
    if locked.state not in {Announcement.State.OPENING, Announcement.State.OPEN}:
        raise WrongStateError(what=locked.title, state=locked.get_state_display())
    locked.state = Announcement.State.ENDING
    locked.save(update_fields=["state"])
    audit.record(by=by, action="flows.end_announcement", target=f"announcement:{locked.public_id}")
    defer(WORK, announcement_id=locked.pk)


def locked_announcement(announcement_id: int) -> Announcement:
    return Announcement.objects.select_for_update(of=("self",)).select_related("unit").get(pk=announcement_id)


def work_off(*, announcement_id: int) -> None:
    """What the worker does, a batch a transaction."""
    row = Announcement.objects.select_related("unit").get(pk=announcement_id)
    readers = readers_of(row) if row.state == Announcement.State.OPENING else []
    while open_some(announcement_id, readers):
        pass
    while end_some(announcement_id):
        pass


def readers_of(row: Announcement) -> list[int]:
    found = {one for kind in row.kinds for one in people.members_of([row.unit.code], kind=kind)}
    return sorted(one for one in found if one > row.last_person_id)


@transaction.atomic
def open_some(announcement_id: int, readers: Sequence[int]) -> bool:
    """The next of them; two workers at the same one take turns. False where nobody is left, or it was ended meanwhile."""
    row = locked_announcement(announcement_id)
    if row.state != Announcement.State.OPENING:
        return False
    batch = [one for one in readers if one > row.last_person_id][:BATCH]
    if batch:
        open_cases(row, batch)
        row.last_person_id, row.reached = batch[-1], row.reached + len(batch)
    else:
        row.state = Announcement.State.OPEN
    row.save(update_fields=["state", "last_person_id", "reached"])
    return bool(batch)


def open_cases(row: Announcement, readers: Sequence[int]) -> None:
    """For each a case that stands at its only step. `token` is of the announcement and the person: the database refuses a second."""
    version = newest(CONFIRM.key)
    if version is None:
        raise LookupError(CONFIRM.key)
    moment, due = now(), start_of(row.until + timedelta(days=1)) - timedelta(minutes=1)
    shared: dict[str, Any] = {"definition": version.definition, "version": version, "opened_by_name": row.made_by_name}
    shared["promised"] = version.definition.promise
    shared |= {"subject_key": CONFIRM.key, "subject_id": str(row.public_id), "opened_at": moment, "due_at": due}
    cases = [
        Case(token=uuid5(row.public_id, str(reader)), data={"title": row.title, "reader": reader}, **shared)
        for reader in readers
    ]
    by, prefix = Actor(account_id=row.made_by_id, name=row.made_by_name), version.definition.prefix
    targets = [f"case:{case.public_id}" for case in cases]
    for case, number in zip(
        cases, numbering.take_many(by=by, series=NUMBERS, targets=targets, scope=prefix), strict=True
    ):
        case.number = number
    Case.objects.bulk_create(cases)
    tokens = Token.objects.bulk_create(Token(case=case, step="confirm", entered_at=moment) for case in cases)
    Task.objects.bulk_create(
        Task(
            case=case,
            token=token,
            step="confirm",
            kind="confirm",
            person_id=reader,
            why="announcement",
            opened_at=moment,
            due_at=due,
        )
        for case, token, reader in zip(cases, tokens, readers, strict=True)
    )
    Entry.objects.bulk_create(Entry(case=case, actor=row.made_by_name, verb="announced", at=moment) for case in cases)


@transaction.atomic
def end_some(announcement_id: int) -> bool:
    """Cases that nobody confirmed are cancelled, with their rows locked, as any other move of a case."""
    row = locked_announcement(announcement_id)
    if row.state != Announcement.State.ENDING:
        return False
    rows = cases_of(row).filter(state=Case.State.RUNNING).order_by("pk").select_for_update()
    batch = list(rows.values_list("pk", flat=True)[:BATCH])
    if batch:
        cancel_cases(batch, by_name=row.made_by_name)
    else:
        row.state = Announcement.State.ENDED
        row.save(update_fields=["state"])
    return bool(batch)


def cancel_cases(case_ids: Collection[int], *, by_name: str) -> None:
    tasks = Task.objects.filter(case_id__in=case_ids)
    tasks.filter(state__in=OPEN).update(state=Task.State.CANCELLED, claimed_by=None, revision=F("revision") + 1)
    tasks.update(token=None)
    Token.objects.filter(case_id__in=case_ids).delete()
    Case.objects.filter(pk__in=case_ids).update(
        state=Case.State.CLOSED, outcome=Case.Outcome.CANCELLED, closed_at=now(), percent=100
    )
    Entry.objects.bulk_create(Entry(case_id=one, actor=by_name, verb="closed_cancelled") for one in case_ids)


def cases_of(row: Announcement) -> Any:
    return Case.objects.filter(subject_key=CONFIRM.key, subject_id=str(row.public_id))


def announcement_of(case: Case) -> Announcement | None:
    if case.subject_key != CONFIRM.key:
        return None
    return Announcement.objects.filter(public_id=UUID(case.subject_id)).first()
