"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.terminals.models import Terminal

ACTIONS: dict[str, Text] = {
    "terminals.key": _("发放终端密钥"),
    "terminals.next_key": _("轮换终端密钥"),
    "terminals.off": _("停用终端"),
    "terminals.on": _("启用终端"),
    "terminals.register": _("登记终端"),
    "terminals.retire": _("撤除终端"),
    "terminals.set_up_kiosks": _("设置自助机"),
}
TARGETS: dict[str, Text] = {
    "terminal": _("终端"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "terminals:kiosks": _("自助终端"),
}
FACTS: dict[str, Text] = {
    "hours": _("小时"),
    "key_version": _("密钥版本"),
    "kiosks": _("终端数"),
    "lost_fen": _("损失金额"),
    "lost_rows": _("损失笔数"),
}
VALUES: dict[str, dict[str, Text]] = {
    "kind": dict(Terminal.Kind.choices),
}
