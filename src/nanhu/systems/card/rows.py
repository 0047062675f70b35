"""A receipt as its holder reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from nanhu.systems.card.kinds import BORNE, KINDS
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.protocol import receipt_number

CLAIMED = {
    "subsidy": _later("补助"),
    "payout": _later("代发"),
    "online_top_up": _later("在线充值"),
    "load": _later("圈存"),
    "frozen": _later("补卡冻结款"),
    "refund": _later("退款"),
    "set_off": _later("冻结款抵扣旧卡的脱机消费"),
}
SOURCES = {
    "settle_owed": _later("脱机消费的欠款"),
    "merge_out": _later("同一人的另一个钱包"),
    "merge_in": _later("同一人的另一个钱包"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `signed_fen` is what the wallet felt: what is still owed (`owed_fen`) was not taken from it."""

    number: int
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
    kind, felt = KINDS[receipt.kind], (receipt.amount_fen or 0) - receipt.owed_fen
    return Line(
        number=receipt.id,
        receipt=receipt_number(receipt.id),
        kind=kind.name,
        icon=kind.icon,
        merchant=merchant.name if merchant else source_of(receipt),
        canteen=merchant.canteen if merchant else "",
        terminal=terminal.number if terminal else "",
        occurred_at=receipt.occurred_at,
        signed_fen=felt if kind.is_money_in else -felt,
        owed_fen=receipt.owed_fen if receipt.kind == "stored" else 0,
        balance_fen=receipt.balance_fen or 0,
    )


def whole_fen(receipt: Receipt) -> int:
    """Signed as in its line, with what is still owed of it: what a correction gives back."""
    amount: int = receipt.amount_fen or 0
    return amount if KINDS[receipt.kind].is_money_in else -amount


def source_of(receipt: Receipt) -> str:
    """Where money came from that no merchant gave."""
    if receipt.kind in SOURCES:
        return str(SOURCES[receipt.kind])
    if receipt.kind == "claim":
        return " + ".join(str(CLAIMED[one]) for one in receipt.detail.split() if one in CLAIMED) or _("校园卡系统")
    if receipt.kind == "deduction":
        return receipt.detail
    if receipt.kind in {"correction_in", "correction_out"}:
        words = (
            _("挂失后的脱机消费，由学校承担（凭证 %(number)s）")
            if receipt.detail == BORNE
            else _("凭证 %(number)s 的更正")
        )
        return words % {"number": receipt_number(receipt.reverses_id or 0)}
    if receipt.kind == "withdrawal":
        return _("银行卡 …%(tail)s") % {"tail": receipt.detail}
    return {"现金": _("校园卡柜台 · 现金"), "圈存": _("银行圈存")}.get(receipt.detail, _("校园卡系统"))
