"""The frozen model of matching: weights that Splink was trained to, read from a dated file. It vetoes and suggests, and decides nothing.

A school's own file (`matching/model-*.json` in its data folder) goes before the one of the program; of several the newest."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub.errors import MatchingModelError
from nanhu.platforms.datahub.matching.evidence import COMPARISONS, UNKNOWN, Levels

FORMAT: Final = 1
VETO, SUGGEST = 0.5, 0.9
"""Below the one nothing is merged by a number that agrees; from the other on two are shown to a human."""
HERE: Final = Path(__file__).parent
PATTERN: Final = "model-*.json"
ORDERED: Final = ("name", "birth_date", "document", "phone")
"""Of these a higher level may not count less than a lower one: a model that says so was trained on too little."""


@dataclass(frozen=True, slots=True)
class Model:
    """`prior`: what is thought of any two, before they are looked at; `weights`: of each comparison, by level. In bits."""

    version: str
    prior: float
    weights: tuple[tuple[float, ...], ...]

    def probability(self, levels: Levels) -> float:
        bits = self.prior + sum(own[level] for own, level in zip(self.weights, levels, strict=True) if level != UNKNOWN)
        return 1 / (1 + 2**-bits)


def own_folder() -> Path:
    return configuration().data_dir / "matching"


def model_path() -> Path:
    own = sorted(own_folder().glob(PATTERN))
    return own[-1] if own else max(HERE.glob(PATTERN))


def model_in_use() -> Model:
    """Where the school's own file cannot be used, the program's: the veto is never away. The doctor says why."""
    try:
        return checked_model()
    except MatchingModelError:
        return shipped_model()


def shipped_model() -> Model:
    return read_model(max(HERE.glob(PATTERN)))


def checked_model() -> Model:
    path = model_path()
    try:
        changed = path.stat().st_mtime_ns
    except OSError as gone:
        raise MatchingModelError(file=path.name, fault=type(gone).__name__) from gone
    return read_model(path, changed)


@lru_cache(maxsize=4)
def read_model(path: Path, _changed: int = 0) -> Model:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return model_of(told)
    except MatchingModelError as refused:
        raise MatchingModelError(file=path.name, fault=refused.facts["fault"]) from refused
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as broken:
        raise MatchingModelError(file=path.name, fault=type(broken).__name__) from broken


def model_of(told: Mapping[str, Any]) -> Model:
    """From what a file tells. Refused in words where it is of another format, incomplete or against all sense."""
    if told["format"] != FORMAT:
        raise fault(f"format {told['format']} ≠ {FORMAT}")
    trained = {one["output_column_name"]: one["comparison_levels"] for one in told["splink"]["comparisons"]}
    prior = told["splink"]["probability_two_random_records_match"]
    if not 0 < prior < 1:
        raise fault("probability_two_random_records_match")
    weights = tuple(weights_of(name, trained.get(name, ())) for name in COMPARISONS)
    return Model(version=str(told["version"]), prior=math.log2(prior / (1 - prior)), weights=weights)


def weights_of(name: str, levels: Sequence[Mapping[str, Any]]) -> tuple[float, ...]:
    """By level from 0; the file has them from the highest."""
    counted = [one for one in levels if not one.get("is_null_level")]
    said = [one["sql_condition"] for one in levels[: len(COMPARISONS[name])]]
    if said != list(COMPARISONS[name]) or len(counted) != len(COMPARISONS[name]):
        raise fault(f"{name}: sql_condition")
    if not all(0 < one[what] <= 1 for one in counted for what in ("m_probability", "u_probability")):
        raise fault(f"{name}: m_probability, u_probability")
    weights = tuple(math.log2(one["m_probability"] / one["u_probability"]) for one in reversed(counted))
    if weights[-1] <= 0 or weights[0] >= weights[-1] or (name in ORDERED and weights[0] >= min(weights[1:])):
        raise fault(f"{name}: {', '.join(f'{one:.2f}' for one in weights)}")
    return weights


def fault(words: str) -> MatchingModelError:
    return MatchingModelError(file="", fault=words)
