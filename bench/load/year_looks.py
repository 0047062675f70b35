"""What is measured on a grown campus: a wallet's queries, sums of days, the trial balance, a day close, sealing and verifying."""

import os
import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.services.sealing import seal
from nanhu.platforms.ledger.services.verification import verify
from nanhu.platforms.payments.services.days import close_day
from nanhu.systems.card import queries
from nanhu.systems.card.closing.statements import Holder, statement_of
from nanhu.systems.card.models import Card
from nanhu.systems.card.rows import line_of

BY = Actor.system("bench")
LOOKS = 200
PAGE = 30


def look_at(
    size: int,
    plan: dict[str, Any],
    *,
    first: date,
    tell: Callable[[str, float, str], None],
    timed: Callable[[Callable[[], Any]], float],
) -> None:
    chosen = random.Random(size).sample(plan["cards"], min(LOOKS, len(plan["cards"])))
    cards = list(Card.objects.filter(uid__in=chosen).select_related("wallet"))
    for name, work in (("balance", balance), ("three_months", three_months)):
        seconds = sorted(timed(lambda card=card, work=work: work(card)) for card in cards)
        tell(f"year_{size}_{name}_p50", 1000 * seconds[len(seconds) // 2], "ms")
        tell(f"year_{size}_{name}_p99", 1000 * seconds[int(len(seconds) * 0.99)], "ms")
    ledger.forget_sums(since=first)
    tell(f"year_{size}_sum_days", timed(ledger.sum_days), "s")
    tell(f"year_{size}_trial_balance", 1000 * timed(lambda: ledger.trial_at(now())), "ms")
    tell(f"year_{size}_day_close", timed(lambda: close_day(by=BY, day=first + timedelta(days=300))), "s")
    if size <= sealed_up_to():
        look_at_seals(size, cards[0], tell=tell, timed=timed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        tell(f"year_{size}_database", cursor.fetchone()[0] / 2**30, "GiB")


def sealed_up_to() -> int:
    """`NANHU_BENCH_YEAR_SEALED`: the largest size that is sealed and verified too, all unless it is set; both take as long as their rows."""
    return int(os.environ.get("NANHU_BENCH_YEAR_SEALED", sys.maxsize))


def look_at_seals(
    size: int, card: Card, *, tell: Callable[[str, float, str], None], timed: Callable[[Callable[[], Any]], float]
) -> None:
    made = timed(seal)
    tell(f"year_{size}_seal", size / made if made else 0, "rows/s (all rows so far)")
    found: list[Any] = []
    seconds_of = timed(lambda: found.append(verify()))
    if not found[0].is_sound:
        raise RuntimeError(found[0].faults[:3])
    tell(f"year_{size}_verify", found[0].rows / seconds_of, "rows/s")
    days = queries.last_three_months()
    holder = Holder(name="林", campus_no="1")
    tell(f"year_{size}_signed_statement", timed(lambda: statement_of(card, holder, days)), "s for three months")


def balance(card: Card) -> None:
    queries.own_day(card.person_id)


def three_months(card: Card) -> None:
    """What /card/transactions/ asks: rows, sums, places, charts."""
    days = queries.last_three_months()
    rows = queries.statement(card.wallet, days)
    queries.totals(rows)
    [line_of(row) for row in rows[: PAGE + 1]]
    queries.places_of(card.wallet, days)
    queries.spent_by(card.wallet, days)
