"""The pending account of a wallet, opened when first needed, and the order in which everybody locks."""

from collections.abc import Iterable, Mapping

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.models import PendingAccount
from nanhu.systems.card.models import Wallet
from nanhu.systems.card.services.receipts import locked_balances


def pending_accounts(wallets: Iterable[Wallet]) -> dict[int, int]:
    """The pending accounts by wallet id, opened where they are missing: two queries for wallets that have one."""
    wanted = {wallet.pk: wallet for wallet in wallets}
    known = dict(PendingAccount.objects.filter(wallet__in=wanted).values_list("wallet_id", "account_id"))
    missing = [wallet for wallet_id, wallet in wanted.items() if wallet_id not in known]
    return known | open_pending(missing) if missing else known


def open_pending(wallets: list[Wallet]) -> dict[int, int]:
    codes = {wallet.pk: f"card.pending:{wallet.person_id}" for wallet in wallets}
    accounts = ledger.open_accounts(
        ledger.AccountOrder(
            code=codes[wallet.pk], name=codes[wallet.pk], kind="liability", person_id=wallet.person_id, floor_fen=0
        )
        for wallet in wallets
    )
    found = {wallet_id: accounts[code] for wallet_id, code in codes.items()}
    rows = [PendingAccount(wallet_id=wallet_id, account_id=account) for wallet_id, account in found.items()]
    PendingAccount.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
    return found


def lock_funds(wallet: Wallet) -> tuple[int, Mapping[int, int]]:
    """The pending account's id, and the locked balances of wallet, receivable and pending.

    First wallets and receivables in order, then pending accounts in order: card_set_off_frozen comes to them in this way.
    """
    pending = pending_accounts([wallet])[wallet.pk]
    balances = locked_balances(wallet.account_id, wallet.receivable_id)
    return pending, balances | locked_balances(pending)
