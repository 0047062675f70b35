"""Attachments of cases (附件): kept with the case, opened by whoever sees it, and gone with what it said (`forgetting`)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.lists import KINDS, LARGEST, Upload
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.policies import visible_cases, waiting_for

TARGET: Final = "case:"


def of_a_case_one_sees(viewer: Viewer, file: StoredFile) -> bool:
    if viewer.person_id is None:
        return False
    found = visible_cases(viewer.person_id).filter(number=file.target.removeprefix(TARGET))
    case = found.select_related("version").first()
    return case is not None and any(
        may_open(case, key, viewer.person_id)
        for key, value in case.data.items()
        if str(file.public_id) in ids_in(value)
    )


def ids_in(value: Any) -> set[str]:
    """Of the attachments that a case names now: one that was taken off when it was mended is not shown any more."""
    return (
        {one["file"] for one in value if isinstance(one, dict) and "file" in one} if isinstance(value, list) else set()
    )


def may_open(case: Case, key: str, person_id: int) -> bool:
    """What some steps alone see is opened by who works at one, or did; by who typed it."""
    field = next((one for one in case.body.fields() if one.key == key), None)
    if field is None or not field.seen_at:
        return True
    if case.applicant_id == person_id and field in case.body.form:
        return True
    typed = [step.key for step in case.body.steps if field in step.fields]
    held = Task.objects.filter(case=case, step__in=[*field.seen_at, *typed])
    was_theirs = held.filter(Q(done_by_id=person_id) | Q(done_for_id=person_id))
    return was_theirs.exists() or waiting_for(person_id).filter(pk__in=held.values("pk")).exists()


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


def uploads_of(case_id: int, key: str) -> list[Upload]:
    """The attachments that a case names in a field, for another case of the same applicant."""
    case = Case.objects.get(pk=case_id)
    own = StoredFile.objects.filter(purpose=ATTACHMENT.key, target=f"{TARGET}{case.number}", removed_at=None)
    found = own.filter(public_id__in=ids_in(case.data.get(key))).order_by("pk")
    return [Upload(one.name, files.content_of(one)) for one in found]


def with_files_kept(*, by: Actor, number: str, fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """The same data with each upload kept for the case of this number. What claims to be kept already is, or it is left out."""
    given = {field.key: data.get(field.key) for field in fields if field.kind == "files"}
    lists = {key: listed for key, listed in given.items() if isinstance(listed, list)}
    if not lists:
        return dict(data)
    target = f"{TARGET}{number}"
    own = StoredFile.objects.filter(purpose=ATTACHMENT.key, target=target, removed_at=None)
    names = {str(public_id): name for public_id, name in own.values_list("public_id", "name")}
    uploads = [(one.name, one.content) for listed in lists.values() for one in listed if isinstance(one, Upload)]
    made = iter(files.keep_all(by=by, purpose=ATTACHMENT, named=uploads, target=target))
    return dict(data) | {key: list(as_kept(listed, names, made)) for key, listed in lists.items()}


def as_kept(listed: Iterable[Any], names: Mapping[str, str], made: Iterator[StoredFile]) -> Iterator[dict[str, str]]:
    for one in listed:
        if isinstance(one, Upload):
            file = next(made)
            yield {"file": str(file.public_id), "name": file.name}
        elif isinstance(one, dict) and one.get("file") in names:
            yield {"file": one["file"], "name": names[one["file"]]}
