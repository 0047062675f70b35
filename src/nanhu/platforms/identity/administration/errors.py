"""Expected failures of administration."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import ConflictError, InvalidError


class DocumentDiffersError(InvalidError):
    code: ClassVar[str] = "document_differs"
    keeps_writes: ClassVar[bool] = True
    sentence: ClassVar[str | Promise] = _("证件号与登记的不一致，没有重置。请核对证件；登记有误的，由主管部门更正。")


class BulkEmptyError(InvalidError):
    code: ClassVar[str] = "bulk_empty"
    sentence: ClassVar[str | Promise] = _("没有可办理的账号。")


class BulkTooManyError(InvalidError):
    code: ClassVar[str] = "bulk_too_many"
    sentence: ClassVar[str | Promise] = _("一次最多 {most} 个账号，请分批办理。")


class UnarmedAdministratorError(ConflictError):
    """An administrator without a second factor: a code would be the whole key."""

    code: ClassVar[str] = "unarmed_administrator"
    sentence: ClassVar[str | Promise] = _(
        "这位管理人员还没有设置第二步验证，不能在柜台重置，请由系统管理员在服务器上办理。"
    )
