"""Checking a list of posts as a whole, before anything of it is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.platforms.people.errors import NoTieError
from nanhu.platforms.people.models import Office, OrgUnit, Post
from nanhu.platforms.people.posts.queries import tied
from nanhu.platforms.people.queries import find_people_by_campus_no, person_cards
from nanhu.platforms.people.rules import comparable_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPost:
    line: int
    unit_id: int
    office_id: int
    person_id: int
    starts_on: date
    ends_on: date | None

    @property
    def last(self) -> date:
        return self.ends_on or date.max

    @property
    def key(self) -> tuple[int, int, int]:
        return self.unit_id, self.office_id, self.person_id

    def meets(self, first: date, last: date | None) -> bool:
        return first <= self.last and (last or date.max) >= self.starts_on


def check_posts(sheet: Sequence[Line]) -> Checked[CheckedPost]:
    """A handful of queries, however long the list is."""
    checker = PostChecker(sheet)
    faults = [fault for typed in sheet for fault in checker.faults_of(typed)]
    return Checked([], faults) if faults else Checked(checker.rows, [])


class PostChecker:
    def __init__(self, sheet: Sequence[Line]) -> None:
        units = OrgUnit.objects.filter(is_active=True).values_list("id", "code", "name")
        self.by_code = {code: number for number, code, _name in units}
        self.by_name: dict[str, list[int]] = {}
        for number, _code, name in units:
            self.by_name.setdefault(name, []).append(number)
        self.offices = dict(Office.objects.values_list("name", "id"))
        self.persons = find_people_by_campus_no({line["campus_no"] for line in sheet})
        cards = person_cards(self.persons.values())
        self.names = {person_id: card.name for person_id, card in cards.items()}
        self.tied = tied(self.names)
        self.held: dict[tuple[int, int, int], list[tuple[date, date | None]]] = {}
        posts = Post.objects.filter(person_id__in=self.names, withdrawn_at=None)
        for post in posts:
            self.held.setdefault((post.unit_id, post.office_id, post.person_id), []).append(
                (post.starts_on, post.ends_on)
            )
        self.rows: list[CheckedPost] = []

    def unit_of(self, typed: str) -> int | None:
        word = " ".join(typed.split())
        named = self.by_name.get(word, [])
        return self.by_code.get(word.partition(" ")[0]) or (named[0] if len(named) == 1 else None)

    def faults_of(self, typed: Line) -> list[Fault]:
        found = [*typed.faults(), *self.name_faults(typed)]
        return found or self.added(typed)

    def name_faults(self, typed: Line) -> Iterator[Fault]:
        if self.unit_of(typed["unit"]) is None:
            yield typed.fault("unit", _("没有这个单位，或有几个同名的：请写单位代码"))
        if typed["office"].strip() not in self.offices:
            yield typed.fault("office", _("没有这种岗位：%(all)s") % {"all": "、".join(self.offices)})
        person_id = self.persons.get(typed["campus_no"])
        if person_id is None:
            yield typed.fault("campus_no", _("没有这个学工号，或已经离校"))
        elif person_id not in self.tied:
            yield typed.fault("campus_no", NoTieError().message)
        elif typed["name"] and comparable_name(typed["name"]) != comparable_name(self.names[person_id]):
            yield typed.fault("name", _("姓名与学工号不符"))

    def added(self, typed: Line) -> list[Fault]:
        unit_id, person_id = self.unit_of(typed["unit"]), self.persons[typed["campus_no"]]
        assert unit_id is not None  # noqa: S101  (its fault was looked for before)
        row = CheckedPost(
            line=typed.number,
            unit_id=unit_id,
            office_id=self.offices[typed["office"].strip()],
            person_id=person_id,
            starts_on=typed.meant("starts_on"),
            ends_on=typed.meant("ends_on") if typed["ends_on"] else None,
        )
        if row.last < row.starts_on:
            return [typed.fault("ends_on", _("结束在开始之前。"))]
        if any(row.meets(*days) for days in self.held.get(row.key, [])):
            return [typed.fault("campus_no", _("这个人这段时间已经在这个岗位上"))]
        self.held.setdefault(row.key, []).append((row.starts_on, row.ends_on))
        self.rows.append(row)
        return []
