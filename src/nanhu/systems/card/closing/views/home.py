"""The card's finance (一卡通财务): its console; what waits, and what was sold by month and by canteen."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui.dates import month_words
from nanhu.systems.card.closing.models import Dispute
from nanhu.systems.card.closing.services import payouts
from nanhu.systems.card.closing.takings import gross_by
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import FINANCE_ROLE

CHART_DAYS = 366
desk = Console(
    "card:closing",
    _("一卡通财务"),
    icon="landmark",
    owner=_("校园卡管理办公室"),
    description=_("商户合同、结算、付款"),
    roles=[FINANCE_ROLE],
    order=41,
    styles=["card/card.css", "card/closing.css"],
)


@desk.page("", title=_("一卡通财务"), tab=_("营业额"), lead=_("商户合同、结算和付款；日结和凭证在“银行与收付”。"))
def home(request: PageRequest) -> HttpResponse:
    today, everybody = campus_today(), list(Merchant.objects.all())
    months, places = gross_by(everybody, first=today - timedelta(days=CHART_DAYS), last=today)
    facts = {
        "unpaid": payouts.waiting().count(),
        "disputes": Dispute.objects.filter(state=Dispute.State.OPEN).count(),
        "asked": sum(one.state == "asked" for one in everybody),
        "month_bars": [(month_words(month), fen / 100, format_yuan(fen)) for month, fen in months.items()],
        "place_bars": [(name, fen / 100, format_yuan(fen)) for name, fen in list(places.items())[:12]],
        "total": format_yuan(sum(months.values())),
    }
    return render(request, "card/closing/home.html", facts)
