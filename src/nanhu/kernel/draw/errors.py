"""Expected failures of a draw."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError, InvalidError


class DrawPlanError(InvalidError):
    code = "draw.plan_refused"
    sentence = _("抽签不能这样开始：{why}")


class EntryRefusedError(InvalidError):
    code = "draw.entry_refused"
    sentence = _("志愿不能这样填：{why}")


class EntriesClosedError(ConflictError):
    code = "draw.entries_closed"
    sentence = _("报名已经截止，名单不再改动。")


class NotClosedYetError(ConflictError):
    code = "draw.not_closed_yet"
    sentence = _("还没有到截止时间。")


class ClosedLateError(ConflictError):
    code = "draw.closed_late"
    sentence = _("公开数已经公布，名单不能再截止，这次抽签作废，须重新进行。")


class ValueNotKnownYetError(ConflictError):
    code = "draw.value_not_known_yet"
    sentence = _("还没有到公开数公布的时间。")


class ValueRefusedError(InvalidError):
    """Another spelling is another seed."""

    code = "draw.value_refused"
    field = "value"
    sentence = _("公开数须写成约定的样子：{form}")


class ValueMissingError(ConflictError):
    code = "draw.value_missing"
    sentence = _("还没有经两人核对的公开数：{name}")


class SecretLateError(ConflictError):
    code = "draw.secret_late"
    sentence = _("已过公布密数的时间，这次抽签作废，须重新进行。")


class DrawTamperedError(ConflictError):
    """The entries or the secret are not those that were promised."""

    code = "draw.tampered"
    sentence = _("名单或密数与公布的摘要不符，不能抽签。")
