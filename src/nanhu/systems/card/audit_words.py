"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

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
    "card.terminal_key": _("发放终端密钥"),
    "card.terminal_off": _("停用终端"),
    "card.terminal_on": _("启用终端"),
    "card.terminal_retired": _("终端撤机"),
    "card.top_up": _("柜台充值"),
}
