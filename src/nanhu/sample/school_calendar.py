"""The school's calendar on the sample campus: terms of two years, periods, three hundred rooms, and who stands in them this term."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.campus.api import Hold, Period, PlaceOrder, TermDay, TermOrder
from nanhu.platforms.campus.sample import RoomFacts
from nanhu.sample.doors import PLACES

AUTUMN_FROM, SPRING_FROM = (9, 1), (2, 22)
AUGUST = 8
BUILDINGS = (
    ("south.t1", "南院1号教学楼", "south", "0801"),
    ("south.t2", "南院2号教学楼", "south", ""),
    ("east.t1", "东院1号教学楼", "east", "12"),
)
FLOORS, ROOMS_A_FLOOR = 5, 20
TAUGHT, SHARE = 96, 0.4
"""Of how many rooms lessons are drawn, and how likely one is at each double period."""
DOUBLES = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10))
COURSES = (
    "高等数学",
    "大学物理",
    "线性代数",
    "大学英语",
    "程序设计",
    "有机化学",
    "思想道德与法治",
    "工程制图",
    "中国近现代史纲要",
    "概率论",
    "电路",
    "管理学",
)
KINDS = (
    ("classroom", 60),
    ("media", 90),
    ("media", 120),
    ("classroom", 45),
    ("computers", 60),
    ("hall", 240),
    ("meeting", 20),
)
MORNING = ("08:00", "08:55", "10:00", "10:55")
AFTERNOON = {"夏季作息": ("14:30", "15:25", "16:20", "17:15"), "冬季作息": ("14:00", "14:55", "15:50", "16:45")}
EVENING = {"夏季作息": ("19:30", "20:25"), "冬季作息": ("19:00", "19:55")}
LESSON = timedelta(minutes=45)


def monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def academic_year(today: date) -> int:
    return today.year if today.month >= AUGUST else today.year - 1


def terms(today: date) -> list[TermOrder]:
    """Last year's and this year's, in their order."""
    year = academic_year(today)
    return [term for one in (year - 1, year) for term in (autumn(one), spring(one))]


def autumn(year: int) -> TermOrder:
    first = monday_from(date(year, *AUTUMN_FROM))
    return TermOrder(year=year, season=1, name=f"{year}–{year + 1} 学年秋季学期", first_monday=first)


def spring(year: int) -> TermOrder:
    first = monday_from(date(year + 1, *SPRING_FROM))
    return TermOrder(year=year, season=2, name=f"{year}–{year + 1} 学年春季学期", first_monday=first)


def current(orders: list[TermOrder], today: date) -> int:
    """The place of the last that has begun."""
    begun = [place for place, one in enumerate(orders) if one.first_monday is not None and one.first_monday <= today]
    return begun[-1]


def seasons(today: date) -> Iterator[tuple[str, date, date]]:
    """The summer's hours from May, the winter's from October, over both years."""
    for year in range(academic_year(today) - 1, academic_year(today) + 2):
        yield "夏季作息", date(year, 5, 1), date(year, 9, 30)
        yield "冬季作息", date(year, 10, 1), date(year + 1, 4, 30)


def periods(season: str) -> list[tuple[time, time]]:
    begins = (*MORNING, *AFTERNOON[season], *EVENING[season])
    return [(time.fromisoformat(one), later(time.fromisoformat(one))) for one in begins]


def later(begins: time) -> time:
    return (datetime.combine(date(2000, 1, 1), begins) + LESSON).time()


def places() -> list[PlaceOrder]:
    """Those where doors hang, and the buildings that have none."""
    known = {one.key for one in PLACES}
    more = [
        PlaceOrder(key=key, name=name, kind="teaching", parent=campus)
        for key, name, campus, _unit in BUILDINGS
        if key not in known
    ]
    return [*PLACES, *more]


def rooms() -> dict[str, RoomFacts]:
    found: dict[str, RoomFacts] = {}
    for building, name, _campus, unit in BUILDINGS:
        for floor in range(1, FLOORS + 1):
            for number in range(1, ROOMS_A_FLOOR + 1):
                kind, seats = KINDS[(floor + number) % len(KINDS)]
                found[f"{building}.{floor}{number:02}"] = {
                    "name": f"{name.removesuffix('教学楼')}{floor}{number:02}",
                    "building": building,
                    "floor": floor,
                    "kind": kind,
                    "seats": seats,
                    "exam_seats": 0 if kind in {"meeting", "computers"} else seats // 2,
                    "area": f"{seats * 1.4:.2f}",
                    "unit": unit,
                    "equipment": ["投影", "扩音"] if kind in {"media", "hall"} else ["白板"],
                    "lock": "card" if kind in {"computers", "meeting"} else "key",
                }
    return found


@dataclass(frozen=True, slots=True)
class Meeting:
    """A lesson of each week, or of the odd or even ones."""

    number: int
    room: str
    weekday: int
    first: int
    last: int
    course: str
    weeks: str

    def is_in(self, week: int) -> bool:
        return self.weeks == "all" or (week % 2 == 1) == (self.weeks == "odd")


def meetings(seed: int) -> list[Meeting]:
    draw = Random(seed)
    taught = [key for key, room in rooms().items() if room["kind"] in {"classroom", "media", "hall"}]
    slots = [
        (room, weekday, first, last)
        for room in sorted(draw.sample(taught, TAUGHT))
        for weekday in range(1, 6)
        for first, last in DOUBLES
    ]
    chosen = [slot for slot in slots if draw.random() < SHARE]
    return [
        Meeting(number, *slot, course=draw.choice(COURSES), weeks=draw.choice(("all", "all", "odd", "even")))
        for number, slot in enumerate(chosen, start=1)
    ]


def lessons(
    meetings: list[Meeting], day: TermDay, periods: dict[str, list[Period]], ids: dict[str, int]
) -> Iterator[Hold]:
    """What is held on a day of the term; `periods` by the first part of a room's key, its campus."""
    for one in meetings:
        if one.weekday == day.weekday and one.is_in(day.week):
            spans = periods[one.room.partition(".")[0]]
            yield Hold(
                room=ids[one.room],
                begins_at=datetime.combine(day.day, spans[one.first - 1].starts_at, CAMPUS_ZONE),
                ends_at=datetime.combine(day.day, spans[one.last - 1].ends_at, CAMPUS_ZONE),
                kind="lesson",
                key=f"{one.number}/{day.day}",
                what=f"{one.course} {one.number % 30 + 1:02}班",
            )


def bookings(today: date, ids: dict[str, int]) -> list[Hold]:
    """Meetings and a talk of the next days."""
    wanted = (
        (1, "19:00", "21:00", "booking", "社团例会"),
        (2, "12:10", "13:20", "meeting", "教研室会议"),
        (3, "19:00", "21:00", "booking", "学术报告"),
    )
    rooms_free = sorted(key for key in ids if rooms()[key]["kind"] == "meeting")
    return [
        Hold(
            room=ids[rooms_free[number]],
            begins_at=datetime.combine(today + timedelta(days=number), time.fromisoformat(begins), CAMPUS_ZONE),
            ends_at=datetime.combine(today + timedelta(days=number), time.fromisoformat(ends), CAMPUS_ZONE),
            kind=kind,
            key=f"{number}",
            what=what,
        )
        for number, begins, ends, kind, what in wanted
    ]
