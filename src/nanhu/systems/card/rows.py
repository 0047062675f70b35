"""A receipt as its holder reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.systems.card.models import Receipt
from nanhu.systems.card.protocol import receipt_number

KINDS: dict[str, str | Promise] = {
    "payment": gettext_lazy("消费"),
    "stored": gettext_lazy("消费（脱机补传）"),
    "reversal": gettext_lazy("冲正退回"),
    "top_up": gettext_lazy("充值"),
    "settle_owed": gettext_lazy("补扣欠款"),
    "merge_out": gettext_lazy("归并转出"),
    "merge_in": gettext_lazy("归并转入"),
}
ICONS = {
    "payment": "utensils", "stored": "utensils", "reversal": "undo-2", "top_up": "plus", "settle_owed": "minus",
    "merge_out": "users", "merge_in": "users",
}  # fmt: skip
MONEY_IN = frozenset({"top_up", "reversal", "merge_in"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `signed_fen` is what the wallet felt: what is still owed (`owed_fen`) was not taken from it."""

    receipt: str
    kind: str | Promise
    icon: str
    merchant: str
    canteen: str
    terminal: str
    occurred_at: datetime
    signed_fen: int
    owed_fen: int
    balance_fen: int

    @property
    def is_money_in(self) -> bool:
        return self.signed_fen > 0


def line_of(receipt: Receipt) -> Line:
    merchant, terminal = receipt.merchant, receipt.terminal
    felt = (receipt.amount_fen or 0) - receipt.owed_fen
    return Line(
        receipt=receipt_number(receipt.id),
        kind=KINDS[receipt.kind],
        icon=ICONS[receipt.kind],
        merchant=merchant.name if merchant else source_of(receipt),
        canteen=merchant.canteen if merchant else "",
        terminal=terminal.number if terminal else "",
        occurred_at=receipt.occurred_at,
        signed_fen=felt if receipt.kind in MONEY_IN else -felt,
        owed_fen=receipt.owed_fen if receipt.kind == "stored" else 0,
        balance_fen=receipt.balance_fen or 0,
    )


def source_of(receipt: Receipt) -> str:
    """Where money came from that no merchant gave."""
    if receipt.kind == "settle_owed":
        return _("脱机消费的欠款")
    if receipt.kind in {"merge_out", "merge_in"}:
        return _("同一人的另一个钱包")
    return {"现金": _("校园卡柜台 · 现金"), "圈存": _("银行圈存")}.get(receipt.detail, _("校园卡系统"))
