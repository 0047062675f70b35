"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (_("重新办理过，已另行归档"),)
ACTIONS: dict[str, Text] = {
    "flows.add_signer": _("加签"),
    "flows.announce": _("请人确认"),
    "flows.end_announcement": _("结束确认"),
    "flows.cancel_case": _("取消申请"),
    "flows.ask_move": _("试算换版本"),
    "flows.claim": _("认领待办"),
    "flows.decide": _("办理待办"),
    "flows.delegate": _("委托待办"),
    "flows.end_delegation": _("结束委托"),
    "flows.drop_since": _("撤下待办来源推来的待办"),
    "flows.enter_paper": _("应急补录"),
    "flows.export_cases": _("导出申请的内容"),
    "flows.go_on_with_move": _("接着迁移"),
    "flows.move_cases": _("迁移到新版本"),
    "flows.open_case": _("提交申请"),
    "flows.register_source": _("登记待办来源"),
    "flows.rate": _("评价办理"),
    "flows.reopen": _("重新办理申请"),
    "flows.release": _("放回待办"),
    "flows.resubmit": _("改好再交申请"),
    "flows.reveal_paper": _("查看补录的纸质单里隐去的内容"),
    "flows.reveal_sealed": _("查看申请里的证件号码"),
    "flows.source_off": _("停用待办来源"),
    "flows.source_on": _("启用待办来源"),
    "flows.transfer": _("转交待办"),
    "flows.undo_move": _("撤销迁移"),
    "flows.add_papers": _("补充申请材料"),
    "flows.urge": _("催办申请"),
    "flows.withdraw": _("撤回申请"),
}
TARGETS: dict[str, Text] = {
    "announcement": _("通知确认"),
    "case": _("申请"),
    "delegation": _("委托"),
    "move": _("换版本"),
    "todo_source": _("待办来源"),
}
FACTS: dict[str, Text] = {
    "decision": _("决定"),
    "todo_count": _("件数"),
    "flow": _("流程"),
    "from_version": _("从哪一版"),
    "todo_since": _("从什么时候起"),
    "to_version": _("到哪一版"),
    "origin": _("主机"),
    "todo_vendor": _("接入单位"),
}
VALUES: dict[str, dict[str, Text]] = {
    "decision": {"agree": _("同意"), "refuse": _("不同意"), "return": _("退回修改"), "done": _("办好")},
}
