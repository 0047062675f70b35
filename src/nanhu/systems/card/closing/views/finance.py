"""Finance (一卡通财务): days, charts, the close itself, differences, vouchers."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import Actor, person_at
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import (
    DayClose,
    DayDifference,
    DayDutiesError,
    DayLongPastError,
    DayNotOverError,
    explain_day_difference,
)
from nanhu.systems.card.closing import jobs, vouchers
from nanhu.systems.card.closing.errors import DayMissingError
from nanhu.systems.card.closing.forms import NoteForm, RangeForm
from nanhu.systems.card.closing.groups import group_name
from nanhu.systems.card.closing.models import Dispute, Settlement
from nanhu.systems.card.closing.takings import gross_by
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import finance_only

PAGE = 31
CHART_DAYS = 366


@require_safe
@never_cache
@finance_only
def home(request: HttpRequest) -> HttpResponse:
    return show_home(request)


def show_home(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    today = campus_today()
    page = Paginator(DayClose.objects.order_by("-day"), PAGE).get_page(request.GET.get("page"))
    everybody = list(Merchant.objects.all())
    months, places = gross_by(everybody, first=today - timedelta(days=CHART_DAYS), last=today)
    facts = {
        "page": page,
        "yesterday": today - timedelta(days=1),
        "as_of": now(),
        "open_differences": DayDifference.objects.filter(state=DayDifference.State.OPEN).count(),
        "unpaid": Settlement.objects.filter(payout__isnull=True, payable_fen__gt=0).count(),
        "disputes": Dispute.objects.filter(state=Dispute.State.OPEN).count(),
        "asked": sum(one.state == "asked" for one in everybody),
        "month_bars": [(f"{month:%Y-%m}", fen / 100, format_yuan(fen)) for month, fen in months.items()],
        "place_bars": [(name, fen / 100, format_yuan(fen)) for name, fen in list(places.items())[:12]],
        "total": format_yuan(sum(months.values())),
        "first_of_month": today.replace(day=1),
        "today": today,
        "error": error,
    }
    return render(request, "card/closing/home.html", facts, status=status)


@require_POST
@finance_only
def run(request: HttpRequest) -> HttpResponse:
    """The close runs in the worker; the page shows how far it is. What cannot be closed is said beside the form."""
    by = person_at(request)
    try:
        day = day_to_close(request.POST.get("day", ""), by)
    except CampusError as refusal:
        return show_home(request, error=refusal.message, status=refusal.http_status)
    progress = start_progress(kind="card.close_day", title=_("{day} 日结").format(day=day), total=1, by=by)
    jobs.close_day_asked.defer(
        progress_id=str(progress.public_id), day=day.isoformat(), name=by.name, account_id=by.account_id
    )
    return redirect("progress", public_id=progress.public_id)


DAYS_BACK = 400
"""A day is closed in its own night; what people close again lies within a year's audit."""


def day_to_close(text: str, by: Actor) -> date:
    said = RangeForm({"first": text})
    day: date | None = said.cleaned_data.get("first") if said.is_valid() else None
    if day is None:
        raise DayMissingError
    if day < campus_today() - timedelta(days=DAYS_BACK):
        raise DayLongPastError(day=dates.day(day, campus_today().year), days=DAYS_BACK)
    if day >= campus_today():
        raise DayNotOverError(day=dates.day(day, campus_today().year))
    if DayDifference.objects.filter(close_id=day, noted_by_id=by.account_id).exists():
        raise DayDutiesError
    return day


def day_at(text: str) -> DayClose:
    try:
        return get_object_or_404(DayClose, day=date.fromisoformat(text))
    except ValueError as error:
        raise Http404 from error


@require_safe
@never_cache
@finance_only
def day(request: HttpRequest, key: str) -> HttpResponse:
    return show(request, day_at(key))


def show(request: HttpRequest, close: DayClose, *, form: NoteForm | None = None, status: int = 200) -> HttpResponse:
    differences = list(close.differences.order_by("state", "source", "key"))
    facts = {
        "close": close,
        "figures": close.figures,
        "moved": named_groups(close.figures.get("groups", [])),
        "school": school(),
        "form": form or NoteForm(),
        "living": [one for one in differences if one.state != DayDifference.State.GONE],
        "gone": [one for one in differences if one.state == DayDifference.State.GONE],
    }
    return render(request, "card/closing/day.html", facts, status=status)


def named_groups(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str, str]]:
    return [(row, group_name(row["group"]), ledger.kind_name(row["kind"])) for row in rows]


@require_POST
@finance_only
def explain(request: HttpRequest, key: str, number: int) -> HttpResponse:
    close, form = day_at(key), NoteForm(request.POST)
    if not form.is_valid():
        return show(request, close, form=form, status=422)
    found = get_object_or_404(DayDifference, pk=number, close=close)
    explain_day_difference(by=person_at(request), difference=found, note=form.cleaned_data["note"])
    messages.success(request, _("已记下说明。"))
    return redirect("card:day", key=key)


@require_safe
@finance_only
def voucher(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    said = RangeForm(request.GET)
    said.is_valid()
    last = said.cleaned_data.get("last") or campus_today() - timedelta(days=1)
    first = min(said.cleaned_data.get("first") or last, last)
    name = f"voucher-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if kind == "xml":
        return HttpResponse(vouchers.voucher_xml(first, last), content_type="application/xml", headers=headers)
    return StreamingHttpResponse(
        vouchers.voucher_csv(first, last), content_type="text/csv; charset=utf-8", headers=headers
    )
