"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.code_device": _("开通付款码设备"),
    "card.code_device_ended": _("停用付款码设备"),
}
FACTS: dict[str, Text] = {
    "ending": _("尾号"),
}
