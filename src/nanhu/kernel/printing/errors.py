"""Expected failures of printing."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class TemplateRefusedError(CampusError):
    code = "printing.template_refused"
    http_status = 422
    sentence = _("模板第 {line} 行不能用：{fault}")
    field = "file"


class PrintingTooLongError(CampusError):
    code = "printing.too_long"
    http_status = 422
    sentence = _("{seconds} 秒还没有排完版，已停下。")
    field = "file"


class CharacterMissingError(CampusError):
    """Never a box in the place of somebody's name."""

    code = "printing.character_missing"
    http_status = 409
    sentence = _("这些字现有字体画不出：{characters}。请信息中心安装字体后再打印。")
