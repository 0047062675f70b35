"""The card's finance (一卡通财务): what waits, and what was sold by month and by canteen."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.closing.models import Dispute, Settlement
from nanhu.systems.card.closing.takings import gross_by
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import finance_only

CHART_DAYS = 366


@require_safe
@never_cache
@finance_only
def home(request: HttpRequest) -> HttpResponse:
    today, everybody = campus_today(), list(Merchant.objects.all())
    months, places = gross_by(everybody, first=today - timedelta(days=CHART_DAYS), last=today)
    facts = {
        "unpaid": Settlement.objects.filter(payout__isnull=True, payable_fen__gt=0).count(),
        "disputes": Dispute.objects.filter(state=Dispute.State.OPEN).count(),
        "asked": sum(one.state == "asked" for one in everybody),
        "month_bars": [(f"{month:%Y-%m}", fen / 100, format_yuan(fen)) for month, fen in months.items()],
        "place_bars": [(name, fen / 100, format_yuan(fen)) for name, fen in list(places.items())[:12]],
        "total": format_yuan(sum(months.values())),
    }
    return render(request, "card/closing/home.html", facts)
