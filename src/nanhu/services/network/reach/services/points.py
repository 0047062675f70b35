"""Access points (无线接入点): hung, moved and taken down by hand, or as the controller's list says."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import lock_key
from nanhu.services.network import api as network
from nanhu.services.network.reach.errors import KnownAlreadyError, MacTakenError
from nanhu.services.network.reach.models import AccessPoint
from nanhu.services.network.reach.queries import building_of
from nanhu.services.network.reach.rules import CLOCKS_APART
from nanhu.services.network.reach.services.resources import ROWS_AT_ONCE, entered, filled_in, save_all

NOWHERE = {"floor": None, "longitude": None, "latitude": None}


@transaction.atomic
def hang(*, by: Actor, facts: Mapping[str, Any], found: AccessPoint | None = None) -> AccessPoint:
    """A new one, or `found` elsewhere. `facts`: name, place, floor, bands, mac, longitude and latitude in degrees. A name that was
    taken down before hangs again. Raises KnownAlreadyError, MacTakenError, and WrongStateError where `found` was taken down meanwhile."""
    lock_key("network_reach.points")
    row = living(found) if found else AccessPoint.objects.filter(name=facts["name"]).first() or AccessPoint()
    if found is None and row.pk is not None and row.removed_at is None:
        raise KnownAlreadyError
    if other := other_with(row, facts["mac"]):
        raise MacTakenError(name=other.name)
    forget_mac(row)
    with refused_as(KnownAlreadyError, by="access_point_name"):
        entered(row, {**facts, "removed_at": None})
    place_macs([row])
    audit.record(
        by=by,
        action="network.move_point" if found else "network.hang_point",
        target=target_of(row),
        facts={"title": row.name},
    )
    return row


@transaction.atomic
def take_down(*, by: Actor, found: AccessPoint) -> None:
    """Sessions heard from it no longer stand where it hung; a list that names it hangs it again."""
    lock_key("network_reach.points")
    row = living(found)
    forget_mac(row)
    row.removed_at = now()
    row.save(update_fields=["removed_at"])
    audit.record(by=by, action="network.remove_point", target=target_of(row), facts={"title": row.name})


def enter_points(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The newest word in a list tells when it was made. One that was made before does not take back what a newer one saw, one without MACs takes none away, nor gives what was taken down
    the one that another has by now. Sessions heard from it stand where it hangs. In another building it has no floor and no spot on the
    map yet. A handful of statements, however many lines."""
    lock_key("network_reach.points")
    held = AccessPoint.objects.select_for_update(of=("self",)).select_related("place__parent__parent").order_by("pk")
    known = {one.name: one for one in held.filter(name__in=[facts["name"] for facts in rows])}
    macs = {one.mac for one in known.values() if one.mac}
    living = AccessPoint.objects.filter(mac__in=macs, removed_at=None)
    holders: dict[str, str] = dict(living.values_list("mac", "name"))
    done: list[tuple[AccessPoint, str]] = []
    forgotten: set[tuple[str, str]] = set()
    made_at = max((facts["seen_at"] for facts in rows if facts["seen_at"]), default=None)
    for facts in rows:
        row = known.get(facts["name"]) or AccessPoint(name=facts["name"])
        seen = max(filter(None, (believed(row.seen_at), facts["seen_at"])), default=None)
        is_anothers = row.removed_at is not None and holders.get(row.mac, row.name) != row.name
        mac = facts["mac"] or ("" if is_anothers else row.mac)
        if row.mac != mac:
            forgotten.add((row.mac, row.name))
        is_elsewhere = row.pk is not None and building_of(row.place) != building_of(facts["place"])
        listed = max(filter(None, (believed(row.listed_at), made_at)), default=None)
        said = {**facts, "seen_at": seen, "listed_at": listed, "mac": mac, "removed_at": None}
        said |= NOWHERE if is_elsewhere else {}
        done.append((row, filled_in(row, said)))
        holders[mac] = row.name
    there = network.ApPlace.objects.filter(mac__in={mac for mac, _name in forgotten})
    gone = [one.pk for one in there if (one.mac, one.name) in forgotten]
    network.ApPlace.objects.filter(pk__in=gone).delete()
    place_macs(row for row, _word in done)
    return save_all(AccessPoint, done, {"place", "bands", "seen_at", "listed_at", "mac", "removed_at", *NOWHERE})


def believed(moment: datetime | None) -> datetime | None:
    """What a list said of a time to come, before such lists were refused, counts no more."""
    return moment if moment and moment <= now() + CLOCKS_APART else None


def living(found: AccessPoint) -> AccessPoint:
    row = AccessPoint.objects.select_for_update().filter(pk=found.pk, removed_at=None).first()
    if row is None:
        raise WrongStateError(what=AccessPoint.what, state="—")
    return row


def other_with(row: AccessPoint, mac: str) -> AccessPoint | None:
    return AccessPoint.objects.filter(mac=mac, removed_at=None).exclude(pk=row.pk).first() if mac else None


def place_macs(rows: Iterable[AccessPoint]) -> None:
    """Of several that have the same the last."""
    made = {
        one.mac: network.ApPlace(
            mac=one.mac, name=one.name, place=one.place, seen_at=one.seen_at, listed_at=one.listed_at
        )
        for one in rows
        if one.mac
    }
    network.ApPlace.objects.bulk_create(
        made.values(),
        update_conflicts=True,
        unique_fields=["mac"],
        update_fields=["name", "place", "seen_at", "listed_at"],
        batch_size=ROWS_AT_ONCE,
    )


def forget_mac(row: AccessPoint) -> None:
    """Of one that is hung by now under another name nothing is forgotten."""
    if row.mac:
        network.ApPlace.objects.filter(mac=row.mac, name=row.name).delete()


def target_of(row: AccessPoint) -> str:
    return f"access-point:{row.public_id}"
