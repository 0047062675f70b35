"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.datahub.models import GateLimit, Grant, Level
from nanhu.platforms.datahub.sources import SOURCES

ACTIONS: dict[str, Text] = {
    "datahub.agree_switch": _("同意切换供给方"),
    "datahub.ask_switch": _("申请切换供给方"),
    "datahub.add_alias": _("增加代码别名"),
    "datahub.agree_grant": _("同意共享授权"),
    "datahub.ask_grant": _("申请共享授权"),
    "datahub.change_source": _("改数据源"),
    "datahub.end_grant": _("终止共享授权"),
    "datahub.look_lineage": _("查看数据来历"),
    "datahub.make_source": _("新建数据源"),
    "datahub.read_source": _("马上读数据源"),
    "datahub.refuse_grant": _("不同意共享授权"),
    "datahub.rest_source": _("暂停数据源"),
    "datahub.retire_source": _("停用数据源"),
    "datahub.share_person": _("经共享接口给出数据"),
    "datahub.start_source": _("启用数据源"),
    "datahub.take_back_grant": _("撤回授权申请"),
    "datahub.try_source": _("试读数据源"),
    "datahub.agree_release": _("同意放行"),
    "datahub.ask_release": _("申请放行"),
    "datahub.discard": _("作废批次"),
    "datahub.decide_different": _("确认为不同的人"),
    "datahub.decide_same": _("确认为同一人"),
    "datahub.end_missing": _("结束名册里没有了的身份"),
    "datahub.hold_at_gate": _("先不生效，等放行"),
    "datahub.look_row": _("查看原始数据行里的本人信息"),
    "datahub.map_columns": _("对应各列"),
    "datahub.refuse_release": _("不同意放行"),
    "datahub.release": _("放行"),
    "datahub.agree_limit": _("同意放宽放行标准"),
    "datahub.ask_limit": _("申请放宽放行标准"),
    "datahub.refuse_limit": _("不同意放宽放行标准"),
    "datahub.take_back_limit": _("撤回放宽申请"),
    "datahub.set_limit": _("改放行标准"),
    "datahub.take_back_release": _("撤回放行申请"),
    "datahub.import": _("导入数据"),
    "datahub.look_shared_rows": _("查看共享表或批次里的行"),
    "datahub.look_shared": _("查看共享表的敏感项"),
    "datahub.mend_row": _("修正数据行"),
    "datahub.open_row": _("查看原始数据行"),
    "datahub.part_again": _("重新拆分档案"),
    "datahub.refuse_switch": _("不同意切换供给方"),
    "datahub.take_back_switch": _("撤回供给方切换"),
    "datahub.replay": _("重新处理数据行"),
    "datahub.roll_back": _("撤回批次"),
}
TARGETS: dict[str, Text] = {
    "batch": _("批次"),
    "code_table": _("代码表"),
    "gate_limit": _("放行标准"),
    "landing_row": _("导入行"),
    "review": _("匹配复核"),
    "shared_table": _("共享表"),
    "source": _("数据源"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "masked": _("掩码项"),
    "past_from": _("旧状态起"),
    "accepted": _("接收"),
    "standard_code": _("代码"),
    "campus_no": _("学工号"),
    "dry_run": _("试运行"),
    "headers": _("表头"),
    "rejected": _("拒绝"),
    "table": _("共享表"),
    "spelling": _("写法"),
    "level": _("放行级别"),
    "measure": _("项目"),
    "amber": _("要人看过"),
    "red": _("要两个人看过"),
    "row": _("行"),
    "writer": _("供给方"),
    "consumer": _("使用方"),
    "basis": _("法律依据"),
    "fields": _("哪些项"),
}
VALUES: dict[str, dict[str, Text]] = {
    "source": {key: spec.title for key, spec in SOURCES.items()},
    "level": dict(Level.choices),
    "measure": dict(GateLimit.Measure.choices),
    "basis": dict(Grant.Basis.choices),
    "writer": {"nanhu": _("本系统")} | {key: spec.title for key, spec in SOURCES.items()},
}
"""Of facts whose values are words of the program."""
