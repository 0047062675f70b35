"""Lists of crews (班组表): kept, worked off once a second person agreed, and given back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import open_progress
from nanhu.services.requests.errors import CrewsChangedError, LinesForgottenError
from nanhu.services.requests.models import Crew, CrewList, CrewListRow, CrewRollback
from nanhu.services.requests.rules import LIST_DAYS
from nanhu.services.requests.services import settings

CLOCK: Final = Actor.system("requests.forget_crew_lists")
State = CrewList.State
type CrewLine = tuple[int, str, Mapping[str, Any]]
"""Number of the line, the crew's name, what it says of it."""


@transaction.atomic
def make_list(*, by: Actor, token: UUID, title: str, rows: Sequence[CrewLine], file_name: str = "") -> CrewList:
    """Keep a checked list; the same form again gives the list that it made."""
    if (known := CrewList.known(by, token)) is not None:
        return known
    made = CrewList.begun(by, token, title=title, file_name=file_name, row_count=len(rows))
    CrewListRow.objects.bulk_create(
        CrewListRow(batch=made, line=line, name=name, said=said) for line, name, said in rows
    )
    made.note(by, "make_{}")
    return made


@transaction.atomic
def take_list(*, batch_id: int) -> None:
    """A second run finds nothing to do. A line whose people have left meanwhile is left out and counted."""
    found = CrewList.objects.select_for_update().get(pk=batch_id)
    if found.state != State.POSTING:
        return
    by = Actor(account_id=found.approver_id, name=found.approver_name)
    rows = list(found.rows.order_by("line"))
    crews = {crew.name: crew for crew in locked_crews().filter(name__in=[row.name for row in rows])}
    for row in rows:
        take(by, row, crews.get(row.name))
    found.posted_at = now()
    found.enter(by, State.POSTED, "take_{}")
    if found.progress_id is not None:
        left = sum(row.crew_id is None for row in rows)
        done = {"made": len(rows) - left, "left": left}
        open_progress(found.progress_id).finish(_("写入 %(made)s 个班组，%(left)s 个没有写入") % done)


def locked_crews() -> QuerySet[Crew]:
    """In one order, with what `said_of` reads of each."""
    return Crew.objects.select_for_update().prefetch_related("classes", "buildings", "members").order_by("pk")


def take(by: Actor, row: CrewListRow, known: Crew | None) -> None:
    """`known`: the crew of this name, locked."""
    row.before = settings.said_of(known) if known else None
    try:
        with transaction.atomic():
            row.crew = settings.write(by=by, name=row.name, said=row.said, crew=known)
    except CampusError:
        row.before = None
    row.save(update_fields=["crew", "before"])


def ask_back(*, by: Actor, token: UUID, batch: CrewList, reason: str) -> CrewRollback:
    return rollbacks.ask(CrewRollback, by=by, token=token, batch=batch, reason=reason, check=unchanged)


def agree_back(*, by: Actor, rollback: CrewRollback) -> int:
    """As it was before: new ones rest, changed ones say again what they said. Gives how many."""
    return rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, _reason: give_back(by, batch))


def unchanged(batch: CrewList) -> list[CrewListRow]:
    """What it wrote, the crews locked; not once one of them says something else."""
    rows = list(batch.rows.filter(crew__isnull=False).order_by("-line"))
    if not rows:
        raise LinesForgottenError
    crews = locked_crews().in_bulk([row.crew_id for row in rows])
    if any(settings.said_of(crews[row.crew_id or 0]) != row.said for row in rows):
        raise CrewsChangedError
    return rows


def give_back(by: Actor, batch: CrewList) -> int:
    rows = unchanged(batch)
    for row in rows:
        settings.write(by=by, name=row.name, said=row.before or {**row.said, "is_active": False}, crew=row.crew)
    return len(rows)


@transaction.atomic
def forget_lines() -> int:
    """The campus numbers that a list named go with its lines. One that nobody submitted ends first; one whose roll-back waits keeps them."""
    before = now() - timedelta(days=LIST_DAYS)
    for one in CrewList.objects.select_for_update().filter(state=State.CHECKED, created_at__lt=before):
        one.enter(CLOCK, State.DISCARDED, "discard_{}")
    ended = CrewList.objects.filter(state__in=[State.POSTED, State.REFUSED, State.DISCARDED, State.UNDONE])
    over = ended.alias(at=Coalesce("posted_at", "decided_at", "created_at")).filter(at__lt=before)
    asked = CrewRollback.objects.filter(state=CrewRollback.State.ASKED).values("batch")
    gone, _by_table = CrewListRow.objects.filter(batch__in=over.exclude(pk__in=asked)).delete()
    return gone
