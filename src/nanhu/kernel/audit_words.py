"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

REASONS: tuple[Text, ...] = (_("逾期无人复核，自动关闭"), _("制单人撤回"))
ACTIONS: dict[str, Text] = {
    "kernel.archive_audit": _("归档审计日志"),
    "kernel.backup": _("备份"),
    "kernel.begin_read_only": _("启用应急只读"),
    "kernel.end_read_only": _("结束应急只读"),
    "kernel.reencrypt": _("用新密钥重新加密"),
    "kernel.reindex": _("重建加密索引"),
    "kernel.restore": _("恢复备份"),
    "kernel.rotate_data_key": _("更换数据密钥"),
    "kernel.rotate_index_key": _("更换索引密钥"),
}
TARGETS: dict[str, Text] = {
    "application": _("应用"),
    "audit-block": _("审计封印块"),
    "key": _("加密密钥"),
    "person": _("人员"),
}
"""By what stands before the colon."""
WHOLE_TARGETS: dict[str, Text] = {
    "read-only": _("应急只读"),
    "keys": _("加密密钥"),
}
FACTS: dict[str, Text] = {
    "addresses": _("地址"),
    "algorithm": _("算法"),
    "changed": _("改动"),
    "channel": _("渠道"),
    "created": _("新建"),
    "days": _("天数"),
    "document": _("证件"),
    "entry": _("分录"),
    "fen": _("金额"),
    "file": _("文件"),
    "files": _("文件"),
    "format": _("格式"),
    "from": _("自"),
    "gone": _("不再有"),
    "hours_not_given_back": _("时间没有补回的系统"),
    "how": _("方式"),
    "kept": _("保留"),
    "key": _("密钥"),
    "kind": _("类型"),
    "made_at": _("制作时间"),
    "name": _("名称"),
    "note": _("说明"),
    "program": _("程序"),
    "proof": _("证明方式"),
    "reason": _("原因"),
    "role": _("角色"),
    "rows": _("行数"),
    "rule": _("规则"),
    "scopes": _("范围"),
    "seal": _("封印"),
    "sha256": _("校验值"),
    "source": _("来源"),
    "title": _("标题"),
    "to": _("至"),
    "told": _("通知"),
    "unit": _("单位"),
    "until": _("至"),
    "url": _("网址"),
    "values": _("值"),
}
