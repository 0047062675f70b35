"""The card office's own accounts in the ledger."""

from nanhu.platforms.ledger import api as ledger


def drawer_of(account_id: int) -> int:
    """A clerk's cash drawer (现金抽屉): one account for each, so that no two counters wait for one row."""
    code = f"card.drawer:{account_id}"
    known = ledger.account_ids([code])
    if not known:
        known = ledger.open_accounts(
            [ledger.AccountOrder(code=code, name=f"校园卡柜台现金 {account_id}", kind="asset")]
        )
    return known[code]
