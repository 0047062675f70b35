"""Machines: set up on the map, reporting themselves, watched for silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.systems.card.devices.models import Machine, MachineAlarm
from nanhu.systems.card.devices.rules import LATE, Condition, troubles
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants

OFFICE = MerchantOrder(key="office.card", name="校园卡管理办公室")


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOrder:
    """A machine as it is set up. The map is 1000 wide and 1000 high."""

    number: str
    kind: str
    yard: str
    place: str
    map_x: int
    map_y: int


@transaction.atomic
def set_up_machines(*, by: Actor, machines: Sequence[MachineOrder]) -> int:
    """Add what is missing of these; returns how many were added."""
    terminals = [
        TerminalOrder(number=one.number, merchant_key=OFFICE.key, place=one.place, kind=one.kind) for one in machines
    ]
    set_up_merchants(by=by, merchants=[OFFICE], terminals=terminals)
    ids = dict(PosTerminal.objects.filter(number__in=[one.number for one in machines]).values_list("number", "pk"))
    known = set(Machine.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    added = Machine.objects.bulk_create(
        Machine(terminal_id=ids[one.number], yard=one.yard, map_x=one.map_x, map_y=one.map_y)
        for one in machines
        if ids[one.number] not in known
    )
    if added:
        audit.record(by=by, action="card.set_up_machines", target="card:machines", facts={"machines": len(added)})
    return len(added)


@transaction.atomic
def report(*, machine: Machine, condition: Condition, said_at: datetime) -> bool:
    """What a machine says of itself. An older report that arrives late, or again, changes nothing."""
    locked = Machine.objects.select_for_update(of=("self",)).get(pk=machine.pk)
    PosTerminal.objects.filter(pk=machine.pk).update(last_seen=now())
    if locked.said_at is not None and said_at <= locked.said_at:
        return False
    locked.paper, locked.cards_left, locked.fault = condition.paper, condition.cards_left, condition.fault
    locked.said_at, locked.reported_at = said_at, now()
    locked.save(update_fields=["paper", "cards_left", "fault", "said_at", "reported_at"])
    raise_and_clear(locked, troubles(condition))
    return True


def raise_and_clear(machine: Machine, found: Iterable[str]) -> None:
    moment, found = now(), set(found)
    machine.alarms.filter(cleared_at=None).exclude(kind__in=found).update(cleared_at=moment)
    open_kinds = set(machine.alarms.filter(cleared_at=None).values_list("kind", flat=True))
    MachineAlarm.objects.bulk_create(
        MachineAlarm(machine=machine, kind=kind, raised_at=moment) for kind in sorted(found - open_kinds)
    )


@transaction.atomic
def watch_for_silence() -> int:
    """Machines not heard of for five minutes; the alarm clears with their next report."""
    silent = Q(terminal__last_seen__isnull=True) | Q(terminal__last_seen__lt=now() - LATE)
    lost = (
        Machine.objects.select_for_update(of=("self",))
        .filter(silent, terminal__state=PosTerminal.State.ON)
        .exclude(alarms__kind=MachineAlarm.Kind.OFFLINE, alarms__cleared_at=None)
        .order_by(F("terminal").asc())
    )
    found = [MachineAlarm(machine=one, kind=MachineAlarm.Kind.OFFLINE, raised_at=now()) for one in lost]
    return len(MachineAlarm.objects.bulk_create(found, ignore_conflicts=True))
