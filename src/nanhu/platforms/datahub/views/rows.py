"""Mending one row: the raw cells beside the form; opening it is written down, for it shows whole numbers."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.records import record
from nanhu.platforms.datahub.cleaning.text import squeezed, text_of
from nanhu.platforms.datahub.forms import MendForm
from nanhu.platforms.datahub.known_sources import named_source, source
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow, Review
from nanhu.platforms.datahub.reading.headers import CONSTANT, parts_of
from nanhu.platforms.datahub.sentences import hint_of, sentence_of
from nanhu.platforms.datahub.services.landing import StoredRow, stored_rows
from nanhu.platforms.datahub.services.mending import mend_alike, mend_row
from nanhu.platforms.datahub.views.batches import batch, is_shared
from nanhu.platforms.datahub.views.desk import home
from nanhu.platforms.people import api as people

LOOK_ROW = "datahub.look_row"
"""In the log of each person whose numbers a row shows."""
ROW = record(LandingRow.objects.select_related("batch"), _("文件的这一行"))


def is_mendable(row: LandingRow) -> bool:
    is_open = row.state == LandingRow.State.REJECTED and row.batch.state == Batch.State.APPLIED
    return is_open and not is_shared(row.batch)


def others_refused(row: LandingRow) -> int:
    return row.batch.rows.filter(state=LandingRow.State.REJECTED).exclude(pk=row.pk).count()


def cells_of(_request: PageRequest, row: LandingRow) -> dict[str, Any]:
    """What the form is made of: the columns that the file has, as they came and as they were mended."""
    stored: StoredRow = next(iter(stored_rows(row.batch, row_ids=[row.pk])))
    spec, columns = source(row.batch.source), row.batch.columns
    read = [columns[name] for name in spec.fields if name in columns and not columns[name].startswith(CONSTANT)]
    headers = [one for header in read for one in parts_of(header)]
    mandatory = {
        columns[name]
        for name, one in spec.fields.items()
        if one.is_required and name in columns and spec.kind != "units"
    }
    return {
        "headers": headers,
        "raw": {header: text_of(cell) for header, cell in stored.original.items()},
        "mandatory": mandatory,
        "others": others_refused(row) if is_mendable(row) else 0,
        "initial": {f"cell-{n}": text_of(stored.cells.get(header)) for n, header in enumerate(headers)},
    }


def whose(row: LandingRow) -> set[int]:
    """The persons whose numbers the row shows: who it was given to, who it waits for, and whose numbers stand in it."""
    found = {row.person_id} if row.person_id else set()
    for left, right in Review.objects.filter(row=row).values_list("left_id", "right_id"):
        found |= {one for one in (left, right) if one}
    if not found:
        stored = next(iter(stored_rows(row.batch, row_ids=[row.pk])))
        texts = {squeezed(stored.cells.get(row.batch.columns.get(name, ""))) for name in ("campus_no", "id_number")}
        found = {
            one
            for text in texts - {""}
            for one in (people.find_person_by_campus_no(text), people.find_person_by_document(text))
            if one
        }
    return found


def shown(request: PageRequest, row: LandingRow) -> dict[str, Any]:
    """Whenever the row is drawn, also below a refusal, who saw it is written down."""
    audit.record(by=request.actor, action="datahub.open_row", target=f"landing_row:{row.pk}", reason="修补")
    for person_id in sorted(whose(row)):
        facts = {"row": row.pk, "batch": row.batch_id}
        audit.record(by=request.actor, action=LOOK_ROW, target=f"person:{person_id}", reason="修补", facts=facts)
    issues = Issue.objects.filter(row=row, resolved_at=None).order_by("id")
    return {
        "row": row,
        "batch": row.batch,
        "spec": named_source(row.batch.source),
        "wrong": {
            one
            for issue in issues
            if issue.severity == "reject"
            for one in parts_of(row.batch.columns.get(issue.column, ""))
        },
        "issues": [(issue, sentence_of(issue.code, issue.facts), hint_of(issue.code)) for issue in issues],
        "is_mendable": is_mendable(row),
        "cancel": batch.address(pk=row.batch_id),
    }


@home.form(
    "rows/<int:pk>/",
    MendForm,
    title=_("一行"),
    subject=ROW,
    arguments=cells_of,
    submit=_("改好并重放"),
    template="datahub/row.html",
    facts=shown,
    to="batch",
)
def row(request: PageRequest, form: MendForm, found: LandingRow) -> Batch:
    mend_row(by=request.actor, row_id=found.pk, values=form.changed_cells())
    messages.success(request, _("第 %d 行已改好并采用。") % found.line)
    if form.cleaned_data.get("alike"):
        messages.success(
            request, _("写法相同的另外 %d 行也已改好并采用。") % mend_alike(by=request.actor, row_id=found.pk)
        )
    return found.batch
