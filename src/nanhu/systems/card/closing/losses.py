"""What the school bore of cards that were reported lost, for the day close: rows it did not bear yet, and what it bore."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.clock import end_of, start_of
from nanhu.platforms.payments.api import Found
from nanhu.systems.card.closing.services.liability import due
from nanhu.systems.card.kinds import BORNE
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.protocol import receipt_number

SHOWN = 50


def loss_differences(day: date) -> list[Found]:
    """Sold off line after a loss report, and still charged to the holder."""
    return [
        Found(
            key=f"loss:{row.pk}",
            what=_("凭证 %(number)s 是挂失以后的脱机消费，还没有转由学校承担") % {"number": receipt_number(row.pk)},
            ours_fen=0,
            theirs_fen=row.amount_fen,
        )
        for row in due(start_of(day), end_of(day))
    ]


def borne_on(day: date) -> dict[str, Any]:
    rows = Receipt.objects.filter(
        posted_at__gte=start_of(day),
        posted_at__lt=end_of(day),
        kind="correction_in",
        outcome="posted",
        merchant__isnull=True,
        detail=BORNE,
    )
    shown = [
        {
            "receipt": receipt_number(sale),
            "card": card,
            "terminal": terminal,
            "sold_at": sold_at.isoformat(),
            "fen": fen,
        }
        for sale, card, terminal, sold_at, fen in rows.order_by("pk").values_list(
            "reverses_id", "card__number", "reverses__terminal__number", "reverses__occurred_at", "amount_fen"
        )
    ]
    return {"rows": len(shown), "fen": sum(one["fen"] for one in shown), "lines": shown[:SHOWN]}
