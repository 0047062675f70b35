"""The sheet of NAS (接入设备表): read, checked as a whole, taken in."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.sheets import Checked, Column, Line, Sheet, checked, choice, phrase
from nanhu.kernel.sheets.kinds import CellError
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.services.network import rules
from nanhu.services.network.errors import SecretError
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
    field = "applications"
    sentence: ClassVar[str | Promise] = _("没有这个应用：{keys}")


class NoPlaceError(CellError):
    code = "network.sheet_place"
    field = "place"
    sentence: ClassVar[str | Promise] = _("没有这个楼栋代码")


def secret(said: str) -> str:
    if not rules.is_secret(said):
        raise SecretError
    return said


def address(said: str) -> str:
    found = rules.address_of(said)
    if not found:
        raise NotAnAddressError
    registering.refuse_address(found)
    return found


NAS_SHEET: Final = Sheet(
    Column("name", "名称", kind=phrase(60), needed=True, width=24),
    Column("kind", "类型", kind=choice(KINDS), needed=True, choices=tuple(KINDS)),
    Column("address", "IP 地址", kind=address, needed=True, width=18),
    Column("identifier", "NAS-Identifier", kind=phrase(64)),
    Column("applications", "应用"),
    Column("place", "楼栋代码"),
    Column("secret", "共享密钥", kind=secret, width=24),
    most=2_000,
    named_by=("name",),
)


def check(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    """Two queries, however many lines."""
    places = campus.places_with({line["place"] for line in lines if line["place"]})
    known = {key for key, _name in identity.network_applications()}
    return checked(lines, lambda line: row_of(line, places, known), once_by=("address", "identifier"))


def row_of(line: Line, places: Mapping[str, Any], known: AbstractSet[str]) -> dict[str, Any]:
    applications = BETWEEN.split(line["applications"]) if line["applications"] else [WIFI]
    if line["applications"] and (strange := set(applications) - known):
        raise NoApplicationError(keys="、".join(sorted(strange)))
    if line["place"] and line["place"] not in places:
        raise NoPlaceError
    return {
        "name": line.meant("name"),
        "kind": line.meant("kind"),
        "address": line.meant("address"),
        "identifier": line.meant("identifier") if line["identifier"] else "",
        "applications": applications,
        "place": places.get(line["place"]),
        "secret": line["secret"],
    }


@transaction.atomic
def take(*, by: Actor, rows: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """How many are new, how many changed. A line without a secret keeps the old one, or gets one that nobody has seen; how sessions are ended
    there stays as it is. A handful of queries, however many lines."""
    named = Nas.objects.filter(address__in={row["address"] for row in rows}, withdrawn_at=None).order_by("pk")
    living = named.select_for_update(no_key=True)  # sessions of theirs begin meanwhile
    known = {(one.address, one.identifier): one for one in living}
    pairs = [(known.get((row["address"], row["identifier"])), row) for row in rows]
    registering.register_many(by=by, orders=[row for nas, row in pairs if nas is None])
    registering.change_many(by=by, orders=[(nas, row) for nas, row in pairs if nas is not None])
    new = sum(nas is None for nas, _row in pairs)
    return new, len(rows) - new
