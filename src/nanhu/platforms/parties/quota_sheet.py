"""The sheet of quotas (指标表) that the finance office fills in from the treasury's paper, and what is wrong with it, checked as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.folding import unspaced
from nanhu.kernel.money import parse_yuan, plain_yuan
from nanhu.kernel.sheets import Checked, Column, Fault, Line, Sheet, choice, phrase
from nanhu.platforms.parties.errors import NotACodeError, NotAYearError
from nanhu.platforms.parties.models import SAID, QuotaLine, QuotaListRow
from nanhu.platforms.parties.queries import newest_quotas, quotas_in_force

Change = QuotaListRow.Change
YES, NO = "是", "否"
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_CODE: Final = 60


def code(said: str) -> str:
    """Figures, letters and signs, half width."""
    found = unspaced(said)
    if len(found) > LONGEST_CODE or not found.isascii() or not found.isprintable():
        raise NotACodeError
    return found


def year(said: str) -> int:
    found = unspaced(said).removesuffix("年")
    if not found.isdecimal() or not FIRST_YEAR <= int(found) <= LAST_YEAR:
        raise NotAYearError
    return int(found)


def signed_yuan(said: str) -> int:
    """In fen; what is taken back (追减) is less than nothing."""
    found = unspaced(said)
    return -parse_yuan(found[1:]) if found.startswith(("-", "−")) else parse_yuan(found)


QUOTAS: Final = Sheet(
    Column("number", "指标编号", also=("指标ID", "bgt_id"), kind=code, needed=True, width=34),
    Column("document", "指标文号", also=("文号",), kind=phrase(80), needed=True, width=24),
    Column("year", "年度", also=("预算年度",), kind=year, needed=True, width=8),
    Column("agency", "单位代码", also=("预算单位代码",), kind=code, needed=True),
    Column("fund_type", "资金性质代码", kind=code),
    Column("function", "支出功能分类代码", kind=code, width=18),
    Column("government_class", "政府经济分类代码", kind=code, width=18),
    Column("department_class", "部门经济分类代码", kind=code, width=18),
    Column("project", "项目代码", kind=code, width=24),
    Column("amount_fen", "指标金额（元）", also=("金额（元）", "金额"), kind=signed_yuan, needed=True, width=16),
    Column("is_withdrawn", "是否撤销", kind=choice({YES: True, NO: False}), choices=(YES, NO), width=10),
    most=5_000,
    named_by=("number",),
)


def check_quotas(lines: Sequence[Line]) -> Checked[QuotaListRow]:
    """Rows beside what stands, or what is wrong by line."""
    faults = [fault for line in lines for fault in line.faults()]
    faults += [] if faults else list(beside_each_other(lines))
    if faults:
        return Checked(rows=[], faults=faults)
    known = {one.number: one for one in newest_quotas().filter(number__in=[code(line["number"]) for line in lines])}
    faults = [fault for line in lines if (fault := beside_known(line, known.get(code(line["number"]))))]
    rows = [] if faults else [row_of(line, known.get(code(line["number"]))) for line in lines]
    return Checked(rows=rows, faults=faults)


def beside_each_other(lines: Sequence[Line]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line in lines:
        at = first.setdefault(code(line["number"]), line.number)
        if at != line.number:
            yield line.fault("number", _("与第 %(line)s 行是同一条指标") % {"line": at})


def beside_known(line: Line, known: QuotaLine | None) -> Fault | None:
    if known is not None and known.quota_list_id is None:
        return line.fault("number", _("这条指标由财政一体化读来，以那边为准"))
    is_gone = known is None or known.is_withdrawn
    if is_gone and line["is_withdrawn"] and line.meant("is_withdrawn"):
        return line.fault("is_withdrawn", _("没有这条指标，不用撤销"))
    return None


def row_of(line: Line, known: QuotaLine | None) -> QuotaListRow:
    said = {key: line.meant(key) if line[key] else "" for key in SAID}
    row = QuotaListRow(line=line.number, **said | {"is_withdrawn": bool(said["is_withdrawn"])})
    row.before_fen = known.amount_fen if known is not None and not known.is_withdrawn else None
    row.change = change_of(row, known)
    return row


def change_of(row: QuotaListRow, known: QuotaLine | None) -> str:
    """What it would do to what stands."""
    if known is not None and facts_of(row) == facts_of(known):
        return Change.SAME
    if row.is_withdrawn:
        return Change.WITHDRAWN
    return Change.NEW if known is None or known.is_withdrawn else Change.CHANGED


def facts_of(one: QuotaListRow | QuotaLine) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SAID}


def as_typed(one: QuotaLine) -> Mapping[str, str]:
    """A line of the sheet, as it would be handed in."""
    sign = "-" if one.amount_fen < 0 else ""
    said = {name: str(value) for name, value in facts_of(one).items()}
    return said | {"amount_fen": sign + plain_yuan(abs(one.amount_fen)), "is_withdrawn": NO}


def filled() -> bytes:
    """With every quota of a list that holds: those that the treasury says itself are not changed by a sheet."""
    rows = quotas_in_force().exclude(quota_list=None).order_by("number")
    return QUOTAS.form([as_typed(one) for one in rows], name="指标表")
