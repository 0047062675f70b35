"""Opening accounts, many at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from nanhu.platforms.ledger.models import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOrder:
    """An account to open. `code` is its lasting name ("card.wallet:42")."""

    code: str
    name: str
    kind: str
    person_id: int | None = None
    floor_fen: int | None = None


def open_accounts(orders: Iterable[AccountOrder]) -> dict[str, int]:
    """The ids of these accounts by code; those that exist are left as they are, so that opening twice is harmless."""
    wanted = list(orders)
    Account.objects.bulk_create(
        [Account(code=o.code, name=o.name, kind=o.kind, person_id=o.person_id, floor_fen=o.floor_fen) for o in wanted],
        batch_size=5000,
        ignore_conflicts=True,
    )
    return account_ids([order.code for order in wanted])


def account_ids(codes: Sequence[str]) -> dict[str, int]:
    return dict(Account.objects.filter(code__in=codes).values_list("code", "id"))


def account_codes(ids: Collection[int]) -> dict[int, str]:
    return dict(Account.objects.filter(id__in=ids).values_list("id", "code"))
