"""Doors of the sample campus: dormitories, library, a teaching building with a laboratory; who may where, and when."""

from __future__ import annotations

from datetime import date, time

from nanhu.platforms.access.sample import DoorOrder, DoorRuleDraft, DoorRuleOrder, DoorsOrder
from nanhu.platforms.campus.api import PlaceOrder

SOUTH = ("south", "南院")
EAST = ("east", "东院")
DORMITORIES = (
    ("south.d1", "南院1栋宿舍", "south"),
    ("south.d2", "南院2栋宿舍", "south"),
    ("east.d1", "东院1栋宿舍", "east"),
)
PLACES = (
    *(PlaceOrder(key=key, name=name, kind="campus") for key, name in (SOUTH, EAST)),
    *(PlaceOrder(key=key, name=name, kind="dorm", parent=parent) for key, name, parent in DORMITORIES),
    PlaceOrder(key="south.library", name="图书馆", kind="library", parent="south"),
    PlaceOrder(key="south.library.e", name="电子阅览室", kind="lab", parent="south.library"),
    PlaceOrder(key="east.t1", name="东院1号教学楼", kind="teaching", parent="east"),
    PlaceOrder(key="east.t1.lab", name="网络实验室", kind="lab", parent="east.t1"),
)
DOORS = (
    ("MD101", "south.d1", "东门"),
    ("MD102", "south.d1", "西门"),
    ("MD201", "south.d2", "正门"),
    ("MD301", "east.d1", "正门"),
    ("ML101", "south.library", "正门"),
    ("ML102", "south.library.e", "入口"),
    ("MT101", "east.t1", "南门"),
    ("MT102", "east.t1.lab", "入口"),
)
PASS_BACK = {key: "hard" for key, _name, _parent in DORMITORIES} | {"south.library": "soft"}
COMPUTER_COLLEGE = "12"


def doors(*, today: date, units: dict[str, int]) -> DoorsOrder:
    orders = [DoorOrder(number=number, place=place, name=name) for number, place, name in DOORS]
    return DoorsOrder(doors=orders, pass_back=PASS_BACK, rules=rules(today=today, units=units))


def rules(*, today: date, units: dict[str, int]) -> list[DoorRuleOrder]:
    """Students into dormitories except by night, all members into the library and lecture rooms by day, a college its laboratory."""
    found: list[DoorRuleOrder] = []

    def may(place: str, reason: str, **given: object) -> None:
        draft = DoorRuleDraft(**({"is_allowed": True, "starts_on": today} | given))  # type: ignore[arg-type]
        found.append(DoorRuleOrder(place=place, draft=draft, reason=reason))

    for key, _name, _parent in DORMITORIES:
        may(key, "学生公寓管理办法第六条", holder_class="student")
        may(key, "宿管与后勤", holder_class="teacher", from_time=time(6), until_time=time(22))
        may(key, "夜间闭楼", is_allowed=False, holder_class="student", from_time=time(23, 30), until_time=time(6))
    for place in ("south.library", "east.t1"):
        for holder_class in ("student", "teacher"):
            may(
                place,
                "开放时间",
                covers_below=False,
                holder_class=holder_class,
                from_time=time(6, 30),
                until_time=time(22, 30),
            )
    may("south.library.e", "电子阅览室开放时间", holder_class="student", from_time=time(8), until_time=time(22))
    may("south.library.e", "馆内整理", is_allowed=False, weekdays=1 << 4, from_time=time(14), until_time=time(17))
    may("east.t1", "来校讲学", holder_class="ordinary", sub_class="讲学", from_time=time(7), until_time=time(19))
    if COMPUTER_COLLEGE in units:
        may("east.t1.lab", "计算机学院函", unit_id=units[COMPUTER_COLLEGE], from_time=time(7), until_time=time(23))
    return found
