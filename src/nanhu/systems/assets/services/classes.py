"""Classes (资产分类) by a sheet: what two people agreed to is written by a job, once; no class is taken away."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job, open_progress
from nanhu.systems.assets.errors import NothingNewError
from nanhu.systems.assets.models import Classification, ClassImport, ClassRow
from nanhu.systems.assets.rules import class_above

WORKER = Actor.system("assets")
State = ClassImport.State


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
        batch.state, batch.posted_at = State.POSTED, now()
        batch.save()
        audit.record(
            by=WORKER, action="assets.take_classes", target=f"class_import:{batch.public_id}", facts=batch.facts()
        )
    if batch.progress_id:
        open_progress(batch.progress_id).finish(_("已登记 %(count)s 个分类") % {"count": batch.class_count})


def write(rows: Sequence[ClassRow]) -> None:
    """Those above before those below."""
    known = {one.code: one for one in Classification.objects.select_for_update().order_by("pk")}
    for row in rows:
        one = known.setdefault(row.code, Classification(code=row.code, parent=known.get(class_above(row.code))))
        one.name, one.measure = row.name, row.measure
        one.is_depreciable, one.holds_data = row.is_depreciable, row.holds_data
        one.save()
