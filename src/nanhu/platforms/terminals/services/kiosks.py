"""Kiosks: set up on the map, reporting themselves, watched for silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.terminals.models import Kiosk, KioskAlarm, Terminal
from nanhu.platforms.terminals.rules import LATE, Condition, troubles
from nanhu.platforms.terminals.services.keys import new_key


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskOrder:
    """A kiosk as it is set up. The map is 1000 wide and 1000 high."""

    number: str
    kind: str
    yard: str
    place: str
    map_x: int
    map_y: int


@transaction.atomic
def set_up_kiosks(*, by: Actor, kiosks: Sequence[KioskOrder]) -> int:
    """Add what is missing of these; returns how many were added."""
    known = set(Terminal.objects.values_list("number", flat=True))
    Terminal.objects.bulk_create(
        Terminal(number=one.number, kind=one.kind, place=one.place, key=new_key())
        for one in kiosks
        if one.number not in known
    )
    ids = dict(Terminal.objects.filter(number__in=[one.number for one in kiosks]).values_list("number", "pk"))
    there = set(Kiosk.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    added = Kiosk.objects.bulk_create(
        Kiosk(terminal_id=ids[one.number], yard=one.yard, map_x=one.map_x, map_y=one.map_y)
        for one in kiosks
        if ids[one.number] not in there
    )
    if added:
        audit.record(by=by, action="terminals.set_up_kiosks", target="terminals:kiosks", facts={"kiosks": len(added)})
    return len(added)


@transaction.atomic
def report(*, kiosk: Kiosk, condition: Condition, said_at: datetime) -> bool:
    """What a kiosk says of itself. An older report that arrives late, or again, changes nothing."""
    locked = Kiosk.objects.select_for_update(of=("self",)).get(pk=kiosk.pk)
    Terminal.objects.filter(pk=kiosk.pk).update(last_seen=now())
    if locked.said_at is not None and said_at <= locked.said_at:
        return False
    locked.paper, locked.cards_left, locked.fault = condition.paper, condition.cards_left, condition.fault
    locked.said_at, locked.reported_at = said_at, now()
    locked.save(update_fields=["paper", "cards_left", "fault", "said_at", "reported_at"])
    raise_and_clear(locked, troubles(condition))
    return True


def raise_and_clear(kiosk: Kiosk, found: Iterable[str]) -> None:
    moment, found = now(), set(found)
    kiosk.alarms.filter(cleared_at=None).exclude(kind__in=found).update(cleared_at=moment)
    open_kinds = set(kiosk.alarms.filter(cleared_at=None).values_list("kind", flat=True))
    KioskAlarm.objects.bulk_create(
        KioskAlarm(kiosk=kiosk, kind=kind, raised_at=moment) for kind in sorted(found - open_kinds)
    )


@transaction.atomic
def watch_for_silence() -> int:
    """Kiosks not heard of for five minutes; the alarm clears with their next report."""
    silent = Q(terminal__last_seen__isnull=True) | Q(terminal__last_seen__lt=now() - LATE)
    lost = (
        Kiosk.objects.select_for_update(of=("self",))
        .filter(silent, terminal__state=Terminal.State.ON)
        .exclude(alarms__kind=KioskAlarm.Kind.OFFLINE, alarms__cleared_at=None)
        .order_by(F("terminal").asc())
    )
    found = [KioskAlarm(kiosk=one, kind=KioskAlarm.Kind.OFFLINE, raised_at=now()) for one in lost]
    return len(KioskAlarm.objects.bulk_create(found, ignore_conflicts=True))
