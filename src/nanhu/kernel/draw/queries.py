"""What a draw publishes at each of its steps, and what its entrant sees of it."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.draw import rules
from nanhu.kernel.draw.models import Draw, DrawEntry, written
from nanhu.kernel.draw.services import lines_of

PROOF_FORMAT: Final = "nanhu-draw-proof-1"
VERIFIER: Final = Path(__file__).with_name("verify_draw.py")


def published(draw: Draw) -> dict[str, Any]:
    """The public file: the promise from the opening on, the list from the closing on, the value once two people read it, secret and
    result when it was drawn. Of a void draw why, and the secret: what it would have come to is no secret either."""
    document = {"title": draw.title, "state": draw.state, **draw.opening, "promise": draw.promise}
    if draw.closed_at:
        document |= {"closed_at": written(draw.closed_at), "root": draw.root, "entries": lines_of(draw)}
    if draw.value:
        document["value"] = draw.value
    if draw.published_secret:
        document["secret"] = draw.published_secret
    if draw.voided_at:
        document |= {"voided_at": written(draw.voided_at), "why_void": draw.why_void}
    if draw.drawn_at:
        document |= {"published_at": written(draw.drawn_at), **result_of(draw)}
    return document


def result_of(draw: Draw) -> dict[str, Any]:
    entries = draw.entries.order_by("rank").values_list("token", "places")
    return {
        "order": [token for token, _places in entries],
        "places": {token: places for token, places in entries if places},
        "queues": draw.queues,
    }


def proof_of(entry: DrawEntry) -> dict[str, Any]:
    """What its entrant alone is shown: his line, its path to the root, his lot, and why each wish fell."""
    line, draw = entry.as_rule().line, entry.draw
    shown: dict[str, Any] = {"format": PROOF_FORMAT, "token": entry.token, "line": line}
    if draw.root:
        shown |= {"root": draw.root, "path": tree_of(draw.pk, draw.root).path_to(line)}
    if draw.state == Draw.State.DRAWN:
        fates = rules.fates_of(entry.wishes, entry.places, draw.passes)
        shown |= {"commitment": draw.commitment, "value": draw.value, "secret": draw.published_secret}
        shown |= {"lot": entry.lot, "rank": entry.rank, "of": draw.entry_count, "fates": fates}
    return shown


@lru_cache(maxsize=4)
def tree_of(draw_id: int, root: str) -> rules.Tree:  # noqa: ARG001 - a list does not change under its root
    return rules.tree_of(lines_of(Draw.objects.get(pk=draw_id)))
