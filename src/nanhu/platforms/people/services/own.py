"""What somebody sets himself, at once and without an office: how his name is read, and the picture by which pages greet him. The photo of
the card stays the office's: a guard compares it with a face."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.events import publish
from nanhu.kernel.throttle import Gate, Limit
from nanhu.platforms.people import events
from nanhu.platforms.people.errors import ReadingRefusedError
from nanhu.platforms.people.models import OwnValue, Person
from nanhu.platforms.people.rules import initials_of, own_reading, pinyin_of
from nanhu.platforms.people.services.photos import forget_file, portrait_of, store

SETTING: Final = Limit("people.own_value", free=10, cap=3600, memory=timedelta(days=1))
Field = OwnValue.Field


@transaction.atomic
def set_own_pinyin(*, by: Actor, person_id: int, typed: str) -> str:
    """As each character of the name can be read, and no otherwise; the usual reading takes the own one back."""
    person = locked(by, person_id)
    read = own_reading(person.name, typed)
    if read is None:
        raise ReadingRefusedError(name=person.name)
    pinyin, initials = read
    end(person, Field.PINYIN)
    if pinyin != pinyin_of(person.name):
        said = {"value": pinyin, "initials": initials, "of_name": person.name}
        OwnValue.objects.create(person=person, field=Field.PINYIN, **said)
    else:
        initials = initials_of(person.name)
    if person.pinyin != pinyin:
        person.pinyin, person.initials = pinyin, initials
        person.save(update_fields=["pinyin", "initials"])
        audit.record(by=by, action="people.set_own_pinyin", target=f"person:{person_id}", facts={"pinyin": pinyin})
        publish(events.PersonChanged(person_id=person_id, fields=("pinyin",)))
    return pinyin


@transaction.atomic
def set_own_portrait(*, by: Actor, person_id: int, content: bytes) -> None:
    """Checked and drawn anew as a card's photo is, and kept apart from it. Without content: away with it."""
    person = locked(by, person_id)
    path = store(person, portrait_of(content), folder="own") if content else ""
    if path == person.portrait_path:
        return
    end(person, Field.PORTRAIT)
    if path:
        OwnValue.objects.create(person=person, field=Field.PORTRAIT)
    former, person.portrait_path = person.portrait_path, path
    person.save(update_fields=["portrait_path"])
    transaction.on_commit(lambda: forget_file(former))
    audit.record(
        by=by,
        action="people.set_own_portrait" if path else "people.remove_own_portrait",
        target=f"person:{person_id}",
    )


def locked(by: Actor, person_id: int) -> Person:
    throttle.admit([Gate(SETTING, f"account:{by.account_id}")])
    person = Person.objects.select_for_update().filter(id=person_id, merged_into=None).first()
    if person is None:
        raise NotFoundError(what=_("这个人"))
    return person


def end(person: Person, field: str) -> None:
    OwnValue.objects.filter(person=person, field=field, ended_at=None).update(ended_at=now())


def own_values(person_id: int) -> QuerySet[OwnValue]:
    """All that somebody ever set himself, the newest first."""
    return OwnValue.objects.filter(person=person_id).order_by("-said_at", "-pk")
