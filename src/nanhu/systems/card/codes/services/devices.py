"""A phone is registered by its signed-in owner; its keys are told once, to the page's script."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.once import lock_key
from nanhu.systems.card.codes.errors import TooManyDevicesError
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.rules import ALPHABET
from nanhu.systems.card.models import Wallet

MOST_DEVICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """`pay_key` and `door_key` are seen here and never again."""

    device: CodeDevice
    pay_key: str
    door_key: str


def hold_phones(*person_ids: int) -> None:
    """Whoever registers or ends a phone, or what hangs on one, takes its person's first, and of several persons in their order: a parting ends the
    phones of two persons at once, beside owners and apps that end one."""
    for person_id in sorted(set(person_ids)):
        lock_key(f"card.phones:{person_id}")


@transaction.atomic
def register_device(*, by: Actor, person_id: int, name: str, replaces: str = "") -> NewDevice:
    """`replaces`: the number that this phone had before it forgot its keys, at a sign-out; another person's is left alone."""
    hold_phones(person_id)
    Wallet.objects.select_for_update().get(person_id=person_id)
    for former in living_devices(person_id).filter(number=replaces):
        end_device(by=by, device=former, ending=CodeDevice.Ending.REPLACED)
    if living_devices(person_id).count() >= MOST_DEVICES:
        raise TooManyDevicesError(most=MOST_DEVICES)
    pay_key, door_key = secrets.token_hex(32), secrets.token_hex(32)
    number = "".join(secrets.choice(ALPHABET) for _place in range(8))
    device = CodeDevice.objects.create(
        person_id=person_id, number=number, name=name.strip()[:60] or "手机", pay_key=pay_key, door_key=door_key
    )
    audit.record(by=by, action="card.code_device", target=f"person:{person_id}", facts={"device": number})
    return NewDevice(device=device, pay_key=pay_key, door_key=door_key)


@transaction.atomic
def end_device(*, by: Actor, device: CodeDevice, ending: CodeDevice.Ending) -> CodeDevice:
    """From the commit on no code of this phone is taken. Ending twice is harmless."""
    hold_phones(device.person_id)
    locked = found_in(CodeDevice.objects.select_for_update(), _("这部手机"), pk=device.pk)
    if locked.ended_at is None:
        locked.ended_at, locked.ending = now(), ending
        locked.save(update_fields=["ended_at", "ending"])
        facts = {"device": locked.number, "ending": str(ending)}
        audit.record(by=by, action="card.code_device_ended", target=f"person:{locked.person_id}", facts=facts)
    return locked


def living_devices(person_id: int) -> QuerySet[CodeDevice]:
    return CodeDevice.objects.filter(person_id=person_id, ended_at__isnull=True).order_by("-created_at")
