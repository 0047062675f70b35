"""What a sample campus shows of the treasury's quotas: a sheet that was taken, another that waits for its second person."""

from collections.abc import Sequence
from uuid import uuid4

from nanhu.kernel import intake
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.parties.models import QuotaList
from nanhu.platforms.parties.quota_sheet import QUOTAS, check_quotas
from nanhu.platforms.parties.services.quota_lists import make_list, take_list

FIRST = (
    ("01", "岳财教〔{year}〕11 号", "2050205", "50502", "30201", "860000.00"),
    ("02", "岳财教〔{year}〕11 号", "2050205", "50601", "31002", "1450000.00"),
    ("03", "岳财社〔{year}〕27 号", "2080799", "50901", "30308", "326500.00"),
)
LATER = (
    ("02", "岳财教〔{year}〕39 号", "2050205", "50601", "31002", "1150000.00"),
    ("04", "岳财教〔{year}〕39 号", "2050205", "50502", "30216", "240000.00"),
)
"""What the city gives: the end of its number, its paper, function, both classes, yuan."""


def fill_quotas(*, author: Actor, approver: Actor) -> int:
    """Again: nothing."""
    if QuotaList.objects.exists():
        return 0
    first = handed_in(author, "市级财政共建资金", FIRST)
    intake.approve(by=approver, batch=first)
    take_list(batch_id=first.pk)
    handed_in(author, "市级财政共建资金调整", LATER)
    return QuotaList.objects.count()


def handed_in(author: Actor, title: str, rows: Sequence[tuple[str, ...]]) -> QuotaList:
    year = campus_today().year
    typed = [
        {
            "number": f"YY{year}{end}",
            "document": document.format(year=year),
            "year": str(year),
            "agency": "138027",
            "fund_type": "12",
            "function": function,
            "government_class": government,
            "department_class": department,
            "amount_fen": yuan,
        }
        for end, document, function, government, department, yuan in rows
    ]
    checked = check_quotas(QUOTAS.read(QUOTAS.form(typed, name=title)))
    made = make_list(by=author, token=uuid4(), title=title, rows=checked.rows, file_name=f"{title}.xlsx")
    return intake.submit(by=author, batch=made)
