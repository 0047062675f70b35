"""Mending one row: the raw cells beside the form; opening it is written down, for it shows whole numbers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nanhu.kernel import audit
from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.datahub.cleaning.text import text_of
from nanhu.platforms.datahub.forms import MendForm
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sentences import hint_of, sentence_of
from nanhu.platforms.datahub.services.landing import StoredRow, stored_rows
from nanhu.platforms.datahub.services.mending import mend_row
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.identity.api import role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(STEWARD)
def row_page(request: HttpRequest, row_id: int) -> HttpResponse:
    row = LandingRow.objects.select_related("batch").filter(id=row_id).first()
    if row is None:
        raise Http404
    form = form_of(request, row)
    if request.method == "POST" and form.is_valid():
        try:
            mend_row(by=actor_of(request), row_id=row.id, values=form.changed_cells())
        except CampusError as error:
            messages.error(request, error.message)
            return redirect("datahub:row", row.id)
        messages.success(request, _("第 %d 行已改好并采用。") % row.line)
        return redirect("datahub:batch", row.batch_id)
    if request.method != "POST":
        audit.record(by=actor_of(request), action="datahub.open_row", target=f"landing_row:{row.id}", reason="修补")
    return render(request, "datahub/row.html", context_of(row, form))


def is_mendable(row: LandingRow) -> bool:
    return row.state == LandingRow.State.REJECTED and row.batch.state == Batch.State.APPLIED


def form_of(request: HttpRequest, row: LandingRow) -> MendForm:
    stored: StoredRow = next(iter(stored_rows(row.batch, row_ids=[row.id])))
    original = {header: text_of(cell) for header, cell in stored.original.items()}
    spec, columns = SOURCES[row.batch.source], row.batch.columns
    headers = [columns[name] for name in spec.fields if name in columns]
    mandatory = {
        columns[name]
        for name, one in spec.fields.items()
        if one.is_required and name in columns and spec.kind != "units"
    }
    initial = {f"cell-{n}": text_of(stored.cells.get(header)) for n, header in enumerate(headers)}
    return MendForm(request.POST or None, headers=headers, raw=original, mandatory=mandatory, initial=initial)


def context_of(row: LandingRow, form: MendForm) -> dict[str, object]:
    issues = Issue.objects.filter(row=row, resolved_at=None).order_by("id")
    wrong = {row.batch.columns.get(issue.column) for issue in issues if issue.severity == "reject"}
    return {
        "row": row,
        "batch": row.batch,
        "spec": SOURCES.get(row.batch.source),
        "form": form,
        "fields": [(form[f"cell-{n}"], header in wrong) for n, header in enumerate(form.headers)],
        "issues": [(issue, sentence_of(issue.code, issue.facts), hint_of(issue.code)) for issue in issues],
        "is_mendable": is_mendable(row),
    }
