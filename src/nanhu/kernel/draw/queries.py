"""What a draw publishes at each of its steps, and what its entrant sees of it."""

from pathlib import Path
from typing import Any, Final

from nanhu.kernel.draw import rules
from nanhu.kernel.draw.models import Draw, DrawEntry
from nanhu.kernel.draw.services import lines_of

FORMAT: Final = "nanhu-draw-1"
VERIFIER: Final = Path(__file__).with_name("verify_draw.py")


def published(draw: Draw) -> dict[str, Any]:
    """The public file: the promise from the opening on, the list from the closing on, secret and result when it was drawn."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "title": draw.title,
        "state": draw.state,
        "commitment": draw.commitment,
        "value_name": draw.value_name,
        "closes_at": draw.closes_at.isoformat(),
        "publish_by": draw.publish_by.isoformat(),
        "seats": draw.seats,
        "passes": draw.passes,
    }
    if draw.root:
        document |= {"root": draw.root, "entries": lines_of(draw)}
    return document | (result_of(draw) if draw.state == Draw.State.DRAWN else {})


def result_of(draw: Draw) -> dict[str, Any]:
    entries = draw.entries.order_by("rank")
    return {
        "value": draw.value,
        "secret": draw.published_secret,
        "published_at": draw.drawn_at.isoformat() if draw.drawn_at else "",
        "order": [entry.token for entry in entries],
        "places": {entry.token: entry.places for entry in entries if entry.places},
        "queues": draw.queues,
    }


def proof_of(entry: DrawEntry) -> dict[str, Any]:
    """What its entrant alone is shown: his line, its path to the root, his lot, and why each wish fell."""
    line, draw = entry.as_rule().line, entry.draw
    shown: dict[str, Any] = {"token": entry.token, "line": line}
    if draw.root:
        shown |= {"root": draw.root, "path": rules.path_to(lines_of(draw), line)}
    if draw.state == Draw.State.DRAWN:
        fates = rules.fates_of(entry.wishes, entry.places, draw.passes)
        shown |= {"lot": entry.lot, "rank": entry.rank, "of": draw.entry_count, "fates": fates}
    return shown
