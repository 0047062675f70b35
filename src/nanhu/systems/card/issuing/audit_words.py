"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.systems.card.issuing.models import CardOrder, FeePayment, OrderRow, UnitDelegate
from nanhu.systems.card.issuing.services.regulations import TEXTS

REASONS: tuple[Text, ...] = (
    _("发送校园卡通知"),
    _("个人办卡申请"),
    _("新生制卡"),
    _("照片被退回：看不清正脸，请换一张"),
    _("已由 %(what)s 裁成 358×441"),
    _("背景不像纯色，请看一眼"),
    _("已由 %(what)s 裁成 358×441；背景不像纯色，请看一眼"),
    _("%(what)s · 领卡码"),
    _("%(what)s · 签收"),
)
"""Why, of the audit log, and what the program noted of photos and of whole batches."""
ACTIONS: dict[str, Text] = {
    "card.accept_order": _("受理制卡单"),
    "card.add_photo": _("补交照片"),
    "card.collect_batch": _("签收整批卡"),
    "card.finish_order": _("制卡完成"),
    "card.hand_over": _("发卡"),
    "card.make_plastic": _("制卡"),
    "card.match_photos": _("配对照片"),
    "card.spoil_plastic": _("作废一张卡"),
    "card.accept_regulation": _("同意用卡规定"),
    "card.activate": _("激活卡片"),
    "card.decide_order": _("审批制卡单"),
    "card.discard_order": _("作废制卡单"),
    "card.drop_row": _("删除制卡行"),
    "card.end_delegate": _("解除单位经办人或领导"),
    "card.export_order": _("导出制卡单"),
    "card.look_at_photos": _("核对制卡照片"),
    "card.mend_order": _("修改制卡单"),
    "card.name_delegate": _("指定单位经办人或领导"),
    "card.open_order": _("新建制卡单"),
    "card.open_proof": _("查看证明材料"),
    "card.order_by_mail": _("邮件申请制卡"),
    "card.refuse_pickup_code": _("领卡码不对"),
    "card.print_order": _("打印制卡单"),
    "card.publish_regulation": _("发布用卡规定"),
    "card.submit_order": _("提交制卡单"),
    "card.take_fee": _("收取工本费"),
}
TARGETS: dict[str, Text] = {
    "card_order": _("制卡单"),
    "card_order_row": _("制卡行"),
    "regulation": _("用卡规定"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "card_order_row": named_in(OrderRow, "pk", "name"),
}
FACTS: dict[str, Text] = {
    "approved": _("同意"),
    "by_code": _("凭码"),
    "columns": _("列"),
    "delegate": _("身份"),
    "doubles": _("重复"),
    "due": _("应完成日期"),
    "in_time": _("按时"),
    "line": _("行"),
    "matched": _("配对"),
    "method": _("方式"),
    "not_found": _("未找到"),
    "regulation": _("规定"),
    "seen": _("已看"),
    "sent_back": _("退回"),
    "signed_by": _("签收人"),
    "uid": _("芯片号"),
    "wrong": _("错误"),
}
VALUES: dict[str, dict[str, Text]] = {
    "source": {**dict(CardOrder.Source.choices), "card.issuing": _("校园卡管理办公室")},
    "delegate": dict(UnitDelegate.Role.choices),
    "kind": dict(CardOrder.Kind.choices),
    "state": dict(CardOrder.State.choices),
    "how": {**dict(OrderRow.How.choices), "handed_over": _("领卡时"), "page": _("在网页上")},
    "regulation": {key: told.title for key, told in TEXTS.items()},
    "method": dict(FeePayment.Method.choices),
}
"""Of facts whose values are words of the program."""
