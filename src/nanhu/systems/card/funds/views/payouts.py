"""Batches of subsidies and payouts (批量发放): hand in, look, submit, approve, follow."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.bodies import takes_files
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import Progress
from nanhu.kernel.spreadsheets import csv_lines
from nanhu.systems.card.export import yuan
from nanhu.systems.card.forms import RefusalForm
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.errors import BatchNotFoundError
from nanhu.systems.card.funds.forms import LARGEST_FILE, FundingForm, PayoutForm
from nanhu.systems.card.funds.models import Funding, PayoutBatch
from nanhu.systems.card.funds.policies import payer_only
from nanhu.systems.card.funds.services import payouts
from nanhu.systems.card.funds.services.payout_files import RowFault, check_file
from nanhu.systems.card.funds.sheets import read_sheet
from nanhu.systems.card.views.frame import person_at, viewer_of

PAGE = 30
ROWS = 100
SHOWN_FAULTS = 200


def batch_with(public_id: UUID) -> PayoutBatch:
    found = PayoutBatch.objects.select_related("funding").filter(public_id=public_id).first()
    if found is None:
        raise BatchNotFoundError
    return found


@require_safe
@never_cache
@payer_only
def batches(request: HttpRequest) -> HttpResponse:
    rows = PayoutBatch.objects.select_related("funding").order_by("-created_at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "card/funds/batches.html", {"page": page, "me": viewer_of(request).account_id})


@takes_files(largest=LARGEST_FILE + 100_000)
@require_http_methods(["GET", "HEAD", "POST"])
@payer_only
def new(request: HttpRequest) -> HttpResponse:
    form = PayoutForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show_new(request, form)
    if not form.is_valid():
        return show_new(request, form, status=422)
    try:
        checked = check_file(read_sheet(form.cleaned_data["file"]))
        if checked.faults:
            return show_new(request, form, faults=checked.faults, status=422)
        batch = payouts.make_batch(
            by=person_at(request), payout=payout_of(form), rows=checked.rows, content=form.cleaned_data["file"]
        )
    except CampusError as error:
        return show_new(request, form, error=error.message, status=error.http_status)
    return redirect("card:payout", public_id=batch.public_id)


def payout_of(form: PayoutForm) -> payouts.Payout:
    said = {key: form.cleaned_data[key] for key in ("token", "source", "title", "funding", "expires_on")}
    return payouts.Payout(**said, file_name=form.file_name)


def show_new(
    request: HttpRequest, form: PayoutForm, *, faults: list[RowFault] | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    faults = faults or []
    facts = {
        "form": form, "faults": faults[:SHOWN_FAULTS], "fault_count": len(faults), "error": error,
        "has_funding": Funding.objects.filter(is_open=True).exists(),
    }  # fmt: skip
    return render(request, "card/funds/new.html", facts, status=status)


@require_safe
@never_cache
@payer_only
def batch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show(request, batch_with(public_id))


def show(
    request: HttpRequest, found: PayoutBatch, *, form: RefusalForm | None = None, status: int = 200
) -> HttpResponse:
    shown = request.GET.get("show", "")
    page = Paginator(queries.rows_of(found, shown), ROWS).get_page(request.GET.get("page"))
    facts: dict[str, Any] = {
        "batch": found, "page": page, "shown": shown, "report": queries.report_of(found), "form": form or RefusalForm(),
        "is_mine": found.author_id == viewer_of(request).account_id,
        "progress": Progress.objects.filter(public_id=found.progress_id).first() if found.progress_id else None,
    }  # fmt: skip
    return render(request, "card/funds/batch.html", facts, status=status)


@require_POST
@payer_only
def submit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    payouts.submit(by=person_at(request), batch=batch_with(public_id))
    messages.success(request, _("已提交，等另一位经办人复核。"))
    return redirect("card:payout", public_id=public_id)


@require_POST
@payer_only
def discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    payouts.discard(by=person_at(request), batch=batch_with(public_id))
    messages.success(request, _("已作废，没有发出任何一笔。"))
    return redirect("card:payouts")


@require_POST
@payer_only
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    payouts.approve(by=person_at(request), batch=batch_with(public_id))
    messages.success(request, _("已同意，正在逐笔入账。"))
    return redirect("card:payout", public_id=public_id)


@require_POST
@payer_only
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = batch_with(public_id), RefusalForm(request.POST)
    if not form.is_valid():
        return show(request, found, form=form, status=422)
    payouts.refuse(by=person_at(request), batch=found, answer=form.cleaned_data["answer"])
    messages.success(request, _("已回复不同意。"))
    return redirect("card:payout", public_id=public_id)


@require_safe
@payer_only
def export(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The rows of the same filter, for the office that handed the list in."""
    found = batch_with(public_id)
    rows = queries.rows_of(found, request.GET.get("show", ""))
    name = f"payout-{found.created_at:%Y%m%d}-{found.pk}.csv"
    return StreamingHttpResponse(
        lines_of(rows.iterator(chunk_size=2000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def lines_of(rows: Any) -> Iterator[str]:
    heads = [_("行号"), _("学工号"), _("姓名"), _("金额（元）"), _("状态"), _("备注")]
    return csv_lines(heads, map(cells_of, rows), is_quoted=True)


def cells_of(row: Any) -> list[object]:
    state = row.claimable.get_state_display() if row.claimable else _("未入账")
    return [row.line, row.campus_no, row.name, yuan(row.amount_fen), state, row.note]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@payer_only
def fundings(request: HttpRequest) -> HttpResponse:
    form = FundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        payouts.open_funding(by=person_at(request), code=said["code"], name=said["name"])
        messages.success(request, _("经费账户已开立。"))
        return redirect("card:payout_fundings")
    facts = {"form": form, "fundings": Funding.objects.order_by("code")}
    return render(request, "card/funds/fundings.html", facts, status=422 if form.is_bound else 200)
