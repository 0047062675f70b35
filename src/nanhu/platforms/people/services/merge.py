"""Two records that are one person: merged by a decision, and parted again when the decision was wrong."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.events import publish
from nanhu.platforms.people.errors import MergeRefusedError
from nanhu.platforms.people.events import PersonChanged, PersonsMerged, PersonsParted
from nanhu.platforms.people.matching import families, heirs
from nanhu.platforms.people.models import Affiliation, Change, ChangeSet, Person
from nanhu.platforms.people.records import Origin
from nanhu.platforms.people.services.golden import lock_golden, open_change_set, stamp_of

SECRET: Final = ("id_number", "phone")
FILLED: Final = ("birth_date", "ethnicity", "document_kind", "email", "photo_path")
MERGE: Final = Origin(source="merge", title="归并")


@transaction.atomic
def merge_persons(*, by: Actor, kept_id: int, gone_id: int, reason: str) -> ChangeSet:
    """Everything of `gone_id` moves to `kept_id`; what the kept one lacks is filled in; nothing is deleted."""
    lock_golden()
    people = {p.id: p for p in Person.objects.select_for_update().filter(id__in=[kept_id, gone_id]).order_by("id")}
    if len(people) != 2:  # noqa: PLR2004  (a merge is of two)
        raise NotFoundError(what=_("这个人"))
    kept, gone = people[kept_id], people[gone_id]
    if kept.merged_into_id or gone.merged_into_id:
        raise MergeRefusedError(reason=_("其中一条已经归并过了。"))
    refuse_overlap(kept_id, gone_id)
    change_set = open_change_set(by=by, kind=ChangeSet.Kind.MERGE, origin=MERGE, reason=reason)
    stamp = stamp_of(MERGE, change_set.id)
    bury(gone, kept, change_set, stamp)
    move_affiliations(kept, gone, change_set, stamp)
    fields = fill(kept, gone, change_set)
    audit.record(
        by=by, action="people.merge_persons", target=f"person:{kept_id}", reason=reason, facts={"gone": gone_id}
    )
    publish(PersonsMerged(kept_id=kept_id, gone_id=gone_id))
    if fields:
        publish(PersonChanged(person_id=kept_id, fields=tuple(fields)))
    return change_set


@transaction.atomic
def part_persons(*, by: Actor, merge_id: int, reason: str) -> tuple[int, int]:
    """The redirect ends, whatever came since; returns who kept all until now, and who is a person of their own again.
    What the two are worth apart is for the caller to make anew (`rebuild_persons`)."""
    lock_golden()
    merge = ChangeSet.objects.select_for_update().get(id=merge_id, kind=ChangeSet.Kind.MERGE)
    if ChangeSet.objects.filter(reverts=merge).exists():
        raise WrongStateError(what=_("这次变更"), state=_("已撤回"))
    changes = list(Change.objects.filter(change_set=merge).order_by("id"))
    gone_id = next(c.entity_id for c in changes if c.entity == "person" and "merged_into_id" in c.sources)
    kept_id = heirs([gone_id]).get(gone_id, gone_id)
    since = one_since(gone_id, merged_at=merge.created_at)
    revert = open_change_set(
        by=by,
        kind=ChangeSet.Kind.REVERT,
        origin=Origin(source="revert", title="归并"),
        reason=reason,
        reverts_id=merge.id,
    )
    moved = [change.entity_id for change in changes if change.entity == "affiliation"]
    hand_back(gone_id, kept_id, moved, revert)
    take_out_filled(kept_id, merge.id, [c for c in changes if c.entity == "person" and c.entity_id != gone_id])
    free_for(gone_id, kept_id)
    gone = Person.objects.get(id=gone_id)
    gone.merged_into = None
    gone.provenance = {name: stamp for name, stamp in gone.provenance.items() if name != "merged_into_id"}
    gone.save(update_fields=["merged_into", "provenance"])
    audit.record(
        by=by, action="people.part_persons", target=f"person:{kept_id}", reason=reason, facts={"restored": gone_id}
    )
    publish(PersonsParted(kept_id=kept_id, restored_id=gone_id, since=since, at=now()))
    return kept_id, gone_id


def one_since(gone_id: int, *, merged_at: datetime) -> tuple[tuple[int, datetime], ...]:
    """Of each record on either side of this redirect, which still stands: from when on it was one with the other side, that is the
    latest merge on the way there. One of which that is not on record is left out."""
    members = families([gone_id])
    rows = Person.objects.filter(id__in=members).values_list("id", "merged_into_id", "provenance__merged_into_id__set")
    links: dict[int, tuple[int | None, int | None]] = {one: (into, change_set) for one, into, change_set in rows}
    merges = [change_set for _into, change_set in links.values() if change_set is not None]
    times = dict(ChangeSet.objects.filter(id__in=merges).values_list("id", "created_at"))

    def redirects(person_id: int) -> set[int]:
        found: set[int] = set()
        while (into := links[person_id][0]) is not None:
            found.add(person_id)
            person_id = into
        return found

    told: list[tuple[int, datetime]] = []
    beyond = redirects(gone_id)
    for one in sorted(members):
        own = redirects(one)
        way = [times.get(links[step][1] or 0) for step in (own ^ beyond) - {gone_id}]
        known = [at for at in way if at is not None]
        if len(known) == len(way):
            told.append((one, max([merged_at, *known])))
    return tuple(told)


@transaction.atomic
def split_person(
    *, by: Actor, person_id: int, numbers: Iterable[str], origin: Origin, reason: str, since: datetime | None = None
) -> int:
    """A record of their own for whom these campus numbers are, where nobody says any more that the two are one; returns it. What
    both are worth is for the caller to make anew (`rebuild_persons`). `origin`: of the batch that speaks of them now. `since`: when what
    held the two together came, None where that is not on record."""
    lock_golden()
    person = Person.objects.get(id=person_id)
    change_set = open_change_set(by=by, kind=ChangeSet.Kind.REBUILD, origin=origin, reason=reason)
    own = Person.objects.create(
        name=person.name, pinyin=person.pinyin, initials=person.initials, created_in=change_set, provenance={}
    )
    moved = Affiliation.objects.filter(person=person, campus_no__in=list(numbers)).values_list("id", "created_at")
    hand_back(own.id, person_id, [one for one, _at in moved], change_set)
    audit.record(
        by=by, action="people.part_persons", target=f"person:{person_id}", reason=reason, facts={"restored": own.id}
    )
    told = [] if since is None else [(one, min([since, *(at for _one, at in moved)])) for one in (person_id, own.id)]
    publish(PersonsParted(kept_id=person_id, restored_id=own.id, since=tuple(told), at=now()))
    return own.id


def hand_back(gone_id: int, kept_id: int, moved: list[int], revert: ChangeSet) -> None:
    """The campus numbers that came with them, also where one began anew since."""
    numbers = Affiliation.objects.filter(id__in=moved).values_list("kind", "campus_no")
    held = Affiliation.objects.select_for_update().filter(person_id=kept_id).order_by("id")
    ours = [one for one in held if (one.kind, one.campus_no) in set(numbers)]
    for affiliation in ours:
        Change.objects.create(
            change_set=revert,
            entity="affiliation",
            entity_id=affiliation.id,
            before={"person_id": kept_id},
            sources={"person_id": affiliation.provenance.get("person_id")},
        )
        affiliation.person_id = gone_id
        affiliation.provenance = {n: s for n, s in affiliation.provenance.items() if n != "person_id"}
        affiliation.save(update_fields=["person", "provenance"])


def take_out_filled(kept_id: int, merge_id: int, changes: list[Change]) -> None:
    """What the kept record only had from the other, and nobody has said since."""
    kept = Person.objects.get(id=kept_id)
    for change in changes:
        for name, value in change.values_before().items():
            if (kept.provenance.get(name) or {}).get("set") != merge_id:
                continue
            setattr(kept, name, value or (None if name in SECRET or name == "birth_date" else ""))
            if name in SECRET:
                setattr(kept, f"{name}_index", None)
            stamp = change.sources.get(name)
            kept.provenance = {n: s for n, s in kept.provenance.items() if n != name} | ({name: stamp} if stamp else {})
    kept.save()


def free_for(gone_id: int, kept_id: int) -> None:
    """Both may claim one document by now; who kept it finds it again among what was said of them."""
    gone = Person.objects.get(id=gone_id)
    if gone.id_number_index is None:
        return
    others = Person.objects.filter(id_number_index=gone.id_number_index, merged_into=None)
    others.filter(id=kept_id).update(id_number=None, id_number_index=None)
    if others.exclude(id=kept_id).exists():
        Person.objects.filter(id=gone_id).update(id_number=None, id_number_index=None)


def refuse_overlap(kept_id: int, gone_id: int) -> None:
    """The same campus number twice over the same days cannot be one person's."""
    held = {(a.kind, a.campus_no) for a in Affiliation.objects.filter(person_id=kept_id)}
    for affiliation in Affiliation.objects.filter(person_id=gone_id):
        if (affiliation.kind, affiliation.campus_no) in held:
            raise MergeRefusedError(reason=_("两条记录有同一个学工号 %s。") % affiliation.campus_no)


def bury(gone: Person, kept: Person, change_set: ChangeSet, stamp: dict[str, Any]) -> None:
    Change.objects.create(
        change_set=change_set,
        entity="person",
        entity_id=gone.id,
        before={"merged_into_id": None},
        sources={"merged_into_id": None},
    )
    gone.merged_into = kept
    gone.provenance = {**gone.provenance, "merged_into_id": stamp}
    gone.save(update_fields=["merged_into", "provenance"])


def move_affiliations(kept: Person, gone: Person, change_set: ChangeSet, stamp: dict[str, Any]) -> None:
    for affiliation in Affiliation.objects.select_for_update().filter(person=gone).order_by("id"):
        Change.objects.create(
            change_set=change_set,
            entity="affiliation",
            entity_id=affiliation.id,
            before={"person_id": gone.id},
            sources={"person_id": None},
        )
        affiliation.person = kept
        affiliation.provenance = {**affiliation.provenance, "person_id": stamp}
        affiliation.save(update_fields=["person", "provenance"])


def fill(kept: Person, gone: Person, change_set: ChangeSet) -> list[str]:
    """Values the kept record lacks come from the other one, and keep the provenance they had there."""
    names = [name for name in FILLED if not getattr(kept, name) and getattr(gone, name)]
    secrets = [name for name in SECRET if getattr(kept, f"{name}_index") is None]
    secrets = [name for name in secrets if getattr(gone, f"{name}_index") is not None]
    if not names and not secrets:
        return []
    Change.objects.create(
        change_set=change_set,
        entity="person",
        entity_id=kept.id,
        before={name: getattr(kept, name) for name in names},
        sources={name: kept.provenance.get(name) for name in [*names, *secrets]},
        sealed=json.dumps(dict.fromkeys(secrets, "")) if secrets else None,
    )
    for name in [*names, *secrets]:
        setattr(kept, name, getattr(gone, name))
        origin = gone.provenance.get(name, {})
        kept.provenance = {
            **kept.provenance,
            name: {**origin, "set": change_set.id, "source": origin.get("source", "merge")},
        }
    for name in secrets:
        setattr(kept, f"{name}_index", getattr(gone, f"{name}_index"))
    kept.save()
    return [*names, *secrets]
