"""The card office's own accounts in the ledger."""

from collections.abc import Collection
from typing import Final

from nanhu.platforms.ledger import api as ledger

DRAWER: Final = "card.drawer:"


def drawers_among(accounts: Collection[int]) -> dict[int, int]:
    """Whose drawers these accounts are: clerk's account by the ledger's."""
    found = ledger.account_codes(accounts)
    return {pk: int(code.removeprefix(DRAWER)) for pk, code in found.items() if code.startswith(DRAWER)}


def drawer_of(account_id: int) -> int:
    """A clerk's cash drawer (现金抽屉): one account for each, so that no two counters wait for one row."""
    code = f"{DRAWER}{account_id}"
    known = ledger.account_ids([code])
    if not known:
        known = ledger.open_accounts(
            [ledger.AccountOrder(code=code, name=f"校园卡柜台现金 {account_id}", kind="asset")]
        )
    return known[code]
