"""Rebuilding persons: their golden values become what remaining statements make of them, as if no other had ever come.

Undoing anything (a batch, a merge) is never a matter of what came later: the values of those it touched are made anew."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import blind_index, encrypt_many
from nanhu.kernel.events import Event, publish
from nanhu.platforms.people import events
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet, OrgUnit, Override, Person
from nanhu.platforms.people.models.golden import PASSPORT
from nanhu.platforms.people.records import Origin, PersonRecord
from nanhu.platforms.people.rules import initials_of, pinyin_of, state_on
from nanhu.platforms.people.services.apply import (
    BLANKS,
    NORMALISERS,
    PERSON_COLUMNS,
    affiliation_fact,
    indexes_of,
    journal,
    load_affiliations,
    load_persons,
    write_new_affiliations,
)
from nanhu.platforms.people.services.golden import (
    Row,
    close_overrides,
    free_documents,
    lock_golden,
    open_change_set,
    reserve_ids,
    stamp_of,
    update_rows,
)
from nanhu.platforms.people.services.plan import (
    AFFILIATION_FIELDS,
    ENDED,
    OVERRIDE,
    PERSON_FIELDS,
    SEALED_FIELDS,
    UNNAMED,
    Plan,
    Touched,
    fact_of,
    is_overridden,
    state_when_named,
    touch,
)

NOT_OF_A_SOURCE: Final = {"merge", "revert", "rebuild", "calendar"}
REBUILD: Final = "rebuild"
AFFILIATION_BLANKS: Final[Row] = {
    "unit_id": None,
    "category": "",
    "category_name": "",
    "status_name": "",
    "ends_on": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one batch said of persons, each of whom stands in one record with its `person_id`. `on`: the day it was applied."""

    origin: Origin
    on: date
    records: Sequence[PersonRecord]


type Persons = Mapping[int, Mapping[str, Any]]
type Replay = Callable[[Persons], Iterable[Statement]]
"""Statements in the order of their batches; each may depend on what the persons are after those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    changed: int
    voided: int
    values: int
    ended: int
    change_set_id: int | None


@dataclass(slots=True)
class Ground:
    """Persons and affiliations as they lie in the database, and without anything that a batch said of them."""

    persons: dict[int, Row]
    affiliations: dict[int, list[Row]]
    bare: dict[int, Row] = field(default_factory=dict)
    bare_affiliations: dict[int, list[Row]] = field(default_factory=dict)
    spoken_of: set[int] = field(default_factory=set)


@transaction.atomic
def rebuild_persons(*, by: Actor, person_ids: Iterable[int], replay: Replay, reason: str = "") -> Rebuilt:
    """Of records that are not merged into others. Who is left with nothing is void: without numbers, found by nobody."""
    lock_golden()
    ids = sorted(set(person_ids))
    ground = read_ground(ids)
    set_id = reserve_ids("people_change_set", 1)[0]
    tell_again(ground, replay, set_id)
    origin = Origin(source=REBUILD, title="重建")
    rebuilding = Rebuilding(ground, stamp=stamp_of(origin, set_id), today=campus_today())
    clear_claimed_documents(ground)
    for person_id in ids:
        rebuilding.compare(person_id)
    rebuilding.end_claimed_numbers()
    if not rebuilding.is_empty():
        change_set = open_change_set(by=by, kind=ChangeSet.Kind.REBUILD, origin=origin, reason=reason, set_id=set_id)
        rebuilding.write(change_set)
        facts = {"rebuilt": len(rebuilding.changed), "voided": rebuilding.voided}
        audit.record(by=by, action="people.rebuild_persons", target=f"change_set:{set_id}", reason=reason, facts=facts)
    return rebuilding.result(set_id)


def read_ground(ids: Sequence[int]) -> Ground:
    ground = Ground(load_persons(ids), load_affiliations(ids))
    births = dict(Person.objects.filter(id__in=ids).values_list("id", "created_in__batch_no"))
    first = first_changes("person", [one for one in ids if births[one] is None])
    for person_id, row in ground.persons.items():
        ground.bare[person_id] = bare_person(
            without_overrides(row), births[person_id] is not None, first.get(person_id, {})
        )
    kept = [row for rows in ground.affiliations.values() for row in rows]
    begun = dict(
        Affiliation.objects.filter(id__in=[row["id"] for row in kept]).values_list("id", "created_in__batch_no")
    )
    first = first_changes("affiliation", [number for number, batch in begun.items() if batch is None])
    for person_id, rows in ground.affiliations.items():
        own = [row for row in rows if begun[row["id"]] is None]
        ground.bare_affiliations[person_id] = [
            bare_affiliation(without_overrides(row), first.get(row["id"], {})) for row in own
        ]
    return ground


def first_changes(entity: str, ids: Sequence[int]) -> dict[int, dict[str, tuple[Any, Any]]]:
    """What each column held, and where it came from, before any batch spoke of it."""
    found: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    changes = Change.objects.filter(entity=entity, entity_id__in=ids).exclude(change_set__batch_no=None)
    for change in changes.order_by("id"):
        for name, value in change.values_before().items():
            found[change.entity_id].setdefault(name, (value, change.sources.get(name)))
    return found


def is_of_batch(stamp: Mapping[str, Any] | None) -> bool:
    return bool(stamp and (stamp.get("batch") is not None or stamp.get("source") in NOT_OF_A_SOURCE))


def bare_person(row: Row, was_born_in_batch: bool, first: Mapping[str, tuple[Any, Any]]) -> Row:
    """The row without what batches said; what stood there before them stands again."""
    bare: Row = {**row, "provenance": dict(row["provenance"])}
    for name in PERSON_FIELDS:
        if not is_of_batch(row["provenance"].get(name)) and not (was_born_in_batch and name not in row["provenance"]):
            continue
        value, source = first.get(name, (None, None))
        bare["provenance"].pop(name, None)
        if source and not is_of_batch(source):
            bare["provenance"][name] = source
        set_value(bare, name, value if source and not is_of_batch(source) else "" if name == "name" else BLANKS[name])
    bare["provenance"].pop("is_void", None)
    bare["is_void"] = False
    return bare


def bare_affiliation(row: Row, first: Mapping[str, tuple[Any, Any]]) -> Row:
    bare: Row = {**row, "provenance": dict(row["provenance"])}
    for name in AFFILIATION_FIELDS:
        if is_of_batch(row["provenance"].get(name)) and name in first:
            value, source = first[name]
            bare["provenance"] |= {name: source} if source else {}
            bare[name] = date.fromisoformat(value) if name.endswith("_on") and value else value
    return bare


def without_overrides(row: Row) -> Row:
    """The row as its sources have it, where values stand in their place."""
    bare: Row = {**row, "provenance": dict(row["provenance"])}
    for name, stamp in row["provenance"].items():
        if is_overridden(stamp):
            bare[name] = stamp["says"]
            bare["provenance"].pop(name)
            bare["provenance"] |= {name: stamp["instead_of"]} if stamp["instead_of"] else {}
    return bare


def set_value(row: Row, name: str, value: Any) -> None:
    if name in SEALED_FIELDS:
        row[SEALED_FIELDS[name]] = blind_index(NORMALISERS[name](value), purpose=f"people.{name}") if value else None
        row[name] = value or None
    else:
        row[name] = date.fromisoformat(value) if name == "birth_date" and isinstance(value, str) and value else value


def tell_again(ground: Ground, replay: Replay, set_id: int) -> None:
    units = dict(OrgUnit.objects.values_list("code", "id"))
    for statement in replay(ground.bare):
        plan = Plan(
            origin=statement.origin,
            stamp=stamp_of(statement.origin, set_id),
            today=statement.on,
            units=units,
            indexes={n: indexes_of(n, (getattr(r, n) for r in statement.records)) for n in SEALED_FIELDS},
        )
        for record in statement.records:
            person_id = record.person_id or 0
            ground.spoken_of.add(person_id)
            own = ground.bare_affiliations.setdefault(person_id, [])
            plan.add(record, ground.bare[person_id], own)
        for place, row in enumerate(plan.new_affiliations, start=1):
            ground.bare_affiliations[row["person_id"]].append(AFFILIATION_BLANKS | row | {"id": -place})
        for person_id, names in plan.fresh_values.items():
            row = ground.bare[person_id]
            row |= {SEALED_FIELDS[name]: plan.indexes[name][row[name]] for name in names}


def clear_claimed_documents(ground: Ground) -> None:
    """A document is one person's: of two who claim it, whoever holds it now; of others, whoever is not rebuilt."""
    holders = sorted(
        ground.bare,
        key=lambda one: ground.bare[one]["id_number_index"] != ground.persons[one]["id_number_index"],
    )
    indexes = {bytes(row["id_number_index"]) for row in ground.bare.values() if row["id_number_index"]}
    others = Person.objects.filter(id_number_index__in=indexes, merged_into=None).exclude(id__in=list(ground.bare))
    names = ("id_number_index", "document_kind", "nationality")
    claimed = {document_key(dict(zip(names, row, strict=True))) for row in others.values_list(*names)}
    for person_id in holders:
        row = ground.bare[person_id]
        if row["id_number_index"] is None:
            continue
        if document_key(row) in claimed:
            row |= {"id_number": None, "id_number_index": None}
            row["provenance"] = {name: stamp for name, stamp in row["provenance"].items() if name != "id_number"}
        else:
            claimed.add(document_key(row))


def document_key(row: Mapping[str, Any]) -> tuple[bytes, str, str]:
    kind = row["document_kind"]
    return bytes(row["id_number_index"]), kind, row["nationality"] if kind == PASSPORT else ""


@dataclass(slots=True)
class Rebuilding:
    """What differs between the ground and what was made anew."""

    ground: Ground
    stamp: Mapping[str, Any]
    today: date
    persons: dict[int, Touched] = field(default_factory=dict)
    affiliations: dict[int, Touched] = field(default_factory=dict)
    restamped: dict[int, Row] = field(default_factory=dict)
    ending: set[int] = field(default_factory=set)
    new_affiliations: list[Row] = field(default_factory=list)
    transitions: list[tuple[str, Row]] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    followed: list[int] = field(default_factory=list)
    voided: int = 0

    def compare(self, person_id: int) -> None:
        row, new = self.ground.persons[person_id], self.ground.bare[person_id]
        ties = self.ground.bare_affiliations.get(person_id, [])
        is_left = person_id in self.ground.spoken_of or bool(ties) or bool(new["name"])
        new["is_void"] = not is_left
        beneath = without_overrides(row)
        new["name"] = new["name"] or beneath["name"]
        self.voided += new["is_void"] and not row["is_void"]
        keep_what_no_batch_said(beneath, new, PERSON_FIELDS)
        self.followed += lay_over(row, new)
        stamps = restamped(row["provenance"], new["provenance"])
        for name in (*PERSON_FIELDS, "is_void"):
            column = SEALED_FIELDS.get(name, name)
            if as_bytes(row[column]) != as_bytes(new[column]):
                touch(self.persons, row, name, self.stamp)
                row[name] = new[name]
                row[column] = new[column]
                self.changed.add(person_id)
        if row["provenance"] != stamps:
            row["provenance"] = stamps
            self.restamped[person_id] = row
        self.compare_ties(person_id, ties)

    def compare_ties(self, person_id: int, ties: Iterable[Row]) -> None:
        held: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in sorted(self.ground.affiliations.get(person_id, ()), key=lambda one: (one["starts_on"], one["id"])):
            held[row["kind"], row["campus_no"]].append(row)
        for new in sorted(ties, key=lambda one: one["starts_on"]):
            self.follow_calendar(new)
            old = held[new["kind"], new["campus_no"]]
            if old:
                self.compare_tie(old.pop(0), new)
            else:
                self.new_affiliations.append({**new, "key": "", "person_id": person_id})
                self.changed.add(person_id)
                self.transitions += [("started", self.new_affiliations[-1])] if fact_of("", new["state"]) else []
        for left in held.values():
            for one in left:
                self.end(one)

    def follow_calendar(self, row: Row) -> None:
        """The day it was said is past: what the dates make of it today."""
        stamp = row["provenance"].get("state") or {}
        says = stamp.get("said") or row["state"]
        row["state"] = state_on(self.today, state=says, starts_on=row["starts_on"], ends_on=row["ends_on"])
        plain = {name: value for name, value in stamp.items() if name != "said"}
        row["provenance"] = row["provenance"] | {"state": plain if row["state"] == says else {**plain, "said": says}}

    def compare_tie(self, row: Row, new: Row) -> None:
        was = row["state"]
        keep_what_no_batch_said(without_overrides(row), new, AFFILIATION_FIELDS)
        self.followed += lay_over(row, new)
        self.set_tie(row, {name: new[name] for name in AFFILIATION_FIELDS})
        stamps = restamped(row["provenance"], new["provenance"])
        if row["provenance"] != stamps and row["id"] not in self.affiliations:
            self.affiliations[row["id"]] = Touched(row)
        row["provenance"] = stamps
        fact = fact_of(was, row["state"]) if self.affiliations.get(row["id"], Touched(row)).before else ""
        self.transitions += [(fact, row)] if fact else []
        if row["state"] == ENDED:
            self.ending.add(row["id"])

    def end(self, row: Row) -> None:
        """Nothing that remains says it: over, and bare of what was said."""
        was = row["state"]
        last = max(row["starts_on"], min(row["ends_on"] or self.today, self.today))
        self.set_tie(row, AFFILIATION_BLANKS | {"state": ENDED, "ends_on": last})
        if not (row["provenance"].keys() == {"state"} and state_when_named(row)):
            self.affiliations.setdefault(row["id"], Touched(row))
            row["provenance"] = {"state": {**self.stamp, UNNAMED: Affiliation.State.ACTIVE.value}}
        if fact_of(was, ENDED):
            self.transitions.append(("ended", row))
        self.ending.add(row["id"])

    def end_claimed_numbers(self) -> None:
        """A campus number that lives with another by now is not taken from them."""
        mine = [touched.row for touched in self.affiliations.values()] + self.new_affiliations
        living = [row for row in mine if row["state"] != ENDED]
        others = Affiliation.objects.filter(campus_no__in=[row["campus_no"] for row in living])
        others = others.exclude(state=ENDED).exclude(person_id__in=list(self.ground.persons))
        claimed = set(others.values_list("campus_no", flat=True))
        for row in living:
            if row["campus_no"] in claimed:
                row["state"], row["ends_on"] = ENDED, row["ends_on"] or max(row["starts_on"], self.today)
                self.transitions = [one for one in self.transitions if one[1] is not row]

    def set_tie(self, row: Row, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if row[name] != value:
                touch(self.affiliations, row, name, self.stamp)
                row[name] = value
                self.changed.add(row["person_id"])

    def is_empty(self) -> bool:
        return not (self.persons or self.affiliations or self.restamped or self.new_affiliations)

    def write(self, change_set: ChangeSet) -> None:
        journal(change_set, "person", self.persons.values())
        journal(change_set, "affiliation", [one for one in self.affiliations.values() if one.before])
        self.write_persons()
        ties = [touched.row for touched in self.affiliations.values()]
        columns = (*AFFILIATION_FIELDS, "provenance")
        update_rows("people_affiliation", columns, [row for row in ties if row["id"] in self.ending])
        update_rows("people_affiliation", columns, [row for row in ties if row["id"] not in self.ending])
        plan = Plan(Origin(source=REBUILD, title=""), self.stamp, self.today, {}, {})
        plan.new_affiliations = self.new_affiliations
        write_new_affiliations(plan, change_set, {})
        close_overrides(self.followed, Override.Ending.FOLLOWED)
        publish(*self.facts())

    def write_persons(self) -> None:
        rows = list(({number: touched.row for number, touched in self.persons.items()} | self.restamped).values())
        for name in SEALED_FIELDS:
            fresh = [row for row in rows if isinstance(row[name], str)]
            texts = [NORMALISERS[name](row[name]) for row in fresh]
            for row, blob in zip(fresh, encrypt_many(texts, purpose=f"people.{name}"), strict=True):
                row[name] = blob
        for row in rows:
            row.update(pinyin=pinyin_of(row["name"]), initials=initials_of(row["name"]))
            row.update({name: getattr(row[name], "blob", row[name]) for name in SEALED_FIELDS})
        free_documents([number for number, touched in self.persons.items() if "id_number" in touched.before])
        update_rows("people_person", PERSON_COLUMNS, rows)

    def facts(self) -> list[Event]:
        found: list[Event] = [
            events.PersonChanged(person_id=person_id, fields=tuple(sorted(touched.before)))
            for person_id, touched in self.persons.items()
        ]
        return found + [affiliation_fact(fact, row) for fact, row in self.transitions]

    def result(self, set_id: int) -> Rebuilt:
        touched = [*self.persons.values(), *self.affiliations.values()]
        return Rebuilt(
            changed=len(self.changed),
            voided=self.voided,
            values=sum(len(one.before) for one in touched),
            ended=sum(fact == "ended" for fact, _row in self.transitions),
            change_set_id=None if self.is_empty() else set_id,
        )


def keep_what_no_batch_said(row: Row, new: Row, names: Iterable[str]) -> None:
    """A correction that stands against all batches stands against fewer of them too."""
    for name in names:
        stamp = row["provenance"].get(name)
        if stamp and not is_of_batch(stamp):
            new["provenance"] = new["provenance"] | {name: stamp}
            new[name] = row[name]
            if name in SEALED_FIELDS:
                new[SEALED_FIELDS[name]] = row[SEALED_FIELDS[name]]


def lay_over(row: Row, new: Row) -> list[int]:
    """Values that stand in place of their sources' still do, over what the sources say by now; the numbers of those that say the same."""
    followed = []
    for name, stamp in row["provenance"].items():
        if not is_overridden(stamp):
            continue
        if new[name] == row[name]:
            followed.append(stamp[OVERRIDE])
            continue
        over = {**stamp, "says": new[name], "instead_of": new["provenance"].get(name)}
        new["provenance"] = new["provenance"] | {name: over}
        new[name] = row[name]
    return followed


def as_bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def restamped(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Where a value comes from the same batch as before, its stamp stays as it was."""
    same = {name for name, stamp in new.items() if name in old and word_of(old[name]) == word_of(stamp)}
    return {name: old[name] if name in same else stamp for name, stamp in new.items()}


def word_of(stamp: Mapping[str, Any]) -> tuple[Any, ...]:
    says = (stamp["says"], word_of(stamp["instead_of"] or {})) if is_overridden(stamp) else ()
    return stamp.get("source"), stamp.get("batch"), stamp.get("said"), stamp.get(UNNAMED), says
