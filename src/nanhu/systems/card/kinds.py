"""Kinds of receipts: how each is called, drawn, grouped, and whether it brings money in. The database knows the same list."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKind:
    """`group` is the filter it belongs to in lists."""

    name: str | Promise
    icon: str
    group: str
    is_money_in: bool = False


KINDS: dict[str, ReceiptKind] = {
    "payment": ReceiptKind(name=_("消费"), icon="utensils", group="spending"),
    "stored": ReceiptKind(name=_("消费（脱机补传）"), icon="utensils", group="spending"),
    "hold": ReceiptKind(name=_("预扣"), icon="timer", group="spending"),
    "release": ReceiptKind(name=_("预扣退回"), icon="undo-2", group="reversal", is_money_in=True),
    "reversal": ReceiptKind(name=_("冲正退回"), icon="undo-2", group="reversal", is_money_in=True),
    "refund": ReceiptKind(name=_("商户退款"), icon="undo-2", group="reversal", is_money_in=True),
    "top_up": ReceiptKind(name=_("充值"), icon="plus", group="top_up", is_money_in=True),
    "claim": ReceiptKind(name=_("领款"), icon="gift", group="claim", is_money_in=True),
    "deduction": ReceiptKind(name=_("代扣代缴"), icon="zap", group="deduction"),
    "fee": ReceiptKind(name=_("工本费"), icon="credit-card", group="deduction"),
    "settle_owed": ReceiptKind(name=_("补扣欠款"), icon="minus", group="settle_owed"),
    "freeze": ReceiptKind(name=_("补卡冻结"), icon="snowflake", group="claim"),
    "withdrawal": ReceiptKind(name=_("余额退回银行"), icon="landmark", group="claim"),
    "correction_in": ReceiptKind(name=_("更正转入"), icon="plus", group="correction", is_money_in=True),
    "correction_out": ReceiptKind(name=_("更正转出"), icon="minus", group="correction"),
    "merge_out": ReceiptKind(name=_("归并转出"), icon="users", group="merge"),
    "merge_in": ReceiptKind(name=_("归并转入"), icon="users", group="merge", is_money_in=True),
}
GROUP_NAMES: dict[str, str | Promise] = {
    "spending": _("消费"),
    "top_up": _("充值"),
    "claim": _("领款与冻结"),
    "reversal": _("退回"),
    "deduction": _("代扣与工本费"),
    "settle_owed": _("补扣欠款"),
    "correction": _("更正"),
    "merge": _("归并转入转出"),
}
BORNE = "挂失后的脱机消费，学校承担"
"""The receipt of what the school bears says so in its detail."""
MONEY_IN = frozenset(key for key, kind in KINDS.items() if kind.is_money_in)
GROUPS = {group: tuple(key for key, kind in KINDS.items() if kind.group == group) for group in GROUP_NAMES}
