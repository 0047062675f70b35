"""Expected failures of what is mine."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class TooManySecretsError(ConflictError):
    code: ClassVar[str] = "too_many_secrets"
    sentence: ClassVar[str | Promise] = _("同时最多可以有 {most} 个，请先撤销不用的。")


class CopyTooSoonError(ConflictError):
    code: ClassVar[str] = "copy_too_soon"
    sentence: ClassVar[str | Promise] = _("一天只能要一次副本，请下载已有的那份或明天再来。")


class TokenRefusedError(CampusError):
    """Missing, unknown, expired or revoked: one answer for all of them."""

    code: ClassVar[str] = "invalid_token"
    http_status: ClassVar[int] = 401
    sentence: ClassVar[str | Promise] = _("访问令牌不对或已失效。")


class ScopeMissingError(CampusError):
    code: ClassVar[str] = "insufficient_scope"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("这个访问令牌不能读取 {scope}。")
