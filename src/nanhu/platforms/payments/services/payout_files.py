"""The file that goes to the bank and the one that comes back. Pure text; numbers and tokens only, no card number."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import parse_yuan, plain_yuan
from nanhu.kernel.sheets import Column, FaultyRowsError, Sheet
from nanhu.kernel.sheets.writing import csv_lines
from nanhu.platforms.payments.models import BankPayout, PayoutFile
from nanhu.platforms.payments.purposes import PURPOSES
from nanhu.platforms.payments.services.payouts import Result

OUT = ("付款编号", "协议号", "卡尾号", "户名", "金额", "用途")
BACK = ("付款编号", "金额", "结果", "银行流水号", "入账日期", "原因")
RESULTS = Sheet(*(Column(head, head, needed=True) for head in BACK), most=60_000, named_by=BACK[:1])
A_DAY = timedelta(days=1)
PAID, RETURNED = "成功", "失败"
"""Words of the file, agreed with the bank: the same in whatever language the clerk works."""


def payout_lines(file: PayoutFile) -> Iterator[str]:
    return csv_lines(
        OUT,
        (
            (one.number, one.token, one.tail, one.name, plain_yuan(one.amount_fen), PURPOSES[one.purpose].words)
            for one in file.payouts.order_by("pk")
        ),
    )


def read_payout_results(file: PayoutFile, content: bytes) -> list[Result]:
    """Each line must be a payout of this file, once, with its sum; one that does not fit and none is taken."""
    ours = {one.number: one for one in file.payouts.all()}
    results, faults, seen = [], [], set()
    for line in RESULTS.read(content):
        said = line.said
        column, what = fault_of(said, ours.get(said["付款编号"]), is_repeated=said["付款编号"] in seen)
        seen.add(said["付款编号"])
        if what:
            faults.append(line.fault(column, what))
        else:
            results.append(result_of(said))
    if faults:
        raise FaultyRowsError(count=len(faults), faults=faults)
    return results


def fault_of(said: Mapping[str, str], payout: BankPayout | None, *, is_repeated: bool) -> tuple[str, str]:
    """The column and what is wrong in it; nothing where nothing is."""
    if payout is None or is_repeated:
        return "付款编号", _("同一笔付款出现了两次") if payout else _("不是这个代付文件里的付款")
    if said["结果"] not in {PAID, RETURNED}:
        return "结果", _("结果只能是“成功”或“失败”")
    if fen_of(said["金额"]) != payout.amount_fen:
        return "金额", _("金额与送出的不一致")
    if said["结果"] == PAID and (what := day_fault(said, payout)):
        return "入账日期", what
    state = BankPayout.State.PAID if said["结果"] == PAID else BankPayout.State.RETURNED
    if payout.state not in {BankPayout.State.ASKED, state}:
        return "结果", _("这笔已经是“%(state)s”") % {"state": payout.get_state_display()}
    return "", ""


def day_fault(said: Mapping[str, str], payout: BankPayout) -> str:
    day = day_of(said["入账日期"])
    if not said["银行流水号"] or day is None:
        return _("成功的付款要有银行流水号和入账日期")
    is_after = campus_time(payout.created_at).date() - A_DAY <= day <= campus_today() + A_DAY
    return "" if is_after else _("入账日期不在送出文件以后")


def result_of(said: Mapping[str, str]) -> Result:
    is_paid = said["结果"] == PAID
    return Result(
        number=said["付款编号"],
        is_paid=is_paid,
        reference=said["银行流水号"][:60],
        sentence=said["原因"][:200],
        settled_on=day_of(said["入账日期"]) if is_paid else None,
    )


def fen_of(text: str) -> int | None:
    try:
        return parse_yuan(text)
    except CampusError:
        return None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
