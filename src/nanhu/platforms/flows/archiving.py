"""The archive (归档): a case that is of record is set as PDF/A, with its timeline, a digest of all that is kept of it and of each attachment,
as soon as its applicant may object no more. Kept for ever, and answered for at its code."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.jobs import alone
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Viewer
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.policies import may_see
from nanhu.platforms.flows.printing import CASE, paper_facts, sample
from nanhu.platforms.flows.services.attaching import ATTACHMENT, TARGET
from nanhu.platforms.flows.services.cases import OBJECTING
from nanhu.platforms.flows.services.engine import locked_case

BY: Final = Actor.system("flows.archive")
A_NIGHT: Final = 500


def sees_its_case(viewer: Viewer, document: PrintedDocument) -> bool:
    case = Case.objects.filter(archived=document).first()
    return case is not None and viewer.person_id is not None and may_see(case, viewer.person_id)


def archived_sample() -> Mapping[str, Any]:
    return {**sample(), "digest": "0" * 64, "files": [{"name": "证明.pdf", "sha256": "0" * 64}]}


RECORD: Final[Paper] = replace(
    CASE,
    key="flows.record",
    name=_("归档件"),
    sample=archived_sample,
    series=Series(key="flows.record", pattern="GD{year}-{n:08}-{check}", gapless=False),
    retention=Retention(name=_("永久"), days=None),
    may_open=sees_its_case,
    is_archival=True,
)
papers.add(RECORD)


def awaited() -> QuerySet[Case]:
    """Cases of record that are over; one that was reopened and closed again is archived anew."""
    over = Case.objects.filter(state=Case.State.CLOSED, definition__retention="record", closed_at__lt=now() - OBJECTING)
    return over.filter(Q(archived=None) | Q(archived__issued_at__lt=F("closed_at")), forgotten_at=None)


def archive_closed() -> int:
    done = 0
    for case_id in list(awaited().order_by("closed_at").values_list("pk", flat=True)[:A_NIGHT]):
        with alone("flows.case_not_archived", case=case_id):
            archive(case_id)
            done += 1
    return done


def archive(case_id: int) -> None:
    """Once, of two who begin at the same moment."""
    case = locked_case(case_id)
    if not awaited().filter(pk=case_id).exists():
        return
    if case.archived is not None and case.archived.revoked_at is None:
        printing.revoke(by=BY, document=case.archived, reason=gettext_noop("重新办理过，已另行归档"))
    holder = printing.Holder(person_id=case.applicant_id, name=case.applicant_name)
    with override(settings.LANGUAGE_CODE):
        facts = {**paper_facts(case, None), "digest": digest_of(case), "files": digests_of_files(case)}
        case.archived = printing.issue(by=BY, paper=RECORD, facts=facts, holder=holder)
    case.save(update_fields=["archived"])


def digests_of_files(case: Case) -> list[dict[str, str]]:
    """Also of those that only some steps see, without their names."""
    target = f"{TARGET}{case.number}"
    rows = StoredFile.objects.filter(purpose=ATTACHMENT.key, target=target, removed_at=None).order_by("pk")
    return [{"name": f"{place}. {one.kind}", "sha256": one.sha256} for place, one in enumerate(rows, start=1)]


def digest_of(case: Case) -> str:
    """Of all that is kept of a case: the same as long as nothing of it changed. Of what is sealed only that it is there: a document number
    could be found by trying."""
    tasks = Task.objects.filter(case=case).order_by("pk").values_list("step", "decision", "comment", "data", "done_at")
    entries = case.entries.order_by("pk").values_list("at", "actor", "verb", "step", "words")
    kept = {
        "number": case.number,
        "version": case.version.digest,
        "data": case.data,
        "sealed": sorted(json.loads(case.sealed)) if case.sealed else [],
        "outcome": case.outcome,
        "closed_at": case.closed_at,
        "tasks": list(tasks),
        "timeline": list(entries),
    }
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
