"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError, NotFoundError


class RowsWrongError(ConflictError):
    code = "card.order_rows_wrong"
    sentence = _("还有 {count} 行有错，整批改好才能提交。")
    keeps_writes = True  # what is wrong stands beside its row now


class BeingMadeError(ConflictError):
    code = "card.being_made"
    sentence = _("{name}已经在制卡单 {number}（{title}）里，一人只制一张：这张制卡单作废，去掉这个人再交。")


class PhotosMissingError(ConflictError):
    code = "card.order_photos_missing"
    sentence = _("还有 {count} 人没有照片，补齐才能受理。")


class SheetRefusedError(InvalidError):
    code = "card.sheet_refused"
    sentence = _("这份表格无法接收：{why}")
    field = "sheet"


class PictureRefusedError(InvalidError):
    code = "card.picture_refused"
    sentence = _("原因：{why}")


class ProofRefusedError(InvalidError):
    code = "card.proof_refused"
    sentence = _("这份证明材料无法接收：{why}")


class MailRefusedError(InvalidError):
    code = "card.mail_refused"
    sentence = _("这封邮件无法接收：{why}")


class PhotosBackError(ConflictError):
    code = "card.photos_back"
    sentence = _("{names}的照片被退回，换好并核对后才能受理。")


class PhotosUnseenError(ConflictError):
    code = "card.photos_unseen"
    sentence = _("还有 {count} 张照片没有核对：先逐张看过，再受理。")


class NotTheLeaderError(ConflictError):
    code = "card.not_the_leader"
    sentence = _("只有这个单位的审批领导可以审批。")


class PlasticTakenError(ConflictError):
    code = "card.plastic_taken"
    sentence = _("这张白卡的芯片号已经用过，换一张。")


class PlasticShapeError(InvalidError):
    code = "card.plastic_shape"
    sentence = _("芯片号应是 8 位或 14 位十六进制数，请把白卡放在读卡器上重读。")


class PlasticUnknownError(NotFoundError):
    code = "card.plastic_unknown"
    sentence = _("没有待发放的卡用这张白卡，或者它已经发出。")


class FeeOwedError(ConflictError):
    code = "card.fee_owed"
    sentence = _("工本费 {fee} 还没有收，收了再发卡。")


class NoFeeError(ConflictError):
    code = "card.no_fee"
    sentence = _("这张卡不用交工本费。")


class PickupRefusedError(ConflictError):
    code = "card.pickup_refused"
    sentence = _("原因：{why}")


class CodeWrongError(PickupRefusedError):
    """Somebody guessed, or mistyped: the attempt stays counted and on record."""

    keeps_writes = True


class UnitUnknownError(InvalidError):
    code = "card.unit_unknown"
    sentence = _("没有叫“{name}”的单位。")


class NoNewcomersError(InvalidError):
    code = "card.no_newcomers"
    sentence = _("这里没有还没制卡的学生。")
    field = "unit"


class NoPlaceInQueueError(ConflictError):
    code = "card.no_place_in_queue"
    sentence = _("现在不在办公时间，不能取号。")


class FontMissingError(CampusError):
    code = "card.font_missing"
    http_status = 503
    sentence = _("这台服务器没有中文字体，排不了版（Debian：apt install fonts-noto-cjk）。")


class LeaderNotOfUnitError(InvalidError):
    code = "card.leader_not_of_unit"
    sentence = _("{name}不是{unit}或其上级单位的在职教职工，不能做审批领导。")
    field = "campus_no"


class OwnDelegateError(ConflictError):
    code = "card.own_delegate"
    sentence = _("不能指定自己，请由另一位负责人指定。")
    field = "campus_no"
