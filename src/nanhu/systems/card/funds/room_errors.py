"""Expected failures of bills by room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets import FileRefusedError


class RoomSheetRefusedError(FileRefusedError):
    """Of its column of money; what else a file lacks the kernel's reader says."""

    code = "card.room_sheet_refused"
    sentence = _("金额一列请写明是“房间金额”（整间，按人平分）还是“个人金额”，一份文件只用一种。")


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
