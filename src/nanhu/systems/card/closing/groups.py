"""What groups of accounts are called on a page; in the books they stand under their codes."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: Final[dict[str, str | Promise]] = {
    "card.bank": _("备付金银行户"),
    "card.drawer": _("柜台抽屉"),
    "card.safe": _("保险柜"),
    "card.clearing": _("在途清算"),
    "card.owed": _("持卡人欠款"),
    "card.wallet": _("卡内余额"),
    "card.pending": _("待领款"),
    "card.held": _("预扣"),
    "card.merchant": _("商户待结算"),
    "card.payable": _("应付商户"),
    "card.funding": _("补助与发放"),
    "card.payee": _("代扣代缴"),
    "card.bank_payable": _("待退银行"),
    "card.cash_difference": _("长短款"),
    "card.fees": _("工本费收入"),
    "card.fee_income": _("管理费收入"),
    "card.loss_expense": _("挂失损失"),
}


def group_name(group: str) -> str:
    """The code itself where a school has a group of its own."""
    return str(GROUPS.get(group, group))
