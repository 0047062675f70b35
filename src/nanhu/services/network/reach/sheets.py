"""The sheets that the information centre hands in and takes out: resources, access points, outlines; checked whole."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import outgoing, strict_json
from nanhu.kernel.clock import now
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.sheets import Checked, Column, Line, Sheet, checked, choice, moment
from nanhu.kernel.sheets.kinds import CellError
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.network.api import mac_of
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.errors import GateTakenError
from nanhu.services.network.reach.models import Resource

KINDS: Final[dict[str, str]] = {
    "科研": "research",
    "教务": "academic",
    "缴费": "pay",
    "办公": "office",
    "数字资源": "digital",
    "学习平台": "learning",
}
REACHES: Final[dict[str, str]] = {
    "哪里都能打开": "open",
    "校外用VPN": "vpn",
    "校外用CARSI": "carsi",
    "只能在校内": "campus",
    "VPN不能到": "not_by_vpn",
}
YES_NO: Final = {"是": True, "否": False}
BANDS: Final = ("2.4", "5", "6")
LONGEST_NAME: Final = 60


class NotAnAddressError(CellError):
    code = "network_reach.not_an_address"
    sentence: ClassVar[str | Promise] = _("写 http:// 或 https:// 开头的地址")


class NotABandError(CellError):
    code = "network_reach.not_a_band"
    sentence: ClassVar[str | Promise] = _("频段写 2.4、5 或 6")


class NotAnOutlineError(CellError):
    code = "network_reach.not_an_outline"
    sentence: ClassVar[str | Promise] = _("轮廓写 GeoJSON 的 Polygon，首尾同一点")


class CrossingOutlineError(CellError):
    code = "network_reach.crossing_outline"
    sentence: ClassVar[str | Promise] = _("轮廓自己相交，请按顺序沿着墙走一圈")


class NotAFloorError(CellError):
    code = "network_reach.not_a_floor"
    sentence: ClassVar[str | Promise] = _("楼层写数字")


class NotANetworkError(CellError):
    code = "network_reach.not_a_network"
    sentence: ClassVar[str | Promise] = _("网段写成 113.240.0.0/13 这样")


class NotAMacError(CellError):
    code = "network_reach.not_a_mac"
    sentence: ClassVar[str | Promise] = _("MAC 写成 00:1A:2B:3C:4D:5E 这样")


class NotAnOriginError(CellError):
    code = "network_reach.not_an_origin"
    sentence: ClassVar[str | Promise] = _("网页入口只写协议和主机，例：https://kyxt.web.hnist.edu.cn")


class TooLongError(CellError):
    code = "network_reach.too_long"
    sentence: ClassVar[str | Promise] = _("太长或为空")


def name(said: str) -> str:
    if not 0 < len(said.strip()) <= LONGEST_NAME:
        raise TooLongError
    return said.strip()


def address(said: str) -> str:
    try:
        outgoing.checked(said.strip())
    except OSError as error:
        raise NotAnAddressError from error
    return said.strip()


def sign_in_address(said: str) -> str:
    """With the gap in which our entityID stands."""
    address(said.replace("{idp}", "idp"))
    return said.strip()


def origin(said: str) -> str:
    """Scheme and host alone: a gate stands before the whole of a host."""
    if (found := rules.origin_of(said)) != said.strip().rstrip("/").lower() or not found:
        raise NotAnOriginError
    return found


def bands(said: str) -> list[str]:
    found = sorted({one.removesuffix("GHz").removesuffix("G") for one in rules.BETWEEN.split(halfwidth(said)) if one})
    if not found or not set(found) <= set(BANDS):
        raise NotABandError
    return found


def mac(said: str) -> str:
    if not (found := mac_of(halfwidth(said).strip())):
        raise NotAMacError
    return found


def floor(said: str) -> int:
    text = halfwidth(said).strip().removesuffix("层")
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and -9 <= int(text) <= 99):  # noqa: PLR2004
        raise NotAFloorError
    return int(text)


def network(said: str) -> rules.Network:
    try:
        return rules.network_named(halfwidth(said).strip())
    except ValueError as error:
        raise NotANetworkError from error


def outline(said: str) -> rules.Ring:
    try:
        return rules.ring_of(strict_json.decode(said))
    except rules.CrossingError as error:
        raise CrossingOutlineError from error
    except (strict_json.JsonError, ValueError) as error:
        raise NotAnOutlineError from error


RESOURCES: Final = Sheet(
    Column("name", "名称", kind=name, needed=True, width=24),
    Column("address", "地址", kind=address, needed=True, width=36),
    Column("kind", "类别", kind=choice(KINDS), needed=True, choices=tuple(KINDS)),
    Column("reach", "从哪里能到", kind=choice(REACHES), needed=True, choices=tuple(REACHES), width=18),
    Column("unit", "负责单位代码", needed=True),
    Column("is_of_centre", "信息中心管理", kind=choice(YES_NO), needed=True, choices=tuple(YES_NO)),
    Column("contact", "联系人", kind=name, needed=True),
    Column("phone", "电话", kind=name, needed=True),
    Column("carsi_entity", "CARSI 实体", width=36),
    Column("carsi_address", "CARSI 登录地址", kind=sign_in_address, width=36),
    Column("web_address", "网页入口", kind=origin, width=30),
    most=2_000,
    named_by=("name",),
)
POINTS: Final = Sheet(
    Column("name", "名称", also=("AP名称", "AP Name"), kind=name, needed=True, width=24),
    Column("place", "地点代码", needed=True, width=20),
    Column("bands", "频段", kind=bands, needed=True, width=12),
    Column("seen_at", "最近上报", kind=moment, width=20),
    Column("mac", "MAC", kind=mac, width=20),
    most=20_000,
    named_by=("name",),
)
AREAS: Final = Sheet(
    Column("place", "地点代码", needed=True, width=20),
    Column("floor", "楼层", kind=floor, width=8),
    Column("ring", "轮廓（GeoJSON）", kind=outline, needed=True, width=60),
    most=2_000,
    named_by=("place",),
)
REGIONS: Final = Sheet(
    Column("network", "网段", kind=network, needed=True, width=20),
    Column("region", "地方", kind=name, needed=True, width=16),
    most=50_000,
    named_by=("network",),
)


class NoSuchUnitError(CellError):
    code = "network_reach.no_such_unit"
    field = "unit"
    sentence: ClassVar[str | Promise] = _("没有这个单位代码")


class SeenLaterError(CellError):
    code = "network_reach.seen_later"
    field = "seen_at"
    sentence: ClassVar[str | Promise] = _("最近上报在将来：请核对控制器的时钟和时区")


class NoSuchPlaceError(CellError):
    code = "network_reach.no_such_place"
    field = "place"
    sentence: ClassVar[str | Promise] = _("没有这个地点代码")


class NoWayError(CellError):
    code = "network_reach.no_way"
    field = "reach"
    sentence: ClassVar[str | Promise] = _(
        "不归信息中心管的不能写“校外用VPN”；“校外用CARSI”要写实体或登录地址；有网页入口的写“校外用VPN”"
    )


def check_resources(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    units = people.unit_ids_by_code(sorted({line["unit"] for line in lines}))
    gates = gates_besides({line["name"].strip() for line in lines})

    def meant(line: Line) -> dict[str, Any]:
        facts = {
            key: line.meant(key) for key in ("name", "address", "kind", "reach", "is_of_centre", "contact", "phone")
        }
        if line["unit"] not in units:
            raise NoSuchUnitError
        facts |= {"unit_id": units[line["unit"]]}
        facts |= {key: line[key].strip() for key in ("carsi_entity", "carsi_address")}
        facts |= {"web_address": line.meant("web_address") if line["web_address"] else ""}
        if not is_possible(facts):
            raise NoWayError
        gate, name = facts["web_address"], facts["name"]
        if gate and (other := gates.setdefault(rules.host_of(gate), name)) != name:
            raise GateTakenError(gate=gate, name=other)
        return facts

    return checked(lines, meant, once_by=("name",))


def gates_besides(names: Collection[str]) -> dict[str, str]:
    """Of the resources that the sheet does not name the host of each gate, with whose it is: what the sheet names it says itself."""
    kept = Resource.objects.filter(removed_at=None).exclude(web_address="").exclude(name__in=names)
    return {rules.host_of(gate): name for gate, name in kept.values_list("web_address", "name")}


def is_possible(facts: dict[str, Any]) -> bool:
    """As the database holds it."""
    if facts["reach"] == "vpn":
        return bool(facts["is_of_centre"])
    if facts["web_address"]:
        return False
    return facts["reach"] != "carsi" or bool(facts["carsi_entity"] or facts["carsi_address"])


def places_of(lines: Sequence[Line]) -> dict[str, Any]:
    """With what their building is read from."""
    found = (
        campus.open_places().filter(key__in={line["place"].strip() for line in lines}).select_related("parent__parent")
    )
    return {place.key: place for place in found}


def placed(line: Line, places: dict[str, Any]) -> Any:
    if (key := line["place"].strip()) not in places:
        raise NoSuchPlaceError
    return places[key]


def check_points(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    places = places_of(lines)

    def meant(line: Line) -> dict[str, Any]:
        seen = line.meant("seen_at") if line["seen_at"] else None
        if seen and seen > now() + rules.CLOCKS_APART:
            raise SeenLaterError
        return {
            "name": line.meant("name"),
            "place": placed(line, places),
            "bands": line.meant("bands"),
            "seen_at": seen,
            "mac": line.meant("mac") if line["mac"] else "",
        }

    return checked(lines, meant, once_by=("name",))


def check_areas(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    places = places_of(lines)

    def meant(line: Line) -> dict[str, Any]:
        storey = line.meant("floor") if line["floor"] else None
        return {"place": placed(line, places), "floor": storey, "ring": line.meant("ring")}

    return checked(lines, meant, once_by=("place", "floor"))


def check_regions(lines: Sequence[Line]) -> Checked[dict[str, Any]]:
    def meant(line: Line) -> dict[str, Any]:
        return {"network": str(line.meant("network")), "region": line.meant("region")}

    return checked(lines, meant, once_by=("network",))


def word_of(names: dict[str, str], value: str) -> str:
    return next((word for word, kept in names.items() if kept == value), value)


def resource_line(row: Resource) -> dict[str, str]:
    """As it is handed in again."""
    return {
        "name": row.name,
        "address": row.address,
        "kind": word_of(KINDS, row.kind),
        "reach": word_of(REACHES, row.reach),
        "unit": row.unit.code,
        "is_of_centre": "是" if row.is_of_centre else "否",
        "contact": row.contact,
        "phone": row.phone,
        "carsi_entity": row.carsi_entity,
        "carsi_address": row.carsi_address,
        "web_address": row.web_address,
    }
