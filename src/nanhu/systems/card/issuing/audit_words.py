"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.accept_regulation": _("同意用卡规定"),
    "card.activate": _("激活卡片"),
    "card.decide_order": _("审批制卡单"),
    "card.drop_row": _("删除制卡行"),
    "card.end_delegate": _("取消代领人"),
    "card.export_order": _("导出制卡单"),
    "card.look_at_photos": _("核对制卡照片"),
    "card.mend_order": _("修改制卡单"),
    "card.name_delegate": _("指定代领人"),
    "card.open_order": _("新建制卡单"),
    "card.open_proof": _("查看证明材料"),
    "card.order_by_mail": _("邮件申请制卡"),
    "card.print_order": _("打印制卡单"),
    "card.publish_regulation": _("发布用卡规定"),
    "card.submit_order": _("提交制卡单"),
    "card.take_fee": _("收取工本费"),
}
