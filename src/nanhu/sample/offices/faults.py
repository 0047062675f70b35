"""The faults for which a row must be rejected, each written so that exactly one rule of the office catches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample import codes, id_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.rows import Cell, Layout, Row

FAULTS = (
    "campus_no_missing",
    "campus_no_malformed",
    "name_missing",
    "name_invalid",
    "document_missing",
    "document_precision",
    "document_malformed",
    "document_date",
    "document_checksum",
    "category_unknown",
    "unit_unknown",
    "date_invalid",
    "dates_reversed",
)


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
