"""Checking what is handed in: old cards before they become things, finance's cards against ours (月结差异)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import NoRuleError
from nanhu.kernel.folding import one_line, unspaced
from nanhu.kernel.money import format_yuan
from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NothingToCloseError
from nanhu.systems.assets.models import CardRow, Classification, ClassRow
from nanhu.systems.assets.models.importing import classes_in_use
from nanhu.systems.assets.models.things import CLASS_SHAPE, former_numbers_taken
from nanhu.systems.assets.queries.books import OurCard, cards_in, last_booked, month_to_close
from nanhu.systems.assets.queries.lives import months_of
from nanhu.systems.assets.rules import class_above


def check_cards(lines: Sequence[Line]) -> Checked[CardRow]:
    return CardCheck(lines).checked()


class CardCheck:
    """All that the lines name is looked up at once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        said = {key: {line[key] for line in lines} for key in ("classification", "unit", "room", "keeper")}
        classes = Classification.objects.filter(code__in=said["classification"])
        self.classes = {one.code: one for one in classes}
        self.branches = set(Classification.objects.filter(children__isnull=False).values_list("code", flat=True))
        choices = people.unit_choices()
        self.units = {key: one.code for one in choices for key in (one.name, one.code, one.as_typed)}
        self.unit_ids = people.unit_ids_by_code(set(self.units.values()))
        self.keepers = people.find_people_by_campus_no(said["keeper"] - {""})
        cards = people.person_cards(self.keepers.values())
        self.staff = {pk for pk, card in cards.items() if "staff" in card.live_kinds}
        self.rooms = {place.key: place.pk for place in campus.open_places().filter(key__in=said["room"])}
        self.known = former_numbers_taken({former_of(line) for line in lines} - {""})
        self.months = {code: months_if_ruled(code) for code, one in self.classes.items() if one.is_depreciable}
        self.seen: dict[str, int] = {}

    def checked(self) -> Checked[CardRow]:
        faults, rows = [], []
        for line in self.lines:
            wrong = line.faults() or self.faults_of(line)
            faults += wrong
            if not wrong:
                rows.append(self.row_of(line))
        return Checked(rows, faults)

    def faults_of(self, line: Line) -> list[Fault]:
        said = [(key, what) for key, what in self.wrong(line) if what]
        return [line.fault(key, str(what)) for key, what in said]

    def wrong(self, line: Line) -> list[tuple[str, str]]:
        first = self.seen.setdefault(former_of(line), line.number)
        classification = self.classes.get(line["classification"])
        return [
            ("former_number", _("与第 %(line)s 行编号相同") % {"line": first} if first != line.number else ""),
            ("former_number", "" if former_of(line) else _("请写编号")),
            ("name", "" if line.meant("name") else _("请写名称")),
            ("former_number", _("这个编号已经登记过") if former_of(line) in self.known else ""),
            ("classification", "" if classification else _("没有这个分类代码")),
            ("classification", _("这个分类还没有规定使用年限") if self.has_no_life(line, classification) else ""),
            ("classification", _("请写最末一级分类") if line["classification"] in self.branches else ""),
            ("quantity", "" if not line["quantity"] or is_count(line["quantity"]) else _("数量写成正整数")),
            ("unit", "" if line["unit"] in self.units else _("没有这个单位，写单位代码或全称")),
            ("keeper", _("没有这个工号") if line["keeper"] and line["keeper"] not in self.keepers else ""),
            ("keeper", _("不是在职教职工") if self.keepers.get(line["keeper"], 0) not in {0, *self.staff} else ""),
            ("room", _("没有这个地点代码，或已停用") if line["room"] and line["room"] not in self.rooms else ""),
            ("room", _("有领用人的，须写存放地点") if line["keeper"] and not line["room"] else ""),
            *self.wrong_sums(line),
        ]

    def has_no_life(self, line: Line, classification: Classification | None) -> bool:
        """Of what is depreciated."""
        if classification is None or not classification.is_depreciable or is_low_value(line):
            return False
        return not self.months[classification.code]

    def wrong_sums(self, line: Line) -> list[tuple[str, str]]:
        value, carried = line.meant("value"), carried_of(line)
        acquired, used = line.meant("acquired_on"), used_on(line)
        return [
            ("value", "" if value > 0 else _("原值须大于零")),
            ("carried", _("累计折旧超过原值") if carried > value else ""),
            ("carried", _("低值品没有折旧") if carried and is_low_value(line) else ""),
            ("acquired_on", _("日期在今天之后") if acquired > campus_today() else ""),
            ("put_into_use_on", _("日期在今天之后") if used > campus_today() else ""),
            ("put_into_use_on", _("投入使用早于取得日期") if used < acquired else ""),
        ]

    def row_of(self, line: Line) -> CardRow:
        card: dict[str, Any] = {
            "classification": line["classification"],
            "model": line.meant("model"),
            "maker": line.meant("maker"),
            "serial": line.meant("serial"),
            "quantity": int(line["quantity"] or 1),
            "value_fen": line.meant("value"),
            "carried_fen": carried_of(line),
            "acquired_on": line.meant("acquired_on").isoformat(),
            "put_into_use_on": used_on(line).isoformat(),
            "months": self.months.get(line["classification"]),
            "unit_id": self.unit_ids[self.units[line["unit"]]],
            "keeper_id": self.keepers.get(line["keeper"]),
            "room_id": self.rooms.get(line["room"]),
            "is_low_value": is_low_value(line),
        }
        return CardRow(line=line.number, former_number=former_of(line), name=line.meant("name"), card=card)


def former_of(line: Line) -> str:
    return one_line(line["former_number"])


def months_if_ruled(code: str) -> int | None:
    """How long its things serve today; None where no rule says it."""
    try:
        return months_of(code, campus_today())
    except NoRuleError:
        return None


def is_count(said: str) -> bool:
    return said.isascii() and said.isdigit() and 1 <= int(said) <= 100_000  # noqa: PLR2004 - pieces on one card


def carried_of(line: Line) -> int:
    return int(line.meant("carried")) if line["carried"] else 0


def is_low_value(line: Line) -> bool:
    return bool(line["is_low_value"] and line.meant("is_low_value"))


def used_on(line: Line) -> date:
    found: date = line.meant("put_into_use_on" if line["put_into_use_on"] else "acquired_on")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A card of finance beside ours."""

    number: str
    name: str
    value_fen: int
    accumulated_fen: int
    ours: OurCard
    why: str

    @property
    def differs(self) -> bool:
        return (self.value_fen, self.accumulated_fen) != (self.ours.value_fen, self.ours.accumulated_fen)


def check_finance(lines: Sequence[Line]) -> Checked[Compared]:
    """As the books stood at the end of the month that is to be closed. Each card that differs must say why; each of ours must stand in the file."""
    month = month_to_close() or last_booked()
    if month is None:
        raise NothingToCloseError
    ours = {card.number: card for card in cards_in(month)}
    faults: list[Fault] = []
    rows: dict[str, Compared] = {}
    for line in lines:
        wrong = line.faults()
        faults += wrong
        if wrong:
            continue
        number = line["number"]
        if number in rows:
            faults.append(line.fault("number", _("这个编号在文件里出现两次")))
            continue
        row = compared(line, ours.get(number, OurCard(number=number, name="", value_fen=0, accumulated_fen=0)))
        rows[number] = row
        if row.differs and not row.why:
            faults.append(line.fault("why", difference_words(row)))
    missing = [card for number, card in ours.items() if number not in rows]
    if missing and not faults:
        faults += [lines[-1].fault("number", missing_words(card)) for card in missing]
    return Checked(list(rows.values()), faults)


def compared(line: Line, ours: OurCard) -> Compared:
    return Compared(
        number=line["number"],
        name=ours.name,
        value_fen=line.meant("value"),
        accumulated_fen=line.meant("accumulated"),
        ours=ours,
        why=line["why"],
    )


def difference_words(row: Compared) -> str:
    facts = {"value": format_yuan(row.ours.value_fen), "accumulated": format_yuan(row.ours.accumulated_fen)}
    return _("与台账不符（台账原值 %(value)s，累计折旧 %(accumulated)s），请写差异说明") % facts


def missing_words(card: OurCard) -> str:
    facts = {"number": card.number, "name": card.name}
    return _("台账里的 %(number)s %(name)s不在文件里：补一行，金额写 0 并写差异说明") % facts


def check_classes(lines: Sequence[Line]) -> Checked[ClassRow]:
    return ClassCheck(lines).checked()


class ClassCheck:
    """Against the classes that stand; a line that says the same as they do becomes no row."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.known = {one.code: one for one in Classification.objects.all()}
        self.codes = {code_of(line) for line in lines} | self.known.keys()
        self.stands: dict[str, Any] = dict(self.known)
        self.used = classes_in_use()
        self.seen: dict[str, int] = {}

    def checked(self) -> Checked[ClassRow]:
        faults, rows = [], []
        for line in sorted(
            self.lines, key=lambda one: len(code_of(one))
        ):  # what is above before what leaves things open
            wrong = line.faults() or [line.fault(key, str(what)) for key, what in self.wrong(line) if what]
            faults += wrong
            if not wrong and (row := self.row_of(line)) is not None:
                rows.append(row)
                self.stands[row.code] = row
        return Checked(sorted(rows, key=lambda row: row.line), sorted(faults, key=lambda one: one.line))

    def wrong(self, line: Line) -> list[tuple[str, str]]:
        code = code_of(line)
        first, old = self.seen.setdefault(code, line.number), self.known.get(code)
        is_turned = old is not None and code in self.used and self.kind_of(line) != old.is_depreciable
        return [
            ("code", "" if re.fullmatch(CLASS_SHAPE, code) else _("代码写成 A02、A0201、A020101 这样")),
            ("code", _("与第 %(line)s 行代码相同") % {"line": first} if first != line.number else ""),
            (
                "code",
                ""
                if class_above(code) in {"", *self.codes}
                else _("没有上一级 %(code)s") % {"code": class_above(code)},
            ),
            ("code", _("上一级已有资产，不能再往下分") if old is None and class_above(code) in self.used else ""),
            ("name", "" if line.meant("name") else _("请写名称")),
            ("is_depreciable", _("已有这一类的资产，是否折旧不能改") if is_turned else ""),
        ]

    def kind_of(self, line: Line) -> bool:
        """What the line leaves open is as it was, or as of the class above it."""
        if line["is_depreciable"]:
            return bool(line.meant("is_depreciable"))
        return bool(self.standing(code_of(line), "is_depreciable", usual=True))

    def standing(self, code: str, name: str, *, usual: Any) -> Any:
        while code:
            if code in self.stands:
                return getattr(self.stands[code], name)
            code = class_above(code)
        return usual

    def row_of(self, line: Line) -> ClassRow | None:
        code = code_of(line)
        old = self.known.get(code)
        said = {
            "name": line.meant("name"),
            "measure": line.meant("measure") or self.standing(code, "measure", usual="件"),
            "is_depreciable": self.kind_of(line),
            "holds_data": line.meant("holds_data")
            if line["holds_data"]
            else self.standing(code, "holds_data", usual=False),
        }
        if old is not None and all(getattr(old, name) == value for name, value in said.items()):
            return None
        return ClassRow(line=line.number, code=code, before=old.name if old else "", **said)


def code_of(line: Line) -> str:
    return unspaced(line["code"]).upper()
