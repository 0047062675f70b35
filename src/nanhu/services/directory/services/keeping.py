"""What a unit keeps of itself: entered, changed, confirmed once a year, taken away; each with a line in the audit log."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, folding, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.jobs import defer
from nanhu.kernel.revisions import refuse_changed
from nanhu.kernel.throttle import Gate, Limit
from nanhu.platforms.messages import api as messages
from nanhu.services.directory import policies
from nanhu.services.directory.errors import KnownAlreadyError
from nanhu.services.directory.models import KINDS, Answer, Phone, UnitOwned

SAYING: Final = Limit("directory.wrong", free=5, cap=3600, memory=timedelta(days=1))


def target_of(row: UnitOwned) -> str:
    return f"directory-{row.kind}:{row.public_id}"


@transaction.atomic
def enter(*, by: Actor, kind: str, unit_id: int, facts: Mapping[str, Any]) -> Any:
    row = KINDS[kind](unit_id=unit_id, **facts)
    write(by, row, f"directory.enter_{kind}")
    return row


def publish(by: Actor, unit_id: int, question: str, answer: str) -> str:
    """An answer that a unit gave to one person, for everybody (`registry.AnswerBook`)."""
    said = {"question": question, "answer": answer}
    made = enter(by=by, kind=Answer.kind, unit_id=unit_id, facts=said)
    return reverse("directory:book:answer", args=[made.public_id])


@transaction.atomic
def change(*, by: Actor, row: UnitOwned, facts: Mapping[str, Any], revision: str) -> Any:
    """What is said anew is confirmed by that. The revision that was read must be the one that stands."""
    found = locked(row)
    refuse_changed(found, revision, found.says)
    said = dict(facts)
    if isinstance(found, Answer):
        said |= {"revision": found.revision + 1, "changed_at": now()}
    for name, value in said.items():
        setattr(found, name, value)
    write(by, found, f"directory.change_{found.kind}")
    return found


def write(by: Actor, row: UnitOwned, action: str) -> None:
    row.searched = folding.searched(row.title, f"{row.unit.name} {row.words}")
    row.confirmed_on, row.confirmed_by_name = campus_today(), by.name
    with refused_as(KnownAlreadyError, by="_once"):
        row.save()
    audit.record(by=by, action=action, target=target_of(row), facts={"title": str(row), "unit": row.unit.code})
    tell_others(row)


def tell_others(row: UnitOwned) -> None:
    """Phones are a shared table."""
    if isinstance(row, Phone):
        defer("directory.publish_phones")


@transaction.atomic
def confirm(*, by: Actor, row: UnitOwned) -> None:
    found = locked(row)
    found.confirmed_on, found.confirmed_by_name = campus_today(), by.name
    found.save(update_fields=["confirmed_on", "confirmed_by_name"])
    audit.record(by=by, action=f"directory.confirm_{found.kind}", target=target_of(found))


@transaction.atomic
def say_wrong(*, by: Actor, row: UnitOwned, words: str) -> None:
    """Whoever finds that it is not right tells who keeps it; nothing of it changes by that."""
    throttle.admit([Gate(SAYING, f"account:{by.account_id}")])
    facts = {"what": str(row), "words": words}
    messages.tell(policies.keepers_of(row.unit_id), "directory.wrong", facts, key=f"{row.public_id}:{by.account_id}")
    audit.record(by=by, action=f"directory.say_wrong_{row.kind}", target=target_of(row), facts={"title": str(row)})


@transaction.atomic
def remove(*, by: Actor, row: UnitOwned) -> None:
    found = locked(row)
    found.removed_at = now()
    found.save(update_fields=["removed_at"])
    audit.record(by=by, action=f"directory.remove_{found.kind}", target=target_of(found), facts={"title": str(found)})
    tell_others(found)


def locked(row: UnitOwned) -> Any:
    model: Any = type(row)
    living = model.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=row.pk, removed_at=None)
    found = living.first()
    if found is None:
        raise WrongStateError(what=row.what, state=_("已去掉"))
    return found
