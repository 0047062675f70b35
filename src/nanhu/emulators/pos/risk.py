"""How much a merchant may risk while nobody can say what a card is worth."""

from collections.abc import Sequence

from nanhu.emulators.pos.configuration import RiskLimits
from nanhu.emulators.pos.memory import StoredRow


def risk_refusal(stored: Sequence[StoredRow], limits: RiskLimits, *, card: str, amount_fen: int) -> str:
    """Why this payment would risk too much; empty where it may be stored."""
    if amount_fen <= 0:
        return "金额无效，应大于零"
    if amount_fen > limits.payment_fen:
        return f"断网时单笔不超过 {yuan(limits.payment_fen)}"
    if sum(row.amount_fen for row in stored if row.card == card) + amount_fen > limits.card_fen:
        return f"断网时每卡累计不超过 {yuan(limits.card_fen)}"
    if sum(row.amount_fen for row in stored) + amount_fen > limits.total_fen:
        return f"断网时本机累计不超过 {yuan(limits.total_fen)}"
    if len(stored) >= limits.rows:
        return f"断网时最多存 {limits.rows} 笔"
    return ""


def yuan(fen: int) -> str:
    return f"¥ {fen // 100}.{fen % 100:02d}"
