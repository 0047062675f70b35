"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class CodeWrongError(CampusError):
    code = "code_wrong"
    http_status = 409
    sentence = _("这个码无效，请在手机上重新打开。")


class CodeExpiredError(CampusError):
    code = "code_expired"
    http_status = 409
    sentence = _("这个码已过期，请刷新。")


class CodeUsedError(CampusError):
    code = "code_used"
    http_status = 409
    sentence = _("这个码已经用过，请刷新。")


class CodeRevokedError(CampusError):
    code = "code_revoked"
    http_status = 409
    sentence = _("这部手机的码已停用。")


class TooManyDevicesError(CampusError):
    code = "card.code_devices_too_many"
    http_status = 409
    sentence = _("最多启用 {most} 部手机，请先停用一部。")


FAULTS = {error.code: error for error in (CodeWrongError, CodeExpiredError, CodeUsedError, CodeRevokedError)}
