"""Our orders that stand behind a movement outside: a room publishes them as a view of these columns and enters its name here."""

from typing import Final

BOOKS: Final[list[str]] = ["payments_payout_order", "payments_deposit_order"]
"""`sign` is what an order does to our account there, `counts` whether it should stand in their file, `moved_fen` what the ledger moved
for it and `moved_at` when; `is_under_way` has no end yet, brought to it by people where `is_by_hand`."""
COLUMNS = (
    "number, reference, amount_fen, settled_on, channel_id, is_under_way, counts, sign, is_by_hand, moved_fen, moved_at"
)
NOTHING = """SELECT '', '', 0::bigint, NULL::date, 0::bigint, false, false, 0, false, 0::bigint, NULL::timestamptz WHERE false"""


def orders() -> str:
    """`orders (…) AS (…)`, for a query's WITH."""
    books = " UNION ALL ".join([NOTHING, *(f"SELECT {COLUMNS} FROM {view}" for view in BOOKS)])  # noqa: S608 - names of our own views
    return f"orders ({COLUMNS}) AS ({books})"
