"""To-dos that other systems push (接入待办): taken in by sequence, ended, forgotten; and who may push them."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.platforms.flows.errors import (
    AddressForeignError,
    SequenceReusedError,
    SourceFullError,
    SourceKeyTakenError,
    SourceUnknownError,
    TodoRefusedError,
    TodoTwiceError,
    TodoUnknownError,
)
from nanhu.platforms.flows.models import OutsideSource, OutsideTodo
from nanhu.platforms.flows.models.outside import EARLIEST, LATEST
from nanhu.platforms.openapi.api import Vendor
from nanhu.platforms.people import api as people

MOST_OPEN: Final = 100_000
"""Of a source."""
MOST_KEPT: Final = 500_000
"""Of a source, with what is done: about a year of tasks of all processes of a large school."""
NOBODY: Final = 0
"""No person: a number that nobody has costs the same question."""
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Signs that a title may not have: they hide, or turn what stands beside them."""
MOST_A_PERSON: Final = 200
"""Open ones of one source; more would bury what else waits for him. They count as dropped: the caller is not told whom we know."""
KEPT: Final = timedelta(days=90)
"""Done ones; of open ones that are nobody's what they say."""
SANDBOX: Final = "sandbox"
SANDBOX_ORIGIN: Final = "https://sandbox.example"


audiences: Final[list[Callable[[str, Collection[int]], Collection[int]]]] = []
"""Who may have the to-dos of a source: each gives, of these persons, those whom it is for. To all others it says nothing, as to strangers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A to-do as its system says it is now. `sequence` grows with each change of it."""

    external_id: str
    campus_no: str
    title: str
    address: str
    state: str
    due_at: datetime | None
    sequence: int

    @property
    def digest(self) -> str:
        due = self.due_at.timestamp() if self.due_at else None
        said = [self.campus_no, self.title, self.address, self.state, due]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def source_of(vendor: Vendor, key: str, *, is_sandbox: bool) -> OutsideSource:
    """One to which this vendor pushes, locked: pushes of one source are one after the other. Another's is not there."""
    found = (
        OutsideSource.objects.select_for_update()
        .filter(vendor=vendor, key=key, is_sandbox=is_sandbox, is_on=True)
        .first()
    )
    if found is None:
        raise SourceUnknownError(param="source")
    return found


@transaction.atomic
def push(*, source: OutsideSource, todos: Sequence[Pushed]) -> list[str]:
    """What became of each: `applied`, `unchanged` (the same again), `stale` (a lower sequence, or ended before), `conflict`
    (another body under the same sequence). Whether its person is known shows in none of them."""
    refuse_pushed(source, todos)
    names = [one.external_id for one in todos]
    locked = source.todos.select_for_update().filter(external_id__in=names).order_by("pk")
    rows = {one.external_id: one for one in locked}
    refuse_more(source, todos, rows)
    persons = Persons.of(source, todos)
    source.contacted_at = now()
    source.save(update_fields=["contacted_at"])
    return [take(source, one, rows.get(one.external_id), persons) for one in todos]


def refuse_more(source: OutsideSource, todos: Sequence[Pushed], rows: Mapping[str, OutsideTodo]) -> None:
    """No source grows without end: neither by what is new, nor by what is opened again."""
    fresh = [one for one in todos if one.external_id not in rows]
    if fresh and source.todos.count() + len(fresh) > MOST_KEPT:
        raise SourceFullError(most=MOST_KEPT)
    opened = [one for one in todos if one.state == OutsideTodo.State.OPEN and opens(one, rows.get(one.external_id))]
    if opened and source.todos.filter(state=OutsideTodo.State.OPEN).count() + len(opened) > MOST_OPEN:
        raise SourceFullError(most=MOST_OPEN)


def opens(said: Pushed, row: OutsideTodo | None) -> bool:
    return row is None or (row.state == OutsideTodo.State.DONE and not row.is_ended and said.sequence > row.sequence)


def push_one(*, source: OutsideSource, todo: Pushed) -> str:
    """A conflict is refused, not told."""
    outcome = push(source=source, todos=[todo])[0]
    if outcome == "conflict":
        raise SequenceReusedError(param="sequence")
    return outcome


def refuse_pushed(source: OutsideSource, todos: Sequence[Pushed]) -> None:
    ids = Counter(one.external_id for one in todos)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise TodoTwiceError(name=twice[0], param="external_id")
    for one in todos:
        rest = one.address.removeprefix(source.origin)
        if rest == one.address or rest[:1] not in {"/", "?", ""}:
            raise AddressForeignError(name=one.external_id, origin=source.origin, param="url")
        if not one.title.strip() or any(unicodedata.category(sign) in UNSEEN for sign in one.title):
            raise TodoRefusedError(name=one.external_id, param="title")
        if one.due_at is not None and not EARLIEST <= one.due_at < LATEST:
            raise TodoRefusedError(name=one.external_id, param="due")


class Persons:
    """Whose the pushed to-dos are. In the sandbox, nobody's."""

    def __init__(self, source: OutsideSource, ids: Mapping[str, int], held: Mapping[int | None, int]) -> None:
        self.source, self.ids, self.held = source, ids, Counter(held)

    @classmethod
    def of(cls, source: OutsideSource, todos: Collection[Pushed]) -> "Persons":
        numbers = {one.campus_no for one in todos}
        ids = {} if source.is_sandbox else people.find_people_by_campus_no(numbers)
        for audience in audiences:
            meant = set(audience(source.key, {*ids.values(), NOBODY}))
            ids = {number: person_id for number, person_id in ids.items() if person_id in meant}
        known = [*ids.values(), NOBODY]
        rows = source.todos.filter(person_id__in=known, state=OutsideTodo.State.OPEN).order_by()
        held = rows.values_list("person_id").annotate(count=Count("pk"))
        return cls(source, ids, dict(held))

    def assign(self, row: OutsideTodo, *, held_by: int | None = None) -> None:
        """The row's person, or why it is nobody's. `held_by`: in whose list it stood till now."""
        person_id = self.ids.get(row.campus_no)
        is_one_more = row.state == OutsideTodo.State.OPEN and person_id not in {None, held_by}
        is_over = is_one_more and self.held[person_id] >= MOST_A_PERSON
        self.held[person_id] += is_one_more and not is_over
        if row.state == OutsideTodo.State.DONE or person_id != held_by:
            self.held[held_by] -= 1
        row.person_id = None if is_over else person_id
        row.dropped = ""
        if row.person_id is None and not self.source.is_sandbox:
            row.dropped = OutsideTodo.Dropped.TOO_MANY if is_over else OutsideTodo.Dropped.UNKNOWN


def take(source: OutsideSource, said: Pushed, row: OutsideTodo | None, persons: Persons) -> str:
    if row is not None and (row.is_ended or said.sequence < row.sequence):
        return "stale"
    if row is not None and said.sequence == row.sequence:
        return take_again(said, row, persons)
    held_by = row.person_id if row is not None and row.state == OutsideTodo.State.OPEN else None
    row = row or OutsideTodo(source=source, external_id=said.external_id)
    say_again(said, row)
    row.sequence, row.digest = said.sequence, said.digest
    row.done_at = None if said.state == OutsideTodo.State.OPEN else row.done_at or now()
    row.state, row.pushed_at = OutsideTodo.State(said.state), now()
    persons.assign(row, held_by=held_by)
    row.save()
    return "applied"


def say_again(said: Pushed, row: OutsideTodo) -> None:
    row.campus_no, row.title, row.address, row.due_at = said.campus_no, said.title, said.address, said.due_at


def take_again(said: Pushed, row: OutsideTodo, persons: Persons) -> str:
    """The same once more: a person who has come meanwhile gets what was nobody's."""
    if said.digest != row.digest:
        return "conflict"
    if row.dropped and row.state == OutsideTodo.State.OPEN:
        say_again(said, row)
        persons.assign(row)
        row.save(update_fields=["campus_no", "title", "address", "due_at", "person", "dropped"])
    return "unchanged"


@transaction.atomic
def end(*, source: OutsideSource, external_id: str) -> OutsideTodo:
    """Done, for good: a push that was under way opens it no more. Twice is harmless."""
    row = source.todos.filter(external_id=external_id).first()
    if row is None:
        raise TodoUnknownError(param="external_id")
    row.state, row.done_at, row.is_ended = OutsideTodo.State.DONE, row.done_at or now(), True
    row.save(update_fields=["state", "done_at", "is_ended"])
    source.contacted_at = now()
    source.save(update_fields=["contacted_at"])
    return row


def forget() -> int:
    """What is over, after a quarter; of open ones that are nobody's then all but name and sequence: a row that went would tell its
    system that nobody of this number is here."""
    before = now() - KEPT
    nobodys = OutsideTodo.objects.filter(state=OutsideTodo.State.OPEN, person=None, pushed_at__lt=before)
    emptied = nobodys.exclude(campus_no="").update(campus_no="", title="", address="", due_at=None)
    return OutsideTodo.objects.filter(done_at__lt=before).delete()[0] + emptied


@transaction.atomic
def merge(*, kept_id: int, gone_id: int) -> None:
    rows = OutsideTodo.objects.select_for_update().filter(person_id=gone_id).order_by("pk")
    OutsideTodo.objects.filter(pk__in=[one.pk for one in rows]).update(person_id=kept_id)


def assign_astray() -> int:
    """Open ones that stand with whom their number is not: pushed while he left, or his records were joined."""
    rows = OutsideTodo.objects.filter(state=OutsideTodo.State.OPEN, person__isnull=False)
    held = set(rows.values_list("campus_no", "person_id").distinct())
    ids = people.find_people_by_campus_no({number for number, _person in held})
    astray = {person_id for number, person_id in held if ids.get(number) != person_id}
    return assign_anew(person_ids=astray) if astray else 0


def assign_anew(*, person_ids: Collection[int]) -> int:
    """Open ones of persons who left, or whose records were parted: whose they are by their numbers today."""
    rows = OutsideTodo.objects.select_for_update().filter(person_id__in=person_ids, state=OutsideTodo.State.OPEN)
    with transaction.atomic():
        found = list(rows.order_by("pk"))
        ids = people.find_people_by_campus_no({one.campus_no for one in found})
        for row in found:
            row.person_id = ids.get(row.campus_no)
            row.dropped = "" if row.person_id else OutsideTodo.Dropped.UNKNOWN
        return OutsideTodo.objects.bulk_update(found, ["person", "dropped"])


@transaction.atomic
def register(*, by: Actor, key: str, name: str, vendor: Vendor, origin: str) -> OutsideSource:
    with refused_as(SourceKeyTakenError, by="flows_outside_source_key_once"):
        made = OutsideSource.objects.create(
            key=key, name=name, vendor=vendor, origin=origin, registered_by_name=by.name
        )
    facts = {"todo_vendor": vendor.company, "origin": origin}
    audit.record(by=by, action="flows.register_source", target=f"todo_source:{key}", facts=facts)
    return made


@transaction.atomic
def switch(*, by: Actor, source: OutsideSource, reason: str) -> OutsideSource:
    """Off: it pushes nothing more, and its to-dos stand in nobody's list until it is on again."""
    locked = OutsideSource.objects.select_for_update().get(pk=source.pk)
    locked.is_on = not locked.is_on
    locked.save(update_fields=["is_on"])
    action = "flows.source_on" if locked.is_on else "flows.source_off"
    audit.record(by=by, action=action, target=f"todo_source:{locked.key}", reason=reason)
    return locked


@transaction.atomic
def switch_source(*, by: Actor, key: str, is_on: bool, reason: str = "") -> None:
    """As the integration of this key lives, rests or ends. None where no source has it."""
    for source in OutsideSource.objects.filter(key=key, is_sandbox=False, is_on=not is_on):
        switch(by=by, source=source, reason=reason)


@transaction.atomic
def drop_since(*, by: Actor, source: OutsideSource, since: datetime, reason: str) -> int:
    """After a key was stolen: what was pushed since then leaves all lists; its system opens it again by a higher sequence."""
    locked = OutsideSource.objects.select_for_update().get(pk=source.pk)
    rows = locked.todos.filter(state=OutsideTodo.State.OPEN, pushed_at__gte=since)
    count = rows.update(state=OutsideTodo.State.DONE, done_at=now())
    facts = {"todo_since": since.isoformat(timespec="minutes"), "todo_count": count}
    audit.record(by=by, action="flows.drop_since", target=f"todo_source:{locked.key}", reason=reason, facts=facts)
    return count


def prepare_sandbox(vendor: Vendor) -> None:
    OutsideSource.objects.get_or_create(
        vendor=vendor,
        is_sandbox=True,
        defaults={"key": SANDBOX, "name": SANDBOX, "origin": SANDBOX_ORIGIN, "registered_by_name": "system:flows"},
    )


def reset_sandbox(vendor: Vendor) -> None:
    OutsideTodo.objects.filter(source__vendor=vendor, source__is_sandbox=True).delete()
