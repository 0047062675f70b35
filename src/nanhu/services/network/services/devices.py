"""Devices: recognised at admission, named and trusted by their owner."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.events import publish
from nanhu.services.network import rules
from nanhu.services.network.events import DeviceSeen
from nanhu.services.network.models import Device

TRUSTED_FOR: Final = timedelta(days=30)
MOST_MACS: Final = 20
LONGEST_NAME: Final = 40


def recognise(person_id: int | None, guest: str, station: str, *, device_id: int | None = None) -> Device | None:
    """The device that stands behind a station, made known where it is new; None where nothing names one (a VPN's caller)."""
    mac = rules.mac_of(station)
    mine = owned_by(person_id, guest)
    found = mine.filter(pk=device_id).first() if device_id else None
    if found is None and mac:
        found = mine.filter(macs__contains=[mac]).order_by("-last_seen_at").first()
    if found is None:
        return enter(person_id, guest, f"mac:{mac}", mac=mac) if mac else None
    touch(found, mac)
    return found


def owned_by(person_id: int | None, guest: str) -> QuerySet[Device]:
    living = Device.objects.filter(guest=guest, removed_at=None)
    return living.filter(person=None) if person_id is None else living.filter(person=person_id)


def enter(
    person_id: int | None,
    guest: str,
    recognised_by: str,
    *,
    mac: str = "",
    kind: str = Device.Kind.OTHER,
    name: str = "",
) -> Device:
    """A device that was never here; its owner hears of it."""
    made = Device.objects.create(
        person_id=person_id, guest=guest, recognised_by=recognised_by, macs=[mac] if mac else [], kind=kind, name=name
    )
    if person_id is not None:
        publish(DeviceSeen(person_id=person_id, device_id=made.pk))
    return made


def touch(device: Device, mac: str) -> None:
    """Seen again, perhaps under another MAC: the last of them stands last."""
    if mac:
        device.macs = [*(one for one in device.macs if one != mac), mac][-MOST_MACS:]
    device.last_seen_at = now()
    device.save(update_fields=["macs", "last_seen_at"])


def device_by_key(person_id: int, recognised_by: str) -> Device | None:
    """For a page that knows its cookie's hash ("cookie:<hash>")."""
    return Device.objects.filter(person_id=person_id, recognised_by=recognised_by, removed_at=None).first()


def trust(device: Device, *, until: datetime | None = None) -> None:
    device.trusted_until = until or now() + TRUSTED_FOR
    device.save(update_fields=["trusted_until"])


def own(person_id: int, public_id: UUID) -> Device:
    found = Device.objects.filter(person_id=person_id, public_id=public_id, removed_at=None).first()
    if found is None:
        raise NotFoundError(what=Device.what)
    return found


@transaction.atomic
def rename(*, by: Actor, device: Device, name: str, kind: str) -> None:
    found = Device.objects.select_for_update().get(pk=device.pk)
    found.name, found.kind = name.strip()[:LONGEST_NAME], kind
    found.save(update_fields=["name", "kind"])
    audit.record(by=by, action="network.rename_device", target=f"network-device:{found.public_id}")


@transaction.atomic
def let_in(*, by: Actor, device: Device) -> None:
    """Again, after its owner kicked it. Twice is once."""
    if Device.objects.filter(pk=device.pk, kept_off_at__isnull=False).update(kept_off_at=None):
        audit.record(by=by, action="network.let_in_device", target=f"network-device:{device.public_id}")
