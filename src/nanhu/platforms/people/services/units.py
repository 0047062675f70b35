"""Units of the school in bulk. A unit that is not named any more stays; closing one is a decision of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.people.models import Change, ChangeSet, OrgUnit
from nanhu.platforms.people.records import Difference, Origin, UnitRecord
from nanhu.platforms.people.services.golden import lock_golden, open_change_set, stamp_of

COLUMNS = ("name", "short_name", "kind", "parent_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsResult:
    created: int
    changed: int
    unchanged: int
    differences: tuple[Difference, ...]
    change_set_id: int | None


@transaction.atomic
def apply_units(*, by: Actor, records: Sequence[UnitRecord], origin: Origin, dry_run: bool = False) -> UnitsResult:
    """Parents may come in any order, but must exist here or in the table."""
    lock_golden()
    known = {unit.code: unit for unit in OrgUnit.objects.select_related("parent")}
    created = [record for record in records if record.code not in known]
    changed = [(record, names) for record in records if record.code in known and (names := differing(record, known))]
    differences = tuple(
        Difference(
            key=record.code,
            person_id=None,
            campus_no=record.code,
            name=record.name,
            field=name,
            before=value_of(known[record.code], name),
            after=str(getattr(record, name, True)),
        )
        for record, names in changed
        for name in names
    )
    set_id = None
    if (created or changed) and not dry_run:
        change_set = open_change_set(by=by, kind=ChangeSet.Kind.IMPORT, origin=origin)
        set_id = change_set.id
        create_units(created, known, change_set, origin)
        change_units(changed, known, change_set, origin)
        audit.record(
            by=by,
            action="people.apply_units",
            target=f"change_set:{set_id}",
            facts={"created": len(created), "changed": len(changed)},
        )
    return UnitsResult(
        created=len(created),
        changed=len(changed),
        unchanged=len(records) - len(created) - len(changed),
        differences=differences,
        change_set_id=set_id,
    )


def value_of(unit: OrgUnit, name: str) -> str:
    return (unit.parent.code if unit.parent else "") if name == "parent_code" else str(getattr(unit, name))


def differing(record: UnitRecord, known: dict[str, OrgUnit]) -> list[str]:
    unit = known[record.code]
    names = ("name", "short_name", "kind", "parent_code")
    found = [name for name in names if getattr(record, name) and getattr(record, name) != value_of(unit, name)]
    return found if unit.is_active else [*found, "is_active"]


def create_units(
    records: Sequence[UnitRecord], known: dict[str, OrgUnit], change_set: ChangeSet, origin: Origin
) -> None:
    stamp = stamp_of(origin, change_set.id)
    made = OrgUnit.objects.bulk_create(
        [
            OrgUnit(
                code=r.code,
                name=r.name,
                short_name=r.short_name,
                kind=r.kind,
                created_in=change_set,
                provenance=dict.fromkeys(COLUMNS, stamp),
            )
            for r in records
        ],
        batch_size=2000,
    )
    known |= {unit.code: unit for unit in made}
    for record, unit in zip(records, made, strict=True):
        unit.parent = known[record.parent_code] if record.parent_code else None
    OrgUnit.objects.bulk_update([unit for unit in made if unit.parent_id], ["parent"], batch_size=2000)


def change_units(
    changed: Sequence[tuple[UnitRecord, list[str]]], known: dict[str, OrgUnit], change_set: ChangeSet, origin: Origin
) -> None:
    stamp = stamp_of(origin, change_set.id)
    for record, names in changed:
        unit = known[record.code]
        columns = ["parent_id" if name == "parent_code" else name for name in names]
        Change.objects.create(
            change_set=change_set,
            entity="unit",
            entity_id=unit.id,
            before={c: getattr(unit, c) for c in columns},
            sources={c: unit.provenance.get(c) for c in columns},
        )
        for name in names:
            if name == "parent_code":
                unit.parent = known[record.parent_code]
            elif name == "is_active":
                unit.is_active = True
            else:
                setattr(unit, name, getattr(record, name))
        unit.provenance = {**unit.provenance, **dict.fromkeys(columns, stamp)}
        unit.save()
