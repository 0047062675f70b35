"""Classes (资产分类) by a sheet: what two people agreed to is written by a job, once; no class is taken away."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job, open_progress
from nanhu.systems.assets.errors import ClassesInUseError, NothingNewError
from nanhu.systems.assets.models import CardRow, Classification, ClassImport, ClassRollback, ClassRow, ServiceLife
from nanhu.systems.assets.models.importing import classes_in_use
from nanhu.systems.assets.rules import class_above

WORKER = Actor.system("assets")
State = ClassImport.State
ENDED: Final = (State.POSTED, State.REFUSED, State.DISCARDED, State.UNDONE)


@transaction.atomic
def make_import(*, by: Actor, token: UUID, title: str, rows: Sequence[ClassRow], file_name: str = "") -> ClassImport:
    """`rows`: those that say something new."""
    known = ClassImport.known(by, token)
    if known is not None:
        return known
    if not rows:
        raise NothingNewError
    made = ClassImport.begun(
        by,
        token,
        title=title,
        file_name=file_name,
        class_count=len(rows),
        new_count=sum(not row.before for row in rows),
    )
    for row in rows:
        row.batch = made
    ClassRow.objects.bulk_create(rows, batch_size=2_000)
    made.note(by, "make_{}")
    return made


@job("assets.take_classes")
def take_classes(batch_id: int) -> None:
    """May run twice: a class is written as the sheet says it."""
    with transaction.atomic():
        batch = ClassImport.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.POSTING:
            return
        rows = sorted(batch.rows.all(), key=lambda row: len(row.code))
        write(rows)
        batch.posted_at = now()
        batch.enter(WORKER, State.POSTED, "take_classes")
    if batch.progress_id:
        open_progress(batch.progress_id).finish(_("已登记 %(count)s 个分类") % {"count": batch.class_count})


SAID: Final = ("name", "measure", "is_depreciable", "holds_data")


def write(rows: Sequence[ClassRow]) -> None:
    """Those above before those below; each row keeps what was said until then."""
    known = {one.code: one for one in Classification.objects.select_for_update().order_by("pk")}
    for row in rows:
        row.was = said_of(known[row.code]) if row.code in known else None
        one = known.setdefault(row.code, Classification(code=row.code, parent=known.get(class_above(row.code))))
        one.name, one.measure = row.name, row.measure
        one.is_depreciable, one.holds_data = row.is_depreciable, row.holds_data
        one.save()
    ClassRow.objects.bulk_update(rows, ["was"], batch_size=1_000)


def said_of(one: Classification | ClassRow) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SAID}


def ask_back(*, by: Actor, token: UUID, batch: ClassImport, reason: str) -> ClassRollback:
    return rollbacks.ask(ClassRollback, by=by, token=token, batch=batch, reason=reason, check=unchanged)


def agree_back(*, by: Actor, rollback: ClassRollback) -> int:
    """New classes go, changed ones say again what they said. Gives how many."""
    return rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, _reason: give_back(unchanged(batch)))


def unchanged(batch: ClassImport) -> list[tuple[ClassRow, Classification]]:
    """Those below before those above, locked. Not once a class says something else, something is or waits to be entered under a new one or
    one whose depreciation changed, a life is ruled for a new one, or another table goes below it."""
    rows = sorted(batch.rows.all(), key=lambda row: -len(row.code))
    codes = {row.code for row in rows}
    known = {one.code: one for one in Classification.objects.select_for_update().filter(code__in=codes).order_by("pk")}
    new, cards = {row.code for row in rows if row.was is None}, CardRow.objects.exclude(batch__state__in=ENDED)
    used = classes_in_use() | set(cards.values_list("card__classification", flat=True))
    below = set(Classification.objects.filter(parent__code__in=new).values_list("code", flat=True)) - codes
    coming = ClassRow.objects.exclude(batch__state__in=ENDED).exclude(batch=batch).values_list("code", flat=True)
    below |= {code for code in coming if class_above(code) in new or code in codes}
    ruled = set(ServiceLife.objects.filter(code__in=new, withdrawn_at=None).values_list("code", flat=True))
    for row in rows:
        one = known.get(row.code)
        is_used = row.code in used and (row.was is None or row.was["is_depreciable"] != row.is_depreciable)
        if one is None or said_of(one) != said_of(row) or is_used or row.code in ruled:
            raise ClassesInUseError(code=row.code)
    if below:
        raise ClassesInUseError(code=min(below))
    return [(row, known[row.code]) for row in rows]


def give_back(rows: Sequence[tuple[ClassRow, Classification]]) -> int:
    for row, one in rows:
        if row.was is None:
            one.delete()
        else:
            for name in SAID:
                setattr(one, name, row.was[name])
            one.save()
    return len(rows)
