"""VPN accounts, reach lists, installers, resources and covered buildings of the sample campus: every state, something waiting."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of
from nanhu.services.network.sample import reach

BY: Final = Actor.system("demo")
DOCUMENT: Final = "湖理工网〔2026〕3 号"
CENTRE: Final = "1032"
LISTS: Final = (
    ("业务系统", ("10.1.2.0/24", "10.1.3.0/24"), (80, 443), ""),
    ("财务系统", ("10.1.9.0/24",), (443, 8443), "finance_contact"),
)
CLOSED: Final = (("10.9.0.0/24", "主机房服务器"), ("10.9.8.0/24", "机房带外管理"))
PROGRAMS: Final[tuple[dict[str, Any], ...]] = (
    {
        "system": "windows",
        "name": "OpenConnect 客户端",
        "version": "1.6.2",
        "signature": "signed",
        "note": "双击安装，服务器填 vpn.hnist.edu.cn。",
        "file_name": "openconnect-gui-1.6.2.exe",
        "content": b"MZ sample of a Windows installer, nothing to run",
    },
    {
        "system": "linux",
        "name": "OpenConnect 客户端",
        "version": "9.12",
        "signature": "unsigned",
        "note": "sudo dpkg -i openconnect_9.12.deb",
        "file_name": "openconnect_9.12.deb",
        "content": b"!<arch>\ndebian-binary   sample package, nothing to install\x00",
    },
    {
        "system": "macos",
        "name": "OpenConnect 客户端",
        "version": "1.5.3",
        "signature": "signed",
        "note": "第一次打开要在“隐私与安全性”里允许。",
        "file_name": "openconnect-1.5.3.pkg",
        "content": b"xar! sample of a package for macOS",
    },
)
DOWNLOADS: Final = (109, 6, 17)
RESOURCES: Final = (
    ("科研管理系统", "https://kyc.hnist.example/", "research", "vpn", "1032", "up"),
    ("教务管理系统", "https://jwc.hnist.example/", "academic", "vpn", "1032", "up"),
    ("统一缴费平台", "https://pay.hnist.example/", "pay", "vpn", "1032", "down"),
    ("网上办事大厅", "https://www.hnist.example/hall/", "office", "open", "1032", "up"),
    ("中国知网", "https://www.cnki.example/", "digital", "carsi", "1032", "up"),
    ("慕课平台", "https://mooc.hnist.example/", "learning", "campus", "1032", "up"),
    ("网络公开课", "https://open.hnist.example/", "learning", "campus", "1032", "unknown"),
    ("计算机学院实验平台", "http://lab.hnist.example/", "learning", "not_by_vpn", "12", "up"),
)
CARSI: Final = "https://fsso.cnki.example/Shibboleth.sso/Login?entityID={idp}"
POINTS: Final = (
    *((f"LIB-{number}", "south.library", ("2.4", "5"), 2) for number in range(1, 7)),
    ("LIB-E1", "south.library.e", ("5",), 4),
    ("ET1-1", "east.t1", ("2.4", "5"), 3),
    ("ET1-2", "east.t1", ("2.4", "5"), 200),
    ("ET1-LAB", "east.t1.lab", ("5", "6"), 1),
    ("ST1-1", "south.t1", ("2.4",), None),
)
SPOTS: Final = {
    "LIB-1": (1, 113.10532, 29.36695),
    "LIB-2": (1, 113.10590, 29.36725),
    "LIB-3": (2, 113.10535, 29.36725),
    "LIB-4": (2, 113.10590, 29.36695),
    "LIB-5": (3, 113.10560, 29.36710),
    "ET1-1": (1, 113.11625, 29.36920),
    "ET1-2": (2, 113.11685, 29.36920),
}
"""Floor, longitude, latitude."""
READING_FLOORS: Final = {"south.library": (113.1053, 29.3668, 113.1061, 29.3674)}
"""Without the stairs at its ends."""
OUTLINES: Final = {
    "south.library": (113.1052, 29.3668, 113.1062, 29.3674),
    "south.t1": (113.1036, 29.3666, 113.1046, 29.3670),
    "south.t2": (113.1036, 29.3658, 113.1046, 29.3662),
    "south.d1": (113.1066, 29.3652, 113.1072, 29.3660),
    "south.d2": (113.1076, 29.3652, 113.1082, 29.3660),
    "east.t1": (113.1160, 29.3690, 113.1171, 29.3694),
    "east.d1": (113.1176, 29.3680, 113.1184, 29.3686),
}


def fill_reach() -> str:
    known = people.find_people_by_campus_no([one.campus_no for one in CAST.values()])
    administrator, teacher = (known.get(CAST[role].campus_no) for role in ("administrator", "teacher"))
    units = people.unit_ids_by_code([CENTRE, "12"])
    if administrator is None or teacher is None or len(units) != len([CENTRE, "12"]):
        return "0 项"
    write_lists(actor_of(administrator))
    programs = reach.hand_out(PROGRAMS, DOWNLOADS)
    entered = reach.enter_resources([resource_facts(one, units) for one in RESOURCES])
    points = reach.hang_points(POINTS, SPOTS)
    reach.draw_outlines(OUTLINES)
    reach.draw_outlines(READING_FLOORS, floors=(2, 3))
    grants = give_accounts(teacher, administrator)
    return f"{grants} 个 VPN 账户，{entered} 个资源，{programs} 个安装包，{points} 个接入点"


def write_lists(by: Actor) -> None:
    for network, name in CLOSED:
        try:
            reach.close_network(by=by, network=reach.network_named(network), name=name)
        except CampusError:
            return  # filled before
    for name, networks, ports, office in LISTS:
        order = reach.ReachList(
            name=name, networks=list(networks), ports=list(ports), office=office, starts_on=campus_today()
        )
        reach.set_list(by=by, order=order, reason=DOCUMENT)


def resource_facts(row: tuple[str, str, str, str, str, str], units: dict[str, int]) -> dict[str, Any]:
    name, address, kind, way, unit, health = row
    is_ours = unit == CENTRE
    return {
        "name": name,
        "address": address,
        "kind": kind,
        "reach": way,
        "unit_id": units[unit],
        "is_of_centre": is_ours,
        "contact": "信息中心服务台" if is_ours else "实验中心 陈老师",
        "phone": "8640119" if is_ours else "8640331",
        "carsi_address": CARSI if way == "carsi" else "",
        "health": health,
    }


def give_accounts(teacher: int, administrator: int) -> int:
    """The teacher's is open and was used from a strange place; one waits for the head of the centre, one lay idle."""
    others = [one for one in people.members_of([CENTRE], kind="staff") if one not in {teacher, administrator}][:3]
    made = [applied(one) for one in (teacher, *others)]
    opened = [one for one in made[:1] + made[2:] if one is not None and agreed(one)]
    deliver_pending()
    if made[0] in opened:
        reach.use_from_home_and_away(teacher)
    if len(opened) > 1:
        opened[-1].refresh_from_db()
        reach.leave_idle(opened[-1])
    return sum(one is not None for one in made)


def applied(person_id: int) -> reach.VpnGrant | None:
    try:
        return reach.ask(
            by=actor_of(person_id),
            person_id=person_id,
            token=uuid4(),
            purpose="在外地开会期间填报科研系统、查教务数据",
            until=campus_today() + timedelta(days=180),
            promise_version=reach.PROMISE_VERSION,
        )
    except CampusError:
        return None  # filled before


def agreed(grant: reach.VpnGrant) -> bool:
    """By whoever holds the task."""
    case = flows.Case.objects.get(pk=grant.case_id or 0)
    task = case.tasks.get(state="open")
    holder = task.person_id or min(people.leaders_of([task.pool_unit_id or 0], [task.pool_office]), default=None)
    if holder is None:
        return False
    flows.decide(by=actor_of(holder), person_id=holder, task=task, decision="agree", comment="")
    return True
