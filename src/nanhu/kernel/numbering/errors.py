"""Expected failures of numbering."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NumberTakenError(CampusError):
    code = "numbering.taken"
    http_status = 409
    sentence = _("编号 {number} 已经用过。")


class NumberVoidError(CampusError):
    code = "numbering.void"
    http_status = 409
    sentence = _("编号 {number} 已经作废：{reason}")


class NoSuchNumberError(CampusError):
    code = "numbering.not_found"
    http_status = 404
    sentence = _("没有编号 {number}。")
