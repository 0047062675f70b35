"""Expected failures of second factors."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class SecondStepExpiredError(CampusError):
    code: ClassVar[str] = "second_step_expired"
    sentence: ClassVar[str | Promise] = _("这次登录等得太久或已被改动，请重新登录。")


class WrongCodeError(CampusError):
    code: ClassVar[str] = "wrong_code"
    sentence: ClassVar[str | Promise] = _("验证码不正确，或已经用过。请等下一个。")


class PasskeyRefusedError(CampusError):
    code: ClassVar[str] = "passkey_refused"
    sentence: ClassVar[str | Promise] = _("通行密钥没有通过核对，请重试或换一种方式。")


class PasskeySuspectError(CampusError):
    code: ClassVar[str] = "passkey_suspect"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("这个通行密钥可能被复制过，已停用。请用别的方式登录，再删除它。")


class NoVerifiedContactError(CampusError):
    code: ClassVar[str] = "no_verified_contact"
    sentence: ClassVar[str | Promise] = _("还没有验证过的手机号或邮箱。")


class LastFactorError(ConflictError):
    code: ClassVar[str] = "last_factor"
    sentence: ClassVar[str | Promise] = _("管理员至少要留一个动态口令或通行密钥。请先添加另一个，再删除这个。")


class TooManyPasskeysError(ConflictError):
    code: ClassVar[str] = "too_many_passkeys"
    sentence: ClassVar[str | Promise] = _("通行密钥太多了，请先删除不用的。")


class ScanRefusedError(NotFoundError):
    """One sentence whether it is unknown, run out, used, or another phone's."""

    code: ClassVar[str] = "scan_refused"
    sentence: ClassVar[str | Promise] = _("这个二维码已失效。请在电脑上换一个新的。")


class WrongNumberError(CampusError):
    code: ClassVar[str] = "wrong_number"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("数字不一致，这次登录已被拒绝。如果二维码是别人发来的，请不要再扫。")
