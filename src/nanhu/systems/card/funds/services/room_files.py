"""Checking a list of rooms as a whole: nothing of it is kept while a single line is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import format_yuan, parse_yuan
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.models import RoomBill
from nanhu.systems.card.funds.room_queries import charged, known_rooms
from nanhu.systems.card.funds.room_rules import ITEMS, is_billable, month_of, split
from nanhu.systems.card.funds.room_sheets import RoomRow
from nanhu.systems.card.funds.services.deductions import most_once_fen
from nanhu.systems.card.funds.services.payout_files import RowFault, people_name
from nanhu.systems.card.models import Wallet
from nanhu.systems.card.queries import cards_of_people
from nanhu.systems.card.rights.services import deciding as rights

LONGEST = 30
LARGEST_BILL_FEN = 10_000_000
type RoomKey = tuple[str, str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who lives there: a line of the list, its sum still the room's or already theirs."""

    line: int
    campus_no: str
    name: str
    wallet: Wallet
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
            return split(self.amount_fen, [one.campus_no for one in self.people])
        return {one.campus_no: one.fen for one in self.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRooms:
    """Either rooms or faults."""

    rooms: list[CheckedRoom]
    faults: list[RowFault]


def check_rooms(sheet: Sequence[RoomRow]) -> CheckedRooms:
    """A handful of queries, however long the list is."""
    checker = RoomChecker(sheet)
    faults = [fault_at(typed, what) for typed in sheet if (what := checker.fault_of(typed))]
    faults += [fault_at(typed, what) for typed, what in checker.faults_of_rooms()] if not faults else []
    if faults:
        return CheckedRooms(rooms=[], faults=faults)
    known = known_rooms({(key[0], key[1]) for key in checker.rooms})
    for room in checker.rooms.values():
        room.is_first = (room.key[0], room.key[1]) not in known
    return CheckedRooms(rooms=list(checker.rooms.values()), faults=[])


def fault_at(typed: RoomRow, what: str) -> RowFault:
    shown = f"{typed.building} {typed.room}".strip()
    return RowFault(line=typed.line, campus_no=typed.campus_no[:40], name=shown[:60] or typed.name[:40], what=what)


class RoomChecker:
    """Who these numbers are, what each room said before, and what was charged in other lists."""

    def __init__(self, sheet: Sequence[RoomRow]) -> None:
        self.holders = people.find_people_by_campus_no({plain(row.campus_no) for row in sheet})
        persons = set(self.holders.values())
        self.wallets = {wallet.person_id: wallet for wallet in Wallet.objects.filter(person_id__in=persons)}
        self.cards, self.rights = cards_of_people(list(persons)), rights.table()
        self.names = {person_id: card.name for person_id, card in people.person_cards(persons).items()}
        self.rooms: dict[RoomKey, CheckedRoom] = {}
        self.first_lines: dict[RoomKey, RoomRow] = {}
        self.today = campus_today()

    def fault_of(self, typed: RoomRow) -> str:
        return self.place_fault(typed) or self.person_fault(typed) or self.sum_fault(typed) or self.add(typed)

    def place_fault(self, typed: RoomRow) -> str:
        building, room = plain(typed.building), plain(typed.room)
        if not building or not room:
            return _("没有写楼栋或房间")
        if len(building) > LONGEST or len(room) > LONGEST:
            return _("楼栋和房间最长 %(most)s 个字") % {"most": LONGEST}
        if plain(typed.item) not in ITEMS:
            return _("项目只能是水费或电费")
        month = month_of(people.halfwidth(typed.month))
        if month is None:
            return _("月份写成 2026-10 这样")
        return "" if is_billable(month, self.today) else _("月份不能在以后，也不能早于两年前")

    def person_fault(self, typed: RoomRow) -> str:
        person_id = self.holders.get(plain(typed.campus_no))
        if person_id is None:
            return _("没有这个学工号，或已经离校") if plain(typed.campus_no) else _("没有写住在这里的人的学工号")
        if typed.name and people_name(typed.name) != people_name(self.names[person_id]):
            return _("姓名与学工号不符")
        if person_id not in self.wallets:
            return _("还没有校园卡")
        return "" if self.may_be_charged(person_id) else _("这类卡没有代扣代缴的权限")

    def may_be_charged(self, person_id: int) -> bool:
        card = self.cards.get(person_id)
        return card is None or self.rights.gives(card.card_class, card.sub_class, "deduction", self.today)

    def sum_fault(self, typed: RoomRow) -> str:
        try:
            fen = parse_yuan(typed.amount)
        except CampusError as error:
            return error.message
        most = LARGEST_BILL_FEN if typed.is_whole else most_once_fen()
        if not 0 < fen <= most:
            return _("金额须在 ¥ 0.01 到 %(most)s 之间") % {"most": format_yuan(most)}
        return ""

    def add(self, typed: RoomRow) -> str:
        """Put the person into their room, unless the room's lines contradict each other."""
        key, person_id, fen = key_of(typed), self.holders[plain(typed.campus_no)], parse_yuan(typed.amount)
        first = self.first_lines.setdefault(key, typed)
        room = self.rooms.setdefault(key, CheckedRoom(key=key, is_whole=typed.is_whole))
        again = next((one for one in room.people if one.wallet.person_id == person_id), None)
        if again is not None:
            return _("与第 %(line)s 行是同一个人、同一笔账") % {"line": again.line}
        if typed.is_whole and room.people and room.people[0].fen != fen:
            return _("与第 %(line)s 行是同一间房，房间金额却不一样") % {"line": first.line}
        wallet, number = self.wallets[person_id], plain(typed.campus_no)
        room.people.append(
            Person(line=typed.line, campus_no=number, name=self.names[person_id], wallet=wallet, fen=fen)
        )
        return ""

    def faults_of_rooms(self) -> list[tuple[RoomRow, str]]:
        """What only shows when all lines of a room are together."""
        before = charged(set(self.rooms))
        found = [(self.first_lines[key], self.room_fault(room, before.get(key))) for key, room in self.rooms.items()]
        return [(typed, what) for typed, what in found if what]

    @staticmethod
    def room_fault(room: CheckedRoom, before: RoomBill | None) -> str:
        if before is not None:
            return _("这间房这个月的%(item)s已在“%(title)s”里") % {
                "item": before.get_item_display(), "title": before.room_list.title,
            }  # fmt: skip
        most, shares = most_once_fen(), room.shares().values()
        if min(shares) <= 0:
            return _("房间金额不够每人分到一分")
        return _("每人分到的超过代扣限额 %(most)s") % {"most": format_yuan(most)} if max(shares) > most else ""


def key_of(typed: RoomRow) -> RoomKey:
    month = month_of(people.halfwidth(typed.month))
    assert month is not None  # noqa: S101  (its fault was looked for before)
    return plain(typed.building), plain(typed.room), ITEMS[plain(typed.item)], month


def plain(text: str) -> str:
    return "".join(people.halfwidth(text).split())
