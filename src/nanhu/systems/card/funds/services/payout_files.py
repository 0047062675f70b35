"""The list of people and sums of 批量发放, checked as a whole: nothing of it is kept while a single line is wrong."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.kernel.sheets import Checked, Column, Fault, Line, Sheet, yuan
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.models import PayoutRow
from nanhu.systems.card.models import Wallet

PAYOUTS: Final = Sheet(
    Column("campus_no", "学工号", also=("学号", "工号", "编号"), needed=True),
    Column("name", "姓名"),
    Column("amount", "金额（元）", kind=yuan, also=("金额", "发放金额"), needed=True),
    Column("note", "备注", also=("说明",)),
    most=60_000,
    named_by=("campus_no", "name"),
)
LARGEST_FEN = 2_000_000
LONGEST_NOTE = 100


def largest_fen() -> int:
    return school().table("card").whole("payout_max_fen", LARGEST_FEN, least=1)


def check_file(sheet: Sequence[Line]) -> Checked[PayoutRow]:
    """A handful of queries, however long the list is."""
    checker = Checker({people.halfwidth(row["campus_no"]).strip() for row in sheet})
    faults = [fault for typed in sheet for fault in checker.faults_of(typed)]
    return Checked([] if faults else [checker.row_of(typed) for typed in sheet], faults)


class Checker:
    """Who these campus numbers are, and who of them stood in the list already."""

    def __init__(self, numbers: set[str]) -> None:
        self.holders = people.find_people_by_campus_no(numbers)
        persons = set(self.holders.values())
        self.wallets = {wallet.person_id: wallet for wallet in Wallet.objects.filter(person_id__in=persons)}
        self.names = {person_id: card.name for person_id, card in people.person_cards(persons).items()}
        self.lines: dict[int, int] = {}

    def faults_of(self, typed: Line) -> Iterator[Fault]:
        """All of a line: whose it is, and the sum."""
        number = people.halfwidth(typed["campus_no"]).strip()
        person_id = self.holders.get(number)
        if person_id is None:
            yield typed.fault("campus_no", _("没有这个学工号，或已经离校") if number else _("没有学工号"))
        else:
            yield from self.person_faults(typed, person_id)
        yield from amount_faults(typed)

    def person_faults(self, typed: Line, person_id: int) -> Iterator[Fault]:
        if typed["name"] and people.comparable_name(typed["name"]) != people.comparable_name(self.names[person_id]):
            yield typed.fault("name", _("姓名与学工号不符"))
        if person_id not in self.wallets:
            yield typed.fault("campus_no", _("还没有校园卡"))
        before = self.lines.setdefault(person_id, typed.number)
        if before != typed.number:
            yield typed.fault("campus_no", _("与第 %(line)s 行是同一个人") % {"line": before})

    def row_of(self, typed: Line) -> PayoutRow:
        number = people.halfwidth(typed["campus_no"]).strip()
        person_id = self.holders[number]
        return PayoutRow(
            line=typed.number,
            campus_no=number,
            name=self.names[person_id],
            wallet=self.wallets[person_id],
            amount_fen=typed.meant("amount"),
            note=typed["note"][:LONGEST_NOTE],
        )


def amount_faults(typed: Line) -> Iterator[Fault]:
    try:
        fen = typed.meant("amount")
    except CampusError as error:
        yield typed.fault("amount", error.message)
        return
    most = largest_fen()
    if not 0 < fen <= most:
        yield typed.fault("amount", _("金额须在 ¥ 0.01 到 %(most)s 之间") % {"most": format_yuan(most)})
