"""Expected failures of printing."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError


class TemplateRefusedError(InvalidError):
    code = "printing.template_refused"
    sentence = _("模板第 {line} 行不能用：{fault}")
    field = "file"


class PrintingTooLongError(InvalidError):
    code = "printing.too_long"
    sentence = _("{seconds} 秒还没有排完版，已停下。")
    field = "file"


class PrintingBusyError(CampusError):
    code = "printing.busy"
    http_status = 503
    sentence = _("正在排版的文件太多，请稍后再试。")


class PrintingFailedError(CampusError):
    """The process that sets pages died: no fault of the template."""

    code = "printing.failed"
    http_status = 503
    sentence = _("排版程序出错，没有打印出来；请联系管理员查看日志。")


class CharacterMissingError(ConflictError):
    """Never a box in the place of somebody's name."""

    code = "printing.character_missing"
    sentence = _("这些字现有字体画不出：{characters}。请信息中心安装字体后再打印。")
