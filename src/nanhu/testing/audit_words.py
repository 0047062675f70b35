"""Whether the audit page tells what was written in words: names of facts and their values."""

import re
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from django.utils.translation import override

from nanhu.kernel.ui import audit_terms

CODE_WORD = re.compile(r"[a-z][a-z_+]*(\.[a-z_]+)?")
OWN_WORDS = frozenset({"funding", "code", "grants", "category", "app", "application", "key"})
"""Codes that an office or an application chose itself, keys of outside apps, and what the bank answered."""


def unsaid(action: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """What stands in these facts as a word of the program."""
    shown = {name: one for name, one in facts.items() if name not in OWN_WORDS}
    with override("zh-hans"):
        told = audit_terms.facts(SimpleNamespace(action=action, facts=shown))
    yield from (
        f"{action}: {name} = {said}" for name, said in told if CODE_WORD.fullmatch(name) or CODE_WORD.fullmatch(said)
    )
