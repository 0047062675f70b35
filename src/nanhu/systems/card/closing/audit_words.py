"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.closing.models import Contract

REASONS: tuple[Text, ...] = (_("挂失后的脱机消费，学校承担"),)
ACTIONS: dict[str, Text] = {
    "card.agree_contract": _("签订商户合同"),
    "card.answer_dispute": _("答复疑问"),
    "card.approve_correction": _("批准更正"),
    "card.ask_correction": _("申请更正"),
    "card.bear_loss": _("学校承担损失"),
    "card.bind_merchant": _("绑定商户账号"),
    "card.close_unpaid_payout": _("付款文件银行全部未付"),
    "card.confirm_payout": _("确认付款"),
    "card.dispute": _("提出疑问"),
    "card.end_contract": _("终止商户合同"),
    "card.make_merchant_payout": _("生成付款单"),
    "card.refuse_correction": _("驳回更正"),
    "card.settle": _("商户结算"),
    "card.unbind_merchant": _("解除商户账号"),
}
TARGETS: dict[str, Text] = {
    "receipt": _("凭证"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "account": _("账户"),
    "contract": _("合同"),
    "correction": _("更正"),
    "cycle": _("结算周期"),
    "first": _("首日"),
    "last": _("末日"),
    "on": _("日期"),
    "unpaid": _("未付"),
}
VALUES: dict[str, dict[str, Text]] = {
    "cycle": dict(Contract.Cycle.choices),
}
"""Of facts whose values are words of the program."""
