"""Venues of the sample campus: the five presets, a hall, a court, large instruments; bookings in every state, something waiting for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus import sample as campus_sample
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.demo.draws import hold_draws, moment
from nanhu.sample.passes import actor_of
from nanhu.sample.school_calendar import rooms
from nanhu.services.venues import sample as venues
from nanhu.systems.card import sample as card_sample

BY: Final = Actor.system("demo")
WEEKDAY, WEEKEND = [(480, 1320)], [(540, 1260)]
WEEK = [WEEKDAY] * 5 + [WEEKEND] * 2
WORKING_WEEK = [[(510, 1050)]] * 5 + [[]] * 2
PLAN: Final = "周老师全程在场；断电、灭火器位置已交底；出事先断电，再打保卫处 8640110。"


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """`kind`: of the room that is taken for it; a `post` is (duty, unit, office)."""

    name: str
    kind: str
    uses: Sequence[str]
    unit: str
    posts: Sequence[tuple[str, str, str]]
    facts: dict[str, Any] = field(default_factory=dict)
    week: Sequence[Sequence[tuple[int, int]]] = field(default_factory=lambda: WEEK)


ASSETS = ("first", "1014", "asset_keeper")
CENTRE = ("first", "1032", "head")
VENUES: Final = (
    VenueOrder(
        name="学术报告厅",
        kind="hall",
        uses=["hall"],
        unit="1032",
        posts=[CENTRE],
        facts={
            "name_en": "Lecture Hall",
            "capacity": 240,
            "set_up": 30,
            "clear_up": 30,
            "notice_days": 1,
            "equipment": ["投影", "扩音", "同传"],
            "key_desk": "信息中心一楼值班室",
            "rules": "不得带食品入内；用完关空调、投影，桌椅复原。",
            "rules_en": "No food. Afterwards switch off the projector and the air conditioning, and put the chairs back.",
        },
    ),
    VenueOrder(
        name="学生活动报告厅",
        kind="hall",
        uses=["hall"],
        unit="1016",
        posts=[CENTRE],
        facts={"name_en": "Student Activities Hall", "capacity": 240, "turnover": 30, "equipment": ["投影", "扩音"]},
    ),
    VenueOrder(
        name="多媒体教室（南院）",
        kind="media",
        uses=["media"],
        unit="1008",
        posts=[("first", "1008", "secretary"), CENTRE],
        facts={"name_en": "Multimedia Classroom, South Campus", "capacity": 90, "equipment": ["投影", "扩音"]},
    ),
    VenueOrder(
        name="文科综合实验室",
        kind="computers",
        uses=["arts_teaching", "arts_other"],
        unit="1014",
        posts=[ASSETS, ("lab", "1014", "deputy")],
        facts={
            "name_en": "Humanities Laboratory",
            "capacity": 60,
            "equipment": ["沙盘", "工位 60"],
            "key_desk": "国资处 203",
        },
    ),
    VenueOrder(
        name="语言实验室",
        kind="computers",
        uses=["language"],
        unit="1014",
        posts=[ASSETS],
        facts={
            "name_en": "Language Laboratory",
            "capacity": 60,
            "equipment": ["耳机", "录音"],
            "faces": ["staff"],
            "key_desk": "国资处 203",
        },
    ),
    VenueOrder(
        name="网络直播室",
        kind="meeting",
        uses=["studio"],
        unit="1014",
        posts=[ASSETS, ("technician", "1032", "asset_keeper"), ("technician", "1032", "secretary")],
        facts={
            "name_en": "Streaming Studio",
            "capacity": 8,
            "set_up": 30,
            "clear_up": 15,
            "equipment": ["摄像机", "导播台"],
            "faces": ["staff"],
        },
    ),
)
COURT: Final = VenueOrder(
    name="羽毛球馆",
    kind="sports",
    uses=["sports"],
    unit="1014",
    posts=[ASSETS],
    facts={
        "name_en": "Badminton Hall",
        "capacity": 40,
        "fee_fen": 2_000,
        "fee_item": "venues.fee",
        "key_desk": "体育馆前台",
        "equipment": ["球网", "计分牌"],
    },
)

INSTRUMENTS: Final = (
    VenueOrder(
        name="扫描电子显微镜",
        kind="lab",
        uses=["instrument"],
        unit="1014",
        posts=[ASSETS],
        week=WORKING_WEEK,
        facts={
            "name_en": "Scanning Electron Microscope",
            "capacity": 6,
            "fee_fen": 20_000,
            "fee_item": "venues.fee",
            "notice_days": 1,
            "longest_minutes": 240,
            "equipment": ["喷金仪", "能谱"],
            "rules": "粉末样品先压片；磁性样品不测。",
            "rules_en": "Press powders into pellets. No magnetic samples.",
        },
    ),
    VenueOrder(
        name="气相色谱-质谱联用仪",
        kind="lab",
        uses=["instrument"],
        unit="1014",
        posts=[ASSETS],
        week=WORKING_WEEK,
        facts={
            "name_en": "Gas Chromatograph Mass Spectrometer",
            "capacity": 6,
            "fee_fen": 12_000,
            "fee_item": "venues.fee",
            "notice_days": 1,
            "faces": ["staff"],
        },
    ),
    VenueOrder(
        name="高性能计算集群",
        kind="lab",
        uses=["instrument"],
        unit="1032",
        posts=[CENTRE],
        facts={"name_en": "Computing Cluster", "capacity": 20, "faces": ["staff"]},
    ),
)
"""Each in a room of its own below `CENTRE_KEY`, in this order: there the things stand (`demo.labs`)."""
CENTRE_KEY: Final = "east.lab"


def instrument_rooms() -> dict[str, str]:
    """Keys of their rooms by name."""
    return {order.name: f"{CENTRE_KEY}.{101 + number}" for number, order in enumerate(INSTRUMENTS)}


def fill_venues() -> str:
    if venues.Venue.objects.exists():
        return "0 个场地"
    made = {order.name: set_up(order, key) for order, key in placed()}
    count = Scene(made).play()
    return f"{len(made)} 个场地，{count} 次借用"


def placed() -> list[tuple[VenueOrder, str]]:
    """Each in a room of its kind, the court and the instruments in buildings of their own."""
    buildings = (("south.gym", "南院体育馆", "south"), (CENTRE_KEY, "分析测试中心", "east"))
    orders = [campus.PlaceOrder(key=key, name=name, kind="other", parent=parent) for key, name, parent in buildings]
    campus.set_up_places(by=BY, places=orders)
    gym = {"name": "羽毛球馆", "building": "south.gym", "floor": 1, "kind": "sports", "seats": 40, "exam_seats": 0}
    facts: Any = {**gym, "area": "600.00", "unit": "", "equipment": ["球网"], "lock": "key"}
    own: Any = {"building": CENTRE_KEY, "kind": "lab", "seats": 20, "area": "60.00", "equipment": [], "lock": "card"}
    labs: Any = {key: {**facts, **own, "name": f"{name}室"} for name, key in instrument_rooms().items()}
    campus_sample.set_up_rooms(by=BY, rooms={"south.gym.101": facts, **labs})
    left = {
        kind: [key for key, room in rooms().items() if room["kind"] == kind]
        for kind in ("hall", "media", "computers", "meeting")
    }
    return [
        *((order, left[order.kind].pop()) for order in VENUES),
        (COURT, "south.gym.101"),
        *zip(INSTRUMENTS, instrument_rooms().values(), strict=True),
    ]


def set_up(order: VenueOrder, key: str) -> venues.Venue:
    units = people.unit_ids_by_code([order.unit, *(unit for _duty, unit, _office in order.posts)])
    given = {"uses": list(order.uses), "unit_id": units[order.unit], "faces": ["student", "staff"], **order.facts}
    made = venues.keeping.register(by=BY, place=campus.place_with(key), facts={"name": order.name, **given})
    first = date(campus_today().year - 1, 9, 1)
    venues.keeping.set_season(by=BY, venue=made, season="平时", first=first, last=None, week=order.week)
    for duty, unit, office in order.posts:
        venues.keeping.add_post(by=BY, venue=made, duty=duty, unit_id=units[unit], office=office)
    return made


class Scene:
    """Who books what, and what becomes of it."""

    def __init__(self, made: dict[str, venues.Venue]) -> None:
        self.venues, self.count = made, 0
        numbers = {role: CAST[role].campus_no for role in ("student", "teacher", "assets", "administrator", "clerk")}
        found = people.find_people_by_campus_no(numbers.values())
        self.people = {role: found[number] for role, number in numbers.items() if number in found}
        self.others = [one for one in people.members_of(["12"], kind="student") if one not in found.values()][:4]

    def play(self) -> int:
        if len(self.people) < len(CAST.keys() & {"student", "teacher", "assets", "administrator", "clerk"}):
            return 0
        student, teacher, other = self.people["student"], self.people["teacher"], self.others[0]
        plan = {"safety_plan": PLAN}
        waits = self.book(student, "学术报告厅", 3, (19, 21), "读书分享会", headcount=120, sponsor=teacher)
        self.decide(waits, "administrator")
        self.book(other, "学术报告厅", 4, (14, 16), "数学建模宣讲", headcount=80)
        approved = self.book(student, "羽毛球馆", 2, (19, 21), "班级羽毛球赛", headcount=24)
        self.decide(approved, "assets")
        refused = self.book(student, "羽毛球馆", 3, (9, 11), "晨练", headcount=10)
        self.decide(refused, "assets", "refuse")
        cancelled = self.book(student, "羽毛球馆", 5, (9, 11), "社团训练", headcount=12)
        venues.booking.cancel(by=actor_of(student), booking=cancelled, reason="改到下周")
        self.book(student, "文科综合实验室", 4, (14, 17), "挑战杯调研", use="arts_other", headcount=12, details=plan)
        self.book(
            teacher,
            "文科综合实验室",
            6,
            (8, 10),
            "沙盘推演课",
            use="arts_teaching",
            headcount=45,
            details={"course": "企业沙盘", "students": "工管 2401"},
        )
        self.book(teacher, "语言实验室", 5, (10, 12), "听力测试", headcount=50, details={"course": "大学英语"})
        live = self.book(
            teacher,
            "网络直播室",
            6,
            (14, 16),
            "金课录制",
            headcount=3,
            technician=self.people["clerk"],
            details={"platform": "学习通"},
        )
        self.decide(live, "assets")
        self.book(teacher, "多媒体教室（南院）", 5, (19, 21), "补课", headcount=60, details={"course": "程序设计"})
        taken = self.book(student, "学生活动报告厅", 6, (14, 16), "迎新晚会彩排", headcount=60)
        self.decide(taken, "administrator")
        venues.displacing.displace(by=actor_of(self.people["administrator"]), booking=taken, reason="体质健康测试")
        hours = (moment(2, 19), moment(2, 21))
        venues.waiting.join(by=actor_of(other), person_id=other, venue=self.venues["羽毛球馆"], hours=hours)
        self.past(student, "closed", 9, came_at=moment(-9, 19), key_out_at=moment(-9, 19), key_in_at=moment(-9, 21))
        self.past(student, "no_show", 5)
        self.past(self.others[1], "released", 3)
        self.going_on(self.others[2])
        measured = self.book(student, "扫描电子显微镜", 1, (9, 11), "纳米涂层形貌观察", headcount=2)
        self.decide(measured, "assets")
        self.book(other, "扫描电子显微镜", 1, (14, 16), "断口分析", headcount=1)
        self.book(teacher, "高性能计算集群", 1, (9, 12), "流体仿真算例", headcount=1)
        self.used_and_paid(teacher)
        self.count += hold_draws(
            self.venues, [student, *self.others], (self.people["assets"], self.people["administrator"])
        )
        return self.count

    def book(
        self, person: int, venue: str, day: int, hours: tuple[int, int], title: str, **more: Any
    ) -> venues.Booking:
        """On the first day from there on on which these hours are free."""
        found = self.venues[venue]
        order = venues.Order(use=more.pop("use", found.uses[0]), title=title, purpose=title, **more)
        for later in range(14):
            wanted = [(moment(day + later, hours[0]), moment(day + later, hours[1]))]
            if not venues.refused_of(found, wanted):
                break
        made = venues.booking.book(
            by=actor_of(person), person_id=person, venue=found, order=order, hours=wanted, token=uuid4()
        )
        self.count += 1
        return made.bookings.get()

    def decide(self, made: venues.Booking, role: str, decision: str = "agree") -> None:
        person = self.people[role]
        flows.decide(
            by=actor_of(person),
            person_id=person,
            task=flows.Case.objects.get(pk=made.application.case_id or 0).tasks.get(state="open"),
            decision=decision,
            comment="" if decision == "agree" else "那天有校队训练，请改时间。",
        )
        deliver_pending()

    def past(self, person: int, state: str, days: int, **facts: Any) -> None:
        court = self.venues["羽毛球馆"]
        venues.enter_past(
            venue=court, person_id=person, state=state, hours=(moment(-days, 19), moment(-days, 21)), facts=facts
        )
        self.count += 1

    def used_and_paid(self, person: int) -> None:
        """An instrument's hours of twelve days ago, paid from the card of who used it."""
        venue, begins = self.venues["气相色谱-质谱联用仪"], moment(-12, 9)
        hours = (begins, begins + timedelta(minutes=30))
        price = {"fee_fen": venue.fee_fen, "fee_item": venue.fee_item, "came_at": begins}
        keys = {"key_out_at": begins, "key_in_at": hours[1]}
        what: dict[str, Any] = {"title": "茶叶香气成分测定", "purpose": "科研样品，12 个", "headcount": 1}
        venues.enter_past(venue=venue, person_id=person, state="closed", hours=hours, facts=price | keys, **what)
        card_sample.pay_bills(by=actor_of(person), person_id=person, issuer="venues")
        self.count += 1

    def going_on(self, person: int) -> None:
        """The court is in use now, its key is out."""
        court, begins = self.venues["羽毛球馆"], now().replace(minute=0, second=0, microsecond=0)
        hours = (begins - timedelta(hours=1), begins + timedelta(hours=2))
        facts = {
            "came_at": hours[0],
            "key_out_at": hours[0],
            "key_out_by_name": CAST["assets"].name,
            "meter_out": 1_204,
        }
        venues.enter_past(venue=court, person_id=person, state="in_use", hours=hours, facts=facts)
        self.count += 1
