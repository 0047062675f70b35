"""Roots carried out: the last seal of each chain as another machine fetches it, and the comparison with what was kept.

Whoever holds the database and the keyring can make a whole chain anew. What was carried out before he did no longer fits.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from nanhu.kernel import strict_json
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import InvalidError
from nanhu.kernel.sealing.chain import Chain

log = logging.getLogger(__name__)
CHAINS: Final[dict[str, Chain]] = {}
"""By name; a room adds its own."""
BLOCK_DIGITS: Final = 18


class Root(NamedTuple):
    """`root` is NUMBER:SEAL."""

    chain: str
    root: str
    sealed_at: str = ""


class CarriedRootsError(InvalidError):
    code = "carried_roots_unreadable"
    sentence = "{path}: line {line} is no carried root"


class NoRootsFileError(CarriedRootsError):
    code = "carried_roots_no_file"
    sentence = "{path}: this file cannot be read"


class NoCarriedRootError(CarriedRootsError):
    code = "carried_roots_none"
    sentence = "{path}: no root of the chain {chain} is in this file"


def last_roots() -> Iterator[Root]:
    """One for each chain that has a block."""
    for name, chain in sorted(CHAINS.items()):
        block = chain.blocks.objects.order_by("-number").first()
        if block is not None:
            yield Root(name, f"{block.number}:{block.seal}", block.sealed_at.isoformat(timespec="seconds"))


def written(root: Root) -> str:
    return json.dumps(root._asdict())


def roots_in(path: Path) -> list[Root]:
    """A file of such lines. A line that is none is an error: a broken file proves nothing."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as problem:
        raise NoRootsFileError(path=str(path)) from problem
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            facts = strict_json.decode(line)
            found.append(Root(facts["chain"], str(facts["root"])))
        except (ValueError, KeyError, TypeError) as problem:
            raise CarriedRootsError(path=str(path), line=number) from problem
    return found


def carried_roots(path: Path, *, chain: str) -> list[str]:
    """Those of this chain. A file without any is an error: compared with nothing, every chain would pass."""
    found = [one.root for one in roots_in(path) if one.chain == chain]
    if not found:
        raise NoCarriedRootError(path=str(path), chain=chain)
    return found


def missing(roots: Iterable[Root]) -> list[Root]:
    """Those that do not stand in their chain now: it was sealed anew, or cut. One query a chain."""
    kept = list(roots)
    standing = {
        (name, f"{number}:{seal}")
        for name, chain in CHAINS.items()
        for number, seal in chain.blocks.objects.filter(
            number__in={number_of(one) for one in kept if one.chain == name}
        ).values_list("number", "seal")
    }
    return [one for one in kept if (one.chain, one.root) not in standing]


def number_of(root: Root) -> int:
    number = root.root.partition(":")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= BLOCK_DIGITS else -1


def kept_file() -> Path:
    """`NANHU_ROOTS_FILE`: best on a disk that whoever holds this machine does not reach."""
    named = configuration().roots_file
    return Path(named) if named else configuration().data_dir / "roots.jsonl"


def compare_and_keep() -> list[Root]:
    """The nightly job: what was kept must stand in the chains; the roots of now are added, whatever was found."""
    path = kept_file()
    lost = missing(roots_in(path)) if path.exists() else []
    for one in lost:
        log.critical("the chain %s was sealed anew: %s, kept in %s, is not in it", one.chain, one.root, path)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{written(root)}\n" for root in last_roots())
    return lost
