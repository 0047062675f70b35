"""Expected failures of numbering."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError, NotFoundError


class NumberTakenError(ConflictError):
    code = "numbering.taken"
    sentence = _("编号 {number} 已经用过。")


class NumberVoidError(ConflictError):
    code = "numbering.void"
    sentence = _("编号 {number} 已经作废：{reason}")


class NoSuchNumberError(NotFoundError):
    code = "numbering.not_found"
    sentence = _("没有编号 {number}。")
