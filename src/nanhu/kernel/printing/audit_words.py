"""What this piece writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "printing.issue": _("出具文件"),
    "printing.replace_template": _("更换打印模板"),
    "printing.revoke": _("作废文件"),
    "printing.withdraw_template": _("撤回打印模板"),
}
TARGETS: dict[str, Text] = {
    "printed-document": _("打印件"),
    "print-template": _("打印模板"),
}
NAMES: dict[str, Lookup] = {
    "printed-document": named_in(PrintedDocument, "public_id", "number"),
}
