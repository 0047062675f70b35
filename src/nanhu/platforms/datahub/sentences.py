"""Findings in words, in the language of who reads them: facts are kept as codes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from nanhu.kernel.ui import words
from nanhu.platforms.datahub.findings import CATALOGUE
from nanhu.platforms.datahub.labels import field_label, field_labels, office_label, table_label

WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "field_name": field_label,
    "reasons": field_labels,
    "office": office_label,
    "table": table_label,
    "label": words.term,
}


def sentence_of(code: str, facts: Mapping[str, Any]) -> str:
    kind = CATALOGUE.get(code)
    if kind is None:
        return code
    shown = {name: WORDS[name](value) if name in WORDS else value for name, value in facts.items()}
    try:
        return str(kind.sentence).format(**shown)
    except (KeyError, IndexError):
        return str(kind.sentence)


def hint_of(code: str) -> str:
    return str(CATALOGUE[code].hint) if code in CATALOGUE else ""


def title_of(code: str) -> str:
    """The sentence without its facts, for a list of kinds."""
    return str(CATALOGUE[code].sentence).format_map(Blank()) if code in CATALOGUE else code


class Blank(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return "…"
