"""Devices as they stand now, and what is odd about each: as many queries for one as for all of them, which find no more than is asked."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Max, Sum

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import words
from nanhu.platforms.terminals.errors import TerminalNotFoundError
from nanhu.platforms.terminals.models import Address, Incident, NextKey, Terminal
from nanhu.platforms.terminals.parts import OWN_INCIDENTS, PARTS, Device, Seen, known_problems
from nanhu.platforms.terminals.rules import INCIDENT_DAYS, ONLINE

CLOCK_SECONDS = 60
SEEN_LATER = timedelta(seconds=10)
"""An endpoint writes a few seconds later when it heard of a terminal."""


def all_devices() -> list[Device]:
    return devices_of(list(Terminal.objects.order_by("number")))


def devices_of(terminals: Sequence[Terminal]) -> list[Device]:
    moment, keys = now(), [one.pk for one in terminals]
    following = {one.pk: one for one in NextKey.objects.filter(pk__in=keys, ends_at__gt=moment)}
    addresses = addresses_since(moment - INCIDENT_DAYS, keys)
    incidents, refused = incidents_since(moment - INCIDENT_DAYS, [one.number for one in terminals])
    found = [
        Device(
            terminal=terminal,
            is_online=terminal.last_seen is not None and terminal.last_seen > moment - ONLINE,
            incidents=incidents.get(terminal.number, Counter()),
            addresses=addresses.get(terminal.pk, []),
            next_key=following.get(terminal.pk),
            refused_at=refused.get(terminal.number),
        )
        for terminal in terminals
    ]
    return seen_by_parts(found)


def device_with(number: str) -> Device:
    found = devices_of(list(Terminal.objects.filter(number=number)))
    if not found:
        raise TerminalNotFoundError(number=number)
    return found[0]


def seen_by_parts(devices: Sequence[Device]) -> list[Device]:
    looks = {part.name: part.look(devices) for part in PARTS}
    names = known_problems()
    found = []
    for device in devices:
        seen = {name: look.get(device.terminal.pk, Seen()) for name, look in looks.items()}
        odd = problems_of(device, seen)
        found.append(replace(device, seen=seen, problems=tuple(name for name in names if name in odd)))
    return found


def problems_of(device: Device, seen: dict[str, Seen]) -> frozenset[str]:
    """Of what was taken away only what it did since then: what it did before is over."""
    terminal = device.terminal
    if terminal.state == Terminal.State.RETIRED:
        since = {
            "stolen": was_heard_after_it_was_retired(device),
            "incidents": was_refused_after_it_was_retired(device),
        }
        return frozenset({"retired", *(name for name, is_so in since.items() if is_so)})
    is_on = terminal.state == Terminal.State.ON
    offset, is_device = terminal.clock_offset_seconds, all(one.is_device for one in seen.values())
    own = {
        "stolen": not is_on and device.is_online,
        "addresses": is_used_elsewhere(device.addresses),
        "clock": offset is not None and abs(offset) > CLOCK_SECONDS,
        "off": not is_on,
        "offline": is_on and terminal.last_seen is not None and not device.is_online,
        "never": is_on and terminal.last_seen is None and is_device,
        "incidents": bool(device.incidents),
        "key": device.next_key is not None,
    }
    return frozenset(name for name, is_so in own.items() if is_so).union(*(one.problems for one in seen.values()))


def was_heard_after_it_was_retired(device: Device) -> bool:
    """Its key in use since then is an alarm of its own."""
    seen, gone = device.terminal.last_seen, device.terminal.retired_at
    return device.is_online and seen is not None and gone is not None and seen > gone + SEEN_LATER


def was_refused_after_it_was_retired(device: Device) -> bool:
    """Its key is nobody's any more, so that what still signs by it is refused like any wrong signature."""
    refused, gone = device.refused_at, device.terminal.retired_at
    return refused is not None and gone is not None and refused > gone


def is_used_elsewhere(addresses: list[Address]) -> bool:
    """Two addresses in use at the same time: the one before was still used after the newest had begun."""
    return any(
        one.first_seen <= other.first_seen < one.last_seen for one in addresses for other in addresses if one != other
    )


def addresses_since(moment: datetime, keys: Sequence[int]) -> dict[int, list[Address]]:
    found: dict[int, list[Address]] = defaultdict(list)
    for one in Address.objects.filter(terminal__in=keys, last_seen__gt=moment):
        found[one.terminal_id].append(one)
    return found


def incidents_since(moment: datetime, numbers: Sequence[str]) -> tuple[dict[str, Counter[str]], dict[str, datetime]]:
    """By the terminal's number: how many of which code, and when the last of all was."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    last: dict[str, datetime] = {}
    rows = Incident.objects.filter(at__gt=moment, terminal_number__in=numbers).values_list("terminal_number", "code")
    for number, code, times, at in rows.annotate(times=Sum("times"), last=Max("at")):
        found[number][code] += times
        last[number] = max(at, last.get(number, at))
    return found, last


def incident_words(code: str, kind: str) -> Text:
    """Why a request of a terminal of this kind was refused, as the office says it."""
    said = (part.incident_words[code] for part in PARTS if kind in part.kinds and code in part.incident_words)
    return next(said, None) or OWN_INCIDENTS.get(code) or words.code(code)
