"""The holder's pages (余额, 交易明细): own rows only, read from the tables that the payment wrote, never from a cache."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.kit import Markup, Money, Table, Text, list_of
from nanhu.kernel.kit.filters import address_with
from nanhu.kernel.kit.walking import moment_before, moment_mark, part_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.kernel.viewers import viewer_of
from nanhu.systems.card import queries
from nanhu.systems.card.export import csv_lines
from nanhu.systems.card.filters import DayFilters, filters_of
from nanhu.systems.card.fleet.services.found import found_notices
from nanhu.systems.card.funds.queries import waiting_of
from nanhu.systems.card.models import Card, Wallet
from nanhu.systems.card.pins.queries import PinState, pin_states
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.loss import may_be_reported
from nanhu.systems.card.views.frame import own_card

PAGE = 30
RECENT = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    holding = queries.own_holding(viewer_of(request).person_id)
    if holding is None:
        return render(request, "card/none.html", {"school": school()})
    wallet = holding.card.wallet
    rows = queries.statement(wallet)[:RECENT]
    facts = {
        "holding": holding,
        "card": holding.card,
        "may_report": may_be_reported(holding.card),
        "as_of": now(),
        "lines": [line_of(row) for row in rows],
        "found": found_notices(holding.card),
        "spent_this_month": queries.spent_in(wallet, queries.this_month()),
        "school": school(),
        "waiting": waiting_of(wallet),
        "states": first_to_change(holding.card),
    }
    return render(request, "card/home.html", facts)


def first_to_change(card: Card) -> list[PinState]:
    """The nag of A132: one PIN that is still the initial one, while the card lives."""
    if card.state != Card.State.ISSUED:
        return []
    return [state for state in pin_states(card) if state.is_initial][:1]


class Statement(Table):
    time = Text(_later("时间"), lambda line: dates.second_words(line.occurred_at), is_number=True)
    merchant = Text(_later("商户"))
    where = Text(_later("食堂和终端号"), lambda line: " · ".join(one for one in (line.canteen, line.terminal) if one))
    kind = Markup(_later("类别"), "card/_kind.html")
    amount = Money(_later("金额"), "signed_fen", is_signed=True)
    balance = Money(_later("余额"), "balance_fen")


@require_safe
def transactions(request: HttpRequest) -> HttpResponse:
    holding = queries.own_holding(viewer_of(request).person_id)
    if holding is None:
        return render(request, "card/none.html", {"school": school()})
    wallet, days = holding.card.wallet, DayFilters(request.GET).range
    filters = filters_of(queries.places_of(wallet, days))
    rows = filters(request.GET).narrow(queries.statement(wallet, days))
    mark = moment_before(request)
    part = queries.older_than(rows, *mark) if mark else rows
    shown, older = part_of(part, PAGE, lambda row: moment_mark(row.occurred_at, row.pk))
    lines = [line_of(row) for row in shown]
    facts = {
        "holding": holding,
        "days": days,
        "totals": queries.totals(rows),
        "list": list_of(request, Statement, lines, filters, caption=_("交易明细"), older=older),
        "is_first_page": mark is None,
        "as_of": now(),
        "ranges": [
            (word, address_with(request.GET, {"first": f"{one.first}", "last": f"{one.last}"}), one == days)
            for word, one in ranges()
        ],
        "waiting": waiting_of(wallet),
        **chart_facts(wallet, days),
    }
    return render(request, "card/transactions.html", facts)


def ranges() -> list[tuple[str, queries.Range]]:
    """Ranges one tap away."""
    today = campus_today()
    return [
        (_("本月"), queries.this_month()),
        (_("近三个月"), queries.last_three_months()),
        (_("今年"), queries.Range(first=today.replace(month=1, day=1), last=today)),
        (_("近三年"), queries.Range(first=today.replace(year=today.year - 3, day=min(today.day, 28)), last=today)),
    ]


def chart_facts(wallet: Wallet, days: queries.Range) -> dict[str, Any]:
    spent = queries.spent_by(wallet, days)
    months, canteens = spent.by_month, spent.by_canteen
    return {
        "month_bars": [
            (_("%(month)s 月") % {"month": month.month}, fen / 100, format_yuan(fen)) for month, fen in months
        ],
        "canteen_bars": [(name or _("其他"), fen / 100, format_yuan(fen)) for name, fen in canteens],
        "spent": format_yuan(sum(fen for _month, fen in months)),
        "most": canteens[0] if canteens else None,
    }


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The rows of the same filter as a file, streamed."""
    filters = filters_of([])(request.GET)
    days = filters.range
    rows = filters.narrow(queries.statement(own_card(request).wallet, days))
    name = f"card-{days.first:%Y%m%d}-{days.last:%Y%m%d}.csv"
    return StreamingHttpResponse(
        csv_lines(rows.iterator(chunk_size=2000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
