"""Expected failures of numbering."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NumberingError(CampusError):
    """Of this kind are all of them."""

    code = "numbering.refused"
    http_status = 409
    sentence = _("现在不能取号。")


class NumberTakenError(NumberingError):
    code = "numbering.taken"
    sentence = _("编号 {number} 已经用过。")


class NumberVoidError(NumberingError):
    code = "numbering.void"
    sentence = _("编号 {number} 已经作废：{reason}")


class NoSuchNumberError(NumberingError):
    code = "numbering.not_found"
    http_status = 404
    sentence = _("没有编号 {number}。")
