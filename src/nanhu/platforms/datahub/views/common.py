"""What every page of the desk needs."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from nanhu.platforms.datahub.models import Batch

PAGE_SIZE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any, Any], size: int = PAGE_SIZE) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def batch_or_404(number: int) -> Batch:
    batch = Batch.objects.filter(id=number).first()
    if batch is None:
        raise Http404
    return batch
