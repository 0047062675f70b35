"""Expected failures of closing, settlement and corrections."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError, InvalidError


class StatementTooLongError(ConflictError):
    code = "card.statement_too_long"
    sentence = _("一份对账单最多 {days} 天，请分段下载。")


class NoContractError(ConflictError):
    code = "card.no_contract"
    sentence = _("{merchant}没有有效的结算合同。")


class ContractOverlapsError(ConflictError):
    code = "card.contract_overlaps"
    sentence = _("{merchant}在这段时间已有合同，请先写明前一份的结束日期。")


class ContractDayError(InvalidError):
    code = "card.contract_day"
    sentence = _("这份合同从 {day} 起，或已结算到那天：结束日期不能更早。")
    field = "on"


class NoAccountError(InvalidError):
    code = "card.no_account"
    sentence = _("没有这个学工号的账号。")
    field = "campus_no"


class NothingToPayError(ConflictError):
    code = "card.nothing_to_pay"
    sentence = _("没有待付款的结算。")


class NotInPayoutError(InvalidError):
    code = "card.not_in_payout"
    sentence = _("这份文件里没有结算单 {numbers}，没有改动。请照文件里的单号填写。")
    field = "unpaid"


class PayoutStateError(ConflictError):
    code = "card.payout_state"
    sentence = _("这份付款文件{state}。")


class OwnContractError(ConflictError):
    code = "card.own_contract"
    sentence = _("{merchant}的合同是您录入的，确认付款须由另一位经办人办理。")


class NotCorrectableError(ConflictError):
    code = "card.not_correctable"
    sentence = _("这笔交易不能更正：{why}。")


class BillFateMissingError(InvalidError):
    """A row that paid a bill: whether the bill is owed again does not follow from the row."""

    code = "card.bill_fate_missing"
    sentence = _("这笔交易缴了“{bill}”，请选更正后这张应缴单还要不要缴。")
    field = "bill"
