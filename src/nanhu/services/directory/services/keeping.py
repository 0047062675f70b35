"""What a unit keeps of itself: entered, changed, confirmed once a year, taken away; each with a line in the audit log."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from nanhu.kernel import audit, folding
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.services.directory.errors import ChangedMeanwhileError, KnownAlreadyError
from nanhu.services.directory.models import KINDS, Account, Answer, Phone

type Kept = Phone | Account | Answer


def kind_of(row: Kept) -> str:
    return next(kind for kind, model in KINDS.items() if isinstance(row, model))


def target_of(row: Kept) -> str:
    return f"directory-{kind_of(row)}:{row.public_id}"


@transaction.atomic
def enter(*, by: Actor, kind: str, unit_id: int, facts: Mapping[str, Any]) -> Any:
    row = KINDS[kind](unit_id=unit_id, **facts)
    write(by, row, f"directory.enter_{kind}")
    return row


@transaction.atomic
def change(*, by: Actor, row: Kept, facts: Mapping[str, Any]) -> Any:
    """What is said anew is confirmed by that. Of an answer the revision that was read must be the one that stands."""
    found = locked(row)
    said = dict(facts)
    revision = said.pop("revision", None)
    if isinstance(found, Answer):
        if revision != found.revision:
            raise ChangedMeanwhileError
        said |= {"revision": found.revision + 1, "changed_at": now()}
    for name, value in said.items():
        setattr(found, name, value)
    write(by, found, f"directory.change_{kind_of(found)}")
    return found


def write(by: Actor, row: Kept, action: str) -> None:
    row.searched = searched_of(row)
    row.confirmed_on, row.confirmed_by_name = campus_today(), by.name
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "_once" in str(error):
            raise KnownAlreadyError from error
        raise
    audit.record(by=by, action=action, target=target_of(row), facts={"title": str(row), "unit": row.unit.code})


@transaction.atomic
def confirm(*, by: Actor, row: Kept) -> None:
    found = locked(row)
    found.confirmed_on, found.confirmed_by_name = campus_today(), by.name
    found.save(update_fields=["confirmed_on", "confirmed_by_name"])
    audit.record(by=by, action=f"directory.confirm_{kind_of(found)}", target=target_of(found))


@transaction.atomic
def remove(*, by: Actor, row: Kept) -> None:
    found = locked(row)
    found.removed_at = now()
    found.save(update_fields=["removed_at"])
    audit.record(
        by=by, action=f"directory.remove_{kind_of(found)}", target=target_of(found), facts={"title": str(found)}
    )


def locked(row: Kept) -> Any:
    return type(row).objects.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk, removed_at=None)


def searched_of(row: Kept) -> str:
    words = [row.unit.name, getattr(row, "keywords", "")]
    if isinstance(row, Phone):
        words += [row.number.replace(" ", "").replace("-", ""), row.extension]
    if isinstance(row, Account):
        words.append(row.handle)
    return folding.searched(title_of(row), " ".join(words))


def title_of(row: Kept) -> str:
    return row.question if isinstance(row, Answer) else row.name
