"""Lists of phones (电话清单): kept, worked off once a second person agreed, and given back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import open_progress
from nanhu.kernel.revisions import revision_of
from nanhu.services.directory.errors import KnownAlreadyError, PhonesChangedError
from nanhu.services.directory.models import Phone, PhoneList, PhoneListRow, PhoneRollback
from nanhu.services.directory.services import keeping

State = PhoneListRow.State
SAID: Final = ("number", "extension", "hours", "other_hours", "keywords")
"""What a line says of a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLine:
    unit_id: int
    name: str
    number: str
    extension: str
    hours: str
    other_hours: str
    keywords: str
    line: int


@transaction.atomic
def make_list(*, by: Actor, token: UUID, title: str, rows: Sequence[PhoneLine], file_name: str = "") -> PhoneList:
    """Keep a checked list; the same form again gives the list that it made."""
    if (known := PhoneList.known(by, token)) is not None:
        return known
    made = PhoneList.begun(
        by,
        token,
        title=title,
        file_name=file_name,
        row_count=len(rows),
    )
    PhoneListRow.objects.bulk_create([PhoneListRow(batch=made, **asdict(one)) for one in rows], batch_size=1000)
    made.note(by, "make_{}")
    return made


@transaction.atomic
def take_list(*, batch_id: int) -> None:
    """A second run finds nothing to do. What cannot be written any more is left out and counted."""
    found = PhoneList.objects.select_for_update().get(pk=batch_id)
    if found.state != PhoneList.State.POSTING:
        return
    by = Actor(account_id=found.approver_id, name=found.approver_name)
    rows = list(found.rows.filter(state=State.PLANNED).select_related("unit").order_by("line"))
    for row in rows:
        take(by, row)
        row.save(update_fields=["state", "phone", "before"])
    found.posted_at = now()
    found.enter(by, PhoneList.State.POSTED, "take_{}")
    if found.progress_id is not None:
        left = sum(row.state == State.LEFT for row in rows)
        done = {"made": len(rows) - left, "left": left}
        open_progress(found.progress_id).finish(_("写入 %(made)s 个电话，%(left)s 个没有写入") % done)


def take(by: Actor, row: PhoneListRow) -> None:
    """One of this unit under this name is changed, else a new one is entered; of several under it none is meant."""
    said = said_of(row)
    known = list(Phone.objects.select_for_update().filter(unit_id=row.unit_id, name=row.name, removed_at=None))
    try:
        if not known:
            facts = {**said, "name": row.name}
            row.phone = keeping.enter(by=by, kind=Phone.kind, unit_id=row.unit_id, facts=facts)
            row.state = State.MADE
        elif len(known) > 1 or known[0].is_emergency:
            row.state = State.LEFT
        elif said_of(known[0]) == said:
            row.state = State.SAME
        else:
            row.before, row.phone, row.state = said_of(known[0]), known[0], State.CHANGED
            keeping.change(by=by, row=known[0], facts=said, revision=revision_of(known[0], Phone.says))
    except KnownAlreadyError:
        row.phone, row.before, row.state = None, None, State.LEFT


def said_of(row: Phone | PhoneListRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SAID}


def ask_back(*, by: Actor, token: UUID, batch: PhoneList, reason: str) -> PhoneRollback:
    return rollbacks.ask(PhoneRollback, by=by, token=token, batch=batch, reason=reason, check=unchanged)


def agree_back(*, by: Actor, rollback: PhoneRollback) -> int:
    """As it was before: new ones go, changed ones say again what they said. Gives how many."""
    return rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, _reason: give_back(by, batch))


def unchanged(batch: PhoneList) -> list[tuple[PhoneListRow, Phone]]:
    """What it wrote, and the phones, locked; not once somebody changed or took away one of them."""
    rows = list(batch.rows.filter(state__in=[State.MADE, State.CHANGED]).order_by("-line"))
    locked = Phone.objects.select_for_update().order_by("pk")
    phones = {one.pk: one for one in locked.filter(pk__in=[row.phone_id for row in rows])}
    written = [(row, phones[row.phone_id]) for row in rows if row.phone_id is not None]
    for row, phone in written:
        is_another = (phone.name, said_of(phone)) != (row.name, said_of(row))
        if phone.removed_at is not None or phone.is_emergency or is_another:
            raise PhonesChangedError
    return written


def give_back(by: Actor, batch: PhoneList) -> int:
    written = unchanged(batch)
    for row, phone in written:
        if row.before is None:
            keeping.remove(by=by, row=phone)
        else:
            keeping.change(by=by, row=phone, facts=row.before, revision=revision_of(phone, phone.says))
    batch.rows.filter(pk__in=[row.pk for row, _phone in written]).update(state=State.TAKEN_BACK)
    return len(written)
