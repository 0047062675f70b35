"""Access points (无线接入点): hung, moved and taken down by hand, or as the controller's list says."""

from collections.abc import Mapping
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
from nanhu.services.network.reach.services.resources import entered

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
    place_mac(row)
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


def enter_point(facts: dict[str, Any]) -> str:
    """A list that was made before does not take back what a newer one saw, one without MACs takes none away, nor gives what was taken down
    the one that another has by now. Sessions heard from it stand where it hangs. In another building it has no floor and no spot on the
    map yet."""
    row = AccessPoint.objects.filter(name=facts["name"]).first() or AccessPoint(name=facts["name"])
    seen = max(filter(None, (row.seen_at, facts["seen_at"])), default=None)
    mac = facts["mac"] or ("" if row.removed_at and other_with(row, row.mac) else row.mac)
    is_elsewhere = row.pk is not None and building_of(row.place) != building_of(facts["place"])
    if row.mac != mac:
        forget_mac(row)
    said = facts | {"seen_at": seen, "mac": mac, "removed_at": None}
    done = entered(row, said | (NOWHERE if is_elsewhere else {}))
    place_mac(row)
    return done


def enter_points(rows: list[dict[str, Any]]) -> list[str]:
    return [enter_point(facts) for facts in rows]


def living(found: AccessPoint) -> AccessPoint:
    row = AccessPoint.objects.select_for_update().filter(pk=found.pk, removed_at=None).first()
    if row is None:
        raise WrongStateError(what=AccessPoint.what, state="—")
    return row


def other_with(row: AccessPoint, mac: str) -> AccessPoint | None:
    return AccessPoint.objects.filter(mac=mac, removed_at=None).exclude(pk=row.pk).first() if mac else None


def place_mac(row: AccessPoint) -> None:
    if row.mac:
        said = {"name": row.name, "place": row.place, "seen_at": row.seen_at}
        network.ApPlace.objects.update_or_create(mac=row.mac, defaults=said)


def forget_mac(row: AccessPoint) -> None:
    """Of one that is hung by now under another name nothing is forgotten."""
    if row.mac:
        network.ApPlace.objects.filter(mac=row.mac, name=row.name).delete()


def target_of(row: AccessPoint) -> str:
    return f"access-point:{row.public_id}"
