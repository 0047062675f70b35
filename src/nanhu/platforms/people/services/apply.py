"""The bulk import: records of a source become golden persons, with events, in one transaction."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import batched
from sys import intern
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import blind_index_many, encrypt_many
from nanhu.kernel.events import Event, publish_all
from nanhu.platforms.people import events
from nanhu.platforms.people.models import Affiliation, ChangeSet, OrgUnit, Override, Person
from nanhu.platforms.people.records import ApplyResult, Origin, PersonRecord
from nanhu.platforms.people.rules import initials_of, normalise_document, normalise_phone, pinyin_of
from nanhu.platforms.people.services.golden import (
    Row,
    close_overrides,
    copy_rows,
    free_documents,
    lock_golden,
    reserve_ids,
    stamp_of,
    update_rows,
)
from nanhu.platforms.people.services.plan import (
    AFFILIATION_FIELDS,
    PERSON_FIELDS,
    SEALED_FIELDS,
    Plan,
    Touched,
    is_overridden,
    opened,
)

NORMALISERS: Final = {"id_number": normalise_document, "phone": normalise_phone}
BLANKS: Final[Row] = {
    "sex": "0",
    "birth_date": None,
    "nationality": "",
    "ethnicity": "",
    "document_kind": "",
    "id_number": None,
    "id_number_index": None,
    "phone": None,
    "phone_index": None,
    "email": "",
    "photo_path": "",
    "is_void": False,
}
PERSON_COLUMNS: Final = (
    *PERSON_FIELDS,
    "pinyin",
    "initials",
    "id_number_index",
    "phone_index",
    "is_void",
    "provenance",
)
MADE_OF: Final = {"name": ("pinyin", "initials"), **{name: (index,) for name, index in SEALED_FIELDS.items()}}
NEW_PERSON_COLUMNS: Final = ("id", "public_id", *PERSON_COLUMNS, "photo_path", "created_in_id", "created_at")
AFFILIATION_COLUMNS: Final = (*AFFILIATION_FIELDS, "provenance")
NEW_AFFILIATION_COLUMNS: Final = (
    "id",
    "person_id",
    "kind",
    "campus_no",
    *AFFILIATION_COLUMNS,
    "created_in_id",
    "created_at",
)
CHANGE_COLUMNS: Final = ("change_set_id", "entity", "entity_id", "before", "sources", "sealed", "created_at")
CHANGE_PURPOSE: Final = "people.change"
FACTS: Final = {
    "started": events.AffiliationStarted,
    "changed": events.AffiliationChanged,
    "ended": events.AffiliationEnded,
}
CHUNK: Final = 2000
SAID: Final = Cast("provenance", TextField())
MOST_KNOWN: Final = 5000


@transaction.atomic
def apply_records(
    *, by: Actor, records: Sequence[PersonRecord], origin: Origin, reason: str = "", dry_run: bool = False
) -> ApplyResult:
    """Write what changes and only that. Each person may stand in one record per call; the caller has matched them."""
    lock_golden()
    set_id = 0 if dry_run else reserve_ids("people_change_set", 1)[0]
    plan = plan_records(records, origin, set_id)
    known = {record.key: record.person_id for record in records if record.person_id is not None}
    if dry_run or plan.is_empty():
        return plan.result(person_ids=known, change_set_id=None)
    change_set = ChangeSet.objects.create(
        id=set_id,
        kind=ChangeSet.Kind.IMPORT,
        source=origin.source,
        source_title=origin.title,
        batch_no=origin.batch_no,
        actor=by.name,
        reason=reason,
    )
    born = write(plan, change_set)
    result = plan.result(person_ids={**known, **born}, change_set_id=set_id)
    audit.record(
        by=by,
        action="people.apply_records",
        target=f"change_set:{set_id}",
        reason=reason,
        facts={"source": origin.title, "batch": origin.batch_no, "created": result.created, "changed": result.changed},
    )
    return result


def plan_records(records: Sequence[PersonRecord], origin: Origin, set_id: int) -> Plan:
    ids = [record.person_id for record in records if record.person_id is not None]
    if len(ids) != len(set(ids)):
        raise ValueError("a person stands in two records of one call")
    plan = Plan(
        origin=origin,
        stamp=stamp_of(origin, set_id),
        today=campus_today(),
        units=dict(OrgUnit.objects.values_list("code", "id")),
        indexes={name: indexes_of(name, (getattr(r, name) for r in records)) for name in SEALED_FIELDS},
    )
    for chunk in batched(records, CHUNK):
        persons = load_persons([one.person_id for one in chunk if one.person_id is not None])
        tied = [one.person_id for one in chunk if one.person_id is not None and one.affiliations]
        affiliations = load_affiliations(tied)  # a list of phones says nothing of them
        for record in chunk:
            person = None if record.person_id is None else persons[record.person_id]
            plan.add(record, person, affiliations.get(record.person_id or 0, ()))
    return plan


def indexes_of(name: str, values: Iterable[str | None]) -> dict[str, bytes]:
    texts = sorted({value for value in values if value})
    normalise = NORMALISERS[name]
    return dict(zip(texts, blind_index_many(map(normalise, texts), purpose=f"people.{name}"), strict=True))


def load_persons(ids: Sequence[int]) -> dict[int, Row]:
    columns = [column for column in PERSON_COLUMNS if column != "provenance"]
    rows: dict[int, Row] = {}
    provenances = Provenances()
    for chunk in batched(ids, CHUNK):
        for row in Person.objects.filter(id__in=chunk).values("id", *columns, said=SAID):
            rows[row["id"]] = provenances.opened(row)
    return rows


def load_affiliations(ids: Sequence[int]) -> dict[int, list[Row]]:
    columns = ("id", "person_id", "kind", "campus_no", *AFFILIATION_FIELDS)
    rows: dict[int, list[Row]] = {}
    provenances = Provenances()
    for chunk in batched(ids, CHUNK):
        for row in Affiliation.objects.filter(person_id__in=chunk).values(*columns, said=SAID):
            rows.setdefault(row["person_id"], []).append(provenances.opened(row))
    return rows


class Provenances:
    """Of thirty thousand rows most came with a few batches, and say of each value the same: each text is read once, one object for all
    that have it. What is changed of it is written into another."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.stamps: dict[tuple[tuple[str, Any], ...], dict[str, Any]] = {}

    def opened(self, row: Row) -> Row:
        row["provenance"] = self.read(row.pop("said"))
        return row

    def read(self, text: str) -> dict[str, Any]:
        found = self.known.get(text)
        if found is None:
            found = self.with_shared_stamps(json.loads(text))
            if len(self.known) < MOST_KNOWN and all(map(is_shareable, found.values())):
                self.known[text] = found
        return found

    def with_shared_stamps(self, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """One stamp for all that have the same, also where the whole is another. A stamp never changes."""
        return {
            intern(name): self.stamps.setdefault(tuple(stamp.items()), stamp) if is_shareable(stamp) else stamp
            for name, stamp in provenance.items()
        }


def is_shareable(stamp: object) -> bool:
    """An override's is one person's alone."""
    return isinstance(stamp, dict) and not is_overridden(stamp)


def write(plan: Plan, change_set: ChangeSet) -> dict[str, int]:
    """Returns the ids of the new persons by their record's key."""
    journal(change_set, "person", plan.persons.values())
    journal(change_set, "affiliation", plan.affiliations.values())
    born = write_new_persons(plan, change_set)
    write_changed_persons(plan)
    update_rows("people_affiliation", AFFILIATION_COLUMNS, [t.row for t in plan.affiliations.values()])
    write_new_affiliations(plan, change_set, born)
    close_overrides(plan.followed, Override.Ending.FOLLOWED)
    publish_all(facts_of(plan, born))
    return born


def write_new_persons(plan: Plan, change_set: ChangeSet) -> dict[str, int]:
    ids = reserve_ids("people_person", len(plan.new_persons))
    born = {}
    at = now()
    for person_id, row in zip(ids, plan.new_persons, strict=True):
        born[row["key"]] = person_id
        blanks = {column: value for column, value in BLANKS.items() if column not in row}
        row.update(blanks, id=person_id, public_id=uuid4(), created_in_id=change_set.id, created_at=at)
        row.update(pinyin=pinyin_of(row["name"]), initials=initials_of(row["name"]))
    for name in SEALED_FIELDS:
        seal(plan, name, [row for row in plan.new_persons if row[name] is not None])
    copy_rows("people_person", NEW_PERSON_COLUMNS, plan.new_persons)
    return born


def write_changed_persons(plan: Plan) -> None:
    rows = [touched.row for touched in plan.persons.values()]
    for name in SEALED_FIELDS:
        seal(plan, name, [row for row in rows if name in plan.fresh_values.get(row["id"], ())])
    named = {column for touched in plan.persons.values() for column in touched.before}
    if "name" in named:
        for row in rows:
            row.update(pinyin=pinyin_of(row["name"]), initials=initials_of(row["name"]))
    free_documents([person_id for person_id, names in plan.fresh_values.items() if "id_number" in names])
    update_rows("people_person", columns_with(named), [unsealed(row) for row in rows])
    borne_out = [{"id": one, "provenance": new} for one, new in plan.restamped.items() if one not in plan.persons]
    update_rows("people_person", ("provenance",), borne_out)


def columns_with(named: Collection[str]) -> list[str]:
    """Those that any of the rows changes, and what is made of them."""
    made = {one for name in named for one in MADE_OF.get(name, ())} | {*named, "provenance"}
    return [column for column in PERSON_COLUMNS if column in made]


def seal(plan: Plan, name: str, rows: list[Row]) -> None:
    """Encrypt a column of these rows and set its blind index."""
    texts = [NORMALISERS[name](row[name]) for row in rows]
    for row, blob in zip(rows, encrypt_many(texts, purpose=f"people.{name}"), strict=True):
        row[SEALED_FIELDS[name]] = plan.indexes[name][row[name]]
        row[name] = blob


def unsealed(row: Row) -> Row:
    """Values that were never opened go back as the blobs they are."""
    return row | {name: getattr(row[name], "blob", row[name]) for name in SEALED_FIELDS}


def write_new_affiliations(plan: Plan, change_set: ChangeSet, born: Mapping[str, int]) -> None:
    ids = reserve_ids("people_affiliation", len(plan.new_affiliations))
    blanks: Row = {"unit_id": None, "category": "", "category_name": "", "status_name": "", "ends_on": None}
    at = now()
    for affiliation_id, row in zip(ids, plan.new_affiliations, strict=True):
        row.update({column: value for column, value in blanks.items() if column not in row})
        row.update(id=affiliation_id, created_in_id=change_set.id, created_at=at)
        row["person_id"] = row["person_id"] or born[row["key"]]
    copy_rows("people_affiliation", NEW_AFFILIATION_COLUMNS, plan.new_affiliations)


def journal(change_set: ChangeSet, entity: str, touched: Iterable[Touched]) -> None:
    """Keep what the rows held. The sensitive part is encrypted anew, so that key rotation reaches it too."""
    for chunk in batched(touched, CHUNK):
        copy_rows("people_change", CHANGE_COLUMNS, changes_of(change_set, entity, chunk))


def changes_of(change_set: ChangeSet, entity: str, touched: Sequence[Touched]) -> Iterator[Row]:
    at = now()
    secrets = [{name: opened(value) for name, value in one.before.items() if name in SEALED_FIELDS} for one in touched]
    sealed = iter(encrypt_many([json.dumps(one) for one in secrets if one], purpose=CHANGE_PURPOSE))
    for one, secret in zip(touched, secrets, strict=True):
        yield {
            "change_set_id": change_set.id,
            "entity": entity,
            "entity_id": one.row["id"],
            "before": {name: jsonable(value) for name, value in one.before.items() if name not in SEALED_FIELDS},
            "sources": one.sources,
            "sealed": next(sealed) if secret else None,
            "created_at": at,
        }


def jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def facts_of(plan: Plan, born: Mapping[str, int]) -> Iterator[Event]:
    for person_id in born.values():
        yield events.PersonJoined(person_id=person_id)
    for person_id, touched in plan.persons.items():
        yield events.PersonChanged(person_id=person_id, fields=tuple(sorted(touched.before)))
    for fact, row in plan.transitions:
        yield affiliation_fact(fact, row)


def affiliation_fact(fact: str, row: Row) -> Event:
    return FACTS[fact](
        person_id=row["person_id"],
        affiliation_id=row["id"],
        kind=row["kind"],
        campus_no=row["campus_no"],
        category=row.get("category") or "",
    )
