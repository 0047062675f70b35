"""The desk of the data steward: sources with their health, batches, the code tables."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import now
from nanhu.platforms.datahub.codes import TABLES, CodeTable, code_table
from nanhu.platforms.datahub.labels import office_label, table_name
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow, Review
from nanhu.platforms.datahub.queries import last_batches
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec, table_of
from nanhu.platforms.datahub.views.common import page_of
from nanhu.platforms.identity.api import role_required


@dataclass(frozen=True, slots=True)
class SourceLine:
    spec: SourceSpec
    batch: Batch | None
    tone: str


@require_safe
@role_required(STEWARD)
def home(request: HttpRequest) -> HttpResponse:
    last = last_batches()
    lines = [SourceLine(spec, last.get(spec.key), tone_of(spec, last.get(spec.key))) for spec in SOURCES.values()]
    context = {
        "lines": lines,
        "page": page_of(request, Batch.objects.order_by("-id"), 20),
        "open_reviews": Review.objects.filter(state=Review.State.OPEN).count(),
        "rejected": LandingRow.objects.filter(state="rejected", batch__state=Batch.State.APPLIED).count(),
    }
    return render(request, "datahub/home.html", context)


def tone_of(spec: SourceSpec, batch: Batch | None) -> str:
    """good, attention (stale, or many rows refused), danger (the last file was refused), quiet (never came)."""
    if batch is None:
        return "quiet"
    if batch.state == Batch.State.REFUSED:
        return "danger"
    is_stale = batch.created_at < now() - timedelta(days=spec.stale_after_days)
    many_rejected = batch.counts.get("rejected", 0) * 20 > batch.counts.get("rows", 0)
    return "attention" if is_stale or many_rejected or batch.state != Batch.State.APPLIED else "good"


@require_safe
@role_required(STEWARD)
def standard(request: HttpRequest) -> HttpResponse:
    """The code tables, and the spellings that are in none of them."""
    key = request.GET.get("table", "")
    table: CodeTable | None = code_table(key) if key in TABLES else None
    unmapped = (
        Issue.objects.filter(code="unmapped_code", batch__state=Batch.State.APPLIED, resolved_at=None)
        .values("batch__source", "column", "facts__table", "facts__value")
        .annotate(times=Count("id"))
        .order_by("-times", "facts__value")
    )
    context = {
        "tables": [(key, table_name(key), norm, len(code_table(key).codes)) for key, norm in TABLES.items()],
        "table_name": table_name(key),
        "table": table,
        "codes": list(table.codes.values())[:300] if table else [],
        "fields": [
            (spec, column.headers[0], table_name(table_of(spec, column.field)), TABLES[table_of(spec, column.field)])
            for spec in SOURCES.values()
            for column in spec.columns
            if table_of(spec, column.field)
        ],
        "page": (page := page_of(request, unmapped)),
        "unmapped": [(one, table_name(one["facts__table"]), office_label(one["batch__source"])) for one in page],
    }
    return render(request, "datahub/standard.html", context)
