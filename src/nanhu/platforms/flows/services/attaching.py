"""Attachments of cases (附件): kept with the case, opened by whoever sees it, and gone with what it said (`forgetting`)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.lists import KINDS, LARGEST, Upload
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.policies import visible_cases

TARGET: Final = "case:"


def of_a_case_one_sees(viewer: Viewer, file: StoredFile) -> bool:
    if viewer.person_id is None:
        return False
    found = visible_cases(viewer.person_id).filter(number=file.target.removeprefix(TARGET))
    return any(str(file.public_id) in ids_in(data) for data in found.values_list("data", flat=True))


def ids_in(data: Mapping[str, Any]) -> set[str]:
    """Of the attachments that a case names now: one that was taken off when it was mended is not shown any more."""
    lists = (value for value in data.values() if isinstance(value, list))
    return {one["file"] for listed in lists for one in listed if isinstance(one, dict) and "file" in one}


def of_kept_case() -> Exists:
    number = Substr(OuterRef("target"), len(TARGET) + 1)
    return Exists(Case.objects.filter(number=number, forgotten_at=None))


ATTACHMENT: Final = Purpose(
    key="flows.attachment",
    name=_("申请的附件"),
    kinds=KINDS,
    retention=Retention(name=_("与申请的内容同期"), days=0),
    may_open=of_a_case_one_sees,
    largest_bytes=LARGEST,
    needed=of_kept_case,
)
purposes.add(ATTACHMENT)


def with_files_kept(*, by: Actor, number: str, fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with each upload kept for the case of this number. What claims to be kept already is, or it is left out."""
    lists = [field.key for field in fields if field.kind == "files" and isinstance(data.get(field.key), list)]
    return dict(data) | {key: list(kept(by, number, data[key])) for key in lists}


def kept(by: Actor, number: str, listed: Iterable[Any]) -> Iterable[dict[str, str]]:
    target = f"{TARGET}{number}"
    own = StoredFile.objects.filter(purpose=ATTACHMENT.key, target=target, removed_at=None)
    names = {str(public_id): name for public_id, name in own.values_list("public_id", "name")}
    for one in listed:
        if isinstance(one, Upload):
            file = files.keep(by=by, purpose=ATTACHMENT, content=one.content, name=one.name, target=target)
            yield {"file": str(file.public_id), "name": file.name}
        elif isinstance(one, dict) and one.get("file") in names:
            yield {"file": one["file"], "name": names[one["file"]]}
