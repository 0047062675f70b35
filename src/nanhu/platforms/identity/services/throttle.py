"""Throttling (限次): attempts are counted before they are tried, so that a hundred at once are no way around it.

Gates that strangers can close stand only before strangers: the pair of name and address, the name alone, the address
alone, the password alone (the same one tried on many names). A browser the account is known on (device cookie), a station
that came in before and an attempt with a solved challenge have gates of their own, which nobody else can close:
docs/rooms/identity-lockouts.md says for every door who can be made to wait by whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity.errors import TooManyAttemptsError
from nanhu.platforms.identity.models import Throttle

PASSWORD_DIGITS = 5
ADMIT = (Path(__file__).parent.parent / "sql" / "queries" / "admit.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures cost nothing, then 1, 2, 4, … seconds up to `cap`; forgotten `memory` after the last one.

    `leak` failures a second are forgiven all along: many people behind one address mistype every day.
    """

    kind: str
    free: int
    cap: int
    memory: timedelta
    leak: float = 0.0


PAIR = Limit("pair", free=5, cap=900, memory=timedelta(hours=24))
NAME = Limit("name", free=10, cap=60, memory=timedelta(hours=24))
DEVICE = Limit("device", free=5, cap=900, memory=timedelta(hours=24))
ADDRESS = Limit("address", free=200, cap=300, memory=timedelta(minutes=15), leak=0.5)
PASSWORD = Limit("password", free=30, cap=60, memory=timedelta(hours=6), leak=0.02)
"""One password on many names. The key has twenty bits of it: enough to count, too little to find it again."""
SOLVED_PAIR = Limit("solved_pair", free=20, cap=60, memory=timedelta(hours=24))
SOLVED = Limit("solved", free=100, cap=60, memory=timedelta(hours=24), leak=0.02)
"""It leaks faster than one network may fail, so that no single network closes it."""
SOLVED_PASSWORD = Limit("solved_password", free=100, cap=60, memory=timedelta(hours=6), leak=0.02)
SOLVED_ADDRESS = Limit("solved_address", free=1_000_000, cap=1, memory=timedelta(minutes=15), leak=0.5)
"""Counts and closes nothing: who solves many challenges at one address makes those of this address dearer."""
DOOR_STATION = Limit("door_station", free=10, cap=300, memory=timedelta(hours=6))
DOOR_CALLER = Limit("door_caller", free=10, cap=300, memory=timedelta(hours=6))
DOOR_NAME = Limit("door_name", free=60, cap=60, memory=timedelta(hours=6), leak=0.01)
DOORS = ("network", "mail")
DOCUMENT = Limit("document", free=20, cap=3600, memory=timedelta(hours=48), leak=20 / 86400)
"""Who knows the last six of a document has some five hundred candidates for the rest of it."""
ACTIVATION_CODE = Limit("activation_code", free=500, cap=2, memory=timedelta(hours=6), leak=0.1)
ACTIVATION_PAIR = Limit("activation_pair", free=5, cap=3600, memory=timedelta(hours=24))
ACTIVATION_ADDRESS = Limit("activation_address", free=100, cap=300, memory=timedelta(minutes=15), leak=0.2)
ACTIVATION_SENDING = Limit("activation_sending", free=3, cap=1800, memory=timedelta(hours=6))
"""It closes for no longer than a code lives (`codes.SMS_LIFE`): while it is closed there is a good code on the phone."""
PROOF = Limit("proof", free=5, cap=3600, memory=timedelta(hours=24))
CODES = Limit("codes", free=2, cap=3600, memory=timedelta(hours=6))
REAUTHENTICATION = Limit("reauth", free=5, cap=900, memory=timedelta(hours=24))
QUESTIONS = Limit("questions", free=3, cap=3600, memory=timedelta(hours=24))
SENT = Limit("sent", free=5, cap=3600, memory=timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit for one thing."""

    limit: Limit
    subject: str

    @property
    def key(self) -> bytes:
        return blind_index(f"{self.limit.kind}|{self.subject}", purpose="identity.throttle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an attempt brings besides its password. `browser` is the number of a browser that this very name is known on,
    `is_solved` says that a challenge made for this name was solved, `is_known_network` that the account was signed in
    from this network before.
    """

    browser: str = ""
    is_solved: bool = False
    is_known_network: bool = False


STRANGER = Standing()


def gates_at(
    *, subject: str, address: str, standing: Standing = STRANGER, password: str = ""
) -> tuple[list[Gate], list[Gate]]:
    """The gates before one attempt on `subject`: its own, which a success opens, and those that others share."""
    network = network_of(address)
    if standing.is_solved:
        name = [] if standing.is_known_network else [Gate(SOLVED, subject)]
        shared = [Gate(SOLVED_ADDRESS, network), *password_gates(SOLVED_PASSWORD, password)]
        return [Gate(SOLVED_PAIR, f"{subject}|{network}"), *name], shared
    if standing.browser:
        return [Gate(DEVICE, f"{subject}|{standing.browser}")], []
    own = [Gate(PAIR, f"{subject}|{network}"), Gate(NAME, subject)]
    return own, [Gate(ADDRESS, network), *password_gates(PASSWORD, password)]


def password_gates(limit: Limit, password: str) -> list[Gate]:
    if not password:
        return []
    return [Gate(limit, blind_index(password, purpose="identity.throttled_password").hex()[:PASSWORD_DIGITS])]


def network_of(address: str) -> str:
    """An IPv6 caller owns a /64 at least: it counts as one address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return str(parsed)


def admit(gates: Sequence[Gate]) -> None:
    """Count one attempt at every gate, or refuse it at all of them; whoever succeeds calls `forgive` afterwards."""
    moment = now()
    ordered = sorted(gates, key=lambda gate: gate.key)
    with transaction.atomic():
        admitted = sum(counted(gate, moment) for gate in ordered)
        if admitted < len(ordered):
            transaction.set_rollback(True)
    if admitted < len(ordered):
        raise TooManyAttemptsError(seconds=seconds_left(ordered))


def counted(gate: Gate, moment: datetime) -> int:
    facts: dict[str, Any] = {
        "key": gate.key,
        "kind": gate.limit.kind,
        "now": moment,
        "forgotten": moment - gate.limit.memory,
        "free": gate.limit.free,
        "cap": gate.limit.cap,
        "leak": gate.limit.leak,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADMIT, facts)
        return int(cursor.rowcount)


def seconds_left(gates: Sequence[Gate]) -> int:
    moment = now()
    blocked = Throttle.objects.filter(key__in=[gate.key for gate in gates], blocked_until__gt=moment)
    left = [(row.blocked_until - moment).total_seconds() for row in blocked]
    return max(1, ceil(max(left, default=1)))


def forgive(gates: Sequence[Gate]) -> None:
    """A success wipes the failures of its own gates."""
    Throttle.objects.filter(key__in=[gate.key for gate in gates]).delete()


def take_back(gates: Sequence[Gate]) -> None:
    """A success at a gate that many share takes back its own attempt only."""
    keys = [gate.key for gate in gates]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_throttle SET failures = GREATEST(failures - 1, 0) WHERE key = ANY(%s)",
            [keys],
        )
