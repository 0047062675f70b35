"""Handing out a file: saved by the browser and never shown by it, kept by no cache."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.files.kinds import KINDS
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.services import open_file
from nanhu.kernel.viewers import viewer_of


@require_safe
def download(request: HttpRequest, public_id: UUID) -> HttpResponse:
    file = StoredFile.objects.filter(public_id=public_id).first()
    if file is None:
        raise NotFoundError(what=_("这个文件"))
    viewer = viewer_of(request)
    return attachment(file, open_file(by=person_at(request), viewer=viewer, file=file))


def attachment(file: StoredFile, content: bytes) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name) or "attachment",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(content, content_type=KINDS[file.kind].media_type, headers=headers)
