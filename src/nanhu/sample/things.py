"""The things of the sample campus: fifteen hundred cards of every kind in real rooms, and a year of receipts. Pure but for its lists."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import start_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.api import PlaceOrder
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST, MEMBERS
from nanhu.sample.passes import actor_of
from nanhu.sample.thing_pictures import picture_of
from nanhu.systems.assets.sample import Hand, Office, PastReceipt, PastThing

HALL: Final = "east.hall"
FLOORS, ROOMS_A_FLOOR = 4, 10
COLLEGES: Final = tuple(str(code) for code in range(11, 30))
OFFICES: Final = tuple(str(code) for code in (*range(1001, 1023), *range(1031, 1037), 1041, 1043, 1044))
SCIENCES: Final = ("11", "12", "13", "14", "15", "16", "1036")
SUPPLIERS: Final = (
    "岳阳市云梦信息技术有限公司",
    "湖南湘北科教设备有限公司",
    "长沙麓山仪器有限公司",
    "岳阳楼区君山家具厂",
)
FUNDS: Final = ("教学条件改善专项", "学科建设经费", "信息化建设专项", "中央支持地方高校专项", "部门预算")
NEW_SHARE: Final = 0.18
"""Of the cards: what came in the year that the register goes back."""
LONG_UNSEEN: Final = 0.06
IDLE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Kind:
    """`price` in yuan, from and to; `years` since when the oldest came; `units`: whose; `pieces` on one card."""

    name: str
    code: str
    count: int
    price: tuple[int, int]
    years: int
    units: Sequence[str]
    makes: Sequence[tuple[str, str]] = (("", ""),)
    pieces: tuple[int, int] = (1, 1)
    use: str = "teaching"
    is_kept: bool = True
    is_plain: bool = False
    """With staff whom the demo does not know by name: with them something happens."""


PERSONAL: Final = (*COLLEGES, *OFFICES, *COLLEGES, *3 * ("12", "1032"))
KINDS: Final = (
    Kind(
        "台式计算机",
        "A0201",
        540,
        (4200, 6999),
        9,
        PERSONAL,
        (("联想", "启天 M450"), ("戴尔", "OptiPlex 7010"), ("清华同方", "超越 E500")),
    ),
    Kind("笔记本电脑", "A0201", 170, (5200, 9800), 7, PERSONAL, (("华为", "MateBook D16"), ("联想", "ThinkPad E14"))),
    Kind(
        "服务器",
        "A0201",
        22,
        (46_000, 388_000),
        8,
        ("1032", "1032", "12", "1031"),
        (("新华三", "R4900 G5"), ("浪潮", "NF5280M6")),
        use="office",
    ),
    Kind(
        "网络交换机", "A0201", 44, (2600, 86_000), 9, ("1032",), (("新华三", "S5130S"), ("华为", "S5735")), use="office"
    ),
    Kind(
        "投影仪",
        "A0202",
        74,
        (5800, 21_000),
        9,
        (*COLLEGES, "1008", *5 * ("1032",)),
        (("爱普生", "CB-L520U"), ("松下", "PT-BX430C")),
    ),
    Kind(
        "多功能一体机",
        "A0202",
        62,
        (1580, 12_600),
        8,
        PERSONAL,
        (("惠普", "M437n"), ("理光", "IM C2010")),
        use="office",
    ),
    Kind("校车", "A0203", 6, (386_000, 486_000), 10, ("1016",), (("宇通", "ZK6116"),), use="logistics"),
    Kind("公务用车", "A0203", 3, (168_000, 236_000), 11, ("1001", "1017"), (("大众", "帕萨特"),), use="office"),
    Kind("自助借还机", "A0204", 6, (38_000, 52_000), 6, ("1031",), (("远望谷", "LS-200"),)),
    Kind("密集书架", "A0204", 9, (46_000, 120_000), 12, ("1031", "1034"), (("神华", "M2"),), (10, 40)),
    Kind("数控车床", "A0205", 12, (98_000, 368_000), 14, ("13", "1036"), (("沈阳机床", "CAK5085"),)),
    Kind("三维打印机", "A0205", 12, (12_800, 86_000), 6, ("13", "29", "1036"), (("创想三维", "CR-5060"),)),
    Kind("空调", "A0206", 190, (2680, 9600), 11, (*COLLEGES, *OFFICES), (("格力", "KFR-72LW"), ("美的", "KFR-35GW"))),
    Kind("不间断电源", "A0206", 10, (16_000, 92_000), 8, ("1032", "1017"), (("科华", "YTR3330"),), use="office"),
    Kind("对讲机", "A0208", 14, (1200, 2600), 6, ("1017",), (("海能达", "PD500"),), (2, 10), use="logistics"),
    Kind("数字示波器", "A0210", 56, (4980, 38_000), 11, ("11", "12", "16"), (("普源", "DS2202A"), ("泰克", "TBS2104"))),
    Kind("电子天平", "A0210", 28, (1800, 24_000), 10, ("15", "16"), (("赛多利斯", "BSA224S"),)),
    Kind(
        "气相色谱-质谱联用仪",
        "A0210",
        3,
        (520_000, 860_000),
        9,
        ("15", "1052"),
        (("安捷伦", "8890-5977B"),),
        use="research",
    ),
    Kind("场发射扫描电子显微镜", "A0210", 1, (2_180_000, 2_180_000), 5, ("16",), (("日立", "SU5000"),), use="research"),
    Kind("彩色多普勒超声诊断仪", "A0232", 2, (268_000, 320_000), 7, ("1041",), (("迈瑞", "DC-40"),), use="logistics"),
    Kind(
        "自动体外除颤器",
        "A0232",
        8,
        (16_800, 19_800),
        4,
        ("1041", "25", "1017"),
        (("迈瑞", "BeneHeart D1"),),
        use="logistics",
    ),
    Kind("校史馆浮雕", "A0302", 3, (38_000, 160_000), 15, ("1034",), is_kept=False),
    Kind("馆藏中文图书", "A0401", 8, (380_000, 960_000), 10, ("1031",), pieces=(8_000, 26_000)),
    Kind("课桌椅", "A0501", 78, (180, 420), 16, (*COLLEGES, "1008"), (("君山", "K-02"),), (30, 60)),
    Kind("办公桌", "A0501", 130, (1080, 2400), 15, PERSONAL, (("君山", "BG-16"),), use="office"),
    Kind("文件柜", "A0501", 60, (1020, 1800), 15, (*COLLEGES, *OFFICES), (("洛阳花都", "WJ-5"),), use="office"),
    Kind("实验台", "A0501", 44, (2600, 9800), 13, SCIENCES, (("君山", "SY-1500"),), (2, 8)),
    Kind("三角钢琴", "A0502", 5, (86_000, 168_000), 16, ("26",), (("珠江", "GP188"),)),
    Kind("数字乒乓球台", "A0502", 10, (2400, 3600), 9, ("25",), (("红双喜", "T1223"),)),
    Kind("古樟", "A06", 3, (1, 1), 20, ("1016",), use="logistics", is_kept=False),
    Kind("正版软件授权", "A08", 6, (86_000, 620_000), 6, ("1032", "14", "1008"), use="office", is_kept=False),
    Kind("办公电脑显示器", "A0201", 24, (1280, 2300), 6, ("1032", "12"), (("明基", "BL2485"),), use="office"),
    Kind("笔记本电脑", "A0201", 12, (5600, 9800), 5, ("1032",), (("华为", "MateBook D16"),), is_plain=True),
    Kind("笔记本电脑", "A0201", 10, (5600, 9800), 5, ("12",), (("联想", "ThinkPad E14"),), is_plain=True),
    Kind("台式计算机", "A0201", 14, (4200, 6600), 8, ("1032",), (("联想", "启天 M450"),), is_plain=True),
    Kind("台式计算机", "A0201", 40, (4200, 6600), 10, ("12",), (("清华同方", "超越 E500"),), is_plain=True),
    Kind("投影仪", "A0202", 12, (5800, 9000), 6, ("1032",), (("爱普生", "CB-L520U"),), is_plain=True),
    Kind(
        "高性能计算集群", "A0201", 1, (1_860_000, 1_860_000), 4, ("1032",), (("浪潮", "NF5280M6 × 12"),), use="research"
    ),
    Kind("气体灭火瓶组", "A0205", 3, (12_800, 26_000), 8, ("1032",), (("西门子", "QMQ4.2"),), use="office"),
    Kind("乘客电梯", "A0205", 6, (268_000, 420_000), 12, ("1016",), (("日立", "LCA-1000"),), use="logistics"),
    Kind("立式压力蒸汽灭菌器", "A0210", 3, (16_800, 38_000), 9, ("15",), (("博迅", "YXQ-75"),)),
)
BUILDINGS: Final = (
    ("south.t1", "南院1号教学楼", 38_600_000, 2004),
    ("south.t2", "南院2号教学楼", 42_180_000, 2009),
    ("east.t1", "东院1号教学楼", 56_900_000, 2016),
    ("south.d1", "南院1栋宿舍", 21_300_000, 2003),
    ("south.d2", "南院2栋宿舍", 22_860_000, 2006),
    ("east.d1", "东院1栋宿舍", 34_500_000, 2017),
    ("south.library", "图书馆", 61_200_000, 2008),
    (HALL, "行政楼", 28_400_000, 2011),
)


def places() -> list[PlaceOrder]:
    """The house of the offices, which no lesson needs."""
    rooms = [
        PlaceOrder(key=f"{HALL}.{floor}{number:02}", name=f"行政楼{floor}{number:02}", kind="room", parent=HALL)
        for floor in range(1, FLOORS + 1)
        for number in range(1, ROOMS_A_FLOOR + 1)
    ]
    return [PlaceOrder(key=HALL, name="行政楼", kind="other", parent="east"), *rooms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who and what is there: staff, keeper and number of each unit, the rooms by key, and what day it is."""

    today: date
    staff: Mapping[str, Sequence[int]]
    keepers: Mapping[str, Actor]
    unit_ids: Mapping[str, int]
    rooms: Mapping[str, int]
    cast: Collection[int]

    @property
    def began(self) -> date:
        """The month in which the register began."""
        return self.today.replace(year=self.today.year - 1, day=1)


def rooms_of(stage: Stage, unit: str, draw: Random) -> int:
    """Offices stand in their house, colleges in the teaching buildings, each on its own floor."""
    if unit == "1031":
        return stage.rooms[draw.choice(("south.library", "south.library.e"))]
    number = int(unit[-2:])
    if len(unit) > 2:
        return stage.rooms[f"{HALL}.{number % FLOORS + 1}{number % ROOMS_A_FLOOR + 1:02}"]
    building = ("south.t1", "south.t2", "east.t1")[(number + 2) % 3]
    return stage.rooms[f"{building}.{number % 5 + 1}{draw.randint(1, 20):02}"]


def past(stage: Stage, seed: int) -> tuple[list[PastThing], list[PastReceipt]]:
    draw = Random(f"{seed}:things")
    known = [one for one in KINDS if any(unit in stage.unit_ids for unit in one.units)]
    drawn = [(unit, drawn_thing(stage, draw, kind, unit)) for kind in known for unit in units_of(stage, draw, kind)]
    old = [one for _unit, one in drawn if one.used < stage.began]
    new = [(unit, one) for unit, one in drawn if one.used >= stage.began]
    numbered = [
        replace(one, former_number=f"ZC{one.used:%Y}{number:06}")
        for number, one in enumerate([*old, *houses(stage)], start=1)
    ]
    return numbered, list(receipts(stage, draw, new))


def units_of(stage: Stage, draw: Random, kind: Kind) -> list[str]:
    units = [unit for unit in kind.units if unit in stage.unit_ids]
    return [draw.choice(units) for _one in range(kind.count)]


def drawn_thing(stage: Stage, draw: Random, kind: Kind, unit: str) -> PastThing:
    used = drawn_day(stage, draw, kind.years)
    quantity = draw.randint(*kind.pieces)
    price = draw.randint(*kind.price) // (10 if kind.price[0] > 100 else 1) * (10 if kind.price[0] > 100 else 1)
    value = price if kind.code == "A0401" else price * quantity
    maker, model = draw.choice(list(kind.makes))
    staff = [one for one in stage.staff.get(unit, ()) if not kind.is_plain or one not in stage.cast]
    keeper = (
        draw.choice(list(staff)) if staff and (kind.is_kept or draw.random() < 0.5) and draw.random() < 0.94 else None
    )
    return PastThing(
        name=kind.name,
        classification=kind.code,
        value_fen=value * 100,
        used=used,
        unit_id=stage.unit_ids[unit],
        room_id=rooms_of(stage, unit, draw),
        keeper_id=keeper,
        quantity=quantity,
        model=model,
        maker=maker,
        serial=f"{maker and 'SN'}{draw.randrange(10**9):09}" if maker and quantity == 1 else "",
        supplier=draw.choice(SUPPLIERS),
        funds=draw.choice(FUNDS),
        use=kind.use,
        warranty_until=used + timedelta(days=1095) if maker else None,
        seen=seen_at(stage, draw, used),
        is_idle=draw.random() < IDLE and used < stage.began,
    )


def drawn_day(stage: Stage, draw: Random, years: int) -> date:
    """A weekday; the younger the more."""
    span = 330 if draw.random() < NEW_SHARE else int(365 * years * draw.random() ** 0.8) + 366
    day = stage.today - timedelta(days=draw.randint(20, span) if span == 330 else span)
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def seen_at(stage: Stage, draw: Random, used: date) -> datetime:
    """At the last count, a year ago; some not since the one before, or when they were handed out."""
    if used >= stage.began:
        return start_of(used) + timedelta(days=3, hours=11)
    days = draw.randint(800, 1100) if draw.random() < LONG_UNSEEN else draw.randint(320, 400)
    return max(start_of(used), start_of(stage.today) - timedelta(days=days)) + timedelta(hours=draw.randint(9, 17))


def houses(stage: Stage) -> list[PastThing]:
    """Buildings, the ground they stand on, the sports ground."""
    unit = stage.unit_ids["1016"]
    keeper = stage.staff.get("1016", ())[:1]
    seen = start_of(stage.today) - timedelta(days=350)
    found = [("A0101", name, yuan, year, key) for key, name, yuan, year in BUILDINGS]
    found += [("A0102", "田径运动场", 12_600_000, 2013, "south"), ("A0102", "东院大门", 1_860_000, 2016, "east")]
    found += [("A0103", "南院土地", 96_000_000, 2003, "south"), ("A0103", "东院土地", 128_000_000, 2015, "east")]
    return [
        PastThing(
            name=name,
            classification=code,
            value_fen=yuan * 100,
            used=date(year, 9, 1),
            unit_id=unit,
            room_id=stage.rooms[key],
            keeper_id=keeper[0] if keeper else None,
            use="logistics",
            funds="基本建设",
            seen=seen,
        )
        for code, name, yuan, year, key in found
    ]


def receipts(stage: Stage, draw: Random, new: Sequence[tuple[str, PastThing]]) -> Iterator[PastReceipt]:
    """Of one unit and one month each; where a unit has not three people to buy and inspect, the things were always there."""
    groups: dict[tuple[str, date], list[PastThing]] = {}
    for unit, one in new:
        groups.setdefault((unit, one.used.replace(day=1)), []).append(one)
    for (unit, _month), things in sorted(groups.items(), key=lambda group: (group[0][1], group[0][0])):
        staff = stage.staff.get(unit, ())
        if len(staff) < 3 or unit not in stage.keepers:
            continue
        day = max(one.used for one in things)
        same = [replace(one, used=day, seen=start_of(day) + timedelta(days=3, hours=12)) for one in things]
        buyer, first, second = draw.sample(list(staff), 3)
        yield PastReceipt(
            title=f"{same[0].name}等 {len(same)} 项" if len(same) > 1 else same[0].name,
            unit_id=stage.unit_ids[unit],
            day=day,
            invoice=f"26{draw.randrange(10**18):018}",
            supplier=same[0].supplier,
            buyer_id=buyer,
            inspectors=(first, second),
            keeper=stage.keepers[unit],
            things=same,
        )


def stage_of(today: date) -> Stage:
    """As the campus stands."""
    unit_ids = people.unit_ids_by_code([*COLLEGES, *OFFICES, "1052"])
    staff = {code: people.members_of([code], kind="staff") for code in unit_ids}
    posts = {code: people.find_post(unit_id, "asset_keeper") for code, unit_id in unit_ids.items()}
    keepers = {code: actor_of(post.person_ids[0]) for code, post in posts.items() if post is not None}
    cast = people.find_people_by_campus_no([one.campus_no for one in MEMBERS]).values()
    return Stage(today=today, staff=staff, keepers=keepers, unit_ids=unit_ids, rooms=room_ids(), cast=list(cast))


def room_ids() -> dict[str, int]:
    return {one.key: one.pk for one in campus.open_places()}


def hand_of(role: str) -> Hand:
    person_id = people.find_person_by_campus_no(CAST[role].campus_no) or 0
    return Hand(actor=actor_of(person_id), person_id=person_id)


def office_of(stage: Stage) -> Office | None:
    """None on a campus too small to have them all."""
    hands = {
        "clerk": "assets",
        "second": "administrator",
        "keeper": "clerk",
        "teacher": "teacher",
        "inspector": "security",
    }
    given = {key: hand_of(role) for key, role in hands.items()}
    known = [hand.person_id for hand in given.values()]
    college = next((one for one in stage.staff["12"] if actor_of(one) == stage.keepers.get("12")), None)
    buyer = next((one for one in stage.staff["1032"] if one not in known), None)
    if college is None or buyer is None:
        return None
    return Office(
        **given,
        college_keeper=Hand(actor=stage.keepers["12"], person_id=college),
        buyer=Hand(actor=actor_of(buyer), person_id=buyer),
        picture=picture_of,
        helpers=[CAST[role].campus_no for role in ("clerk", "security")],
        unit_id=stage.unit_ids["1032"],
        college_id=stage.unit_ids["12"],
        room_id=stage.rooms["east.t1.201"],
    )
