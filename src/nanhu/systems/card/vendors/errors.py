"""What a vendor may be answered about cards and payments instead of a result, and the pages' own refusals."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.platforms.openapi.api import ApiError, UsedUpTodayError


class MerchantRefusedError(ApiError):
    code = "merchant_refused"
    http_status = 403
    sentence = _("这家单位不能替这个商户收款。")


class UnitRefusedError(ApiError):
    code = "unit_refused"
    http_status = 403
    sentence = _("这个部门没有为这家单位担保。")


class CardUnknownError(ApiError):
    code = "card_unknown"
    http_status = 404
    sentence = _("没有这张卡。")


class DayLimitError(UsedUpTodayError):
    code = "day_limit"
    sentence = _("今天按学工号查卡或停卡的次数已到上限，请联系校园卡管理办公室。")


class PaymentUnknownError(ApiError):
    code = "payment_unknown"
    http_status = 404
    sentence = _("没有这笔收款。")


class OrderUnknownError(ApiError):
    code = "order_unknown"
    http_status = 404
    sentence = _("没有这张办卡单。")


class CardRefusedError(ApiError):
    kind = "card"
    http_status = 402


class PaymentRefusedError(CardRefusedError):
    """The code or the card says no, in the words of the terminal protocol."""

    sentence = "{sentence}"

    @property
    def own_code(self) -> str:
        return str(self.facts["reason"])


class PaymentDeclinedError(PaymentRefusedError):
    """card_pay decided: its receipt of the refusal is kept, and a wrong PIN is counted."""

    keeps_writes = True


class ConsentEndedError(CardRefusedError):
    code = "consent_ended"
    sentence = _("持卡人没有这项授权，或已收回。")


class ConsentExceededError(CardRefusedError):
    code = "consent_exceeded"
    sentence = _("超过持卡人授权的每笔金额，请改用付款码。")


class RefundTooLargeError(ApiError):
    code = "refund_too_large"
    http_status = 409
    sentence = _("退款超过这笔收款剩下的金额。")


class NothingToRefundError(ApiError):
    code = "nothing_to_refund"
    http_status = 409
    sentence = _("这笔收款没有扣款，无款可退。")


class CardStateRefusedError(ApiError):
    code = "card_state"
    http_status = 409
    sentence = _("这张卡现在的状态不能这样办。")


class NotYourBlockError(ApiError):
    code = "not_your_block"
    http_status = 409
    sentence = _("这张卡不是您停的，只能由本人带证件到柜台恢复。")


class OrderRefusedError(ApiError):
    code = "order_refused"
    http_status = 422
    sentence = _("办卡申请有填错的地方：{why}")


ERRORS: Final = (
    MerchantRefusedError,
    UnitRefusedError,
    CardUnknownError,
    DayLimitError,
    PaymentUnknownError,
    OrderUnknownError,
    ConsentEndedError,
    ConsentExceededError,
    RefundTooLargeError,
    NothingToRefundError,
    CardStateRefusedError,
    NotYourBlockError,
    OrderRefusedError,
)
PAYMENT_REFUSALS: Final = (
    "card_lost",
    "card_frozen",
    "card_expired",
    "card_replaced",
    "card_closed",
    "no_right",
    "balance_short",
    "pin_required",
    "pin_wrong",
    "pin_locked",
    "pin_unset",
    "pin_unreadable",
    "code_wrong",
    "code_expired",
    "code_used",
    "code_revoked",
    "terminal_off",
)
"""Codes of status 402: the words of the terminal protocol (card/protocol.py), whose sentences they carry."""
