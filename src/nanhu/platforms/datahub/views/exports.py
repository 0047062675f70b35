"""Findings as CSV for the office that handed the file in. No cell can be taken for a formula."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.kernel.sheets.writing import csv_lines
from nanhu.platforms.datahub.models import Issue
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.datahub.sentences import hint_of, sentence_of
from nanhu.platforms.datahub.views.batches import filters_of, open_issues
from nanhu.platforms.datahub.views.common import batch_or_404
from nanhu.platforms.identity.api import role_required


@require_safe
@role_required(STEWARD)
def issues_csv(request: HttpRequest, number: int) -> StreamingHttpResponse:
    batch = batch_or_404(number)
    found = filters_of(batch)(request.GET).narrow(open_issues(batch))
    response = StreamingHttpResponse(lines_of(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="issues-{batch.id}.csv"'
    return response


def lines_of(found: QuerySet[Issue]) -> Iterator[str]:
    heads = [_("行"), _("代码"), _("问题"), _("怎么办")]
    return csv_lines(
        heads,
        (
            [one.line, one.code, sentence_of(one.code, one.facts), hint_of(one.code)]
            for one in found.iterator(chunk_size=2000)
        ),
    )
