"""Resources (校内资源): entered and changed, and whether they answer; lists of resources, access points and outlines as sheets."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit, folding, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.errors import ClosedGateError, KnownAlreadyError
from nanhu.services.network.reach.models import CLOSED_PORTS, CoveredArea, Resource
from nanhu.services.network.reach.school import reach_rules
from nanhu.services.network.reach.services.listing import closed_networks, living_lists

AT_ONCE: Final = 8
SECONDS: Final = 4.0
DOWN_AFTER: Final = 2
GUARDED: Final = frozenset({401, 403, 405})
"""It asks who comes: it is there."""
Health = Resource.Health
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
def write(*, by: Actor, facts: Mapping[str, Any], found: Resource | None = None) -> Resource:
    row = Resource.objects.select_for_update().get(pk=found.pk, removed_at=None) if found else Resource()
    for name, value in facts.items():
        setattr(row, name, value)
    row.searched = searched(row)
    refuse_closed_gate(row)
    if found and row.address != found.address:
        for name, value in NOT_ASKED.items():
            setattr(row, name, value)
    with refused_as(KnownAlreadyError, by="resource_once"):
        row.save()
    note(by, "network.change_resource" if found else "network.add_resource", row)
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


def leads_into_the_machine_room(address: str) -> bool:
    """To a network of it, to what is nowhere but on the gate's own cable, or to a port of remote operation anywhere. A system may run on the
    gate's own machine."""
    if outgoing.checked(address).port in CLOSED_PORTS:
        return True
    nowhere = [one for one in rules.NO_PLACES if not one.is_loopback]
    rooms = [*(rules.network_named(one.network) for one in closed_networks()), *nowhere]
    return any(one in room for one, _port in ends_of(address) for room in rooms)


def refuse_closed_gate(row: Resource) -> None:
    if row.web_address and leads_into_the_machine_room(row.address):
        raise ClosedGateError(address=row.address, bastion=reach_rules().bastion)


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
        done = [enter(row) for row in rows]
        taken = Taken(done.count("added"), done.count("changed"), done.count("same"), is_trial)
        if is_trial:
            transaction.set_rollback(True)
        else:
            facts = {"added": taken.added, "changed": taken.changed}
            audit.record(by=by, action=action, target="network-sheet", facts=facts)
    return taken


type Enter = Callable[[dict[str, Any]], str]


def entered(row: Any, facts: Mapping[str, Any]) -> str:
    """Saves what differs: "added", "changed" or "same"."""
    is_new = row.pk is None
    changed = [name for name, value in facts.items() if is_new or getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save()
    return "added" if is_new else "changed" if changed else "same"


def enter_resource(facts: dict[str, Any]) -> str:
    row = Resource.objects.filter(name=facts["name"], removed_at=None).select_related("unit").first() or Resource()
    probe = Resource(**facts)
    refuse_closed_gate(probe)
    is_elsewhere = row.pk is not None and row.address != facts["address"]
    return entered(row, facts | {"searched": searched(probe)} | (NOT_ASKED if is_elsewhere else {}))


def enter_area(facts: dict[str, Any]) -> str:
    key = {"place": facts["place"], "floor": facts["floor"]}
    row = CoveredArea.objects.filter(**key).first() or CoveredArea(**key)
    return entered(row, facts | {"ring": [list(corner) for corner in facts["ring"]]})
