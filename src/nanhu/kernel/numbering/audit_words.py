"""What this piece writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "numbering.void": _("作废编号"),
}
TARGETS: dict[str, Text] = {
    "number": _("编号"),
}
