"""What all offices do alike: cells of a person, the second row of a duplicate, and the faults that reject a row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nanhu.sample import codes, id_numbers
from nanhu.sample.dirt import variant_name
from nanhu.sample.names.tables import fold
from nanhu.sample.rows import Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from random import Random

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human
    from nanhu.sample.rows import Cell, Layout, Row

FAULTS = (
    "campus_no_missing", "campus_no_malformed", "name_missing", "name_invalid", "document_missing", "document_precision",
    "document_malformed", "document_date", "document_checksum", "category_unknown", "unit_unknown", "date_invalid",
    "dates_reversed",
)  # fmt: skip
DUPLICATES = ("duplicate_phone", "duplicate_name", "duplicate_same", "changed_document", "changed_name")

type Write = Callable[[Human, Affiliation, Dirt], Row]


def person_cells(layout: Layout, human: Human, dirt: Dirt, *, old_forms: bool) -> tuple[dict[str, Cell], Claim]:
    """The cells every office has of a person, and what they say."""
    sex, sex_said = codes.sex_cell(dirt, human)
    ethnic, ethnic_said = codes.ethnic_cell(dirt, human)
    phone, phone_said = phone_cell(dirt, human.phone)
    cells: dict[str, Cell] = {
        layout.name: dirt.name(human.name),
        layout.sex: sex,
        layout.ethnic: ethnic,
        layout.nationality: codes.country_cell(dirt, human),
        layout.document_kind: codes.document_kind_cell(dirt, human),
        layout.document: dirt.document(human.document_number, birth_date=human.birth_date, old_forms=old_forms),
        layout.phone: phone,
    }
    claim = Claim(
        name=human.name, sex=sex_said, birth_date=human.birth_date, nationality=human.nationality,
        document_kind=human.document_kind, document_number=human.document_number, ethnic=ethnic_said, phone=phone_said,
    )  # fmt: skip
    return cells, claim


def birth_on_paper(dirt: Dirt, human: Human) -> date:
    """The birth date the office wrote; now and then it contradicts the ID number, which is right."""
    has_number = len(human.document_number) == 18 and human.document_number[:17].isdecimal()
    if has_number and dirt.happens("contradicting_columns"):
        return human.birth_date + timedelta(days=dirt.rng.choice((-30, -1, 1, 10, 365)))
    return human.birth_date


def phone_cell(dirt: Dirt, phone: str) -> tuple[str, str | None]:
    if dirt.happens("bad_phone"):
        place = dirt.rng.randrange(3, 11)
        return dirt.rng.choice((phone[:place] + phone[place + 1 :], "无", "")), None
    return dirt.phone(phone), phone


# --- rows that come twice ---


def rows_of(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt) -> list[Row]:
    """The row of a person in an office's list: once, or twice when something happened in between."""
    kind = "" if human.is_cast else dirt.first_of(DUPLICATES)
    if not kind:
        return [write(human, affiliation, dirt)]
    if kind == "changed_document":
        return _after_change(write, human, affiliation, dirt, document_number=_other_number(dirt.rng, human))
    if kind == "changed_name":
        return _after_change(write, human, affiliation, dirt, name=_other_name(dirt.rng, human))
    first = write(human, affiliation, dirt)
    second = _again(write, human, affiliation, dirt, kind=kind)
    return [first, second]


def _again(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt, *, kind: str) -> Row:
    phone, name = human.phone, human.name
    if kind == "duplicate_phone":
        human.phone = f"{phone[:3]}{dirt.rng.randrange(10**8):08d}"
        return write(human, affiliation, dirt)  # the new number is the true one from now on
    if kind == "duplicate_name":
        human.name = variant_name(dirt.rng, name)
    row = write(human, affiliation, dirt)
    human.name = name
    return row


def _after_change(write: Write, human: Human, affiliation: Affiliation, dirt: Dirt, **before: str) -> list[Row]:
    """A row from before a change of name or number, and the row after it with a remark."""
    now = {what: getattr(human, what) for what in before}
    if before == now:
        dirt.count["changed_name" if "name" in before else "changed_document"] -= 1
        return [write(human, affiliation, dirt)]
    for what, value in before.items():
        setattr(human, what, value)
    first = write(human, affiliation, dirt)
    for what, value in now.items():
        setattr(human, what, value)
    second = write(human, affiliation, dirt)
    remark = "备注" if "备注" in second.cells else "登记说明"
    second.cells[remark] = f"原名{before['name']}" if "name" in before else f"证件号变更，原{before['document_number']}"
    return [first, second]


def _other_number(rng: Random, human: Human) -> str:
    number = human.document_number
    if human.document_kind != "resident_id" or len(human.affiliations) > 1:
        return number
    order = (int(number[14:17]) + 2 * rng.randint(1, 200)) % 998
    other = id_numbers.eighteen_digits(area=number[:6], birth=human.birth_date, order=order)
    return other if other[14:17] != number[14:17] else number


def _other_name(rng: Random, human: Human) -> str:
    if human.ethnic not in {"01", "15"} or len(human.affiliations) > 1:
        return human.name
    other = human.name[0] + rng.choice(("子豪", "小红", "思远", "文静", "海燕", "建军", "佳怡", "一鸣"))
    return other if fold(other) != fold(human.name) else human.name


def in_order(groups: Iterable[list[Row]], rng: Random) -> list[Row]:
    """First rows in their order; second rows some way below, as if added later."""
    placed: list[tuple[float, Row]] = []
    for place, rows in enumerate(groups):
        placed.append((place, rows[0]))
        placed.extend((place + rng.randint(1, 300) + 0.5, row) for row in rows[1:])
    placed.sort(key=lambda pair: pair[0])
    return [row for _, row in placed]


# --- faults ---


def spoil_some(rows: Iterable[list[Row]], layout: Layout, dirt: Dirt) -> None:
    """Give some rows, of people whose row comes once, one fault for which they must be rejected."""
    for group in rows:
        row = group[0]
        if len(group) > 1 or row.human is None or row.human.is_cast:
            continue
        for fault in FAULTS:
            if dirt.rng.random() < getattr(dirt.rates, fault) and _spoil(row, layout, dirt.rng, fault):
                row.fault = fault
                dirt.count[fault] += 1
                break


def _spoil(row: Row, layout: Layout, rng: Random, fault: str) -> bool:
    if fault.startswith("document"):
        return _spoil_document(row, layout, rng, fault)
    if fault in {"date_invalid", "dates_reversed"}:
        return _spoil_dates(row, layout, rng, fault)
    if fault == "unit_unknown":
        for column in layout.unit:
            row.spoil(
                column,
                rng.choice(("9999", "", "0"))
                if column.endswith("代码")
                else rng.choice(("待分配", "", "新校区筹备组")),
            )
        return True
    column, value = _spoiled_text(row, layout, rng, fault)
    row.spoil(column, value)
    return True


def _spoiled_text(row: Row, layout: Layout, rng: Random, fault: str) -> tuple[str, str]:
    name = row.claim.name or ""
    match fault:
        case "campus_no_missing":
            return layout.campus_no, rng.choice(("", " ", "\u3000"))
        case "campus_no_malformed":
            return layout.campus_no, malformed_campus_no(rng, row.campus_no)
        case "name_missing":
            return layout.name, rng.choice(("", " "))
        case "name_invalid":
            return layout.name, rng.choice((name[:1] + "?", name[:1] + "□", name[:-1] + "??", "测试"))
        case _:
            return layout.category, rng.choice(codes.CATEGORY_UNKNOWN)


def malformed_campus_no(rng: Random, campus_no: str) -> str:
    if campus_no.startswith("L"):
        return rng.choice((campus_no[:-2], "待编号", campus_no + "-1"))
    if campus_no.startswith("00"):
        return rng.choice(("待编号", campus_no + "7", campus_no[:5] + "A" + campus_no[6:]))
    return rng.choice((campus_no[:-1], f"{int(campus_no):.5E}", campus_no[:4] + "O" + campus_no[5:], campus_no + "1"))


def _spoil_document(row: Row, layout: Layout, rng: Random, fault: str) -> bool:
    number = row.claim.document_number or ""
    if fault == "document_missing":
        row.spoil(layout.document, rng.choice(("", " ", "无")))
        return True
    if row.claim.document_kind != "resident_id":
        return False
    spoiled = _spoiled_number(rng, number, fault)
    if spoiled is None:
        return False
    row.spoil(layout.document, spoiled)
    row.cells[layout.document_kind] = "居民身份证"
    return True


def _spoiled_number(rng: Random, number: str, fault: str) -> Cell:
    match fault:
        case "document_precision":
            lost = number[:15] + "000"
            return None if number.endswith("X") or id_numbers.is_checksum_right(lost) else f"{float(lost):.5E}"
        case "document_malformed":
            return rng.choice((number[:9] + number[10:], number[:-2], number + "1"))
        case "document_date":
            first_17 = number[:10] + rng.choice(("13", "00", "19")) + number[12:17]
            return first_17 + id_numbers.check_character(first_17)
        case _:
            wrong = (id_numbers.CHECK_CHARACTERS.index(number[17]) + rng.randint(1, 10)) % 11
            return number[:17] + id_numbers.CHECK_CHARACTERS[wrong]


def _spoil_dates(row: Row, layout: Layout, rng: Random, fault: str) -> bool:
    affiliation = row.claim.affiliation
    if affiliation is None:
        return False
    if fault == "date_invalid":
        row.spoil(
            layout.start,
            rng.choice(("", "不详", f"{affiliation.starts_on.year}.13.1", f"{affiliation.starts_on.year}-02-30")),
        )
        return True
    if affiliation.ends_on is None:
        return False
    row.spoil(layout.end, f"{affiliation.starts_on.year - 1}-03-01")
    return True


def take_numbers(rows: list[Row], layout: Layout, dirt: Dirt) -> None:
    """Some rows carry the campus number of somebody further up: the later row must be rejected."""
    by_human: dict[str, int] = {}
    for row in rows:
        if row.human:
            by_human[row.human.key] = by_human.get(row.human.key, 0) + 1
    earlier: list[Row] = []
    for row in rows:
        if (
            row.human is None
            or row.fault
            or row.human.is_cast
            or len(row.human.affiliations) > 1
            or by_human[row.human.key] > 1
        ):
            continue
        owner = dirt.rng.choice(earlier) if earlier and dirt.happens("campus_no_taken") else None
        if owner and owner.human and not set(owner.human.name) & set(row.human.name):
            row.spoil(layout.campus_no, owner.campus_no)
            row.fault = "campus_no_taken"
        else:
            earlier.append(row)
