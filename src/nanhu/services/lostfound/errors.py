"""Expected failures of lost and found."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class CardPhotoError(CampusError):
    code = "lostfound.card_photo"
    http_status = 422
    field = "photos"
    sentence = _("捡到的卡证不放照片：上面有姓名和号码。说说是什么卡、在哪里捡到的就够了。")


class TooManyTodayError(CampusError):
    code = "lostfound.too_many_today"
    http_status = 429
    sentence = _("{what}：每天最多 {most} 次，今天已经用完，请明天再来。")


class OwnItemError(ConflictError):
    code = "lostfound.own_item"
    sentence = _("这是您自己发布的。")


class NoPhoneError(ConflictError):
    code = "lostfound.no_phone"
    sentence = _("这一条没有留电话，请用站内留言。")


class NotClaimableError(ConflictError):
    code = "lostfound.not_claimable"
    sentence = _("这件东西现在不能认领：已有人说对了特征，或三次没说对已经锁定。请到失物招领处问。")


class ClaimedBeforeError(ConflictError):
    code = "lostfound.claimed_before"
    sentence = _("您已经认领过这件东西，每人一次。")


class ProlongedBeforeError(ConflictError):
    code = "lostfound.prolonged_before"
    sentence = _("已经延长过一次，不能再延。还没找到的话请重新发布。")


class ConversationClosedError(ConflictError):
    code = "lostfound.conversation_closed"
    sentence = _("这段留言已经结束，不能再写。")


class RelayBarredError(ConflictError):
    code = "lostfound.relay_barred"
    sentence = _("您在 {until} 以前不能写站内留言：{reason}。不服的话，可以在“我的”里申诉一次。")


class NothingToReportError(ConflictError):
    code = "lostfound.nothing_to_report"
    sentence = _("对方在这段留言里还没有写过什么，或您已经举报过。")


class AtDeskError(ConflictError):
    code = "lostfound.at_desk"
    sentence = _("东西在失物招领处，由那里核对、交还。")


class WaitsForOthersError(ConflictError):
    code = "lostfound.nothing_to_review"
    sentence = _("这一条已经审过了，或不用审。")


class UnreadError(ConflictError):
    code = "lostfound.unread"
    sentence = _("先看被举报的话，再处理。")


class ConcernedError(ConflictError):
    code = "lostfound.concerned"
    sentence = _("您举报或认领过这一条，请由别人来审。")


class NotOnTheShelfError(ConflictError):
    code = "lostfound.not_on_the_shelf"
    sentence = _("这件东西不在失物招领处：还没有交来，或已经领走。")


class HandedOverError(ConflictError):
    code = "lostfound.handed_over"
    sentence = _("已经签收，或交还过了一天，不能再收回。请联系领走的人。")


class SlipError(CampusError):
    code = "lostfound.slip"
    http_status = 422
    field = "slip"
    sentence = _("这个签收单号已经用过。")


class ReceiverError(CampusError):
    code = "lostfound.receiver"
    http_status = 422
    field = "receiver"
    sentence = _("领走的人不能是经办人自己，也要有账号；没有账号的请写姓名和签收单号。")
