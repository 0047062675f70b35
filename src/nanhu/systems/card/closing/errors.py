"""Expected failures of closing, settlement and corrections."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class StatementTooLongError(CampusError):
    code = "card.statement_too_long"
    http_status = 409
    sentence = _("一份对账单最多 {days} 天，请分段下载。")


class RangeReversedError(CampusError):
    code = "card.range_reversed"
    http_status = 422
    sentence = _("结束日期 {last} 在开始日期 {first} 之前，请把两个日期对调。")


class NoContractError(CampusError):
    code = "card.no_contract"
    http_status = 409
    sentence = _("{merchant}没有有效的结算合同。")


class ContractOverlapsError(CampusError):
    code = "card.contract_overlaps"
    http_status = 409
    sentence = _("{merchant}在这段时间已有合同，请先写明前一份的结束日期。")


class ContractDayError(CampusError):
    code = "card.contract_day"
    http_status = 422
    sentence = _("这份合同从 {day} 起，或已结算到那天：结束日期不能更早。")
    field = "on"


class NoAccountError(CampusError):
    code = "card.no_account"
    http_status = 422
    sentence = _("没有这个学工号的账号。")
    field = "campus_no"


class NothingToPayError(CampusError):
    code = "card.nothing_to_pay"
    http_status = 409
    sentence = _("没有待付款的结算。")


class NotInPayoutError(CampusError):
    code = "card.not_in_payout"
    http_status = 422
    sentence = _("这份文件里没有结算单 {numbers}，没有改动。请照文件里的单号填写。")
    field = "unpaid"


class PayoutStateError(CampusError):
    code = "card.payout_state"
    http_status = 409
    sentence = _("这份付款文件{state}。")


class OwnContractError(CampusError):
    code = "card.own_contract"
    http_status = 409
    sentence = _("{merchant}的合同是您录入的，确认付款须由另一位经办人办理。")


class NotCorrectableError(CampusError):
    code = "card.not_correctable"
    http_status = 409
    sentence = _("这笔交易不能更正：{why}。")


class BillFateMissingError(CampusError):
    """A row that paid a bill: whether the bill is owed again does not follow from the row."""

    code = "card.bill_fate_missing"
    http_status = 422
    sentence = _("这笔交易缴了“{bill}”，请选更正后这张应缴单还要不要缴。")
    field = "bill"


class ReceiptNotFoundError(CampusError):
    code = "card.receipt_not_found"
    http_status = 404
    sentence = _("没有找到这笔交易。")
