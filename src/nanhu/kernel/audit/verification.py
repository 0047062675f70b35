"""Is the audit log what it was? Every block is computed anew from its rows and compared with its seal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from nanhu.kernel.audit.lines import Digest, Place, lines_between
from nanhu.kernel.audit.sealing import GENESIS, eras_and_horizons, seal_of
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import LEAST_AUDIT_DAYS
from nanhu.kernel.crypto import CryptoError
from nanhu.kernel.models import AuditBlock, AuditCheck

type Heard = Callable[[int, int], None]
FAULTS_SHOWN = 50
LONGEST_TRANSACTION = timedelta(days=1)
UNSEALED = """
    SELECT count(*), min(at) FROM kernel_audit_entry
     WHERE era = %s AND (xid, id) > (%s::text::xid8, %s)"""


@dataclass(slots=True)
class Findings:
    """`faults` are sentences; `root` the last seal seen; `waiting` rows have no block yet, the oldest from `waiting_since`."""

    blocks: int = 0
    rows: int = 0
    root: str = GENESIS
    number: int = 0
    faults: list[str] = field(default_factory=list)
    waiting: int = 0
    waiting_since: datetime | None = None

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(*, from_number: int = 1, root: str = "", heard: Heard = lambda _done, _total: None) -> Findings:
    """Check the chain from a block on. `root` is a seal noted elsewhere ("120:ab12…"): it must stand in the chain."""
    with transaction.atomic():
        findings = Findings()
        former = AuditBlock.objects.filter(number=from_number - 1).first()
        findings.root = former.seal if former else GENESIS
        findings.number = former.number if former else 0
        blocks = AuditBlock.objects.filter(number__gte=from_number).order_by("number")
        total = blocks.count()
        for block in blocks.iterator(chunk_size=200):
            look_at(block, findings)
            heard(findings.blocks, total)
        if root:
            compare_root(root, findings)
        if from_number == 1:
            look_for_gaps(findings)
        findings.waiting, findings.waiting_since = unsealed()
    return findings


def look_at(block: AuditBlock, findings: Findings) -> None:
    faults = findings.faults
    if block.number != findings.number + 1:
        faults.append(_("缺少第 {first} 至 {last} 块。").format(first=findings.number + 1, last=block.number - 1))
    if block.previous != findings.root:
        faults.append(_("第 {number} 块没有接在前一块上。").format(number=block.number))
    if seal_of(block) != block.seal or not is_witnessed(block):
        faults.append(_("第 {number} 块的封印不对。").format(number=block.number))
    rows, digest = content_of(block)
    if block.removed_at is not None and rows == 0:
        check_removal(block, faults)
    elif rows != block.rows:
        faults.append(
            _("第 {number} 块应有 {rows} 行，现有 {found} 行。").format(
                number=block.number, rows=block.rows, found=rows
            )
        )
    elif digest != block.digest:
        faults.append(_("第 {number} 块的内容被改过。").format(number=block.number))
    findings.blocks, findings.rows = findings.blocks + 1, findings.rows + rows
    findings.root, findings.number = block.seal, block.number


def is_witnessed(block: AuditBlock) -> bool:
    try:
        return block.witness == block.seal
    except CryptoError:
        return False


def content_of(block: AuditBlock) -> tuple[int, str]:
    digest, rows = Digest(block.algorithm), 0
    after, until = Place(block.after_xid, block.after_id), Place(block.until_xid, block.until_id)
    for line in lines_between(era=block.era, after=after, until=until):
        digest.add(line.text)
        rows += 1
    return rows, digest.hex()


def check_removal(block: AuditBlock, faults: list[str]) -> None:
    """Rows may be gone only after half a year, and into an archive."""
    too_early = block.removed_at is not None and block.last_at > block.removed_at - timedelta(days=LEAST_AUDIT_DAYS)
    if too_early or block.archived_at is None or not block.archive:
        faults.append(_("第 {number} 块的行不在了，而它不该已移出。").format(number=block.number))


def compare_root(root: str, findings: Findings) -> None:
    number, _colon, seal = root.partition(":")
    block = AuditBlock.objects.filter(number=int(number)).first() if number.isdecimal() else None
    if block is None or block.seal != seal.strip().lower():
        findings.faults.append(_("封印链里没有抄录的这个根：{root}").format(root=root))


def look_for_gaps(findings: Findings) -> None:
    """The blocks of an era must touch, and none may tell of a day that had been sealed long before."""
    ends: dict[int, AuditBlock] = {}
    for block in AuditBlock.objects.order_by("number").iterator(chunk_size=500):
        former = ends.get(block.era)
        end = (former.until_xid, former.until_id) if former is not None else (0, 0)
        if (block.after_xid, block.after_id) != end:
            findings.faults.append(_("第 {number} 块与前一块之间有空隙。").format(number=block.number))
        if former is not None and block.first_at < former.sealed_at - LONGEST_TRANSACTION:
            findings.faults.append(_("第 {number} 块里有倒填日期的行。").format(number=block.number))
        ends[block.era] = block


def unsealed() -> tuple[int, datetime | None]:
    """Rows that wait for their block: how many, the oldest from when."""
    counted, oldest = 0, None
    for era, _horizon in eras_and_horizons():
        last = AuditBlock.objects.filter(era=era).order_by("-until_xid", "-until_id").first()
        with connection.cursor() as cursor:
            cursor.execute(UNSEALED, [era, last.until_xid if last else 0, last.until_id if last else 0])
            count, since = cursor.fetchone()
        counted += count
        oldest = min(filter(None, (oldest, since)), default=None)
    return counted, oldest


def verify_and_note(*, is_whole: bool, heard: Heard = lambda _done, _total: None) -> AuditCheck:
    """The nightly look: on from what was last found sound, or all of it; what it found stays as a row."""
    last = AuditCheck.objects.order_by("-at", "-id").first()
    on_from = 1 if is_whole or last is None or last.faults else last.until_number + 1
    findings = verify(from_number=on_from, heard=heard)
    return AuditCheck.objects.create(
        at=now(), from_number=on_from, until_number=findings.number, rows=findings.rows,
        faults=findings.faults[:FAULTS_SHOWN],
    )  # fmt: skip
