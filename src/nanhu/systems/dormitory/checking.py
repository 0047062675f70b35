"""Checking a list of rooms as a whole: nothing of it is kept while a single line is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.folding import unspaced
from nanhu.kernel.money import format_yuan, parse_yuan
from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.dormitory.models import RoomBill
from nanhu.systems.dormitory.queries import charged, known_rooms
from nanhu.systems.dormitory.rules import FEES, ITEMS, is_billable, month_of

LONGEST = 30
LARGEST_BILL_FEN = 10_000_000
type RoomKey = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who lives there: a line of the list, its sum still the room's or already theirs."""

    line: int
    campus_no: str
    name: str
    person_id: int
    fen: int


@dataclass(slots=True, kw_only=True)
class CheckedRoom:
    key: RoomKey
    is_whole: bool
    is_first: bool = False
    people: list[Person] = field(default_factory=list)

    @property
    def amount_fen(self) -> int:
        return self.people[0].fen if self.is_whole else sum(one.fen for one in self.people)

    def shares(self) -> dict[str, int]:
        if self.is_whole:
            return ledger.even_shares(self.amount_fen, [one.campus_no for one in self.people])
        return {one.campus_no: one.fen for one in self.people}


def check_rooms(sheet: Sequence[Line]) -> Checked[CheckedRoom]:
    """A handful of queries, however long the list is."""
    checker = RoomChecker(sheet)
    faults = [fault for typed in sheet for fault in checker.faults_of(typed)]
    faults = faults or checker.faults_of_rooms()
    if faults:
        return Checked([], faults)
    known = known_rooms({(key[0], key[1]) for key in checker.rooms})
    for room in checker.rooms.values():
        room.is_first = (room.key[0], room.key[1]) not in known
    return Checked(list(checker.rooms.values()), [])


class RoomChecker:
    """Who these numbers are, what each room said before, and what was charged in other lists."""

    def __init__(self, sheet: Sequence[Line]) -> None:
        self.money = "whole" if any(row["whole"] for row in sheet) else "own"
        self.holders = people.find_people_by_campus_no({unspaced(row["campus_no"]) for row in sheet})
        persons = set(self.holders.values())
        debit = ledger.direct_debit()
        self.objections = debit.objections(persons) if debit else {}
        self.most_once_fen = debit.most_fen() if debit else LARGEST_BILL_FEN
        self.names = {person_id: card.name for person_id, card in people.person_cards(persons).items()}
        self.ceilings = ledger.fee_ceilings([code for code, _name in FEES.values()])
        self.rooms: dict[RoomKey, CheckedRoom] = {}
        self.first_lines: dict[RoomKey, Line] = {}
        self.today = campus_today()

    @property
    def is_whole(self) -> bool:
        """A sum is the room's, and is split."""
        return self.money == "whole"

    def faults_of(self, typed: Line) -> list[Fault]:
        """All of a line by itself; a line without any is compared with the others of its room."""
        found = [*self.place_faults(typed), *self.person_faults(typed), *self.sum_faults(typed)]
        against = None if found else self.add(typed)
        return found if against is None else [against]

    def place_faults(self, typed: Line) -> Iterator[Fault]:
        for key in ("building", "room"):
            if not unspaced(typed[key]):
                yield typed.fault(key, _("没有写楼栋或房间"))
            if len(unspaced(typed[key])) > LONGEST:
                yield typed.fault(key, _("楼栋和房间最长 %(most)s 个字") % {"most": LONGEST})
        if unspaced(typed["item"]) not in ITEMS:
            yield typed.fault("item", _("项目只能是水费或电费"))
        month = month_of(people.halfwidth(typed["month"]))
        if month is None:
            yield typed.fault("month", _("月份写成 2026-10 这样"))
        elif not is_billable(month, self.today):
            yield typed.fault("month", _("月份不能在以后，也不能早于两年前"))

    def person_faults(self, typed: Line) -> Iterator[Fault]:
        number = unspaced(typed["campus_no"])
        person_id = self.holders.get(number)
        if person_id is None:
            unknown = _("没有这个学工号，或已经离校") if number else _("没有写住在这里的人的学工号")
            yield typed.fault("campus_no", unknown)
            return
        if typed["name"] and people.comparable_name(typed["name"]) != people.comparable_name(self.names[person_id]):
            yield typed.fault("name", _("姓名与学工号不符"))
        if person_id in self.objections:
            yield typed.fault("campus_no", str(self.objections[person_id]))

    def sum_faults(self, typed: Line) -> Iterator[Fault]:
        try:
            fen = parse_yuan(typed[self.money])
        except CampusError as error:
            yield typed.fault(self.money, error.message)
            return
        most = LARGEST_BILL_FEN if self.is_whole else self.most_once_fen
        if not 0 < fen <= most:
            yield typed.fault(self.money, _("金额须在 ¥ 0.01 到 %(most)s 之间") % {"most": format_yuan(most)})

    def add(self, typed: Line) -> Fault | None:
        """Put the person into their room, unless the room's lines contradict each other."""
        number, fen = unspaced(typed["campus_no"]), parse_yuan(typed[self.money])
        key, person_id = key_of(typed), self.holders[number]
        first = self.first_lines.setdefault(key, typed)
        room = self.rooms.setdefault(key, CheckedRoom(key=key, is_whole=self.is_whole))
        again = next((one for one in room.people if one.person_id == person_id), None)
        if again is not None:
            return typed.fault("campus_no", _("与第 %(line)s 行是同一个人、同一笔账") % {"line": again.line})
        if self.is_whole and room.people and room.people[0].fen != fen:
            said = _("与第 %(line)s 行是同一间房，房间金额却不一样") % {"line": first.number}
            return typed.fault(self.money, said)
        name = self.names[person_id]
        room.people.append(Person(line=typed.number, campus_no=number, name=name, person_id=person_id, fen=fen))
        return None

    def faults_of_rooms(self) -> list[Fault]:
        """What only shows when all lines of a room are together."""
        before = charged(set(self.rooms))
        found = [(self.first_lines[key], self.room_fault(room, before.get(key))) for key, room in self.rooms.items()]
        return [typed.fault(self.money, what) for typed, what in found if what]

    def room_fault(self, room: CheckedRoom, before: RoomBill | None) -> str:
        if before is not None:
            return _("这间房这个月的%(item)s已在“%(title)s”里") % {
                "item": before.get_item_display(),
                "title": before.room_list.title,
            }
        most, shares = self.most_once_fen, room.shares().values()
        if min(shares) <= 0:
            return _("房间金额不够每人分到一分")
        if max(shares) > most:
            return _("每人分到的超过代扣限额 %(most)s") % {"most": format_yuan(most)}
        return self.fee_fault(FEES[room.key[2]][0], max(shares))

    def fee_fault(self, code: str, fen: int) -> str:
        if code not in self.ceilings:
            return _("这项收费今天没有生效的收费标准")
        ceiling = self.ceilings[code]
        if ceiling is not None and fen > ceiling:
            return _("每人分到的超过收费许可的上限 %(most)s") % {"most": format_yuan(ceiling)}
        return ""


def key_of(typed: Line) -> RoomKey:
    month = month_of(people.halfwidth(typed["month"]))
    assert month is not None  # noqa: S101  (its fault was looked for before)
    return unspaced(typed["building"]), unspaced(typed["room"]), ITEMS[unspaced(typed["item"])], month
