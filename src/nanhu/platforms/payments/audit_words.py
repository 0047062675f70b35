"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.payments.models import Agreement, BankPayout, Channel, DayClose, Difference, PayoutFile

REASONS: tuple[Text, ...] = (
    _("银行签约四要素核验"),
    _("本人查看银行签约"),
    _("两人的记录已分开"),
    _("本人在网页上解约"),
    _("与学校的订单对不上"),
)
ACTIONS: dict[str, Text] = {
    "payments.ask_deposit": _("登记到账"),
    "payments.book_deposit": _("到账入账"),
    "payments.refuse_deposit": _("驳回到账"),
    "payments.register_app": _("登记外部应用"),
    "payments.rotate_app_secret": _("更换外部应用密钥"),
    "payments.switch_app_off": _("停用外部应用"),
    "payments.switch_app_on": _("启用外部应用"),
    "payments.close_day": _("日结"),
    "payments.explain_difference": _("说明差异"),
    "payments.end_payout": _("付款结果"),
    "payments.make_file": _("生成代发文件"),
    "payments.take_results": _("接收代发结果"),
    "payments.ask_agreement": _("申请银行签约"),
    "payments.bulk_sign": _("批量签约"),
    "payments.cancel_agreement": _("解除签约"),
    "payments.propose_difference": _("提出差异处理"),
    "payments.reconcile": _("银行对账"),
    "payments.refuse_difference": _("驳回差异处理"),
    "payments.settle_agreement": _("签约结果"),
    "payments.settle_difference": _("处理差异"),
    "payments.suspend_notice": _("暂存可疑银行通知"),
}
TARGETS: dict[str, Text] = {
    "day": _("日结"),
    "deposit": _("到账登记"),
    "payments_payout": _("银行付款"),
    "payments_payout_file": _("付款文件"),
    "payments_bulk_signing": _("批量签约"),
    "payments_channel": _("渠道"),
    "payments_difference": _("对账差异"),
}
NAMES: dict[str, Lookup] = {
    "payments_channel": named_in(Channel, "pk", "name"),
    "payments_difference": named_in(Difference, "pk", "order"),
    "payments_payout": named_in(BankPayout, "pk", "number"),
    "payments_payout_file": named_in(PayoutFile, "pk", "number"),
}
FACTS: dict[str, Text] = {
    "app": _("应用"),
    "bank_fee_fen": _("手续费"),
    "open": _("未结"),
    "paid": _("已付笔数"),
    "payout": _("付款"),
    "returned": _("退回笔数"),
    "agreement": _("签约"),
    "differences": _("差异"),
    "signing": _("签约"),
}
VALUES: dict[str, dict[str, Text]] = {
    "kind": {"payments.deposit": _("到账入账")},
    "payments.close_day state": dict(DayClose.State.choices),
    "payments.end_payout state": dict(BankPayout.State.choices),
    "payments.ask_agreement source": dict(Agreement.Source.choices),
    "payments.settle_agreement state": dict(Agreement.State.choices),
    "payments.settle_difference state": dict(Difference.State.choices),
    "payments.propose_difference state": dict(Difference.State.choices),
    "payments.refuse_difference state": dict(Difference.State.choices),
}
