"""Words and colours of what became of a question."""

from typing import Final

from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Text
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict

RESULTS: Final[dict[str, Text]] = {**dict(Inquiry.State.choices), **dict(Verdict.choices)}
TONES: Final[dict[str, Tone]] = {
    Verdict.VALID: "good",
    Verdict.FOUND: "good",
    Verdict.MATCHING: "good",
    Verdict.READ: "good",
    Verdict.VOID: "bad",
    Verdict.REVERSED: "bad",
    Verdict.MISMATCH: "bad",
    Verdict.NOT_FOUND: "bad",
}


def result_of(one: Inquiry) -> str:
    """Its verdict, or why there is none."""
    return one.verdict or one.state
