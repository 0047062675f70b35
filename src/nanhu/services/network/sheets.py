"""The sheet of NAS (接入设备表): read, checked as a whole, taken in."""

import re
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets import Checked, Column, Fault, FaultyRowsError, Line, Sheet, choice
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.services.network import rules
from nanhu.services.network.models import Nas
from nanhu.services.network.services import registering

WIFI: Final = "wifi"
"""Whose key speaks for a NAS of which the sheet does not say it."""
KINDS: Final = {
    "无线控制器": Nas.Kind.CONTROLLER,
    "交换机": Nas.Kind.SWITCH,
    "VPN网关": Nas.Kind.OCSERV,
    "openNDS网关": Nas.Kind.OPENNDS,
    "Portal控制器": Nas.Kind.PORTAL,
    "旧认证系统": Nas.Kind.VENDOR,
}
"""As an office writes them, without blanks, whoever looks."""


class NotAnAddressError(CampusError):
    code = "network.sheet_address"
    http_status = 422
    sentence = _("要一个 IP 地址")


def address(said: str) -> str:
    found = rules.address_of(said)
    if not found:
        raise NotAnAddressError
    return found


NAS_SHEET: Final = Sheet(
    Column("name", "名称", needed=True, width=24),
    Column("kind", "类型", kind=choice(KINDS), needed=True, choices=tuple(KINDS)),
    Column("address", "IP 地址", kind=address, needed=True, width=18),
    Column("identifier", "NAS-Identifier"),
    Column("applications", "应用"),
    Column("place", "楼栋代码"),
    Column("secret", "共享密钥", width=24),
    most=2_000,
    named_by=("name",),
)


def checked(content: bytes) -> Checked[dict[str, Any]]:
    """Rows, or what is wrong with which line."""
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for line in NAS_SHEET.read(content):
        found = [*line.faults()]
        row = None if found else row_of(line, found)
        if row is not None and (key := (row["address"], row["identifier"])) in seen:
            found.append(line.fault("address", _now("这个地址在表里出现两次")))
        elif row is not None:
            seen.add(key)
            rows.append(row)
        faults += found
    return Checked(rows, faults)


def row_of(line: Line, faults: list[Fault]) -> dict[str, Any] | None:
    place = None
    if line["place"]:
        try:
            place = campus.place_with(line["place"])
        except CampusError as error:
            faults.append(line.fault("place", str(error)))
            return None
    applications = re.split(r"[\s,，、;；]+", line["applications"]) if line["applications"] else [WIFI]
    if strange := set(applications) - {key for key, _name in identity.network_applications()}:
        faults.append(line.fault("applications", _now("没有这个应用：%(keys)s") % {"keys": "、".join(sorted(strange))}))
        return None
    row = {
        "name": line["name"][:60],
        "kind": line.meant("kind"),
        "address": line.meant("address"),
        "identifier": line["identifier"][:64],
        "applications": applications,
        "place": place,
        "secret": line["secret"],
        "style": "session-id",
        "coa_port": 3799,
        "interim_seconds": 300,
    }
    try:
        registering.refuse_strange(row)
    except CampusError as error:
        faults.append(line.fault("address", str(error)))
        return None
    return row


@transaction.atomic
def take(*, by: Actor, content: bytes) -> tuple[int, int]:
    """All lines or none: how many are new, how many changed. A line without a secret keeps the old one, or gets one that nobody has seen."""
    found = checked(content)
    if found.faults:
        raise FaultyRowsError(count=len(found.faults), faults=found.faults)
    known = {(one.address, one.identifier): one for one in Nas.objects.filter(withdrawn_at=None)}
    new = 0
    for row in found.rows:
        nas = known.get((row["address"], row["identifier"]))
        if nas is None:
            registering.register(by=by, facts=row)
            new += 1
        else:
            kept = {"style": nas.style, "coa_port": nas.coa_port, "interim_seconds": nas.interim_seconds}
            registering.change(by=by, nas=nas, facts={**row, **kept})
    return new, len(found.rows) - new
