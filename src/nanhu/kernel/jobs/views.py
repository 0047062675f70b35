"""The page that shows how far long work has come."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from nanhu.kernel.actors import actor_of
from nanhu.kernel.models import Progress


def progress_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Only who started the work sees it."""
    progress = get_object_or_404(Progress, public_id=public_id)
    if progress.account_id != actor_of(request).account_id:
        raise Http404
    return render(request, "ui/progress.html", {"progress": progress})
