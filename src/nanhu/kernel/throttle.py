"""Throttling (限次): attempts are counted before they are tried, so that a hundred at once are no way around it.

What is counted where is the rooms': a `Gate` is one `Limit` for one thing (a name, an address, an account). The same row exists for
names that nobody has, so that a throttle tells nothing about who exists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from pathlib import Path
from typing import Any, ClassVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.database.values import run
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import Throttle

ADMIT = (Path(__file__).parent / "sql" / "queries" / "admit.sql").read_text(encoding="utf-8")


class TooManyAttemptsError(CampusError):
    code: ClassVar[str] = "too_many_attempts"
    http_status: ClassVar[int] = 429
    sentence: ClassVar[str | Promise] = _("尝试次数过多，请在 {seconds} 秒后再试。")


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


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit for one thing."""

    limit: Limit
    subject: str

    @property
    def key(self) -> bytes:
        return blind_index(f"{self.limit.kind}|{self.subject}", purpose="kernel.throttle")


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
    return run(ADMIT, facts)


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
    run("UPDATE kernel_throttle SET failures = GREATEST(failures - 1, 0) WHERE key = ANY(%s)", [keys])
