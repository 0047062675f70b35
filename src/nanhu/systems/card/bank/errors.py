"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class LoadUnderWayError(ConflictError):
    code = "bank.load_under_way"
    sentence = _("上一笔圈存还没有结束，请稍后再看。")


class LoadLimitError(CampusError):
    code = "bank.load_limit"
    sentence = _("单次圈存须在 {smallest} 到 {largest} 之间。")


class LoadBalanceError(ConflictError):
    code = "bank.load_balance"
    sentence = _("圈存后余额和待领金额将超过上限 {largest}。")


class LoadNotFoundError(NotFoundError):
    code = "bank.load_not_found"
    sentence = _("没有找到这笔圈存。")


class LoadNotReadyError(ConflictError):
    code = "bank.load_not_ready"
    sentence = _("这笔圈存{state}，现在不能写卡。")


class AcquirerBusyError(CampusError):
    code = "bank.acquirer_busy"
    http_status = 503
    sentence = _("支付渠道暂时没有答复，没有扣款，请稍后再试。")


class TopUpNotFoundError(NotFoundError):
    code = "bank.top_up_not_found"
    sentence = _("没有找到这笔充值。")


class SuspectTooLargeError(ConflictError):
    code = "bank.suspect_too_large"
    sentence = _("超过余额上限 {most}，不能补记到卡上；请银行退回，再写明说明。")


class IdentityDiffersError(ConflictError):
    """The same words whichever of the three differs, and whether or not such a number exists."""

    keeps_writes = True
    code = "bank.identity_differs"
    sentence = _("姓名、学工号、证件号与学校登记不一致，还可以试 {left} 次。")


class BindingLockedError(CampusError):
    keeps_writes = True
    code = "bank.binding_locked"
    http_status = 429
    sentence = _("核对失败次数过多，已锁定到 {until}，到时自动解除。")


class AppPausedError(CampusError):
    code = "bank.app_paused"
    http_status = 429
    sentence = _("该应用核对失败过多，暂停添加校园卡到 {until}；已添加的卡和其他应用不受影响。")


class AppealsUsedUpError(CampusError):
    code = "bank.appeals_used_up"
    http_status = 429
    sentence = _("该应用今天的申诉已达上限，请登录校园卡网页提出，或联系校园卡管理办公室。")


class BindingCodesUsedUpError(CampusError):
    code = "bank.binding_codes_used_up"
    http_status = 429
    sentence = _("验证码发送过于频繁，请一小时后再试。刚才收到的验证码 10 分钟内有效。")


class BindingCodeError(ConflictError):
    keeps_writes = True
    code = "bank.binding_code"
    sentence = _("验证码不对或已过期，请重新获取。")


class BindingNotFoundError(NotFoundError):
    """One whose phone was stopped meanwhile is ended before it is told: that stays."""

    keeps_writes = True
    code = "bank.binding_not_found"
    sentence = _("这张电子校园卡已解除绑定，请重新添加。")


class NoPhoneError(ConflictError):
    code = "bank.no_phone"
    sentence = _("学校没有登记您的手机号，收不到验证码，请到校园卡管理办公室补登。")


class PhoneUnsettledError(ConflictError):
    """Whoever may write the record could else bind somebody's card to a phone of his own the same minute."""

    code = "bank.phone_unsettled"
    sentence = _("学校登记的手机号刚改过，满 24 小时才能添加电子校园卡。急用请到校园卡管理办公室。")


class SchoolUnknownError(NotFoundError):
    code = "bank.school_unknown"
    sentence = _("没有这所学校。")
