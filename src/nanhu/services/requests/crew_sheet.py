"""The list of crews that the desk hands in, and what is wrong with it, checked as a whole."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel.folding import tidied
from nanhu.kernel.registry import Text
from nanhu.kernel.sheets import Checked, Column, Fault, Line, Sheet, phrase
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import FaultClass
from nanhu.services.requests.rules import OFFICE_PHONE_WRONG, office_phone
from nanhu.services.requests.services.crew_lists import CrewLine
from nanhu.services.requests.services.settings import numbers_of

DAYS: Final = "一二三四五六日"
BY_TABLE: Final = "按值班表"
CREWS: Final = Sheet(
    Column("name", "班组", also=("班组名称",), kind=phrase(30), needed=True, width=16),
    Column("classes", "修什么", also=("类别",), needed=True, width=20),
    Column("buildings", "哪些楼", also=("楼栋代码",), width=20),
    Column("days", "周几当班", also=("当班",), width=14),
    Column("leader", "班长学工号", also=("班长",), needed=True, width=16),
    Column("members", "组员学工号", also=("组员",), width=30),
    Column("phone", "电话", width=16),
    most=200,
    named_by=("name",),
)


def words_in(said: str) -> list[str]:
    """In the order of typing, each once; between them blanks or commas."""
    text = tidied(said)
    for sign in "、,;":
        text = text.replace(sign, " ")
    return list(dict.fromkeys(text.split()))


def days_in(said: str) -> list[int] | None:
    """一至五, 1-5, 六日; every day where nothing is said, none for 按值班表. None where it is no such thing, as 五至一."""
    text = tidied(said).replace("周", "").replace("天", "日")
    if text == BY_TABLE:
        return []
    for sign in " 、,":
        text = text.replace(sign, "")
    for number, word in enumerate(DAYS, start=1):
        text = text.replace(word, str(number))
    for sign in "至到–—":
        text = text.replace(sign, "-")
    if len(text) == len("1-5") and text[1] == "-" and f"{text[0]}{text[2]}".isdigit():
        text = "".join(map(str, range(int(text[0]), int(text[2]) + 1))) or text
    if not set(text) <= set("1234567"):
        return None
    return sorted({int(one) for one in text}) or list(range(1, 8))


def both_words(name: Text) -> tuple[str, str]:
    """As the sheet's heads are, in Chinese, and as the reader reads it."""
    with translation.override(settings.LANGUAGE_CODE):
        chinese = str(name)
    return chinese, str(name)


def check_crews(lines: Sequence[Line]) -> Checked[CrewLine]:
    """A handful of queries, however long it is."""
    checker = CrewChecker(lines)
    faults = [fault for line in lines for fault in (*line.faults(), *checker.faults_of(line))]
    return Checked([], faults) if faults else Checked([checker.row_of(line) for line in lines], [])


class CrewChecker:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.classes = {word: key for key, name in FaultClass.Key.choices for word in (key, *both_words(name))}
        wanted = {one for line in lines for one in words_in(line["buildings"])}
        self.places = set(campus.open_places().filter(key__in=wanted).values_list("key", flat=True))
        numbers = {one for line in lines for one in (*words_in(line["members"]), tidied(line["leader"]))}
        self.persons = people.find_people_by_campus_no(numbers)
        self.numbers = numbers_of(self.persons.values())
        self.names: set[str] = set()

    def faults_of(self, line: Line) -> Iterator[Fault]:
        name = tidied(line["name"])
        if name in self.names:
            yield line.fault("name", _("这个班组写了两行"))
        self.names.add(name)
        leader = tidied(line["leader"])
        for key, known, what in (
            ("classes", self.classes, _("没有这个类别：%(word)s")),
            ("buildings", self.places, _("没有这栋楼：%(word)s")),
            ("members", self.persons, _("没有这个人：%(word)s")),
        ):
            yield from (line.fault(key, what % {"word": one}) for one in words_in(line[key]) if one not in known)
        if leader and leader not in self.persons:  # one, and no list
            yield line.fault("leader", _("没有这个人：%(word)s") % {"word": leader})
        if days_in(line["days"]) is None:
            yield line.fault("days", _("请写“一至五”“六日”、1-5 或“按值班表”"))
        if line["phone"].strip() and not office_phone(line["phone"]):
            yield line.fault("phone", str(OFFICE_PHONE_WRONG))

    def number_of(self, typed: str) -> str:
        """As `said_of` says it, whichever of his numbers was typed."""
        return self.numbers[self.persons[typed]]

    def row_of(self, line: Line) -> CrewLine:
        leader = self.number_of(tidied(line["leader"]))
        members = {self.number_of(one) for one in words_in(line["members"])}
        said: dict[str, Any] = {
            "phone": office_phone(line["phone"]),
            "classes": sorted({self.classes[one] for one in words_in(line["classes"])}),
            "buildings": sorted(words_in(line["buildings"])),
            "duty_days": days_in(line["days"]),
            "leader": leader,
            "members": sorted(members - {leader}),
            "is_active": True,
        }
        return line.number, line.meant("name"), said
