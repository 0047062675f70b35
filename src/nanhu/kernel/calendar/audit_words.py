"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "calendar.clear_exceptions": _("清除调休安排"),
    "calendar.set_exception": _("设置调休"),
}
TARGETS: dict[str, Text] = {
    "calendar": _("校历日"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "is_working": _("工作日"),
}
