"""What a vendor may be told instead of an answer. Each code has one status and one sentence; the description lists them."""

from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.systems.card.vendors.models import VendorKey


class ApiError(CampusError):
    """`param` names the member of the request that is wrong; with `keeps_writes` the deed's writes stay."""

    keeps_writes: ClassVar[bool] = False

    @property
    def param(self) -> str:
        return str(self.facts.get("param", ""))


class KeyRefusedError(ApiError):
    code = "key_refused"
    http_status = 401
    sentence = _("没有带有效的密钥：写错了、已停用或已过期。")

    def __init__(self, *, why: str = "", key: VendorKey | None = None) -> None:
        """For our own log; the caller is told neither which of these it was nor that the key's number is one."""
        super().__init__()
        self.why, self.key = why, key


class ScopeMissingError(ApiError):
    code = "scope_missing"
    http_status = 403
    sentence = _("这家单位没有“{scope}”权限。")


class AddressRefusedError(ApiError):
    code = "address_refused"
    http_status = 403
    sentence = _("这个网络地址不在登记的范围里。")


class MerchantRefusedError(ApiError):
    code = "merchant_refused"
    http_status = 403
    sentence = _("这家单位不能替这个商户收款。")


class UnitRefusedError(ApiError):
    code = "unit_refused"
    http_status = 403
    sentence = _("这个部门没有为这家单位担保。")


class RateLimitedError(ApiError):
    code = "rate_limited"
    http_status = 429
    sentence = _("请求太密，请按 Retry-After 稍后再试。")


class ParameterRefusedError(ApiError):
    code = "parameter_refused"
    http_status = 400
    sentence = _("网址里有这里没有的参数，或同一个参数写了两次。")


class BodyRefusedError(ApiError):
    code = "body_invalid"
    http_status = 400
    sentence = _("请求内容不合格式：{why}")


class BodyLargeError(ApiError):
    code = "body_too_large"
    http_status = 413
    sentence = _("请求内容超过 16 KB。")


class ContentTypeRefusedError(ApiError):
    code = "content_type_refused"
    http_status = 415
    sentence = _("请求内容要以 Content-Type: application/json 发来。")


class AddressUnknownError(ApiError):
    code = "address_unknown"
    http_status = 404
    sentence = _("接口里没有这个地址。")


class RequestUnreadableError(ApiError):
    code = "request_unreadable"
    http_status = 400
    sentence = _("这个请求看不懂。")


class IdempotencyKeyMissingError(ApiError):
    code = "idempotency_key_missing"
    http_status = 400
    sentence = _("写操作要带 Idempotency-Key：8 到 80 个可见 ASCII 字符，每件事一个。")


class IdempotencyKeyReusedError(ApiError):
    code = "idempotency_key_reused"
    http_status = 409
    sentence = _("这个 Idempotency-Key 已用于另一件事。")


class SignatureWrongError(ApiError):
    code = "signature_wrong"
    http_status = 401
    sentence = _("Nanhu-Signature 与请求不符：路上被改过，或算法不对。")


class ClockWrongError(ApiError):
    code = "clock_wrong"
    http_status = 401
    sentence = _("签名时间与我们的时钟相差超过五分钟。过时的请求不办。")


class OutcomeUnknownError(ApiError):
    code = "outcome_unknown"
    http_status = 503
    sentence = _("结果未知，请用同一个 Idempotency-Key 再问一次。")


class OutcomeBrokenError(OutcomeUnknownError):
    code = "internal_error"
    http_status = 500
    sentence = _("我们出了错，已记录。请用同一个 Idempotency-Key 再试。")


class CardUnknownError(ApiError):
    code = "card_unknown"
    http_status = 404
    sentence = _("没有这张卡。")


class PaymentUnknownError(ApiError):
    code = "payment_unknown"
    http_status = 404
    sentence = _("没有这笔收款。")


class OrderUnknownError(ApiError):
    code = "order_unknown"
    http_status = 404
    sentence = _("没有这张办卡单。")


class NotFoundError(ApiError):
    code = "not_found"
    http_status = 404
    sentence = _("没有这个接口。")


class MethodRefusedError(ApiError):
    code = "method_refused"
    http_status = 405
    sentence = _("这个地址不接受这种方法。")


class PaymentRefusedError(ApiError):
    """The code or the card says no, in the words of the terminal protocol."""

    http_status = 402
    sentence = "{sentence}"

    @property
    def reason(self) -> str:
        return str(self.facts["reason"])


class PaymentDeclinedError(PaymentRefusedError):
    """card_pay decided: its receipt of the refusal is kept, and a wrong PIN is counted."""

    keeps_writes = True


class ConsentEndedError(ApiError):
    code = "consent_ended"
    http_status = 402
    sentence = _("持卡人没有这项授权，或已收回。")


class ConsentExceededError(ApiError):
    code = "consent_exceeded"
    http_status = 402
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


TYPES: Final = {
    401: "authentication", 402: "card", 403: "permission", 404: "not_found", 409: "conflict", 429: "rate_limit",
    500: "server", 503: "server",
}  # fmt: skip
ERRORS: Final[dict[str, type[ApiError]]] = {
    error.code: error
    for error in (
        KeyRefusedError, ScopeMissingError, AddressRefusedError, MerchantRefusedError, UnitRefusedError,
        RateLimitedError, ParameterRefusedError, BodyRefusedError, BodyLargeError, IdempotencyKeyMissingError, IdempotencyKeyReusedError,
        ContentTypeRefusedError, SignatureWrongError, ClockWrongError, OutcomeUnknownError, OutcomeBrokenError, CardUnknownError,
        PaymentUnknownError, OrderUnknownError, NotFoundError, MethodRefusedError, ConsentEndedError,
        ConsentExceededError, RefundTooLargeError, NothingToRefundError, CardStateRefusedError, NotYourBlockError,
        OrderRefusedError,
    )
}  # fmt: skip
PAYMENT_REFUSALS: Final = (
    "card_lost", "card_frozen", "card_expired", "card_replaced", "card_closed", "no_right", "balance_short",
    "pin_required", "pin_wrong", "pin_locked", "pin_unset", "pin_unreadable", "code_wrong", "code_expired", "code_used", "code_revoked",
    "terminal_off",
)  # fmt: skip
"""Codes of status 402: the words of the terminal protocol (card/protocol.py), whose sentences they carry."""


class ServiceError(CampusError):
    """Expected failures of the desk's pages."""


class VendorNotFoundError(ServiceError):
    code = "card.vendor_not_found"
    http_status = 404
    sentence = _("没有找到这家单位。")


class KeyNotFoundError(ServiceError):
    code = "card.vendor_key_not_found"
    http_status = 404
    sentence = _("没有找到这把密钥。")


class AddressesMissingError(ServiceError):
    code = "card.vendor_addresses_missing"
    http_status = 409
    sentence = _("正式密钥要先登记可以使用它的网络地址。")


class TooManyKeysError(ServiceError):
    code = "card.vendor_keys_too_many"
    http_status = 409
    sentence = _("每家单位每种密钥最多同时有 {most} 把，请先停用一把。")


class WebhookAddressError(ServiceError):
    code = "card.vendor_webhook_address"
    http_status = 422
    sentence = _("通知地址要以 https:// 开头，不能指向校内网络；样例校园里可以是 http://localhost。")
