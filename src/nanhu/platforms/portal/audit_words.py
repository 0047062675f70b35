"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "portal.add_synonym": _("登记搜索同义词"),
    "portal.list_application": _("上架应用"),
    "portal.make_calendar_address": _("生成日历订阅地址"),
    "portal.choose_calendar_sources": _("改日历订阅的内容"),
    "portal.revoke_calendar_address": _("停用日历订阅地址"),
    "portal.remove_synonym": _("去掉搜索同义词"),
    "portal.set_maintenance": _("设置应用维护"),
    "portal.take_off": _("下架应用"),
}
FACTS: dict[str, Text] = {
    "is_in_maintenance": _("维护中"),
    "means": _("指的是"),
}
TARGETS: dict[str, Text] = {"search-word": _("搜索词")}
