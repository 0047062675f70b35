"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError


class CodeWrongError(ConflictError):
    code = "code_wrong"
    sentence = _("这个码无效，请在手机上重新打开。")


class CodeExpiredError(ConflictError):
    code = "code_expired"
    sentence = _("这个码已过期，请刷新。")


class CodeUsedError(ConflictError):
    code = "code_used"
    sentence = _("这个码已经用过，请刷新。")


class CodeRevokedError(ConflictError):
    code = "code_revoked"
    sentence = _("这部手机的码已停用。")


class TooManyDevicesError(ConflictError):
    code = "card.code_devices_too_many"
    sentence = _("最多启用 {most} 部手机，请先停用一部。")


FAULTS = {error.code: error for error in (CodeWrongError, CodeExpiredError, CodeUsedError, CodeRevokedError)}
