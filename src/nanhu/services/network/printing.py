"""The sheet that goes with a handed-over file (移交单): what was asked for and found, the file's digest, and places for both signatures."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.services.network.models import Handover
from nanhu.services.network.services import handovers

PRINTS: Final = Limit("print_handover", free=20, cap=3600, memory=timedelta(days=1))


def printed_it(viewer: Viewer, document: PrintedDocument) -> bool:
    return viewer.person_id is not None and viewer.person_id == document.holder_id


def sample() -> Mapping[str, Any]:
    return {"head": [("机关", "岳阳市公安局"), ("SHA-256", "0" * 64)]}


SHEET: Final = Paper(
    key="network.handover",
    name=_("上网记录移交单"),
    template=Path(__file__).parent / "printed" / "handover.typ",
    sample=sample,
    series=Series(key="network.handover", pattern="YJ{year}-{n:06}-{check}", gapless=False),
    retention=Retention(name="十年", days=3653),
    may_open=printed_it,
)
papers.add(SHEET)


@override(settings.LANGUAGE_CODE)
def print_sheet(*, by: Actor, person_id: int | None, row: Handover) -> PrintedDocument:
    """For the two whose case it is, as long as there is a file. So many a day are free: each is kept."""
    handovers.content_for(by, row)
    admit([Gate(PRINTS, f"account:{by.account_id}")])
    head = [
        ("机关", row.authority),
        ("法律文书号", row.document),
        ("查的是", row.sought),
        ("记录", f"{handovers.moment(row.since)} 至 {handovers.moment(row.until)}"),
        ("行数", str(row.lines)),
        ("SHA-256", row.digest),
        ("提出", f"{row.author_name} {handovers.moment(row.created_at)}"),
        ("复核", f"{row.approver_name} {handovers.moment(row.decided_at)}"),
    ]
    return printing.issue(
        by=by, paper=SHEET, facts={"head": head}, holder=printing.Holder(person_id=person_id, name=by.name)
    )
