"""Admissions before Django: of a known device, whose policy plainly lets it in, by one function of the database (`sql/network_admit.sql`).

It says yes or nothing; then `admission.admit` decides as if nobody had asked. `tests/test_readmission.py` holds the two against each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from nanhu.kernel.clock import now
from nanhu.platforms.identity.api import NetworkSignIn
from nanhu.services.network import rules
from nanhu.services.network.services.admission import TOLD, Admission, service_rules
from nanhu.services.network.swift import ADMIT, CONNECTIONS


class Granted(msgspec.Struct):
    """The function's answer."""

    grant_id: int
    device_id: int
    role: str
    ends_at: datetime
    session_seconds: int
    idle_seconds: int
    vlan: str
    down_kbps: int | None
    up_kbps: int | None
    interim_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmission:
    """`interim_seconds` of the NAS, None where nobody registered it."""

    admission: Admission
    interim_seconds: int | None


decode: Final = msgspec.json.Decoder(Granted).decode


def readmit(*, service: str, nas: tuple[str, str], sign_in: NetworkSignIn) -> Readmission | None:
    """None where a device is new, kept off or told by no MAC, another room has a say, or the policy does not plainly let it in."""
    mac = rules.mac_of(sign_in.station)
    if (
        not mac
        or sign_in.app_password is None
        or service in TOLD
        or any(one.service == service for one in service_rules)
    ):
        return None
    code = rules.new_code()
    answer = CONNECTIONS.value(
        ADMIT,
        [
            code,
            sign_in.person_id,
            sign_in.campus_no,
            service,
            "{" + ",".join(sign_in.groups) + "}",
            mac,
            *nas,
            sign_in.application,
            str(sign_in.app_password),
            now().isoformat(),
        ],
    )
    return readmission_of(code, decode(answer)) if answer is not None else None


def readmission_of(code: str, given: Granted) -> Readmission:
    admission = Admission(
        code=code,
        grant_id=given.grant_id,
        device_id=given.device_id,
        role=given.role,
        ends_at=given.ends_at,
        session_seconds=given.session_seconds,
        idle_seconds=given.idle_seconds,
        vlan=given.vlan,
        down_kbps=given.down_kbps,
        up_kbps=given.up_kbps,
    )
    return Readmission(admission=admission, interim_seconds=given.interim_seconds)
