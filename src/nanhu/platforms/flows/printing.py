"""A case on paper: what was said and what became of it, with a code by which anyone may ask whether the paper is ours."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.kernel.ui.words import actor, term
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.presented import facts_of, fields_for, files_of, rows_of, timeline_of

PRINTS: Final = Limit("print_case", free=20, cap=3600, memory=timedelta(days=1))


def is_its_applicant(viewer: Viewer, document: PrintedDocument) -> bool:
    return viewer.person_id is not None and viewer.person_id == document.holder_id


def sample() -> Mapping[str, Any]:
    line = {"at": "2026-09-01 11:42", "what": "辅导员审批：同意", "who": "陈辅导", "words": "情况属实"}
    return {
        "service": "门禁通行申请",
        "case": "TX-2026-000123",
        "state": "同意",
        "applicant": "镕喆堃昇旻赟䶮㛃𬭎",
        "opened": "2026-09-01 10:20",
        "facts": [{"label": "做什么", "value": "毕业设计实验"}] * 20,
        "timeline": [line] * 30,
    }


CASE: Final = Paper(
    key="flows.case",
    name=_("申请办理单"),
    template=Path(__file__).parent / "printed" / "case.typ",
    sample=sample,
    series=Series(key="flows.case", pattern="BL{year}-{n:08}-{check}", gapless=False),
    retention=Retention(name=_("一年"), days=366),
    may_open=is_its_applicant,
)
papers.add(CASE)


@transaction.atomic
@override(settings.LANGUAGE_CODE)
def print_case(*, by: Actor, case: Case) -> PrintedDocument:
    """For its applicant, as it stands now. So many a day are free: each is kept."""
    if case.forgotten_at is not None:
        raise WrongStateError(what=case.number, state=str(_("内容已清除")))
    admit([Gate(PRINTS, f"account:{by.account_id}")])
    holder = printing.Holder(person_id=case.applicant_id, name=case.applicant_name)
    return printing.issue(by=by, paper=CASE, facts=paper_facts(case, case.applicant_id), holder=holder)


def said_in(case: Case, person_id: int | None) -> list[tuple[str, str]]:
    """To this reader: facts; then a line for each row, and the names of what was attached."""
    fields = fields_for(case, person_id)
    rows = [
        (f"{one.label} {number}", "，".join(cell.words for cell in line if cell.words))
        for one in rows_of(case, fields)
        for number, line in enumerate(one.lines, start=1)
    ]
    files = [(label, "、".join(name for name, _address in found)) for label, found in files_of(case, fields)]
    return [*facts_of(case, fields), *rows, *files]


def paper_facts(case: Case, person_id: int | None) -> Mapping[str, Any]:
    return {
        "service": str(term(case.definition.name)),
        "case": case.number,
        "state": case.get_outcome_display() or case.get_state_display(),
        "applicant": case.applicant_name,
        "opened": f"{campus_time(case.opened_at):%Y-%m-%d %H:%M}",
        "facts": [{"label": label, "value": value} for label, value in said_in(case, person_id)],
        "timeline": [
            {
                "at": f"{campus_time(event.at):%Y-%m-%d %H:%M}" if event.at else "",
                "what": str(event.what),
                "who": str(actor(event.who)),
                "words": str(event.words),
            }
            for event in timeline_of(case)
        ],
    }
