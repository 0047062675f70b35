"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.codes.models import CodeDevice

ACTIONS: dict[str, Text] = {
    "card.code_device": _("开通付款码设备"),
    "card.code_device_ended": _("停用付款码设备"),
}
FACTS: dict[str, Text] = {
    "ending": _("停用原因"),
}
VALUES: dict[str, dict[str, Text]] = {
    "ending": dict(CodeDevice.Ending.choices),
}
"""Of facts whose values are words of the program."""
