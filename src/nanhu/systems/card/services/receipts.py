"""Receipts of what no terminal asked: a row beside each entry that moves a wallet's money, in the same transaction."""

from nanhu.kernel.database.values import all_rows, one_value
from nanhu.systems.card.models import Card

RECEIPT = """
    INSERT INTO card_receipt (kind, outcome, wallet_id, card_id, amount_fen, balance_fen, detail, occurred_at, entry_id)
    VALUES (%s, 'posted', %s, %s, %s, %s, %s, now(), %s) RETURNING id
"""


def write_receipt(*, kind: str, card: Card, amount_fen: int, balance_fen: int, entry_id: int, detail: str = "") -> int:
    """The id of the receipt. `balance_fen` is the wallet after the entry; `kind` is one of kinds.KINDS."""
    receipt_id = one_value(RECEIPT, [kind, card.wallet_id, card.pk, amount_fen, balance_fen, detail, entry_id])
    return int(receipt_id)


def locked_balances(*account_ids: int) -> dict[int, int]:
    """Balances of these guarded accounts, locked until the transaction ends in the order every posting takes."""
    return dict(
        all_rows(
            "SELECT account_id, balance_fen FROM ledger_balance WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE",
            [list(account_ids)],
        )
    )
