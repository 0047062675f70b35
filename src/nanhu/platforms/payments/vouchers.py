"""Vouchers for the school's accounts (政府会计凭证): what groups of accounts moved, under the codes of the school's file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.translation import gettext as _

from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.school import school
from nanhu.kernel.school.tables import Table
from nanhu.kernel.sheets.writing import csv_lines
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.account_groups import account_groups, group_name
from nanhu.platforms.payments.services.days import by_group

OTHER = ("1899", "待处理-未配置科目")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    code: str
    name: str
    group: str
    debit_fen: int
    credit_fen: int


def codes() -> dict[str, tuple[str, str]]:
    """The table [payments.voucher_codes] of the school's file ("payments.bank" = ["1002", "银行存款"]) over what the rooms entered."""
    table = school().table("payments.voucher_codes")
    known = {one.key: (one.code, one.title) for one in account_groups}
    return known | {group: pair_of(table, group) for group in table.members}


def pair_of(table: Table, group: str) -> tuple[str, str]:
    match table.members[group]:
        case [str(code), str(name)]:
            return code, name
    raise table.fault(group, table.members[group], '["1002", "银行存款"]')


def voucher(first: date, last: date) -> list[VoucherLine]:
    """Debit and credit of every group between two days, both included; both sides add up to the same."""
    known = codes()
    lines = [
        VoucherLine(
            code=known.get(row.group, OTHER)[0],
            name=known.get(row.group, OTHER)[1],
            group=row.group,
            debit_fen=row.debit_fen,
            credit_fen=row.credit_fen,
        )
        for row in by_group(ledger.moved_between(start_of(first), end_of(last)))
    ]
    return sorted(lines, key=lambda line: (line.code, line.group))


def number_of(first: date, last: date) -> str:
    return f"SF-{first:%Y%m%d}-{last:%Y%m%d}"


def voucher_csv(first: date, last: date) -> Iterator[str]:
    number, day = number_of(first, last), last.isoformat()
    heads = [_("凭证号"), _("日期"), _("摘要"), _("科目编码"), _("科目名称"), _("借方（元）"), _("贷方（元）")]
    return csv_lines(
        heads,
        (
            [
                number,
                day,
                group_name(line.group),
                line.code,
                line.name,
                plain_yuan(line.debit_fen),
                plain_yuan(line.credit_fen),
            ]
            for line in voucher(first, last)
        ),
    )


def voucher_xml(first: date, last: date) -> bytes:
    root = Element(
        "voucher",
        number=number_of(first, last),
        date=last.isoformat(),
        first=first.isoformat(),
        format="nanhu-voucher-1",
    )
    for line in voucher(first, last):
        SubElement(
            root,
            "line",
            code=line.code,
            name=line.name,
            group=line.group,
            debit=plain_yuan(line.debit_fen),
            credit=plain_yuan(line.credit_fen),
        )
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text
