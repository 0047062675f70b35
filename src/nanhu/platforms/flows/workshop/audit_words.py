"""What designing a process writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "flows.ask_publication": _("请人复核流程的发布"),
    "flows.begin_process": _("新做流程"),
    "flows.close_process": _("停办流程"),
    "flows.publish_process": _("发布流程"),
    "flows.refuse_publication": _("不同意流程的发布"),
    "flows.take_back_publication": _("撤回流程的发布"),
}
TARGETS: dict[str, Text] = {"process": _("流程")}
FACTS: dict[str, Text] = {}
