"""Expected failures of bills by room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class RoomSheetRefusedError(CampusError):
    code = "card.room_sheet_refused"
    http_status = 422
    sentence = _(
        "这个文件读不懂：请用模板，至少要有“楼栋”“房间”“学工号”“项目”“月份”，"
        "金额一列写明是“房间金额”（整间，按人平分）还是“个人金额”。"
    )


class RoomChargedError(CampusError):
    """Two lists at once named the same room."""

    code = "card.room_charged"
    http_status = 409
    sentence = _("名单里有的房间这个月的账刚刚被另一份账单收下了，请重新检查。")


class NoDeductionRightError(CampusError):
    """A right of the card's class (A096), dated by the card office's rules."""

    code = "card.no_deduction_right"
    http_status = 409
    sentence = _("这类卡没有代扣代缴的权限。")
