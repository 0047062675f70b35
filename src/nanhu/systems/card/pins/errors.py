"""Expected failures of PINs and limits."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class PinWrongError(CampusError):
    code = "card.pin_wrong"
    http_status = 403
    sentence = _("密码不对，还可以试 {tries_left} 次。")
    keeps_writes: ClassVar[bool] = True


class PinLockedError(CampusError):
    code = "card.pin_locked"
    http_status = 403
    sentence = _("密码已锁定：输错次数太多。到 {until} 自动解锁，或带证件到校园卡管理办公室重置。")
    keeps_writes: ClassVar[bool] = True


class PinUnsetError(ConflictError):
    code = "card.pin_unset"
    sentence = _("这张卡还没有密码，请带证件到校园卡管理办公室设置。")


class PinShapeError(CampusError):
    code = "card.pin_shape"
    sentence = _("密码是六位数字。")


class PinStillInitialError(ConflictError):
    code = "card.pin_initial"
    sentence = _("这还是初始密码：请先改成自己的密码，再办这一项。")


class PinWeakError(CampusError):
    code = "card.pin_weak"
    sentence = _("这个密码太容易猜：不能用初始密码、六个相同的数字或连续的数字。")


class PinUnreadableError(CampusError):
    code = "card.pin_unreadable"
    sentence = _("终端送来的密码读不出来，请重新输入。")


class LimitError(CampusError):
    code = "card.limit"
    sentence = _("限额须在 ¥ 0.00 到 {largest} 之间。")
