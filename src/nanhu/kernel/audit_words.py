"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "kernel.archive_audit": _("归档审计日志"),
    "kernel.backup": _("备份"),
    "kernel.reencrypt": _("用新密钥重新加密"),
    "kernel.reindex": _("重建加密索引"),
    "kernel.restore": _("恢复备份"),
    "kernel.rotate_data_key": _("更换数据密钥"),
    "kernel.rotate_index_key": _("更换索引密钥"),
}
