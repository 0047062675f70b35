"""Expected failures of bills by room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError
from nanhu.kernel.sheets import FileRefusedError


class RoomSheetRefusedError(FileRefusedError):
    """Of its column of money; what else a file lacks the kernel's reader says."""

    code = "dormitory.room_sheet_refused"
    sentence = _("金额一列请写明是“房间金额”（整间，按人平分）还是“个人金额”，一份文件只用一种。")


class RoomChargedError(ConflictError):
    """Two lists at once named the same room."""

    code = "dormitory.room_charged"
    sentence = _("名单里有的房间这个月的账刚刚被另一份账单收下了，请重新检查。")
