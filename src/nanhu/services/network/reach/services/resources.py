"""Resources (校内资源): entered and changed, and whether they answer; lists of resources, access points and outlines as sheets."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from nanhu.kernel import audit, folding, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.revisions import refuse_changed
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.errors import ClosedGateError, GateTakenError, KnownAlreadyError
from nanhu.services.network.reach.models import CLOSED_PORTS, CoveredArea, Resource
from nanhu.services.network.reach.school import reach_rules
from nanhu.services.network.reach.services.listing import closed_networks, living_lists

AT_ONCE: Final = 8
ROWS_AT_ONCE: Final = 500
"""Of one statement."""
SECONDS: Final = 4.0
DOWN_AFTER: Final = 2
GUARDED: Final = frozenset({401, 403, 405})
"""It asks who comes: it is there."""
Health = Resource.Health
CHANGED: Final = (
    "name",
    "address",
    "kind",
    "reach",
    "unit",
    "is_of_centre",
    "contact",
    "phone",
    "carsi_entity",
    "carsi_address",
    "web_address",
)
NOT_ASKED: Final = {
    "health": Health.UNKNOWN,
    "bad_in_row": 0,
    "health_since": None,
    "checked_at": None,
    "is_listed": None,
}
"""What is known of an address that was just entered."""


def searched(row: Resource) -> str:
    """With its unit, which is read here once more where only its number was given."""
    return folding.searched(row.name, f"{row.unit.name} {row.get_kind_display()} {row.contact}")


@transaction.atomic
def enter(*, by: Actor, facts: Mapping[str, Any]) -> Resource:
    return write(by, Resource(), facts, "network.add_resource")


@transaction.atomic
def change(*, by: Actor, found: Resource, facts: Mapping[str, Any], revision: str) -> Resource:
    row = living(found)
    refuse_changed(row, revision, CHANGED)
    return write(by, row, facts, "network.change_resource")


def write(by: Actor, row: Resource, facts: Mapping[str, Any], action: str) -> Resource:
    address = row.address
    for name, value in facts.items():
        setattr(row, name, value)
    row.searched = searched(row)
    if row.web_address:
        refuse_taken_gate(row)
        refuse_closed_gate(row, ends_of(row.address), machine_room())
    if row.address != address:
        for name, value in NOT_ASKED.items():
            setattr(row, name, value)
    gate_gone = GateTakenError(gate=row.web_address, name="—")
    with refused_as(KnownAlreadyError, by="resource_once"), refused_as(gate_gone, by="gate_once"):
        row.save()
    note(by, action, row)
    return row


def living(found: Resource) -> Resource:
    row = Resource.objects.select_for_update().filter(pk=found.pk, removed_at=None).first()
    if row is None:
        raise WrongStateError(what=Resource.what, state="—")
    return row


@transaction.atomic
def remove(*, by: Actor, found: Resource) -> None:
    if not Resource.objects.filter(pk=found.pk, removed_at=None).update(removed_at=now()):
        raise WrongStateError(what=Resource.what, state="—")
    note(by, "network.remove_resource", found)


def note(by: Actor, action: str, row: Resource) -> None:
    audit.record(by=by, action=action, target=f"network-resource:{row.public_id}", facts={"title": row.name})


def look_at_all() -> int:
    """Asks each once; how many answered. None is asked that the school's own server cannot be expected to reach."""
    asked = Resource.objects.filter(removed_at=None).order_by("pk")
    addresses = dict(asked.values_list("pk", "address"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(addresses, pool.map(answers, addresses.values()), strict=True))
    for key, is_there in found.items():
        note_health(key, is_there=is_there)
    hold_against_lists()
    return sum(found.values())


def hold_against_lists() -> None:
    """Of what is said to be reached by VPN: does a list lead to where its name stands? Not known where the name stands nowhere."""
    lists = [(rules.networks_of(" ".join(one.networks)), set(one.ports)) for one in living_lists()]
    for row in Resource.objects.filter(removed_at=None):
        is_listed = led_to(row.address, lists) if row.reach == Resource.Reach.VPN else None
        if row.is_listed != is_listed:
            Resource.objects.filter(pk=row.pk).update(is_listed=is_listed)


def ends_of(address: str) -> set[tuple[Any, int]]:
    """The hosts and ports behind it; none where its name stands nowhere."""
    try:
        parts = outgoing.checked(address)
        found = outgoing.looked_up(parts, SECONDS)
    except OSError:
        return set()
    return {(outgoing.plain(ip_address(target[0].split("%")[0])), target[1]) for *_kind, target in found}


def ends_behind_gates(rows: Iterable[Mapping[str, Any]]) -> dict[str, set[tuple[Any, int]]]:
    """By address, of what has a gate before it. A name server may take its time: so many at once, before a row is locked."""
    addresses = sorted({row["address"] for row in rows if row["web_address"]})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(addresses, pool.map(ends_of, addresses), strict=True))


def machine_room() -> list[rules.Network]:
    """Its networks, and what is nowhere but on the gate's own cable. A system may run on the gate's own machine."""
    nowhere = [one for one in rules.NO_PLACES if not one.is_loopback]
    return [*(rules.network_named(one.network) for one in closed_networks()), *nowhere]


def leads_into_the_machine_room(address: str, ends: Iterable[tuple[Any, int]], rooms: Sequence[rules.Network]) -> bool:
    """Or to a port of remote operation anywhere. `ends`: what is behind the address (`ends_of`), `rooms`: `machine_room`."""
    if outgoing.checked(address).port in CLOSED_PORTS:
        return True
    return any(one in room for one, _port in ends for room in rooms)


def refuse_closed_gate(row: Resource, ends: Iterable[tuple[Any, int]], rooms: Sequence[rules.Network]) -> None:
    if leads_into_the_machine_room(row.address, ends, rooms):
        raise ClosedGateError(address=row.address, bastion=reach_rules().bastion)


def refuse_taken_gate(row: Resource) -> None:
    """Another port of the same host, too: Apache has one file of each host."""
    host = rules.host_of(row.web_address)
    others = Resource.objects.filter(web_address__contains=host, removed_at=None).exclude(pk=row.pk)
    for other in others:
        if rules.host_of(other.web_address) == host:
            raise GateTakenError(gate=row.web_address, name=other.name)


def led_to(address: str, lists: Sequence[tuple[Sequence[rules.Network], set[int]]]) -> bool | None:
    there = ends_of(address)
    if not there:
        return None
    return any(
        port in ports and any(one in network for network in networks)
        for one, port in there
        for networks, ports in lists
    )


def answers(address: str) -> bool:
    try:
        status = outgoing.send(outgoing.Call(address=address)).status
    except OSError:
        return False
    return status < HTTPStatus.BAD_REQUEST or status in GUARDED


@transaction.atomic
def note_health(key: int, *, is_there: bool) -> None:
    """One miss is none: a second one in a row says that it is down."""
    row = Resource.objects.select_for_update().get(pk=key)
    row.bad_in_row = 0 if is_there else min(row.bad_in_row + 1, 1000)
    health = Health.UP if is_there else Health.DOWN if row.bad_in_row >= DOWN_AFTER else row.health
    if health != row.health:
        row.health, row.health_since = health, now()
    row.checked_at = now()
    row.save(update_fields=["bad_in_row", "health", "health_since", "checked_at"])


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sheet did, or would do."""

    added: int
    changed: int
    same: int
    is_trial: bool


def take(*, by: Actor, rows: list[dict[str, Any]], enter: "Enter", action: str, is_trial: bool) -> Taken:
    """All rows in one transaction; a trial is rolled back."""
    with transaction.atomic():
        done = enter(rows)
        taken = Taken(done.count("added"), done.count("changed"), done.count("same"), is_trial)
        if is_trial:
            transaction.set_rollback(True)
        else:
            facts = {"added": taken.added, "changed": taken.changed}
            audit.record(by=by, action=action, target="network-sheet", facts=facts)
    return taken


type Enter = Callable[[list[dict[str, Any]]], list[str]]
"""Of each row whether it was "added", "changed" or stands there as the "same"."""


def entered(row: Any, facts: Mapping[str, Any]) -> str:
    """Saves what differs: "added", "changed" or "same"."""
    done = filled_in(row, facts)
    if done != "same":
        row.save()
    return done


def filled_in(row: Any, facts: Mapping[str, Any]) -> str:
    """The same, and saves nothing."""
    is_new = row.pk is None
    changed = [name for name, value in facts.items() if is_new or getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    return "added" if is_new else "changed" if changed else "same"


def save_all(model: Any, done: Sequence[tuple[Any, str]], names: Iterable[str]) -> list[str]:
    """Of rows that `filled_in` went over; two statements, however many. `names`: of the fields that it may have changed."""
    model.objects.bulk_create([row for row, word in done if word == "added"], batch_size=ROWS_AT_ONCE)
    changed = [row for row, word in done if word == "changed"]
    model.objects.bulk_update(changed, sorted(names), batch_size=ROWS_AT_ONCE)
    return [word for _row, word in done]


def take_resources(*, by: Actor, rows: list[dict[str, Any]], is_trial: bool) -> Taken:
    """Raises ClosedGateError; KnownAlreadyError where one of these names or gates was entered meanwhile."""
    ends = ends_behind_gates(rows)

    def enter(rows: list[dict[str, Any]]) -> list[str]:
        return enter_resources(rows, ends)

    with refused_as(KnownAlreadyError, by="_once"):
        return take(by=by, rows=rows, enter=enter, action="network.take_resources", is_trial=is_trial)


def enter_resources(rows: list[dict[str, Any]], ends: Mapping[str, Iterable[tuple[Any, int]]]) -> list[str]:
    """Those of known names change; looked up in a few statements, however many. A gate goes from one to another of them in any order of lines."""
    known = {one.name: one for one in living_of({facts["name"] for facts in rows})}
    probes = [Resource(**facts) for facts in rows]
    prefetch_related_objects(probes, "unit")
    rooms = machine_room() if any(one.web_address for one in probes) else []
    done, given_up = [], []
    for facts, probe in zip(rows, probes, strict=True):
        if probe.web_address:
            refuse_closed_gate(probe, ends[probe.address], rooms)
        row = known.get(probe.name) or Resource()
        if row.web_address not in ("", probe.web_address):
            given_up.append(row.pk)
        is_elsewhere = row.pk is not None and row.address != probe.address
        said = facts | {"searched": searched(probe)} | (NOT_ASKED if is_elsewhere else {})
        done.append((row, filled_in(row, said)))
    Resource.objects.filter(pk__in=given_up).update(web_address="")
    return save_all(Resource, done, {*(rows[0] if rows else ()), "searched", *NOT_ASKED})


def living_of(names: Collection[str]) -> QuerySet[Resource]:
    """Locked."""
    return Resource.objects.select_for_update().filter(name__in=names, removed_at=None).order_by("pk")


def enter_areas(rows: list[dict[str, Any]]) -> list[str]:
    held = CoveredArea.objects.select_for_update().filter(place__in={facts["place"] for facts in rows}).order_by("pk")
    known = {(one.place_id, one.floor): one for one in held}
    done = []
    for facts in rows:
        row = known.get((facts["place"].pk, facts["floor"])) or CoveredArea()
        said = {"place_id": facts["place"].pk, "floor": facts["floor"], "ring": [list(one) for one in facts["ring"]]}
        done.append((row, filled_in(row, said)))
    return save_all(CoveredArea, done, {"ring"})
