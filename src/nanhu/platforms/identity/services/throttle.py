"""Throttling (限次): attempts are counted before they are tried, so that a hundred at once are no way around it.

Three keys stand before each sign-in: the pair of name and address, the name alone, the address alone. A browser the
account is known on (device cookie) has a key of its own instead of the name's, and so has an attempt that brings a solved
challenge: strangers cannot lock the owner out.
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
SOLVED = Limit("solved", free=100, cap=60, memory=timedelta(hours=24))
SOLVED_ADDRESS = Limit("solved_address", free=200, cap=60, memory=timedelta(minutes=15), leak=0.5)
DOOR_CALLER = Limit("door_caller", free=10, cap=300, memory=timedelta(hours=6))
DOOR_NAME = Limit("door_name", free=60, cap=60, memory=timedelta(hours=6), leak=0.01)
PROOF = Limit("proof", free=5, cap=3600, memory=timedelta(hours=24))
PROOF_ADDRESS = Limit("proof_address", free=100, cap=300, memory=timedelta(minutes=15), leak=0.2)
"""A whole campus stands behind one address, and a freshman of it must not stop the others from activating."""
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


def gates_at(*, subject: str, address: str, is_known: bool = False, is_solved: bool = False) -> tuple[list[Gate], Gate]:
    """The gates before one attempt on `subject`: its own, and the address's, which many share."""
    network = network_of(address)
    if is_solved:
        return [Gate(SOLVED, subject)], Gate(SOLVED_ADDRESS, network)
    if is_known:
        return [Gate(DEVICE, subject)], Gate(ADDRESS, network)
    return [Gate(PAIR, f"{subject}|{network}"), Gate(NAME, subject)], Gate(ADDRESS, network)


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
