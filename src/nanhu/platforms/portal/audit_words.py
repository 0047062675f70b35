"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (
    _("学校记录里没有填的这个学号或工号，或没有填是哪一个的，改没改好看不出来。请从自己的资料旁重新按“有误”。"),
)
ACTIONS: dict[str, Text] = {
    "portal.add_synonym": _("登记搜索同义词"),
    "portal.ask_release": _("提出接入上线"),
    "portal.ask_read_only": _("申请启用或结束应急只读"),
    "portal.change_integration": _("修改接入"),
    "portal.export_integrations": _("导出接入清单"),
    "portal.import_integrations": _("导入接入清单"),
    "portal.make_integration": _("登记接入"),
    "portal.make_calendar_address": _("生成日历订阅地址"),
    "portal.choose_calendar_sources": _("改日历订阅的内容"),
    "portal.name_field_owner": _("定个人信息由谁负责更正"),
    "portal.place_tile": _("在首页投放卡片"),
    "portal.revoke_calendar_address": _("停用日历订阅地址"),
    "portal.remove_synonym": _("去掉搜索同义词"),
    "portal.refuse_read_only": _("不同意应急只读的申请"),
    "portal.refuse_release": _("不同意接入上线"),
    "portal.release_integration": _("接入上线"),
    "portal.rest_integration": _("设接入为维护"),
    "portal.retire_integration": _("接入下线"),
    "portal.take_back_tile": _("收回首页卡片"),
    "portal.test_integration": _("开始试用接入"),
    "portal.try_integration": _("试接入"),
    "portal.wake_integration": _("恢复接入"),
}
FACTS: dict[str, Text] = {
    "good": _("通了"),
    "means": _("指的是"),
}
TARGETS: dict[str, Text] = {
    "integration": _("接入项"),
    "field": _("个人信息的一项"),
    "placed-tile": _("首页卡片"),
    "search-word": _("搜索词"),
}
WHOLE_TARGETS: dict[str, Text] = {"integrations": _("接入清单")}
