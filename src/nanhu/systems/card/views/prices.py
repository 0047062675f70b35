"""Price rules of terminals, at the counter: what each reckons by, and a new rule from a day on."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Badge, Day, Empty, Filters, Number, PageRequest, Search, Table, Text, list_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import DayInput
from nanhu.systems.card.models import Price
from nanhu.systems.card.services.prices import PriceOrder, set_prices
from nanhu.systems.card.views.counter import search

PAGE = 30
NONE = Empty(title=_("还没有定价"), icon="tag", text=_("淋浴、直饮水、洗衣要先设定价，才能预扣。"))


def price_words(one: Price) -> str:
    unit = f" / {one.per} {one.unit}" if one.per != 1 else f" / {one.unit}"
    return f"{format_yuan(one.price_fen)}{unit if one.unit else ''}" if one.price_fen else ""


def hold_words(one: Price) -> str:
    minutes = _("%(minutes)s 分钟") % {"minutes": one.minutes}
    return f"{format_yuan(one.most_fen)} · {minutes} · {one.get_when_silent_display()}" if one.most_fen else ""


class Prices(Table):
    number = Text(_("终端"), "terminal__number", is_number=True)
    merchant = Text(_("商户"), "terminal__till__merchant__name")
    place = Text(_("地点"), "terminal__place", is_wide=True)
    kind = Text(_("计价方式"), names=dict(Price.Kind.choices))
    price = Number(_("单价"), price_words)
    most = Number(_("最多预扣"), hold_words)
    since = Day(_("起始日期"))
    is_coming = Badge(_("状态"), names={True: _("未生效"), False: _("在用")}, tones={True: "warn"}, tone="good")


class PriceFilters(Filters):
    q = Search("terminal__number", "terminal__till__merchant__name", label=_("终端或商户"))


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


def shown(request: PageRequest) -> dict[str, Any]:
    rows = ruled(campus_today())
    return {"list": list_of(request, Prices, rows, PriceFilters, empty=NONE, caption=_("终端定价"), per_page=PAGE)}


@search.form(
    "prices/",
    PriceForm,
    title=_("终端定价"),
    tab=_("终端定价"),
    lead=_("没有定价的终端按键入的金额收费。新定价另存一行，此前的交易不受影响。"),
    template="card/prices.html",
    facts=shown,
    to="prices",
    done=_("定价已保存，终端下次签到时生效。"),
)
def prices(request: PageRequest, form: PriceForm) -> None:
    set_prices(by=request.actor, orders=[form.order()], reason=form.cleaned_data["reason"])


def ruled(today: date) -> QuerySet[Price]:
    """The rule in force of each terminal that has one, and those that are to come."""
    newest = (
        Price.objects.filter(terminal=OuterRef("terminal"), since__lte=today).order_by("-since").values("since")[:1]
    )
    rows = Price.objects.annotate(newest=Subquery(newest), is_coming=Q(since__gt=today)).exclude(since__lt=F("newest"))
    return rows.select_related("terminal__till__merchant").order_by("terminal__number", "since")
