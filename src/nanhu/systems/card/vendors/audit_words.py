"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.vendors.scopes import Scope

ACTIONS: dict[str, Text] = {
    "card.vendor_consent": _("同意接入单位查询"),
    "card.vendor_consent_ended": _("撤回接入单位授权"),
    "card.vendor_look": _("接入单位查询"),
}
FACTS: dict[str, Text] = {
    "most_fen": _("最高金额"),
    "units": _("担保部门"),
    "vendor": _("接入单位"),
}
VALUES: dict[str, dict[str, Text]] = {
    "scopes": dict(Scope.choices),
}
"""Of facts whose values are words of the program."""
