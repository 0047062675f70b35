"""The sheet of NAS (接入设备表): read, checked as a whole, taken in."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.sheets import Checked, Column, Line, Sheet, checked, choice
from nanhu.kernel.sheets.kinds import CellError
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
BETWEEN: Final = re.compile(r"[\s,，、;；]+")


class NotAnAddressError(CellError):
    code = "network.sheet_address"
    sentence: ClassVar[str | Promise] = _("要一个 IP 地址")


class NoApplicationError(CellError):
    code = "network.sheet_application"
    sentence: ClassVar[str | Promise] = _("没有这个应用：{keys}")


def address(said: str) -> str:
    found = rules.address_of(said)
    if not found:
        raise NotAnAddressError
    registering.refuse_address(found)
    return found


def applications(said: str) -> list[str]:
    found = BETWEEN.split(said)
    if strange := set(found) - {key for key, _name in identity.network_applications()}:
        raise NoApplicationError(keys="、".join(sorted(strange)))
    return found


NAS_SHEET: Final = Sheet(
    Column("name", "名称", needed=True, width=24),
    Column("kind", "类型", kind=choice(KINDS), needed=True, choices=tuple(KINDS)),
    Column("address", "IP 地址", kind=address, needed=True, width=18),
    Column("identifier", "NAS-Identifier"),
    Column("applications", "应用", kind=applications),
    Column("place", "楼栋代码", kind=campus.place_with),
    Column("secret", "共享密钥", width=24),
    most=2_000,
    named_by=("name",),
)


def check(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    return checked(lines, row_of, once_by=("address", "identifier"))


def row_of(line: Line) -> dict[str, Any]:
    return {
        "name": line["name"][:60],
        "kind": line.meant("kind"),
        "address": line.meant("address"),
        "identifier": line["identifier"][:64],
        "applications": line.meant("applications") if line["applications"] else [WIFI],
        "place": line.meant("place") if line["place"] else None,
        "secret": line["secret"],
    }


@transaction.atomic
def take(*, by: Actor, rows: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """How many are new, how many changed. A line without a secret keeps the old one, or gets one that nobody has seen; how sessions are ended
    there stays as it is."""
    known = {(one.address, one.identifier): one for one in Nas.objects.filter(withdrawn_at=None)}
    new = 0
    for row in rows:
        nas = known.get((row["address"], row["identifier"]))
        if nas is None:
            registering.register(by=by, facts=row)
            new += 1
        else:
            registering.change(by=by, nas=nas, facts=row)
    return new, len(rows) - new
