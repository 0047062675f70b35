"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.assets.models import Movement

ACTIONS: dict[str, Text] = {
    "assets.add_receipt_line": _("验收单加一行"),
    "assets.approve_card_import": _("批准旧卡片导入"),
    "assets.approve_class_import": _("批准资产分类表"),
    "assets.approve_disposal": _("批准资产处置"),
    "assets.approve_improvement": _("批准改造增值"),
    "assets.approve_loss": _("批准丢失处理意见"),
    "assets.approve_month_close": _("批准资产月结"),
    "assets.approve_reversal": _("批准冲回采购付款，额度重新占用"),
    "assets.approve_transfer": _("批准资产调拨"),
    "assets.ask_disposal": _("提出资产处置"),
    "assets.ask_improvement": _("提出改造增值"),
    "assets.ask_reversal": _("提出冲回采购付款"),
    "assets.ask_transfer": _("提出资产调拨"),
    "assets.ask_undo_card_import": _("提出回滚旧卡片导入"),
    "assets.close_month": _("资产月结完成"),
    "assets.depreciate": _("记资产折旧"),
    "assets.discard_class_import": _("放弃资产分类表"),
    "assets.discard_card_import": _("放弃旧卡片导入"),
    "assets.discard_month_close": _("放弃资产月结"),
    "assets.keep_card_import": _("不同意回滚旧卡片导入"),
    "assets.make_class_import": _("登记资产分类表"),
    "assets.make_card_import": _("登记旧卡片"),
    "assets.make_month_close": _("交财务资产卡片"),
    "assets.merge_person": _("资产随人员归并"),
    "assets.offer": _("出示资产移交码"),
    "assets.open_receipt": _("开验收单"),
    "assets.order_purchase": _("登记采购，占用额度"),
    "assets.pay_purchase": _("登记采购付款，支出额度"),
    "assets.photograph_receipt": _("给验收单拍照"),
    "assets.photograph_thing": _("给资产拍照"),
    "assets.propose_loss": _("提出丢失处理意见"),
    "assets.purchase_cancelled": _("取消采购，释放额度"),
    "assets.purchase_received": _("采购已入库"),
    "assets.purchase_settled": _("采购结清，释放余额"),
    "assets.receive": _("资产入库"),
    "assets.refuse_class_import": _("驳回资产分类表"),
    "assets.refuse_card_import": _("驳回旧卡片导入"),
    "assets.refuse_disposal": _("驳回资产处置"),
    "assets.refuse_improvement": _("驳回改造增值"),
    "assets.refuse_loss": _("驳回丢失处理意见"),
    "assets.refuse_month_close": _("驳回资产月结"),
    "assets.refuse_receipt": _("验收不通过"),
    "assets.refuse_reversal": _("驳回冲回采购付款"),
    "assets.refuse_transfer": _("驳回资产调拨"),
    "assets.set_figure": _("改资产规定的数"),
    "assets.set_life": _("改资产使用年限"),
    "assets.sign_receipt": _("签验收单"),
    "assets.submit_class_import": _("提交资产分类表"),
    "assets.submit_card_import": _("提交旧卡片导入"),
    "assets.submit_month_close": _("提交资产月结"),
    "assets.take_back_receipt": _("撤回验收单"),
    "assets.take_classes": _("资产分类表登记完成"),
    "assets.take_cards": _("旧卡片登记完成"),
    "assets.undo_card_import": _("回滚旧卡片导入"),
    **{f"assets.{kind.value}": kind.label for kind in Movement.Kind},
}
TARGETS: dict[str, Text] = {
    "asset": _("资产"),
    "asset_figure": _("资产的规定"),
    "card_import": _("旧卡片"),
    "class_import": _("分类表"),
    "disposal": _("处置单"),
    "hand_over": _("移交码"),
    "month": _("月份"),
    "month_close": _("月结"),
    "purchase": _("采购登记"),
    "asset_receipt": _("验收单"),
}
"""By what stands before the colon."""
VALUES: dict[str, dict[str, Text]] = {
    "kind": {
        "assets.card_import": _("旧卡片导入"),
        "assets.class_import": _("资产分类表"),
        "assets.month_close": _("资产月结"),
    }
}
"""Of facts whose values are words of the program."""
FACTS: dict[str, Text] = {
    "fund": _("额度"),
    "differing": _("有差异的卡片"),
    "months": _("再折旧几个月"),
    "figure": _("规定的值"),
    "photos": _("照片"),
    "life_years": _("使用年限"),
}
