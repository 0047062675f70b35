"""Taking a change set back: values return to what they were, and what it brought into the world ends."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import blind_index, encrypt
from nanhu.kernel.database.values import one_row
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.events import Event, publish
from nanhu.platforms.people import events
from nanhu.platforms.people.errors import LaterChangesError
from nanhu.platforms.people.matching import heirs
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet, OrgUnit, Person
from nanhu.platforms.people.records import Origin
from nanhu.platforms.people.rules import initials_of, pinyin_of, state_on
from nanhu.platforms.people.services.apply import NORMALISERS, PERSON_COLUMNS, affiliation_fact
from nanhu.platforms.people.services.golden import free_documents, lock_golden, open_change_set, stamp_of, update_rows
from nanhu.platforms.people.services.merge import one_since
from nanhu.platforms.people.services.plan import AFFILIATION_FIELDS, fact_of

PREVIEW: Final = (Path(__file__).parent.parent / "sql" / "queries" / "revert_preview.sql").read_text(encoding="utf-8")
MODELS: Final[dict[str, Any]] = {"person": Person, "affiliation": Affiliation, "unit": OrgUnit}
REVERT: Final = "revert"
RESTORED_PERSON: Final = (*PERSON_COLUMNS, "photo_path", "merged_into_id")
RESTORED_AFFILIATION: Final = (*AFFILIATION_FIELDS, "person_id", "provenance")
RESTORED_UNIT: Final = ("name", "short_name", "kind", "parent_id", "is_active", "provenance")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertPreview:
    """What would happen; with `blockers` (the ids of later change sets) it will be refused."""

    persons_created: int
    persons_changed: int
    affiliations_ended: int
    affiliations_changed: int
    units_closed: int
    values_restored: int
    blockers: tuple[int, ...]


@dataclass(slots=True)
class _Story:
    """All that a change set did, read once."""

    changes: list[Change]
    merged_at: datetime
    rows: dict[tuple[str, int], Any] = field(default_factory=dict)
    affiliations: list[Affiliation] = field(default_factory=list)
    units: list[OrgUnit] = field(default_factory=list)


def preview_revert(change_set_id: int) -> RevertPreview:
    """Counted by the database in one statement: a change set of thirty thousand people is previewed in a second."""
    created, changed, ended, moved, closed, values, blockers = one_row(PREVIEW, {"mine": change_set_id})
    return RevertPreview(
        persons_created=created,
        persons_changed=changed,
        affiliations_ended=ended,
        affiliations_changed=moved,
        units_closed=closed,
        values_restored=values,
        blockers=tuple(blockers),
    )


@transaction.atomic
def revert_change_set(*, by: Actor, change_set_id: int, reason: str) -> RevertPreview:
    """Refused when a later change set wrote one of the same values."""
    lock_golden()
    change_set = ChangeSet.objects.select_for_update().get(id=change_set_id)
    if ChangeSet.objects.filter(reverts=change_set).exists():
        raise WrongStateError(what=_("这次变更"), state=_("已撤回"))
    done = preview_revert(change_set.id)
    if done.blockers:
        raise LaterChangesError(blockers="、".join(change_set_title(number) for number in done.blockers))
    story = read_story(change_set)
    origin = Origin(source=REVERT, title=change_set.source_title, batch_no=change_set.batch_no)
    revert = open_change_set(by=by, kind=ChangeSet.Kind.REVERT, origin=origin, reason=reason, reverts_id=change_set.id)
    happened = restore(story) + end_created(story, stamp_of(origin, revert.id))
    publish(*happened)
    audit.record(
        by=by,
        action="people.revert_change_set",
        target=f"change_set:{change_set_id}",
        reason=reason,
        facts={"values": done.values_restored, "created": done.persons_created},
    )
    return done


def change_set_title(change_set_id: int) -> str:
    change_set = ChangeSet.objects.get(id=change_set_id)
    batch = f"#{change_set.batch_no}" if change_set.batch_no else ""
    return f"{change_set.get_kind_display()} {batch or change_set_id} {change_set.source_title}".strip()


def read_story(change_set: ChangeSet) -> _Story:
    changes = list(Change.objects.filter(change_set=change_set).order_by("id"))
    story = _Story(changes, change_set.created_at)
    for entity, model in MODELS.items():
        ids = [change.entity_id for change in changes if change.entity == entity]
        found: QuerySet[Any] = QuerySet(model).filter(pk__in=ids)
        story.rows |= {(entity, row.pk): row for row in found} if ids else {}
    story.affiliations = list(Affiliation.objects.filter(created_in=change_set).exclude(state=Affiliation.State.ENDED))
    story.units = list(OrgUnit.objects.filter(created_in=change_set, is_active=True))
    return story


def restore(story: _Story) -> list[Event]:
    """All rows in memory first, then one statement for each table."""
    happened: list[Event] = []
    for change in reversed(story.changes):
        row = story.rows[change.entity, change.entity_id]
        was = getattr(row, "state", "")
        parted = parting_of(row, story.merged_at) if "merged_into_id" in change.sources else None
        take_back(row, change)
        happened += [parted] if parted is not None else events_of(row, change, was=was)
    write_persons([row for row in story.rows.values() if isinstance(row, Person)])
    affiliations = [row for row in story.rows.values() if isinstance(row, Affiliation)]
    update_rows(
        "people_affiliation", RESTORED_AFFILIATION, [columns_of(row, RESTORED_AFFILIATION) for row in affiliations]
    )
    units = [row for row in story.rows.values() if isinstance(row, OrgUnit)]
    update_rows("people_org_unit", RESTORED_UNIT, [columns_of(row, RESTORED_UNIT) for row in units])
    return happened


def take_back(row: Any, change: Change) -> None:
    for name, value in change.before.items():
        setattr(row, name, value)
    for name, text in (json.loads(change.sealed) if change.sealed else {}).items():
        index = blind_index(NORMALISERS[name](text), purpose=f"people.{name}") if text else None
        setattr(row, name, text or None)
        setattr(row, f"{name}_index", index)
    row.provenance = provenance_before(row.provenance, change.sources)
    if isinstance(row, Affiliation):
        follow_calendar(row)
    if isinstance(row, Person):
        row.pinyin, row.initials = pinyin_of(row.name), initials_of(row.name)


def follow_calendar(row: Affiliation) -> None:
    """What the calendar made of dates that are taken back is taken back with them; dates may be ISO text here."""
    says = (row.provenance.get("state") or {}).get("said")
    if says:
        starts_on, ends_on = day_of(row.starts_on), day_of(row.ends_on)
        row.state = state_on(campus_today(), state=says, starts_on=starts_on or date.min, ends_on=ends_on)


def day_of(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def write_persons(persons: Sequence[Person]) -> None:
    """The living get their document numbers first free, then new: a merge that is undone gives one back."""
    rows = [columns_of(person, RESTORED_PERSON) for person in persons]
    for row in rows:
        for name in NORMALISERS:
            value = row[name]
            row[name] = (
                encrypt(value, purpose=f"people.{name}") if isinstance(value, str) else getattr(value, "blob", value)
            )
    free_documents([person.pk for person in persons])
    update_rows("people_person", RESTORED_PERSON, rows)


def columns_of(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    """As they lie in the instance: a sealed value is not opened to be written back."""
    return {name: row.__dict__[name] for name in ("id", *columns)}


def provenance_before(provenance: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    merged = {**provenance, **sources}
    return {name: source for name, source in merged.items() if source is not None}


def parting_of(row: Person, merged_at: datetime) -> Event | None:
    """While the redirect still stands in the database."""
    if row.merged_into_id is None:
        return None
    kept_id = heirs([row.id]).get(row.id, row.merged_into_id)
    since = one_since(row.id, merged_at=merged_at)
    return events.PersonsParted(kept_id=kept_id, restored_id=row.id, since=since, at=now())


def events_of(row: Any, change: Change, *, was: str) -> list[Event]:
    if isinstance(row, Person):
        return [events.PersonChanged(person_id=row.id, fields=tuple(sorted(change.sources)))]
    if isinstance(row, Affiliation):
        fact = fact_of(was, row.state)
        return [affiliation_fact(fact, as_row(row))] if fact else []
    return []


def as_row(affiliation: Affiliation) -> dict[str, Any]:
    names = ("id", "person_id", "kind", "campus_no", "category")
    return {name: getattr(affiliation, name) for name in names}


def end_created(story: _Story, stamp: dict[str, Any]) -> list[Event]:
    """Persons stay, because others may refer to them; their campus numbers end. Units are closed."""
    happened: list[Event] = []
    today = campus_today()
    for affiliation in story.affiliations:
        fact = fact_of(affiliation.state, Affiliation.State.ENDED)
        affiliation.state = Affiliation.State.ENDED
        affiliation.ends_on = max(affiliation.starts_on, min(affiliation.ends_on or today, today))
        affiliation.provenance = {**affiliation.provenance, "state": stamp, "ends_on": stamp}
        happened += [affiliation_fact(fact, as_row(affiliation))] if fact else []
    columns = ("state", "ends_on", "provenance")
    update_rows("people_affiliation", columns, [columns_of(affiliation, columns) for affiliation in story.affiliations])
    OrgUnit.objects.filter(id__in=[unit.pk for unit in story.units]).update(is_active=False)
    return happened
