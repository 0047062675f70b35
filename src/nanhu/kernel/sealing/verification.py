"""Is a chain what it was? Every block is computed anew from its rows and compared with its seal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.crypto import CryptoError
from nanhu.kernel.sealing.chain import GENESIS, Chain, end_of, eras_and_horizons, last_block, seal_of
from nanhu.kernel.sealing.lines import Place

type Heard = Callable[[int, int], None]
type Emptied = Callable[[Any, list[str]], bool]
FAULTS_SHOWN = 50
BLOCK_DIGITS = 18
LONGEST_TRANSACTION = timedelta(days=1)


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

    def verdict(self, root: str | None) -> str:
        """One word for the command line. Without a root from elsewhere the database only agrees with itself."""
        if self.faults:
            return "NOT SOUND"
        if root is None or not self.blocks:
            return "UNANCHORED: sound by this database alone; give --root with a seal that was noted elsewhere"
        return "sound"

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(
    chain: Chain,
    *,
    from_number: int = 1,
    root: str | None = None,
    carried: Iterable[str] = (),
    emptied: Emptied,
    refuses_past: bool = True,
    heard: Heard,
) -> Findings:
    """Check the chain from a block on. `root` is a seal noted elsewhere ("120:ab12…"): it must stand in the chain,
    and so must each of `carried`.

    `emptied(block, faults)` says whether a block may be without its rows (archived ones), and what is wrong about that.
    """
    with transaction.atomic():
        findings = Findings()
        former = chain.blocks.objects.filter(number=from_number - 1).first()
        findings.root = former.seal if former else GENESIS
        findings.number = former.number if former else 0
        blocks = chain.blocks.objects.filter(number__gte=from_number).order_by("number")
        total = blocks.count()
        for block in blocks.iterator(chunk_size=200):
            look_at(chain, block, findings, emptied=emptied)
            heard(findings.blocks, total)
        if from_number > 1 and total == 0:
            findings.faults.append(_("没有第 {number} 块。").format(number=from_number))
        for one in [*([root] if root is not None else []), *carried]:
            compare_root(chain, one, findings)
        if from_number == 1:
            look_for_gaps(chain, findings, refuses_past=refuses_past)
        findings.waiting, findings.waiting_since = unsealed(chain)
    return findings


def look_at(chain: Chain, block: Any, findings: Findings, *, emptied: Emptied) -> None:
    faults = findings.faults
    if block.number != findings.number + 1:
        faults.append(_("缺少第 {first} 至 {last} 块。").format(first=findings.number + 1, last=block.number - 1))
    if block.previous != findings.root:
        faults.append(_("第 {number} 块没有接在前一块上。").format(number=block.number))
    if seal_of(block) != block.seal or not is_witnessed(block):
        faults.append(_("第 {number} 块的封印不对。").format(number=block.number))
    rows, digest = content_of(chain, block)
    if rows == 0 and emptied(block, faults):
        pass
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


def is_witnessed(block: Any) -> bool:
    try:
        return bool(block.witness == block.seal)
    except CryptoError:
        return False


def content_of(chain: Chain, block: Any) -> tuple[int, str]:
    digest, rows = chain.digest(block.algorithm), 0
    for line in chain.lines(block.era, Place(block.after_xid, block.after_id), end_of(block)):
        digest.add(line)
        rows += 1
    return rows, digest.hex()


def compare_root(chain: Chain, root: str, findings: Findings) -> None:
    number, _colon, seal = root.strip().partition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) <= BLOCK_DIGITS
    block = chain.blocks.objects.filter(number=int(number)).first() if is_number else None
    if block is None or block.seal != seal.strip().lower():
        findings.faults.append(_("封印链里没有抄录的这个根：{root}").format(root=root))


def look_for_gaps(chain: Chain, findings: Findings, *, refuses_past: bool) -> None:
    """The blocks of an era must touch, and none may tell of a day that had been sealed long before."""
    ends: dict[int, Any] = {}
    for block in chain.blocks.objects.order_by("number").iterator(chunk_size=500):
        former = ends.get(block.era)
        end = (former.until_xid, former.until_id) if former is not None else (0, 0)
        if (block.after_xid, block.after_id) != end:
            findings.faults.append(_("第 {number} 块与前一块之间有空隙。").format(number=block.number))
        if refuses_past and former is not None and block.first_at < former.sealed_at - LONGEST_TRANSACTION:
            findings.faults.append(_("第 {number} 块里有倒填日期的行。").format(number=block.number))
        ends[block.era] = block


def unsealed(chain: Chain) -> tuple[int, datetime | None]:
    """Rows that wait for their block: how many, the oldest from when."""
    counted, oldest = 0, None
    for era, _horizon in eras_and_horizons(chain):
        count, since = chain.waiting(era, end_of(last_block(chain, era)))
        counted += count
        oldest = min(filter(None, (oldest, since)), default=None)
    return counted, oldest
