"""What counting writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "assets.plan_count": _("安排资产盘点"),
    "assets.set_count_team": _("安排盘点小组"),
    "assets.open_count": _("开始资产盘点"),
    "assets.recount": _("开始复盘"),
    "assets.drop_count": _("取消资产盘点"),
    "assets.ask_count_result": _("提交盘点结果"),
    "assets.apply_count_result": _("同意盘点结果"),
    "assets.refuse_count_result": _("不同意盘点结果"),
    "assets.take_pictures": _("把照片带到盘点的手机上"),
    "assets.take_tags": _("把 RFID 清单记入盘点"),
    "assets.settle_found": _("处理拾到资产的留言"),
    "assets.print_labels": _("打印资产标签"),
}
TARGETS: dict[str, Text] = {
    "stock-take": _("资产盘点"),
    "found-report": _("拾到资产的留言"),
}
"""By what stands before the colon."""
WHOLE_TARGETS: dict[str, Text] = {"asset-labels:things": _("资产标签")}
FACTS: dict[str, Text] = {
    "team": _("小组"),
    "members": _("成员"),
    "booked": _("应盘"),
    "not_seen": _("未见到"),
    "unproven": _("未证实"),
    "elsewhere": _("改了地点"),
    "sighted": _("见到"),
    "labels": _("标签"),
    "pictures": _("照片"),
    "unknown_tags": _("不认得的标签"),
}
