"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "identity.add_access_rule": _("添加访问规则"),
    "identity.end_maintenance": _("结束维护"),
    "identity.plan_maintenance": _("安排维护"),
    "identity.remove_access_rule": _("删除访问规则"),
}
FACTS: dict[str, Text] = {
    "notice": _("提示"),
    "starts_at": _("开始"),
}
