"""Expected failures of the mobile campus."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NotConfiguredError(CampusError):
    code = "mobile.not_configured"
    http_status = 404
    sentence = _("学校还没有接入企业微信。")


class MismatchError(CampusError):
    code = "mobile.mismatch"
    http_status = 422
    sentence = _("填写的信息与学校记录不符。请核对后再试，或登录门户后在“移动校园”里开通。")


class TooManyTriesError(CampusError):
    code = "mobile.too_many_tries"
    http_status = 429
    sentence = _("今天试得太多了，请明天再试，或登录门户后在“移动校园”里开通。")


class CodeRefusedError(CampusError):
    code = "mobile.code_refused"
    http_status = 422
    field = "code"
    keeps_writes = True
    sentence = _("验证码不对或已过期。")


class AttemptOverError(CampusError):
    code = "mobile.attempt_over"
    http_status = 410
    sentence = _("这次填写已经过期，请重新填写。")


class BoundAlreadyError(CampusError):
    code = "mobile.bound_already"
    http_status = 409
    keeps_writes = True
    sentence = _("您已经开通过。我们已通知绑定的手机；要改绑，请先登录门户，再到“移动校园”办理。")


class OthersAccountError(CampusError):
    code = "mobile.others_account"
    http_status = 409
    keeps_writes = True
    sentence = _("这个企业微信账号已绑定给另一个人。我们已通知对方；如有疑问请联系信息中心。")


class NotEntitledError(CampusError):
    code = "mobile.not_entitled"
    http_status = 409
    sentence = _("只有在校学生和在职教职工可以开通，并须有所在单位。")


class StateMismatchError(CampusError):
    code = "mobile.state_mismatch"
    http_status = 422
    sentence = _("这次进入已经用过，或不是这个浏览器发起的。请从企业微信的应用重新进入。")


class UndoTooLateError(CampusError):
    code = "mobile.undo_too_late"
    http_status = 409
    sentence = _("绑定已超过 72 小时，请用“解除绑定”。")


class NothingToRetryError(CampusError):
    code = "mobile.nothing_to_retry"
    http_status = 409
    sentence = _("这个人现在不该有企业微信账号，或正在核对，没有可重试的。")


class NotAnsweredError(CampusError):
    code = "mobile.not_answered"
    http_status = 503
    keeps_writes = True
    sentence = _("企业微信没有照办：{words}")


class OldComparisonError(CampusError):
    code = "mobile.old_comparison"
    http_status = 409
    sentence = _("这次比较已超过一小时，请先重新比较。")


class NotComparedError(CampusError):
    code = "mobile.not_compared"
    http_status = 409
    sentence = _("请先比较通讯录，看过差异再开始同步。")
