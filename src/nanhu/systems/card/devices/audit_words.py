"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.set_up_machines": _("设置自助机"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "card:machines": _("自助终端"),
}
FACTS: dict[str, Text] = {
    "machines": _("终端数"),
}
