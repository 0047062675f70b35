"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "ledger.cancel_bill": _("撤销应缴单"),
    "ledger.defer_bill": _("缓缴"),
    "ledger.grant_fund": _("下达额度"),
    "ledger.issue_bill": _("开应缴单"),
    "ledger.new_signing_key": _("更换账本签名密钥"),
    "ledger.open_fund": _("开立额度"),
    "ledger.pay_bill": _("缴费"),
    "ledger.post": _("记账"),
    "ledger.refund_bill": _("退费"),
    "ledger.release_fund": _("释放占用的额度"),
    "ledger.reserve_fund": _("占用额度"),
    "ledger.resume_bill": _("缓缴到期"),
    "ledger.reverse": _("冲销"),
    "ledger.set_fee_item": _("设置收费项目"),
    "ledger.spend_fund": _("支出占用的额度"),
    "ledger.unpay_bill": _("冲回缴费，应缴单恢复"),
    "ledger.unspend_fund": _("冲回支出的额度"),
    "ledger.waive_bill": _("减免应缴"),
    "ledger.withdraw_fund": _("收回额度"),
}
TARGETS: dict[str, Text] = {
    "bill": _("应缴单"),
    "fee_item": _("收费项目"),
    "fund": _("额度"),
    "ledger_entry": _("总账分录"),
    "ledger_signing_key": _("总账签名密钥"),
    "reservation": _("占用"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "licence": _("收费许可"),
    "public": _("公钥"),
}
