"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError
from nanhu.kernel.money import format_yuan

LARGEST_FEN = 10**12


class InsufficientFundsError(ConflictError):
    """A guarded account would fall below its floor."""

    code = "ledger.insufficient_funds"
    sentence = _("账户余额不足。")


class EntryKeyReusedError(ConflictError):
    """The same idempotency key came with other money."""

    code = "ledger.entry_key_reused"
    sentence = _("这个业务编号已经用于另一笔账，不能再用。")


class UnknownAccountError(NotFoundError):
    code = "ledger.unknown_account"
    sentence = _("账户 {code} 不存在。")


class AlreadyReversedError(ConflictError):
    code = "ledger.already_reversed"
    sentence = _("这笔账已经冲正过了。")


class FeeItemMissingError(ConflictError):
    """A fee that no rule of this day allows is never charged as if it were free."""

    code = "ledger.fee_item_missing"
    sentence = _("收费项目“{item}”今天没有生效的收费标准，不能开单。")


class FeeCeilingError(ConflictError):
    code = "ledger.fee_ceiling"
    sentence = _("有一笔超过了收费许可的上限，没有开单。")


class BillClosedError(ConflictError):
    code = "ledger.bill_closed"
    sentence = _("应缴单 {number} 现在是“{state}”，不能这样办理。")


class BillOverpaidError(ConflictError):
    """Another payer was first, or the sum is above what is owed."""

    code = "ledger.bill_overpaid"
    sentence = _("应缴单 {number} 只差 {owed}，不能收这么多。")


class DeferralPastError(CampusError):
    code = "ledger.deferral_past"
    http_status = 422
    sentence = _("缓缴到 {until} 已经过去，请写今天或以后的日子。")


class FundShortError(ConflictError):
    code = "ledger.fund_short"
    sentence = _("额度不够：可用 {available}。")


class FundUnitError(CampusError):
    code = "ledger.fund_unit"
    http_status = 422
    field = "code"
    sentence = _("没有代码是 {code} 的单位，额度没有开立。")


class ReservationShortError(ConflictError):
    code = "ledger.reservation_short"
    sentence = _("这笔占用只剩 {held}。")


class SumRefusedError(CampusError):
    """Nothing, less than nothing, or more than a posting holds."""

    code = "ledger.sum_refused"
    http_status = 422
    sentence = _("金额须大于零，并且不超过 {most}。")


def checked_sum(fen: int) -> int:
    if not 0 < fen <= LARGEST_FEN:
        raise SumRefusedError(most=format_yuan(LARGEST_FEN))
    return fen


class DayNotOverError(CampusError):
    code = "ledger.day_not_over"
    sentence = _("{day} 还没有过完，或者那天开始的记账还没有结束：这时导出，余额和分录对不上，请稍后再导出。")


class DaysTurnedError(CampusError):
    code = "ledger.days_turned"
    sentence = _("开始的日子在结束的日子之后。")
