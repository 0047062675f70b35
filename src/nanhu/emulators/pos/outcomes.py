"""Outcomes: what the device shows and prints after an action."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from nanhu.emulators.pos.memory import StoredRow
from nanhu.emulators.pos.wire import Exchange

PIN_WORDS = {"meal": "超过餐限额", "daily": "超过日限额"}
type Light = Literal["green", "red", "amber", "off"]


class Slip(msgspec.Struct, frozen=True):
    """The paper that comes out."""

    title: str
    sequence: int
    amount_fen: int
    at: float
    card: str
    receipt: str | None = None
    balance_fen: int | None = None


class RowOutcome(msgspec.Struct, frozen=True):
    """What became of one stored row."""

    sequence: int
    card: str
    amount_fen: int
    outcome: str
    sentence: str
    receipt: str | None = None
    owed_fen: int | None = None
    is_settled: bool = True


class Outcome(msgspec.Struct):
    light: Light
    headline: str
    sentence: str
    kind: str
    amount_fen: int | None = None
    balance_fen: int | None = None
    slip: Slip | None = None
    rows: list[RowOutcome] = msgspec.field(default_factory=list)
    wire: list[Exchange] = msgspec.field(default_factory=list)


def card_tail(uid: str) -> str:
    return f"…{uid[-4:]}"


def outcome_of(answer: dict[str, Any], *, kind: str, headline: str) -> Outcome:
    """The gateway's own words on the screen."""
    approved = answer.get("outcome") == "approved"
    return Outcome(
        light="green" if approved else "red",
        headline=headline if approved else "未成交",
        sentence=str(answer.get("sentence", "")),
        kind=kind if approved else "refused",
        amount_fen=answer.get("amount_fen"),
        balance_fen=answer.get("balance_fen"),
    )


def row_outcome(row: StoredRow, answer: dict[str, Any] | None) -> RowOutcome:
    """A row without an answer, or answered by a terminal switched off, was not taken down."""
    answer = answer or {"outcome": "unknown", "sentence": "没有应答", "code": "terminal_off"}
    return RowOutcome(
        sequence=row.sequence,
        card=card_tail(row.card),
        amount_fen=row.amount_fen,
        outcome=str(answer.get("outcome")),
        sentence=str(answer.get("sentence", "")),
        receipt=answer.get("receipt"),
        owed_fen=answer.get("owed_fen"),
        is_settled=answer.get("code") != "terminal_off",
    )


def summary(outcomes: Sequence[RowOutcome]) -> str:
    if not outcomes:
        return "没有待上传的记录"
    approved = sum(one.outcome == "approved" for one in outcomes)
    kept = sum(not one.is_settled for one in outcomes)
    parts = [f"{approved} 笔入账", f"{len(outcomes) - approved - kept} 笔被拒", f"{kept} 笔留在本机"]
    return "，".join(part for part in parts if not part.startswith("0 "))
