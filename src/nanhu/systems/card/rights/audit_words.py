"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.rule_right": _("设置用卡权限"),
    "card.verify_identity": _("核验持卡人"),
    "card.verify_nothing": _("核验未找到"),
    "card.withdraw_right": _("撤销用卡权限"),
}
