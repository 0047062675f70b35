"""Devices: recognised at admission, named and trusted by their owner."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import QuerySet, TextField

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key
from nanhu.services.network import rules
from nanhu.services.network.events import DeviceKicked, DeviceSeen
from nanhu.services.network.models import Device, Grant, Session
from nanhu.services.network.services.disconnecting import REMOVED, disconnect, drop

MOST_DEVICES: Final = 50
"""Of one person: the longest not seen go."""
MOST_TOLD: Final = 10
"""New ones of a day of which the owner is told; who invents MACs sends no more messages."""
MOST_MACS: Final = 20
SEEN_EVERY: Final = timedelta(minutes=1)
LONGEST_NAME: Final = 40


trusts: Final[list[Callable[[int], Mapping[int, datetime]]]] = []
"""Of an account: until when which of its devices comes on line by a single tap. The captive page enters itself here."""


def trusted_until(account_id: int | None) -> dict[int, datetime]:
    return {device: until for load in trusts for device, until in load(account_id or 0).items()}


def _by_mac(*, is_guest: bool) -> QuerySet[Device]:
    mine = Device.objects.filter(person=None) if is_guest else Device.objects.filter(person=Given("person"))
    living = mine.filter(guest=Given("guest", TextField()), removed_at=None)
    return living.filter(macs__contains=Given("macs", ArrayField(TextField()))).order_by("-last_seen_at")


BY_MAC: Final = {one: Prepared(partial(_by_mac, is_guest=one)) for one in (False, True)}


def recognise(person_id: int | None, guest: str, station: str, *, device_id: int | None = None) -> Device | None:
    """The device that stands behind a station, made known where it is new. A VPN's caller has none, but where one at his address was kicked."""
    mac = rules.mac_of(station)
    mine = owned_by(person_id, guest)
    found = mine.filter(pk=device_id).first() if device_id else None
    if found is None and mac:
        found = BY_MAC[person_id is None].first(person=person_id, guest=guest, macs=[mac])
    if found is None and not mac:
        return mine.filter(recognised_by=at_address(station), kept_off_at__isnull=False).first()
    if found is None:
        return enter(person_id, guest, f"mac:{mac}", mac=mac)
    touch(found, "" if device_id else mac)
    return found


def at_address(station: str) -> str:
    return f"at:{station}"


def keep_off(session: Session) -> None:
    """Its owner has kicked it: the device stays off, or where none is known whoever calls from its address."""
    moment = now()
    if session.device_id is not None:
        Device.objects.filter(pk=session.device_id).update(kept_off_at=moment)
    elif session.station:
        Device.objects.update_or_create(
            person_id=session.person_id or 0,
            guest=session.guest,
            recognised_by=at_address(session.station),
            removed_at=None,
            defaults={
                "name": f"{session.get_service_display()} {session.station}"[:LONGEST_NAME],
                "kept_off_at": moment,
            },
        )


@transaction.atomic
def kick(*, by: Actor, session: Session) -> None:
    """Its owner puts it off, and it stays off: devices come back by themselves within seconds."""
    drop(by=by, person_id=session.person_id or 0, session_id=session.pk)
    keep_off(session)
    if session.person_id is not None and session.device_id is not None:
        publish(DeviceKicked(person_id=session.person_id, device_id=session.device_id))


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
    """A device that was never here; its owner hears of it. The oldest make room for it, their sessions go on."""
    mine = owned_by(person_id, guest)
    kept = mine.filter(kept_off_at=None).order_by("-last_seen_at").values("pk")[MOST_DEVICES - 1 :]
    mine.filter(pk__in=list(kept.values_list("pk", flat=True))).update(removed_at=now())
    made = Device.objects.create(
        person_id=person_id, guest=guest, recognised_by=recognised_by, macs=[mac] if mac else [], kind=kind, name=name
    )
    if person_id is not None:
        of_the_day = Device.objects.filter(person_id=person_id, first_seen_at__gt=now() - timedelta(days=1))
        if of_the_day.count() <= MOST_TOLD:
            publish(DeviceSeen(person_id=person_id, device_id=made.pk))
    return made


def touch(device: Device, mac: str) -> None:
    """Seen again, perhaps under another MAC: the last of them stands last. Within a minute nothing new is written."""
    if device.macs[-1:] == [mac] and now() - device.last_seen_at < SEEN_EVERY:
        return
    if mac:
        device.macs = [*(one for one in device.macs if one != mac), mac][-MOST_MACS:]
    device.last_seen_at = now()
    device.save(update_fields=["macs", "last_seen_at"])


@transaction.atomic
def device_of_browser(person_id: int, recognised_by: str, mac: str, *, kind: str) -> Device:
    """For a page that knows its cookie's hash ("cookie:<hash>"): the device with this cookie, else the one with this MAC; a new one is known by
    the cookie from the first. Under the lock of admissions: two presses make one device."""
    lock_key(f"network.admit:{person_id}")
    found = owned_by(person_id, "").filter(recognised_by=recognised_by).first()
    if found is None and mac:
        found = BY_MAC[False].first(person=person_id, guest="", macs=[mac])
    if found is None:
        return enter(person_id, "", recognised_by, mac=mac, kind=kind)
    if found.kind == Device.Kind.OTHER:
        Device.objects.filter(pk=found.pk).update(kind=kind)
    return found


@transaction.atomic
def confirm_device(*, code: str, recognised_by: str, mac: str) -> None:
    """A gateway has let through, under this MAC, the device of this grant: what the page was told of it is true. Before that nobody makes one
    of two devices by naming the MAC of the other."""
    of_grant = Grant.objects.filter(code=code).values("device")
    found = Device.objects.select_for_update().filter(pk__in=of_grant, removed_at=None).first()
    if found is None:
        return
    touch(found, mac)
    if not owned_by(found.person_id, found.guest).filter(recognised_by=recognised_by).exists():
        found.recognised_by = recognised_by
        found.save(update_fields=["recognised_by"])


@transaction.atomic
def rename(*, by: Actor, device: Device, name: str, kind: str) -> None:
    found = Device.objects.select_for_update().get(pk=device.pk)
    found.name, found.kind = name.strip()[:LONGEST_NAME], kind
    found.save(update_fields=["name", "kind"])
    audit.record(by=by, action="network.rename_device", target=f"network-device:{found.public_id}")


@transaction.atomic
def let_in(*, by: Actor, device: Device) -> None:
    """Again, after its owner kicked it. Twice is once."""
    mine = Device.objects.filter(pk=device.pk, kept_off_at__isnull=False)
    if mine.filter(recognised_by__startswith=at_address("")).update(removed_at=now()) or mine.update(kept_off_at=None):
        audit.record(by=by, action="network.let_in_device", target=f"network-device:{device.public_id}")


@transaction.atomic
def remove(*, by: Actor, device: Device) -> None:
    """Taken away by its owner: what it has on line ends, and it is a new one when it comes again."""
    if Device.objects.filter(pk=device.pk, removed_at=None).update(removed_at=now()):
        audit.record(by=by, action="network.remove_device", target=f"network-device:{device.public_id}")
        of_device = Session.objects.filter(device=device.pk, stopped_at=None)
        disconnect(
            by=by, person_id=device.person_id or 0, cause=REMOVED, session_ids=of_device.values_list("pk", flat=True)
        )
