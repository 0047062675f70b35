"""Attachments that an applicant brings while his case is decided (补充材料): where its version lets a list of files grow, within the limits of
that list; nothing is taken off."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop
from msgspec.structs import replace

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.flows.body import MOST_FILES, Field, growing
from nanhu.platforms.flows.errors import NoPapersError, TooManyPapersError
from nanhu.platforms.flows.lists import Upload
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.services.attaching import with_files_kept
from nanhu.platforms.flows.services.cases import holders_now, open_tasks, own, show_anew, wrong_state
from nanhu.platforms.flows.services.engine import Walk
from nanhu.platforms.flows.telling import tell


def fields_for(case: Case) -> list[Field]:
    """As they are asked for now: each list that grows, with what still fits into it."""
    found = growing(case.body) if case.state == Case.State.RUNNING else []
    if not found or not open_tasks(case).exists():
        return []
    return [
        replace(field, is_required=len(found) == 1, required_when="", most=left)
        for field in found
        if (left := (field.most or MOST_FILES) - len(listed(case, field.key))) > 0
    ]


def listed(case: Case, key: str) -> list[Any]:
    value = case.data.get(key)
    return value if isinstance(value, list) else []


@transaction.atomic
def add_papers(*, by: Actor, person_id: int, case: Case, data: Mapping[str, Any]) -> Case:
    """Only new files count: what stands there already stays. Whoever decides is told, and decides no more on the page that he had open."""
    locked = own(case, person_id)
    fields = fields_for(locked)
    if not fields:
        raise wrong_state(locked)
    new = {one.key: [file for file in data.get(one.key) or () if isinstance(file, Upload)] for one in fields}
    if not any(new.values()):
        raise NoPapersError
    if any(len(new[one.key]) > one.most for one in fields):
        raise TooManyPapersError
    kept = with_files_kept(by=by, number=locked.number, fields=fields, data=new)
    locked.data = locked.data | {key: [*listed(locked, key), *files] for key, files in kept.items() if files}
    locked.save(update_fields=["data"])
    count = sum(map(len, kept.values()))
    Walk(locked, by=by, person_id=person_id).note("added", words=gettext_noop("%(count)d 个文件") % {"count": count})
    audit.record(by=by, action="flows.add_papers", target=f"case:{locked.number}", facts={"count": count})
    show_anew(locked)
    tell(holders_now(locked), locked, _lazy("申请人补充了材料"))
    return locked
