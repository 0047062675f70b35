"""The holder's pages (余额, 交易明细): own rows only, read from the tables that the payment wrote, never from a cache."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.systems.card import queries
from nanhu.systems.card.export import csv_lines
from nanhu.systems.card.fleet.services.found import found_notices
from nanhu.systems.card.forms import KINDS, StatementForm
from nanhu.systems.card.funds.queries import waiting_of
from nanhu.systems.card.models import Card, Receipt, Wallet
from nanhu.systems.card.pins.queries import PinState, pin_states
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.views.frame import own_card, viewer_of

PAGE = 30
RECENT = 6


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    holding = queries.own_holding(viewer_of(request).person_id)
    if holding is None:
        return render(request, "card/none.html", {"school": school()})
    wallet = holding.card.wallet
    rows = queries.statement(wallet, None)[:RECENT]
    facts = {
        "holding": holding,
        "card": holding.card,
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


@require_safe
@never_cache
def transactions(request: HttpRequest) -> HttpResponse:
    holding = queries.own_holding(viewer_of(request).person_id)
    if holding is None:
        return render(request, "card/none.html", {"school": school()})
    wallet, asked = holding.card.wallet, StatementForm(request.GET)
    days, kind, place = asked.days(), asked.chosen("kind"), asked.chosen("place")
    rows = queries.statement(wallet, days, group=kind, place=place)
    totals = queries.totals(rows)
    page, after = page_of(rows, request.GET.get("after", ""))
    facts = {
        "holding": holding,
        "days": days,
        "kind": kind,
        "place": place,
        "kinds": KINDS,
        "totals": totals,
        "places": queries.places_of(wallet, days),
        "lines": [line_of(row) for row in page],
        "after": after,
        "is_first_page": "after" not in request.GET,
        "is_filtered": bool(kind or place or request.GET.get("first")),
        "as_of": now(),
        "ranges": ranges(),
        "waiting": waiting_of(wallet),
        **chart_facts(wallet, days),
    }
    return render(request, "card/transactions.html", facts)


def page_of(rows: Any, after: str) -> tuple[list[Receipt], str]:
    """The rows of a page and the mark of the next one, empty at the end. A mark nobody gave is as good as none."""
    found = read_mark(after)
    page = list((queries.older_than(rows, *found) if found else rows)[: PAGE + 1])
    if len(page) <= PAGE:
        return page, ""
    last = page[PAGE - 1]
    return page[:PAGE], f"{int(last.occurred_at.timestamp()):d}.{last.occurred_at.microsecond:06d}-{last.id}"


def read_mark(mark: str) -> tuple[datetime, int] | None:
    moment, _dash, number = mark.partition("-")
    seconds, _dot, micro = moment.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (seconds, micro, number)):  # noqa: PLR2004
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micro)), int(number)
    except (ValueError, OverflowError, OSError):
        return None


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
    card, asked = own_card(request), StatementForm(request.GET)
    days = asked.days()
    rows = queries.statement(card.wallet, days, group=asked.chosen("kind"), place=asked.chosen("place"))
    name = f"card-{days.first:%Y%m%d}-{days.last:%Y%m%d}.csv"
    return StreamingHttpResponse(
        csv_lines(rows.iterator(chunk_size=2000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
