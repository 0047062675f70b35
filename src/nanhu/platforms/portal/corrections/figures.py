"""How long the offices take for a correction, for everybody to see."""

from datetime import timedelta
from statistics import median
from typing import Any, Final

from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.platforms.portal.models import Correction

LEAST: Final = 3
"""Fewer say nothing of an office, and too much of the persons."""
A_DAY: Final = timedelta(days=1)
A_YEAR: Final = 365 * A_DAY


def by_office() -> list[dict[str, Any]]:
    """Of what arrived within a year, by the unit that answers for it: how many, and the days of the middle one."""
    done = Correction.objects.filter(arrived_at__gte=now() - A_YEAR, closed_at__isnull=False, unit__isnull=False)
    took: dict[str, list[float]] = {}
    rows = done.annotate(span=F("closed_at") - F("created_at")).order_by("unit__code")
    for name, span in rows.values_list("unit__name", "span"):
        took.setdefault(name, []).append(span / A_DAY)
    return [
        {"unit": name, "count": len(days), "days": f"{median(days):.1f}"}
        for name, days in took.items()
        if len(days) >= LEAST
    ]
