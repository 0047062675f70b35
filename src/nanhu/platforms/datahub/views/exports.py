"""Findings as CSV for the office that handed the file in. No cell can be taken for a formula."""

import csv
from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sentences import hint_of, sentence_of
from nanhu.platforms.datahub.views.batches import filtered
from nanhu.platforms.datahub.views.common import batch_or_404
from nanhu.platforms.identity.api import role_required

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


@require_safe
@role_required(STEWARD)
def issues_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    batch = batch_or_404(number)
    lines = csv_lines(batch, request.GET.get("code", ""), request.GET.get("severity", ""))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="issues-{batch.id}.csv"'
    return response


def csv_lines(batch: Batch, code: str, severity: str) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([_("行"), _("代码"), _("问题"), _("怎么办")])
    for issue in filtered(batch, code, severity).iterator(chunk_size=2000):
        cells = [str(issue.line), issue.code, sentence_of(issue.code, issue.facts), hint_of(issue.code)]
        yield writer.writerow([harmless(cell) for cell in cells])


def harmless(cell: str) -> str:
    """A spreadsheet runs a cell that begins like a formula: an apostrophe keeps it text."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
