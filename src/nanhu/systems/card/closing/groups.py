"""The card's groups of accounts, as pages and vouchers name them."""

from django.utils.translation import gettext_lazy as _

from nanhu.platforms.payments.api import AccountGroup, account_groups

account_groups.add(
    AccountGroup(key="card.drawer", name=_("柜台抽屉"), code="1001", title="库存现金"),
    AccountGroup(key="card.safe", name=_("保险柜"), code="1001", title="库存现金"),
    AccountGroup(key="card.owed", name=_("持卡人欠款"), code="1218", title="其他应收款"),
    AccountGroup(key="card.wallet", name=_("卡内余额"), code="2307.01", title="其他应付款-校园卡持卡人"),
    AccountGroup(key="card.pending", name=_("待领款"), code="2307.02", title="其他应付款-待领款"),
    AccountGroup(key="card.held", name=_("预扣"), code="2307.04", title="其他应付款-预扣"),
    AccountGroup(key="card.merchant", name=_("商户待结算"), code="2307.03", title="其他应付款-商户待结算"),
    AccountGroup(key="card.payable", name=_("应付商户"), code="2302", title="应付账款-商户"),
    AccountGroup(key="card.funding", name=_("补助与发放"), code="2307.05", title="其他应付款-补助与发放"),
    AccountGroup(key="card.bank_payable", name=_("待退银行"), code="2307.07", title="其他应付款-待退银行"),
    AccountGroup(key="card.cash_difference", name=_("长短款"), code="1902", title="待处理财产损溢"),
    AccountGroup(key="card.fees", name=_("工本费收入"), code="4609", title="其他收入-工本费"),
    AccountGroup(key="card.fee_income", name=_("管理费收入"), code="4609", title="其他收入"),
    AccountGroup(key="card.loss_expense", name=_("挂失损失"), code="5901", title="其他费用-挂失损失"),
)
