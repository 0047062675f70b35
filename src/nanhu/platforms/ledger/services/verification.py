"""Is the ledger what it was? Blocks and day roots anew from the rows, day sums anew from the rows."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.crypto import CryptoError
from nanhu.kernel.sealing import verification as chains
from nanhu.kernel.sealing.verification import FAULTS_SHOWN, Findings, Heard
from nanhu.platforms.ledger.models import Block, Check, DayRoot
from nanhu.platforms.ledger.services.day_sums import check_days
from nanhu.platforms.ledger.services.sealing import CHAIN, root_of_blocks


def verify(
    *,
    from_number: int = 1,
    root: str | None = None,
    carried: Iterable[str] = (),
    heard: Heard = lambda _done, _total: None,
) -> Findings:
    """Check the chain from a block on, with the roots of its days."""
    findings = chains.verify(
        CHAIN,
        from_number=from_number,
        root=root,
        carried=carried,
        emptied=never_emptied,
        refuses_past=False,
        heard=heard,
    )
    look_at_roots(from_number, findings)
    return findings


def never_emptied(_block: Any, _faults: list[str]) -> bool:
    return False


def look_at_roots(from_number: int, findings: Findings) -> None:
    end = None
    for day in DayRoot.objects.filter(last_number__gte=from_number).order_by("first_number"):
        blocks = list(Block.objects.filter(number__range=(day.first_number, day.last_number)).order_by("number"))
        if root_of_blocks(day.algorithm, blocks) != day.root or not is_witnessed(day):
            findings.faults.append(_("{day} 的日根不对。").format(day=day.day))
        if end is not None and day.first_number != end + 1:
            findings.faults.append(_("{day} 的日根没有接在前一天上。").format(day=day.day))
        end = day.last_number


def is_witnessed(day: DayRoot) -> bool:
    try:
        return day.witness == day.root
    except CryptoError:
        return False


def verify_and_note(*, is_whole: bool, heard: Heard = lambda _done, _total: None) -> Check:
    """The nightly look: on from what was last found sound, or all of it; what it found stays as a row."""
    last = Check.objects.order_by("-at", "-id").first()
    on_from = 1 if is_whole or last is None or last.faults else last.until_number + 1
    findings = verify(from_number=on_from, heard=heard)
    since = date.min if is_whole else campus_today() - timedelta(days=3)
    findings.faults += [_("{day} 的日合计与明细不符。").format(day=day) for day in check_days(since=since)]
    return Check.objects.create(
        at=now(),
        from_number=on_from,
        until_number=findings.number,
        rows=findings.rows,
        faults=findings.faults[:FAULTS_SHOWN],
    )
