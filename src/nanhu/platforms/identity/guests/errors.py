"""Expected failures of light identities."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class TooManyGuestsError(ConflictError):
    code: ClassVar[str] = "too_many_guests"
    sentence: ClassVar[str | Promise] = _("您同时最多担保 {most} 位来宾，请先结束已离开的。")


class GuestDayError(CampusError):
    code: ClassVar[str] = "guest_day"
    sentence: ClassVar[str | Promise] = _("最后一天要在今天到 {latest} 之间。")


class NotThatAlumnusError(CampusError):
    """The number and the name do not belong together, or nobody has the number: the same sentence."""

    code: ClassVar[str] = "not_that_alumnus"
    sentence: ClassVar[str | Promise] = _("学校的记录里没有这个学号（工号）与姓名的组合。")


class WorksHereNoMoreError(ConflictError):
    code: ClassVar[str] = "works_here_no_more"
    sentence: ClassVar[str | Promise] = _("在职教职工才能为来宾担保。")


class GuestGoneError(ConflictError):
    code: ClassVar[str] = "guest_gone"
    sentence: ClassVar[str | Promise] = _("这位来宾的身份已经结束，请重新登记。")
