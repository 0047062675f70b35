"""Roots carried out: the last seal of each chain as another machine fetches it, and the comparison with what it kept.

Whoever holds the database and the keyring can make a whole chain anew. What was fetched before he did no longer fits.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sealing.chain import Chain

CHAINS: Final[dict[str, Chain]] = {}
"""By name; a room adds its own."""


class CarriedRootsError(CampusError):
    code = "carried_roots_unreadable"
    http_status = 422
    sentence = "{path}: line {line} is no carried root"


def last_roots() -> Iterator[str]:
    """One JSON line for each chain that has a block."""
    for name, chain in sorted(CHAINS.items()):
        block = chain.blocks.objects.order_by("-number").first()
        if block is not None:
            facts = {
                "chain": name,
                "root": f"{block.number}:{block.seal}",
                "sealed_at": block.sealed_at.isoformat(timespec="seconds"),
            }
            yield json.dumps(facts)


def carried_roots(path: Path, *, chain: str) -> list[str]:
    """The roots of a chain in a file of such lines. A line that is none is an error: a broken file proves nothing."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            facts = json.loads(line)
            name, root = facts["chain"], str(facts["root"])
        except (ValueError, KeyError, TypeError) as problem:
            raise CarriedRootsError(path=str(path), line=number) from problem
        if name == chain:
            found.append(root)
    return found
