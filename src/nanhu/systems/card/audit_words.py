"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.systems.card.forms import DOCUMENTS, PROOFS
from nanhu.systems.card.models import Card, LossReport, Merchant, Price

REASONS: tuple[Text, ...] = (_("本人在网页上解挂"),)
ACTIONS: dict[str, Text] = {
    "card.approve_cash": _("批准补记现金"),
    "card.ask_for_cash": _("申请补记现金"),
    "card.cancel_loss": _("解除挂失"),
    "card.change_state": _("修改卡状态"),
    "card.check_shift": _("复点钱箱"),
    "card.count_shift": _("清点钱箱"),
    "card.explain_shift": _("说明现金差额"),
    "card.follow": _("随人员变动更新卡"),
    "card.import_history": _("导入历史记录"),
    "card.issue": _("发卡"),
    "card.join_wallets": _("合并钱包"),
    "card.open_shift": _("开班"),
    "card.part_wallets": _("拆分钱包"),
    "card.refund": _("退款"),
    "card.refuse_cash": _("驳回补记现金"),
    "card.reissue": _("补卡"),
    "card.report_lost": _("挂失"),
    "card.send_shift_back": _("退回当班"),
    "card.set_price": _("设置价格"),
    "card.set_up_merchants": _("设置商户"),
    "card.top_up": _("柜台充值"),
}
TARGETS: dict[str, Text] = {
    "card": _("校园卡"),
    "merchant": _("商户"),
    "payout": _("批量发放"),
    "shift": _("当班"),
    "wallet": _("钱包"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "merchant": named_in(Merchant, "key", "name"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "card:history": _("校园卡历史记录"),
    "card:merchants": _("商户和终端"),
}
FACTS: dict[str, Text] = {
    "per": _("计价数量"),
    "price_fen": _("单价"),
    "when_silent": _("失去联系时计费"),
    "at": _("地点"),
    "before": _("之前"),
    "card": _("校园卡"),
    "cards": _("卡数"),
    "clerk": _("经办"),
    "code": _("代码"),
    "counted_fen": _("清点金额"),
    "device": _("设备"),
    "difference": _("差异"),
    "difference_fen": _("差额"),
    "exception": _("例外"),
    "expected_fen": _("应有金额"),
    "face_checked": _("核对面容"),
    "fee": _("费率"),
    "fee_fen": _("费用"),
    "float_fen": _("备用金"),
    "frozen_fen": _("冻结金额"),
    "lost_at": _("挂失时间"),
    "merchants": _("商户"),
    "new": _("新"),
    "order": _("单据"),
    "posted": _("入账"),
    "receipt": _("凭证"),
    "reference": _("凭证号"),
    "sale": _("消费"),
    "settled": _("结清"),
    "since": _("自"),
    "state": _("状态"),
    "tail": _("尾号"),
    "terminal": _("终端"),
    "terminals": _("终端"),
    "unknown": _("未知"),
    "version": _("版本"),
    "way": _("途径"),
}
VALUES: dict[str, dict[str, Text]] = {
    "card.change_state from": dict(Card.State.choices),
    "card.change_state to": dict(Card.State.choices),
    "kind": {
        **dict(Price.Kind.choices),
        "card.bank_payout": _("银行付款"),
        "card.cash_fee": _("现金工本费"),
        "card.claim": _("领款"),
        "card.correction": _("更正"),
        "card.credit": _("入账"),
        "card.deduction": _("扣款"),
        "card.fee": _("工本费"),
        "card.load": _("圈存"),
        "card.freeze": _("补卡冻结"),
        "card.merchant_payout": _("付款给商户"),
        "card.merge": _("合并余额"),
        "card.merge_owed": _("合并欠款"),
        "card.payout": _("批量发放"),
        "card.settle_owed": _("抵扣欠款"),
        "card.settlement": _("商户结算"),
        "card.shift": _("交班"),
        "card.shift_float": _("领备用金"),
        "card.stored": _("脱机消费"),
        "card.top_up": _("现金充值"),
        "card.withdrawal": _("退余额"),
    },
    "when_silent": dict(Price.WhenSilent.choices),
    "class": dict(Card.Class.choices),
    "classes": dict(Card.Class.choices),
    "state": dict(Card.State.choices),
    "way": dict(LossReport.Way.choices),
    "document": dict(DOCUMENTS),
    "card.report_lost proof": dict(PROOFS),
    "reason": {"lost": _("遗失"), "damaged": _("损坏")},
    "proof": {
        "signed in": _("已登录"),
        "second factor": _("第二因素"),
        "enquiry PIN": _("查询密码"),
        "document": _("证件"),
    },
}
"""Of facts whose values are words of the program."""
