"""What a vendor may be answered instead of a result. Each code has one status and one sentence; the description lists them."""

from datetime import timedelta
from math import ceil
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import read_only
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.openapi.models import ApiKey


class ApiError(CampusError):
    """The fact `param` names the member of the request that is wrong.

    `kind` is the `type` of the response where its status does not say it; `own_code` its code where the class does not.
    """

    kind: ClassVar[str] = ""

    @property
    def own_code(self) -> str:
        return self.code

    @property
    def retry_after(self) -> int:
        """In seconds; 0 where no time is known."""
        return 0


class UsedUpTodayError(ApiError):
    """What a day had is used up: asked again before it is over, the answer is the same."""

    http_status = 429

    @property
    def retry_after(self) -> int:
        return ceil((start_of(campus_today() + timedelta(days=1)) - now()).total_seconds())


class KeyRefusedError(ApiError):
    code = "key_refused"
    http_status = 401
    sentence = _("没有带有效的密钥：写错了、已停用或已过期。")

    def __init__(self, *, why: str = "", key: ApiKey | None = None) -> None:
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


class RateLimitedError(ApiError):
    code = "rate_limited"
    http_status = 429
    sentence = _("请求太密，请按 Retry-After 稍后再试。")

    def __init__(self, *, seconds: int = 1) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds

    @property
    def retry_after(self) -> int:
        return self.seconds


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
    sentence = _("请求内容超过 {most} KB。")


class ContentTypeRefusedError(ApiError):
    code = "content_type_refused"
    http_status = 415
    sentence = _("请求内容要以 Content-Type: application/json 发来。")


class AddressUnknownError(ApiError):
    code = "address_unknown"
    http_status = 404
    sentence = _("接口里没有这个地址。")


class InterfaceMissingError(ApiError):
    """Of a room that is not installed here: a key may still have its scopes."""

    code = "interface_not_installed"
    http_status = 404
    sentence = _("这里没有装“{interface}”的接口。")


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


class NowReadOnlyError(ApiError):
    """Nothing was done, now or before with this Idempotency-Key: what was done is answered as ever."""

    code = "read_only"
    http_status = 503
    sentence = _("学校启用了应急只读，这件事没有办。请按 Retry-After 稍后用同一个 Idempotency-Key 再送。")

    @property
    def retry_after(self) -> int:
        return read_only.RETRY_SECONDS


class MethodRefusedError(ApiError):
    code = "method_refused"
    http_status = 405
    sentence = _("这个地址不接受这种方法。")


TYPES: Final = {
    401: "authentication",
    403: "permission",
    404: "not_found",
    409: "conflict",
    429: "rate_limit",
    500: "server",
    503: "server",
}
ERRORS: Final[dict[str, type[ApiError]]] = {
    error.code: error
    for error in (
        KeyRefusedError,
        ScopeMissingError,
        AddressRefusedError,
        RateLimitedError,
        ParameterRefusedError,
        BodyRefusedError,
        BodyLargeError,
        ContentTypeRefusedError,
        AddressUnknownError,
        InterfaceMissingError,
        RequestUnreadableError,
        IdempotencyKeyMissingError,
        IdempotencyKeyReusedError,
        SignatureWrongError,
        ClockWrongError,
        OutcomeUnknownError,
        OutcomeBrokenError,
        NowReadOnlyError,
        MethodRefusedError,
    )
}


class ServiceError(CampusError):
    """Expected failures of the desk's pages."""


class ScopeUnknownError(ServiceError):
    code = "openapi.scope_unknown"
    http_status = 422
    field = "scopes"
    sentence = _("没有装提供“{scope}”的业务，不能给。")


class AddressesMissingError(ServiceError):
    code = "openapi.addresses_missing"
    http_status = 422
    sentence = _("正式密钥要先登记可以使用它的网络地址。")


class TooManyKeysError(ServiceError):
    code = "openapi.keys_too_many"
    http_status = 422
    sentence = _("每家单位每种密钥最多同时有 {most} 把，请先停用一把。")


class WebhookAddressError(ServiceError):
    code = "openapi.webhook_address"
    http_status = 422
    field = "url"
    sentence = _("通知地址要以 https:// 开头，不能指向校内网络；样例校园里可以是 http://localhost。")
