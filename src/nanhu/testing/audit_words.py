"""Whatever a test lets the program write into the audit log, the audit page tells in words: names of facts and their values."""

import re
import traceback
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.audit import Deed
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import audit_terms

CODE_WORD = re.compile(r"(?!test$)[a-z][a-z_+]*(\.[a-z_]+)?")
"""Except what tests call themselves."""
OWN_WORDS = frozenset({"funding", "code", "grants", "category", "app"})
"""Codes that an office or an application chose itself, keys of outside apps, and what the bank answered."""
AUDIT = audit.__file__


def unsaid(action: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """What stands in these facts as a word of the program."""
    shown = {name: one for name, one in facts.items() if name not in OWN_WORDS}
    with override("zh-hans"):
        told = audit_terms.facts(SimpleNamespace(action=action, facts=shown))
    yield from (
        f"{action}: {name} = {said}" for name, said in told if CODE_WORD.fullmatch(name) or CODE_WORD.fullmatch(said)
    )


def is_written_by_a_test() -> bool:
    callers = (one.f_code.co_filename for one, _line in traceback.walk_stack(None))
    return "/tests/" in next(name for name in callers if name not in {AUDIT, __file__})


@pytest.fixture(autouse=True)
def audit_lines_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    found: set[str] = set()
    entry_of = audit.entry_of

    def watched(deed: Deed) -> AuditEntry:
        if not is_written_by_a_test():
            found.update(unsaid(deed.action, deed.facts))
        return entry_of(deed)

    monkeypatch.setattr(audit, "entry_of", watched)
    yield
    if found:
        pytest.fail(f"name it in the room's audit_words.py: {sorted(found)}")
