"""Expected failures of the registry's pages, each with a code, an HTTP status and a sentence."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class RuleRefusedError(CampusError):
    code: ClassVar[str] = "rule_refused"
    sentence: ClassVar[str | Promise] = _("规则不能这样写：{problem}")


class MaintenanceRefusedError(CampusError):
    code: ClassVar[str] = "maintenance_refused"
    sentence: ClassVar[str | Promise] = _("维护的结束要晚于开始，并且不早于现在。")


class KeyTakenError(ConflictError):
    code: ClassVar[str] = "application_key_taken"
    sentence: ClassVar[str | Promise] = _("代号 {key} 已有应用在用，请换一个。")
