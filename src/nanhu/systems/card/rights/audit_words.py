"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.rule_right": _("设置用卡权限"),
    "card.withdraw_right": _("撤销用卡权限"),
}
TARGETS: dict[str, Text] = {
    "card_right": _("卡类权限"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "rules": _("规则"),
    "sub_classes": _("子类"),
    "withdrawn": _("撤回"),
}
