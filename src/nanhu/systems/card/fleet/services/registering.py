"""Merchants and what they sell with: registered with a key that is handed over once, and taken away again for good."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.systems.card.devices.models import Machine
from nanhu.systems.card.devices.operations import KIOSKS
from nanhu.systems.card.devices.services.machines import OFFICE, raise_and_clear
from nanhu.systems.card.doors.models import Door, DoorList, DoorListRow, Place
from nanhu.systems.card.errors import ReasonMissingError
from nanhu.systems.card.fleet.errors import (
    HoldsOpenError,
    MerchantKnownError,
    MerchantNotFoundError,
    MerchantStateError,
    OwnMerchantError,
    PlaceMissingError,
    TerminalKnownError,
    TerminalRetiredError,
    TerminalsLeftError,
    UnsentRowsError,
)
from nanhu.systems.card.fleet.models import NextKey, TerminalReport
from nanhu.systems.card.fleet.overview import VENDORS
from nanhu.systems.card.models import Hold, Merchant, PosTerminal
from nanhu.systems.card.services.merchants import MerchantOrder, add_merchants, existing_merchants, new_terminal_key
from nanhu.systems.card.services.terminals import held

Kind, Open = PosTerminal.Kind, Merchant.State.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A device as it is registered. A door needs `door_place`, a kiosk its place on the map; both belong to the card office."""

    number: str
    kind: str
    merchant_key: str = ""
    place: str = ""
    door_place: str = ""
    yard: str = ""
    map_x: int = 0
    map_y: int = 0


@transaction.atomic
def register_terminal(*, by: Actor, entry: Entry, reason: str) -> tuple[PosTerminal, str]:
    """The device, switched off until a second person accepts it, and its key in clear: given out here and nowhere again."""
    if not reason.strip():
        raise ReasonMissingError
    lock_key(f"card.terminal:{entry.number}")
    if PosTerminal.objects.filter(number=entry.number).exists():
        raise TerminalKnownError(number=entry.number)
    key = new_terminal_key()
    made = PosTerminal.objects.create(
        number=entry.number, kind=entry.kind, merchant=merchant_for(entry), place=entry.place, key=key,
        state=PosTerminal.State.OFF, registrar_id=by.account_id,
    )  # fmt: skip
    add_parts(made, entry)
    facts = {"kind": entry.kind, "merchant": made.merchant.key}
    audit.record(by=by, action="card.register_terminal", target=f"terminal:{made.number}", reason=reason, facts=facts)
    return made, key


def merchant_for(entry: Entry) -> Merchant:
    key = OFFICE.key if entry.kind in KIOSKS or entry.kind == Kind.DOOR else entry.merchant_key
    if key == OFFICE.key and key not in existing_merchants():
        add_merchants([OFFICE])
    found = Merchant.objects.select_for_update(no_key=True).filter(key=key).first()
    if found is None:
        raise MerchantNotFoundError
    if found.state != Open:
        raise MerchantStateError(state=found.get_state_display())
    return found


def add_parts(terminal: PosTerminal, entry: Entry) -> None:
    if entry.kind == Kind.DOOR:
        place = Place.objects.filter(key=entry.door_place).first()
        if place is None:
            raise PlaceMissingError
        Door.objects.create(terminal=terminal, place=place, list_salt=secrets.token_hex(16))
    elif entry.kind in KIOSKS:
        if not entry.yard.strip():
            raise PlaceMissingError
        Machine.objects.create(terminal=terminal, yard=entry.yard, map_x=entry.map_x, map_y=entry.map_y)


@transaction.atomic
def retire_terminal(*, by: Actor, number: str, reason: str, is_loss_accepted: bool = False) -> PosTerminal:
    """Take a device away for good. Its key opens nothing from the commit on, a door's list is emptied.

    Rows that it keeps and has not sent are lost money of its merchant: it is refused, unless that is accepted; then how many
    and how much stays with the terminal.
    """
    terminal = held(number, reason)
    if terminal.state == PosTerminal.State.RETIRED:
        raise TerminalRetiredError(number=number)
    open_holds = Hold.objects.filter(terminal=terminal, settled_at__isnull=True).count()
    if open_holds:
        raise HoldsOpenError(count=open_holds)
    rows, fen = unsent(terminal)
    if rows and not is_loss_accepted:
        raise UnsentRowsError(rows=rows, sum=format_yuan(fen))
    NextKey.objects.filter(terminal=terminal).delete()
    terminal.state, terminal.retired_at, terminal.lost_rows, terminal.lost_fen = (
        PosTerminal.State.RETIRED,
        now(),
        rows,
        fen,
    )
    terminal.key, terminal.key_version = new_terminal_key(), terminal.key_version + 1
    terminal.save()
    take_parts_away(terminal)
    facts = {"lost_rows": rows, "lost_fen": fen}
    audit.record(by=by, action="card.retire_terminal", target=f"terminal:{number}", reason=reason, facts=facts)
    return terminal


def unsent(terminal: PosTerminal) -> tuple[int, int]:
    """What it last said it keeps: a till's sales with their sum, a door's passages."""
    report = TerminalReport.objects.filter(pk=terminal.pk).first()
    door = Door.objects.filter(pk=terminal.pk).first()
    rows = (report.stored_rows if report else 0) + (door.said_stored if door else 0)
    return rows, report.stored_fen if report else 0


def take_parts_away(terminal: PosTerminal) -> None:
    DoorListRow.objects.filter(door_id=terminal.pk).delete()
    DoorList.objects.filter(door_id=terminal.pk).update(
        profiles={}, profiles_tag="", ends_at=now(), version=F("version") + 1
    )
    machine = Machine.objects.filter(pk=terminal.pk).first()
    if machine is not None:
        raise_and_clear(machine, ())


@transaction.atomic
def register_merchant(*, by: Actor, order: MerchantOrder, reason: str) -> Merchant:
    """A person's waits for finance; from the console, which answers to nobody's account, it is open at once."""
    if not reason.strip():
        raise ReasonMissingError
    lock_key(f"card.merchant:{order.key}")
    if Merchant.objects.filter(key=order.key).exists():
        raise MerchantKnownError(key=order.key)
    [made] = add_merchants([order])
    if by.account_id is not None:
        made.state, made.registrar_id, made.registrar_name = Merchant.State.ASKED, by.account_id, by.name
        Merchant.objects.filter(pk=made.pk).update(
            state=made.state, registrar=made.registrar_id, registrar_name=by.name
        )
    note(by, made, "card.register_merchant", reason)
    return made


@transaction.atomic
def decide_merchant(*, by: Actor, merchant: Merchant, is_agreed: bool) -> Merchant:
    """Finance says whether this may sell and be paid; never who registered it."""
    locked = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if locked.state != Merchant.State.ASKED:
        raise MerchantStateError(state=locked.get_state_display())
    if by.account_id is None or by.account_id == locked.registrar_id:
        raise OwnMerchantError
    locked.state = Open if is_agreed else Merchant.State.REFUSED
    locked.approver_id, locked.approver_name = by.account_id, by.name
    locked.save()
    note(by, locked, "card.agree_merchant" if is_agreed else "card.refuse_merchant", "")
    return locked


@transaction.atomic
def close_merchant(*, by: Actor, merchant: Merchant, reason: str) -> Merchant:
    """It sells nothing more, nor do vendors for it; what it took is settled the next night whatever its cycle, and paid as ever."""
    if not reason.strip():
        raise ReasonMissingError
    locked = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if locked.state != Open:
        raise MerchantStateError(state=locked.get_state_display())
    left = PosTerminal.objects.filter(merchant=locked).exclude(state=PosTerminal.State.RETIRED).order_by("number")
    devices = [one.number for one in left if not one.number.startswith(VENDORS)]
    if devices:
        raise TerminalsLeftError(numbers="、".join(devices[:5]))
    for one in left:
        retire_terminal(by=by, number=one.number, reason=reason)
    locked.state, locked.closed_at = Merchant.State.CLOSED, now()
    locked.save()
    note(by, locked, "card.close_merchant", reason)
    return locked


def note(by: Actor, merchant: Merchant, action: str, reason: str) -> None:
    facts = {"name": merchant.name, "canteen": merchant.canteen, "state": merchant.state}
    audit.record(by=by, action=action, target=f"merchant:{merchant.key}", reason=reason, facts=facts)
