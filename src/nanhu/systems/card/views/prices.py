"""Price rules of terminals, at the counter: what each reckons by, and a new rule from a day on."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.systems.card.models import Price
from nanhu.systems.card.services.prices import PriceOrder, set_prices
from nanhu.systems.card.views.frame import clerk_only

PAGE = 30


class PriceForm(forms.Form):
    number = forms.CharField(label=_("终端号"), max_length=16)
    since = forms.DateField(label=_("起始日期"), widget=DayInput(), initial=campus_today)
    kind = forms.ChoiceField(label=_("计价方式"), choices=Price.Kind)
    price = YuanField(label=_("单价"), required=False)
    per = forms.IntegerField(label=_("每多少单位"), min_value=1, max_value=100_000, initial=1)
    unit = forms.CharField(label=_("单位"), max_length=10, required=False, help_text=_("例如：升、分钟、页。"))
    most = YuanField(
        label=_("最多预扣"), required=False, help_text=_("淋浴、用水、洗衣开始时预扣的金额；不预扣的不填。")
    )
    minutes = forms.IntegerField(label=_("预扣时限（分钟）"), min_value=1, max_value=240, initial=60)
    when_silent = forms.ChoiceField(label=_("终端失联时"), choices=Price.WhenSilent)
    reason = forms.CharField(label=_("依据"), max_length=120, help_text=_("例如：后勤处 2026 年水价通知。"))

    def order(self) -> PriceOrder:
        said: dict[str, Any] = self.cleaned_data
        return PriceOrder(
            number=said["number"].strip().upper(),
            since=said["since"],
            kind=said["kind"],
            price_fen=said["price"] or 0,
            per=said["per"],
            unit=said["unit"],
            most_fen=said["most"] or 0,
            minutes=said["minutes"],
            when_silent=said["when_silent"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@clerk_only
def prices(request: HttpRequest) -> HttpResponse:
    form, error = PriceForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            set_prices(by=person_at(request), orders=[form.order()], reason=form.cleaned_data["reason"])
        except CampusError as problem:
            error = problem.message
        else:
            messages.success(request, _now("定价已保存，终端下次签到时生效。"))
            return redirect("card:prices")
    page = Paginator(ruled(campus_today()), PAGE).get_page(request.GET.get("page"))
    facts = {"form": form, "error": error, "page": page, "today": campus_today()}
    return render(request, "card/prices.html", facts, status=422 if form.is_bound else 200)


def ruled(today: date) -> QuerySet[Price]:
    """The rule in force of each terminal that has one, and those that are to come."""
    newest = (
        Price.objects.filter(terminal=OuterRef("terminal"), since__lte=today).order_by("-since").values("since")[:1]
    )
    rows = Price.objects.annotate(newest=Subquery(newest)).exclude(since__lt=F("newest"))
    return rows.select_related("terminal__till__merchant").order_by("terminal__number", "since")
