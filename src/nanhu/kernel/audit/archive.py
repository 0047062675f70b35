"""Taking the audit log out: export as JSON Lines with its seals, and archiving of old whole blocks.

A file holds blocks, each followed by its rows; `verify_audit.py` checks it with Python alone.
"""

import gzip
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.audit.lines import lines_between
from nanhu.kernel.audit.sealing import CHAIN, LOCK
from nanhu.kernel.audit.verification import check_removal
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.values import run
from nanhu.kernel.errors import ConflictError
from nanhu.kernel.models import AuditBlock
from nanhu.kernel.sealing.chain import facts_of
from nanhu.kernel.sealing.lines import Place, plain
from nanhu.kernel.sealing.verification import Findings, look_at
from nanhu.kernel.whole_files import beside

FORMAT = "nanhu-audit-1"
VERIFIER = Path(__file__).with_name("verify_audit.py")
REMOVE = """
    DELETE FROM kernel_audit_entry
     WHERE era = %s AND (xid, id) > (%s::text::xid8, %s) AND (xid, id) <= (%s::text::xid8, %s)"""


class UnsoundBlockError(ConflictError):
    """A block that no longer fits its seal must stay as evidence."""

    code = "audit_unsound"
    sentence = "audit block {number} does not fit its seal: {fault}"


def export_lines(blocks: Iterable[AuditBlock]) -> Iterator[str]:
    """Each line without its line feed."""
    yield plain({"format": FORMAT})
    for block in blocks:
        yield plain({"block": facts_of(block) | {"seal": block.seal}})
        after, until = Place(block.after_xid, block.after_id), Place(block.until_xid, block.until_id)
        yield from (line.text for line in lines_between(era=block.era, after=after, until=until))


def blocks_due() -> QuerySet[AuditBlock]:
    """Blocks whose last row is older than the setting demands, oldest first."""
    limit = now() - timedelta(days=configuration().audit_days)
    return AuditBlock.objects.filter(removed_at=None, last_at__lt=limit).order_by("number")


def archive(*, by: Actor, folder: Path) -> Path | None:
    """Write the blocks that are due into a file and, once it lies safe on the disk, take their rows out."""
    with transaction.atomic():
        hold_lock()
        due = contiguous(list(blocks_due()))
        if not due:
            return None
        for block in due:
            refuse_unsound(block)
        path = folder / f"audit-{due[0].number:08d}-{due[-1].number:08d}.jsonl.gz"
        write_file(path, export_lines(due))
        numbers = [block.number for block in due]
        AuditBlock.objects.filter(pk__in=numbers).update(archived_at=now(), archive=path.name)
        for block in due:
            remove_rows(block)
        AuditBlock.objects.filter(pk__in=numbers).update(removed_at=now())
        facts = {"from": numbers[0], "until": numbers[-1], "file": path.name, "seal": due[-1].seal}
        audit.record(by=by, action="kernel.archive_audit", target=f"audit-block:{numbers[-1]}", facts=facts)
    return path


def hold_lock() -> None:
    run("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def contiguous(blocks: list[AuditBlock]) -> list[AuditBlock]:
    """From the first on without a gap: an archive is a piece of the chain."""
    return [block for offset, block in enumerate(blocks) if block.number == blocks[0].number + offset]


def refuse_unsound(block: AuditBlock) -> None:
    findings = Findings(root=block.previous, number=block.number - 1)
    look_at(CHAIN, block, findings, emptied=check_removal)
    if findings.faults:
        raise UnsoundBlockError(number=block.number, fault=findings.faults[0])


def remove_rows(block: AuditBlock) -> None:
    run(REMOVE, [block.era, block.after_xid, block.after_id, block.until_xid, block.until_id])


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Whole and on the disk, or not there at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with beside(path, is_kept=True) as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
        for line in lines:
            packed.write(line.encode() + b"\n")
