"""What this piece writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (_("保管期限已到"),)
ACTIONS: dict[str, Text] = {
    "files.hold": _("保全文件"),
    "files.keep": _("存入文件"),
    "files.open": _("打开文件"),
    "files.release": _("解除文件保全"),
    "files.remove": _("删除到期文件"),
}
TARGETS: dict[str, Text] = {
    "file": _("文件"),
}
NAMES: dict[str, Lookup] = {
    "file": named_in(StoredFile, "public_id", "name"),
}
