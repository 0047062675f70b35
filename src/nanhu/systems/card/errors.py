"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class CardNotFoundError(CampusError):
    code = "card.not_found"
    http_status = 404
    sentence = _("没有找到这张卡。")


class TopUpLimitError(CampusError):
    code = "card.top_up_limit"
    sentence = _("单次充值须在 ¥ 0.01 到 {largest} 之间。")


class BalanceLimitError(CampusError):
    code = "card.balance_limit"
    http_status = 409
    sentence = _("充值后余额将超过上限 {largest}。")


class CashNotAllowedError(CampusError):
    """Ruling 6; a second clerk may record an exception."""

    code = "card.cash_not_allowed"
    http_status = 409
    sentence = _("现金充值只面向教职工和留学生；其他人员须先申请特批，由另一位经办人同意。")


class OwnExceptionError(CampusError):
    code = "card.own_exception"
    http_status = 409
    sentence = _("特批须由另一位经办人复核，不能自己申请自己同意。")


class CardStateError(CampusError):
    code = "card.state"
    http_status = 409
    sentence = _("卡片当前状态是“{state}”，不能办理。")


class ReasonMissingError(CampusError):
    code = "card.reason_missing"
    sentence = _("请写明原因。")


class HistoryExistsError(CampusError):
    code = "card.history_exists"
    http_status = 409
    sentence = _("这些卡已经有交易，历史只能导入一次。")


class ExceptionNotFoundError(CampusError):
    code = "card.exception_not_found"
    http_status = 404
    sentence = _("没有找到这条特批。")


class ExceptionStateError(CampusError):
    code = "card.exception_state"
    http_status = 409
    sentence = _("这条特批{state}，不能再办理。")


class TerminalNotFoundError(CampusError):
    code = "card.terminal_not_found"
    http_status = 404
    sentence = _("没有编号为 {number} 的终端。")
