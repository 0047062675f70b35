"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.identity.administration.services.desk import Document

ACTIONS: dict[str, Text] = {
    "identity.export_sign_in_log": _("导出登录日志"),
    "identity.look_account": _("查看账号"),
    "identity.print_letter": _("打印账号通知单"),
    "identity.reset_refused": _("重置未通过核对"),
    "identity.run_bulk": _("执行批量操作"),
    "identity.write_note": _("写备注"),
    "kernel.export_audit": _("导出审计日志"),
    "kernel.verify_audit": _("核验审计日志"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "audit-log": _("审计日志"),
    "sign-in-log": _("登录日志"),
}
FACTS: dict[str, Text] = {
    "face_compared": _("核对面容"),
    "number_compared": _("核对证件号"),
    "query": _("查询"),
}
VALUES: dict[str, dict[str, Text]] = {
    "document": dict(Document.choices),
}
"""Of facts whose values are words of the program."""
