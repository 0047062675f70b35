"""Handing in a file: its size is judged before its body is read; the work runs in the worker."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files import File  # noqa: TC002  (subscripted for the checker only; Django's own is not)
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from nanhu.kernel.bodies import declared_size
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import start_progress
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.sheets.errors import FileTooLargeError
from nanhu.kernel.sheets.guard import MEGABYTE
from nanhu.platforms.datahub.forms import UploadForm
from nanhu.platforms.datahub.jobs import UPLOAD, import_upload
from nanhu.platforms.datahub.views.desk import home


def judged(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The check of the CSRF token reads the body: a body that is too large must be refused before it."""

    def judge(request: HttpRequest, *arguments: Any) -> HttpResponseBase:
        size, limit = declared_size(request), configuration().upload_limit_mb
        if size > (limit + 1) * MEGABYTE:
            raise FileTooLargeError(size_mb=size // MEGABYTE, limit_mb=limit)
        return view(request, *arguments)

    return judge


@home.form(
    "upload/",
    UploadForm,
    title=_("导入文件"),
    lead=_("每一行都保留原文；能识别的写入主数据，不能识别的留待修改。整批可以回退。"),
    button=_("导入文件"),
    submit=_("开始"),
    initial=lambda request: {"source": request.GET.get("source", ""), "dry_run": True},
    largest_file=sys.maxsize,
    guards=[csrf_protect, judged],
)
def upload(request: PageRequest, form: UploadForm) -> HttpResponseRedirect:
    by, uploaded = request.actor, form.cleaned_data["file"]
    path = keep(uploaded)
    progress = start_progress(kind="datahub.import", title=_now("导入 %s") % uploaded.name, total=0, by=by)
    import_upload.defer(
        path=str(path),
        source_key=form.cleaned_data["source"],
        file_name=uploaded.name,
        dry_run=form.cleaned_data["dry_run"],
        progress_id=str(progress.public_id),
        account_id=by.account_id,
        actor=request.viewer.name,
    )
    return redirect("progress", public_id=progress.public_id)


upload.view.csrf_exempt = True  # type: ignore[attr-defined]  # `csrf_protect` stands behind `judged`


def keep(uploaded: "File[bytes]") -> Path:
    """In a folder of the data directory, piece by piece, under a name of our own."""
    folder = private_folder(configuration().data_dir / "inbox")
    path = (folder / f"{uuid4()}{UPLOAD}").resolve()
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as file:
        shutil.copyfileobj(uploaded, file, MEGABYTE)
    return path
