"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class CardNotFoundError(NotFoundError):
    code = "card.not_found"
    sentence = _("没有找到这张卡。")


class TopUpLimitError(CampusError):
    code = "card.top_up_limit"
    sentence = _("单次充值须在 ¥ 0.01 到 {largest} 之间。")


class BalanceLimitError(ConflictError):
    code = "card.balance_limit"
    sentence = _("充值后余额将超过上限 {largest}。")


class CashNotAllowedError(ConflictError):
    """Ruling 6; a second clerk may record an exception."""

    code = "card.cash_not_allowed"
    sentence = _("现金充值只面向教职工和留学生；其他人员须先申请特批，由另一位经办人同意。")


class CardStateError(ConflictError):
    code = "card.state"
    sentence = _("卡片当前状态是“{state}”，不能办理。")


class ReportedAlreadyError(ConflictError):
    code = "card.reported_already"
    sentence = _("这张卡已经有人挂失，没有再记一次。")


class IdentityUncheckedError(CampusError):
    code = "card.identity_unchecked"
    sentence = _("请核对有效证件和本人面容。")


class CoolOffError(ConflictError):
    code = "card.cool_off"
    sentence = _("刚挂失的卡要到 {until} 以后才能解挂。")


class HistoryExistsError(ConflictError):
    code = "card.history_exists"
    sentence = _("这些卡已经有交易，历史只能导入一次。")


class FeeNotCoveredError(ConflictError):
    code = "card.fee_not_covered"
    sentence = _("工本费 {fee}，卡里只有 {balance}，请先充值，或到校园卡管理办公室交现金。")


class UidTakenError(ConflictError):
    """A blank is used once."""

    code = "card.uid_taken"
    sentence = _("这张空白卡已经用过，请换一张。")


class ShiftOpenError(ConflictError):
    code = "card.shift_open"
    sentence = _("您已经当班，先交班再重新开班。")


class ShiftCountedError(ConflictError):
    """Cash after the count would be in no shift."""

    code = "card.shift_counted"
    sentence = _("您这一班已经点钱，等另一位经办人复点；复点以后再收现金，记在下一班。")


class CashCountedError(ConflictError):
    """A correction of cash between the count of its drawer and the hand-over would make the count wrong."""

    code = "card.cash_counted"
    sentence = _("这笔现金在{clerk}已经点钱的一班里：等另一位经办人复点以后再更正。")


class DifferenceUnexplainedError(ConflictError):
    code = "card.shift_unexplained"
    sentence = _("清点金额与应有金额不符，请{clerk}先写明原因。")


class SaleNotFoundError(NotFoundError):
    code = "card.sale_not_found"
    sentence = _("没有找到本商户的这笔消费。")


class RefundTooLargeError(ConflictError):
    code = "card.refund_too_large"
    sentence = _("退款须大于零，最多退这笔消费剩下的 {left}。")


class PricePastError(CampusError):
    code = "card.price_past"
    sentence = _("定价从今天或以后的一天起生效。")


class PriceIncompleteError(CampusError):
    code = "card.price_incomplete"
    sentence = _("定价不完整：除按金额外都要有单价；按量、按分钟还要有预扣金额和 1 到 240 分钟的时限。")
