"""Is the audit log what it was? Its chain is verified; blocks may be empty once they were archived."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.audit.sealing import CHAIN
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import LEAST_AUDIT_DAYS
from nanhu.kernel.models import AuditBlock, AuditCheck
from nanhu.kernel.sealing import verification as chains
from nanhu.kernel.sealing.verification import FAULTS_SHOWN, Findings, Heard


def verify(
    *,
    from_number: int = 1,
    root: str | None = None,
    carried: Iterable[str] = (),
    heard: Heard = lambda _done, _total: None,
) -> Findings:
    """Check the chain from a block on. `root` is a seal noted elsewhere ("120:ab12…"): it must stand in the chain."""
    return chains.verify(CHAIN, from_number=from_number, root=root, carried=carried, emptied=check_removal, heard=heard)


def check_removal(block: AuditBlock, faults: list[str]) -> bool:
    """Rows may be gone only after half a year, and into an archive."""
    if block.removed_at is None:
        return False
    too_early = block.last_at > block.removed_at - timedelta(days=LEAST_AUDIT_DAYS)
    if too_early or block.archived_at is None or not block.archive:
        faults.append(_("第 {number} 块的行不在了，而它不该已移出。").format(number=block.number))
    return True


def unsealed() -> tuple[int, datetime | None]:
    """Rows that wait for their block: how many, the oldest from when."""
    return chains.unsealed(CHAIN)


def verify_and_note(*, is_whole: bool, heard: Heard = lambda _done, _total: None) -> AuditCheck:
    """The nightly look: on from what was last found sound, or all of it; what it found stays as a row."""
    last = AuditCheck.objects.order_by("-at", "-id").first()
    on_from = 1 if is_whole or last is None or last.faults else last.until_number + 1
    findings = verify(from_number=on_from, heard=heard)
    return AuditCheck.objects.create(
        at=now(),
        from_number=on_from,
        until_number=findings.number,
        rows=findings.rows,
        faults=findings.faults[:FAULTS_SHOWN],
    )
