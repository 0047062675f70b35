"""Expected failures of terminals."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError
from nanhu.platforms.terminals.wire import SENTENCES


class TerminalNotFoundError(NotFoundError):
    code = "terminals.not_found"
    sentence = _("没有编号为 {number} 的终端。")


class TerminalKnownError(ConflictError):
    """Also the answer to another form with the same number: its key was shown and is not shown twice."""

    code = "terminals.known"
    sentence = _("{number} 已经登记过。密钥只在登记时显示一次；没有记下，请在终端页面换发。")


class TerminalRetiredError(ConflictError):
    code = "terminals.retired"
    sentence = _("{number} 已经撤机，不能再办理；重新安装请用新的编号登记。")


class WindowWrongError(CampusError):
    code = "terminals.key_window"
    sentence = _("新旧密钥并用的时间须在 1 小时到 30 天之间。")


class MalformedError(CampusError):
    """The body is not what the operation expects. Nothing is kept; the sequence stays free."""

    code: ClassVar[str] = "malformed"
    sentence: ClassVar[str | Promise] = _("报文格式不正确")


class NotForThisTerminalError(ConflictError):
    code: ClassVar[str] = "terminal_unfit"
    sentence: ClassVar[str | Promise] = _("本机不办理这项业务")


class TerminalLimitError(CampusError):
    """More than a terminal does; the office sees it as an incident of this terminal."""

    code: ClassVar[str] = "terminal_limit"
    http_status: ClassVar[int] = 429
    sentence: ClassVar[str | Promise] = SENTENCES["terminal_limit"]


class UnsentRowsError(ConflictError):
    code = "terminals.unsent_rows"
    sentence = _("还有 {rows} 笔没有上传（{sum}）。先让它联网传完；传不了的，勾选确认损失后撤机。")


class PlaceMissingError(CampusError):
    code = "terminals.place_missing"
    sentence = _("门禁要选地点，自助终端要写院区。")
