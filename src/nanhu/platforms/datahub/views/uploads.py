"""Handing in a file: its size is judged before its body is read; the work runs in the worker."""

import shutil
import sys
from pathlib import Path
from uuid import uuid4

from django.core.files import File  # noqa: TC002  (subscripted for the checker only; Django's own is not)
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import actor_of
from nanhu.kernel.bodies import takes_files
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.sheets.errors import FileTooLargeError
from nanhu.kernel.sheets.guard import MEGABYTE
from nanhu.platforms.datahub.forms import UploadForm
from nanhu.platforms.datahub.jobs import import_upload
from nanhu.platforms.datahub.registrations import STEWARD
from nanhu.platforms.identity.api import role_required


@takes_files(largest=sys.maxsize)  # judged below, with words of its own
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(STEWARD)
def upload(request: HttpRequest) -> HttpResponse:
    """The check of the CSRF token reads the body: a body that is too large must be refused before it."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    limit = configuration().upload_limit_mb
    if size > (limit + 1) * MEGABYTE:
        raise FileTooLargeError(size_mb=size // MEGABYTE, limit_mb=limit)
    return upload_form(request)


@csrf_protect
def upload_form(request: HttpRequest) -> HttpResponse:
    initial = {"source": request.GET.get("source", ""), "dry_run": True}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return redirect("progress", public_id=queue_import(request, form))
    status = 422 if form.is_bound else 200
    return render(request, "datahub/upload.html", {"form": form}, status=status)


def queue_import(request: HttpRequest, form: UploadForm) -> str:
    by, uploaded = actor_of(request), form.cleaned_data["file"]
    path = keep(uploaded)
    with transaction.atomic():
        title = _("导入 %s") % uploaded.name
        progress = start_progress(kind="datahub.import", title=title, total=0, by=by)
        import_upload.defer(
            path=str(path),
            source_key=form.cleaned_data["source"],
            file_name=uploaded.name,
            dry_run=form.cleaned_data["dry_run"],
            progress_id=str(progress.public_id),
            account_id=by.account_id,
            actor=request.viewer.name,  # type: ignore[attr-defined]  # set by identity for whoever is signed in
        )
    return str(progress.public_id)


def keep(uploaded: "File[bytes]") -> Path:
    """In a folder of the data directory, piece by piece, under a name of our own."""
    folder = private_folder(configuration().data_dir / "inbox")
    path = (folder / f"{uuid4()}.upload").resolve()
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        shutil.copyfileobj(uploaded, file, MEGABYTE)
    return path
