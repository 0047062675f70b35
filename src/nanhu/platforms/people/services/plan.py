"""What records would change in the golden record: decides, but writes nothing. A dry run ends here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeGuard

from nanhu.kernel.crypto import mask_id_number, mask_phone
from nanhu.platforms.people.models import Affiliation
from nanhu.platforms.people.records import AffiliationRecord, ApplyResult, Difference, Origin, Outvoted, PersonRecord
from nanhu.platforms.people.rules import state_on
from nanhu.platforms.people.services.golden import Row

PERSON_FIELDS: Final = (
    "name",
    "sex",
    "birth_date",
    "nationality",
    "ethnicity",
    "document_kind",
    "id_number",
    "phone",
    "email",
)
SEALED_FIELDS: Final = {"id_number": "id_number_index", "phone": "phone_index"}
AFFILIATION_FIELDS: Final = ("unit_id", "category", "category_name", "status_name", "starts_on", "ends_on", "state")
MASKS: Final = {"id_number": mask_id_number, "phone": mask_phone}
UNNAMED: Final = "unnamed"
"""In the stamp of a state: nobody said that it is over, nobody names it any more; with the state that comes back."""
OVERRIDE: Final = "override"
"""In the stamp of a value that stands for a time in place of its source's: the number of the override; beside it `until`, what the
source `says`, and the stamp that it is `instead_of`."""
ENDED: Final = Affiliation.State.ENDED.value
LIVE: Final = (Affiliation.State.ACTIVE.value, Affiliation.State.SUSPENDED.value)


@dataclass(slots=True)
class Touched:
    """An existing row that changes: its new full content, and what the changed columns held."""

    row: Row
    before: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Collects what one batch of records does. Rows of new persons carry their record's key until they get an id."""

    origin: Origin
    stamp: Mapping[str, Any]
    today: date
    units: Mapping[str, int]
    indexes: Mapping[str, Mapping[str, bytes]]
    new_persons: list[Row] = field(default_factory=list)
    new_affiliations: list[Row] = field(default_factory=list)
    persons: dict[int, Touched] = field(default_factory=dict)
    affiliations: dict[int, Touched] = field(default_factory=dict)
    fresh_values: dict[int, set[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    outvoted: list[Outvoted] = field(default_factory=list)
    transitions: list[tuple[str, Row]] = field(default_factory=list)
    changed_person_ids: set[int] = field(default_factory=set)
    stamped: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    revived: set[int] = field(default_factory=set)
    followed: list[int] = field(default_factory=list)
    restamped: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    seen: int = 0

    def add(self, record: PersonRecord, person: Row | None, affiliations: Iterable[Row]) -> None:
        self.seen += 1
        if person is None:
            self._create(record)
        else:
            self._revive(person)
            self._compare_person(record, person)
            for said in record.affiliations:
                self._compare_affiliation(record, person, said, latest_of(affiliations, said))

    def _create(self, record: PersonRecord) -> None:
        said = {name: value for name in PERSON_FIELDS if (value := getattr(record, name)) not in (None, "")}
        row: Row = {"key": record.key, **said, "provenance": self._stamped(said)}
        self.new_persons.append(row)
        for affiliation in record.affiliations:
            self._start(record.key, None, affiliation)

    def _stamped(self, said: Iterable[str]) -> Mapping[str, Any]:
        """One for all rows that say the same fields: it is written down, and replaced where a row changes."""
        names = tuple(said)
        return self.stamped.setdefault(names, dict.fromkeys(names, self.stamp))

    def _revive(self, row: Row) -> None:
        if row.get("is_void"):
            touch(self.persons, row, "is_void", self.stamp)
            row["is_void"] = False
            self.revived.add(row["id"])

    def _compare_person(self, record: PersonRecord, row: Row) -> None:
        for name in PERSON_FIELDS:
            value = getattr(record, name)
            if value in (None, ""):
                continue
            held = row["provenance"].get(name)
            if is_overridden(held):
                self._compare_overridden(record, row, name, value)
                continue
            if self._holds(row, name, value):
                self._bear_out(row, name, held)
                continue
            if not wins(self.origin, name, held):
                self._outvote(record, row, name, value, held["source"])
                continue
            self._note(record, row, name, (row[name], value))
            touch(self.persons, row, name, self.stamp)
            row[name] = value
            self.changed_person_ids.add(row["id"])
            if name in SEALED_FIELDS:
                self.fresh_values.setdefault(row["id"], set()).add(name)

    def _compare_overridden(self, record: PersonRecord, row: Row, name: str, value: object) -> None:
        if row[name] != value:
            self._outvote(record, row, name, value, OVERRIDE)
        if wins(self.origin, name, row["provenance"][name]["instead_of"]):
            self._hear_beneath(self.persons, row, name, value)

    def _hear_beneath(self, into: dict[int, Touched], row: Row, name: str, value: object) -> None:
        """What its source says of a value that stands in its place: the same ends that; another is kept for the day on which it ends."""
        held = row["provenance"][name]
        if value == row[name]:
            touch(into, row, name, self.stamp)
            self.followed.append(held[OVERRIDE])
        elif value != held["says"]:
            touch(into, row, name, {**held, "says": value, "instead_of": self.stamp})

    def _holds(self, row: Row, name: str, value: object) -> bool:
        """Encrypted columns are compared by their blind index: nothing is decrypted to find that nothing changed."""
        if name in SEALED_FIELDS:
            held = row[SEALED_FIELDS[name]]
            return held is not None and bytes(held) == self.indexes[name][str(value)]
        return bool(row[name] == value)

    def _bear_out(self, row: Row, name: str, held: Mapping[str, Any] | None) -> None:
        """A stronger office says the same: from now on it is its word, which a weaker one does not change any more. The same
        office's newer word is not written down: that would write everybody anew with each whole list."""
        if is_stronger(self.origin, name, held):
            row["provenance"] = {**row["provenance"], name: self.stamp}
            self.restamped[row["id"]] = row["provenance"]

    def _outvote(self, record: PersonRecord, row: Row, name: str, value: object, source: str) -> None:
        mask = MASKS.get(name, str)
        self.outvoted.append(
            Outvoted(
                key=record.key,
                person_id=row["id"],
                field=name,
                kept="" if name in MASKS else str(row[name]),
                kept_source=source,
                offered=mask(str(value)),
            )
        )

    def _note(
        self, record: PersonRecord, row: Row, name: str, change: tuple[object, object], campus_no: str = ""
    ) -> None:
        if row["id"] in self.revived:  # who was void comes anew: nothing of theirs is changed
            return
        shown = (opened(change[0]), str(change[1]))
        if name in MASKS:
            shown = (MASKS[name](shown[0]) if shown[0] else "", MASKS[name](shown[1]))
        no = campus_no or next((a.campus_no for a in record.affiliations), "")
        self.differences.append(
            Difference(
                key=record.key,
                person_id=row["id"],
                campus_no=no,
                name=str(row["name"]),
                field=name,
                before=shown[0],
                after=shown[1],
            )
        )

    def _start(self, key: str, person_id: int | None, said: AffiliationRecord) -> None:
        values = self._values(said)
        office_says = values.get("state") or Affiliation.State.ACTIVE.value
        values["state"] = self._state_today(office_says, values)
        if values["state"] == ENDED and not values.get("ends_on"):
            values["ends_on"] = max(said.starts_on, self.today)
        row: Row = {"key": key, "person_id": person_id, "kind": said.kind, "campus_no": said.campus_no, **values}
        row["provenance"] = self._stamped(values)
        if (stamp := self._stamp_of_state(office_says, values)) is not self.stamp:
            row["provenance"] = {**row["provenance"], "state": stamp}
        self.new_affiliations.append(row)
        if person_id is not None:
            self.changed_person_ids.add(person_id)
        if row["state"] in LIVE:
            self.transitions.append(("started", row))

    def _state_today(self, office_says: str, row: Mapping[str, Any]) -> str:
        return state_on(self.today, state=office_says, starts_on=row["starts_on"], ends_on=row.get("ends_on"))

    def _stamp_of_state(self, office_says: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Where the calendar makes something else of it, what the office said is kept for the day that turns it back."""
        return self.stamp if row["state"] == office_says else {**self.stamp, "said": office_says}

    def _values(self, said: AffiliationRecord) -> dict[str, Any]:
        unit_id = self.units.get(said.unit_code) if said.unit_code else None
        values = {name: getattr(said, name) for name in AFFILIATION_FIELDS if name != "unit_id"} | {"unit_id": unit_id}
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _compare_affiliation(self, record: PersonRecord, person: Row, said: AffiliationRecord, row: Row | None) -> None:
        if row is None or (row["state"] == ENDED and said.starts_on > row["ends_on"]):
            if not said.is_unnamed:  # what nothing said is not over either
                self._start(record.key, person["id"], said)
            return
        was, is_bare = row["state"], "starts_on" not in row["provenance"]
        values = self._values_in_the_open(said, row)
        office_says = values.get("state") or said_before(row)
        if office_says:
            values["state"] = self._state_today(office_says, {**row, **values})
        stamp_of_state = self._stamp_of_state(office_says, values) if office_says else self.stamp
        if said.is_unnamed:
            stamp_of_state = {**stamp_of_state, UNNAMED: said_before(row) or was}
        changed = [name for name, value in values.items() if row[name] != value]
        for name in changed:
            self._note(record, person, name, (row[name], values[name]), said.campus_no)
            touch(self.affiliations, row, name, stamp_of_state if name == "state" else self.stamp)
            row[name] = values[name]
        if said.state and "state" in values and "state" not in changed and not said.is_unnamed:
            self._say_again(row, stamp_of_state)
        if changed:
            if is_bare:  # also what is as it was is said anew
                row["provenance"] = dict.fromkeys(values, self.stamp) | row["provenance"]
            self.changed_person_ids.add(person["id"])
            fact = fact_of(was, row["state"])
            if fact:
                self.transitions.append((fact, row))

    def _values_in_the_open(self, said: AffiliationRecord, row: Row) -> dict[str, Any]:
        """Without those in whose place another stands: of these it is only heard what is said."""
        values = self._values_since(said, row)
        for name in [name for name in values if is_overridden(row["provenance"].get(name))]:
            self._hear_beneath(self.affiliations, row, name, values.pop(name))
        return values

    def _say_again(self, row: Row, stamp: Mapping[str, Any]) -> None:
        """The office names the state that stands already: what was kept for a day that turns it back is not its word any more."""
        if marks_of(row["provenance"].get("state")) != marks_of(stamp):
            touch(self.affiliations, row, "state", stamp)

    def _values_since(self, said: AffiliationRecord, row: Row) -> dict[str, Any]:
        """What is said of an affiliation that is there, and was not said otherwise later."""
        values, is_ended = self._values(said), row["state"] == ENDED
        if is_ended and (comes_back := state_when_named(row)):
            values.setdefault("state", comes_back)
        if is_ended and values.get("state", ENDED) != ENDED:
            values.setdefault("ends_on", None)
        if not is_ended and values.get("state") == ENDED and row["ends_on"] is None:
            values.setdefault("ends_on", max(said.starts_on, self.today))
        return {n: value for n, value in values.items() if not is_newer(beneath(row["provenance"].get(n)), self.origin)}

    def is_empty(self) -> bool:
        return not (self.new_persons or self.new_affiliations or self.persons or self.affiliations or self.restamped)

    def result(self, *, person_ids: Mapping[str, int], change_set_id: int | None) -> ApplyResult:
        facts = [fact for fact, _row in self.transitions]
        created, changed = len(self.new_persons) + len(self.revived), len(self.changed_person_ids - self.revived)
        return ApplyResult(
            created=created,
            changed=changed,
            unchanged=self.seen - created - changed,
            affiliations_started=facts.count("started"),
            affiliations_changed=facts.count("changed"),
            affiliations_ended=facts.count("ended"),
            person_ids=person_ids,
            differences=tuple(self.differences),
            outvoted=tuple(self.outvoted),
            change_set_id=change_set_id,
        )


def fact_of(before: str, after: str) -> str:
    """What a changed affiliation tells, by its states: started, changed, ended, or nothing while nobody lives by it."""
    if after in LIVE:
        return "changed" if before in LIVE else "started"
    return "ended" if before in LIVE else ""


def said_before(row: Row) -> str:
    """What an office said of the state before the calendar made something else of it."""
    return str((row["provenance"].get("state") or {}).get("said", ""))


def state_when_named(row: Row) -> str:
    """Of an affiliation that is over because nobody named it any more; else empty."""
    return str((row["provenance"].get("state") or {}).get(UNNAMED, ""))


def marks_of(stamp: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """What a stamp of a state keeps besides where it comes from."""
    held = stamp or {}
    return held.get("said"), held.get(UNNAMED)


def is_overridden(stamp: Mapping[str, Any] | None) -> TypeGuard[Mapping[str, Any]]:
    return bool(stamp and OVERRIDE in stamp)


def beneath(stamp: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The stamp of what a source said, also where another value stands in its place."""
    return stamp["instead_of"] if is_overridden(stamp) else stamp


def wins(origin: Origin, name: str, held: Mapping[str, Any] | None) -> bool:
    """Survivorship: may this origin set a field that holds a value of this provenance?"""
    if held is None:
        return True
    if held["source"] == origin.source:
        return not is_newer(held, origin)
    order = origin.precedence.get(name)
    return order is None or _rank(order, origin.source) <= _rank(order, held["source"])


def is_stronger(origin: Origin, name: str, held: Mapping[str, Any] | None) -> bool:
    """Than the office by whose batch the value stands. What no batch said stays what it is: a roll-back could not tell it again."""
    order = origin.precedence.get(name)
    return bool(
        order and held and held.get("batch") is not None and _rank(order, origin.source) < _rank(order, held["source"])
    )


def is_newer(held: Mapping[str, Any] | None, origin: Origin) -> bool:
    """The same source said it in a later batch: an old row that is replayed must not undo it."""
    return bool(held and held["source"] == origin.source and origin.batch_no and (held["batch"] or 0) > origin.batch_no)


def _rank(order: tuple[str, ...], source: str) -> int:
    return order.index(source) if source in order else len(order)


def latest_of(affiliations: Iterable[Row], said: AffiliationRecord) -> Row | None:
    same = [a for a in affiliations if a["kind"] == said.kind and a["campus_no"] == said.campus_no]
    return max(same, key=lambda a: a["starts_on"], default=None)


def touch(into: dict[int, Touched], row: Row, name: str, stamp: Mapping[str, Any]) -> None:
    """Remember what the column held, and write the new provenance into the row."""
    touched = into.setdefault(row["id"], Touched(row))
    if name not in touched.before:
        touched.before[name] = row[name]
        touched.sources[name] = row["provenance"].get(name)
    row["provenance"] = {**row["provenance"], name: stamp}


def opened(value: object) -> str:
    """Text of a value, also of a sealed one."""
    if value is None:
        return ""
    return str(value.open()) if hasattr(value, "open") else str(value)
