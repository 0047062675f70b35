"""Admissions before Django: of a known device, whose policy plainly lets it in, by one function of the database (`sql/network_admit.sql`).

It says yes or nothing; then `admission.admit` decides as if nobody had asked. `tests/test_readmission.py` holds the two against each other.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from nanhu.kernel.clock import now
from nanhu.platforms.identity.api import NetworkSignIn
from nanhu.services.network import rules
from nanhu.services.network.models import NetworkRole
from nanhu.services.network.services.admission import TOLD, Admission, service_rules
from nanhu.services.network.swift import ADMIT, CONNECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmission:
    """`interim_seconds` of the NAS, None where nobody registered it."""

    admission: Admission
    interim_seconds: int | None


decode: Final = msgspec.json.Decoder(Readmission).decode


def readmit(*, service: str, nas: tuple[str, str], sign_in: NetworkSignIn) -> Readmission | None:
    """None where a device is new, kept off or told by no MAC, somebody is a guest, another room has a say, or the policy does not plainly let it
    in."""
    mac = rules.mac_of(sign_in.station)
    if (
        not mac
        or sign_in.app_password is None
        or service in TOLD
        or NetworkRole.GUEST in sign_in.groups
        or any(one.service == service for one in service_rules)
    ):
        return None
    roles = "{" + ",".join(sign_in.groups) + "}"
    asked = [service, roles, mac, *nas, sign_in.application, str(sign_in.app_password), now().isoformat()]
    answer = CONNECTIONS.value(ADMIT, [rules.new_code(), sign_in.person_id, sign_in.campus_no, *asked])
    return decode(answer) if answer is not None else None
