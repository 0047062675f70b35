"""Whether the audit page tells what was written in words: names of facts and their values."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import audit_terms

CODE_WORD = re.compile(r"[a-z][a-z_+]*(\.[a-z_]+)?")
OWN_WORDS = frozenset({"funding", "code", "grants", "category", "app", "application", "key", "scopes", "title"})
"""Codes and titles that an office or an application chose itself, keys of outside apps, scopes of interfaces, and what the bank answered."""
OF_TESTS = "test"
"""Values that begin so were made up by a test."""


def unsaid(action: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """What stands in these facts as a word of the program."""
    shown = {name: one for name, one in facts.items() if name not in OWN_WORDS}
    with override("zh-hans"):
        terms = audit_terms.facts(SimpleNamespace(action=action, facts=shown))
    yield from (
        f"{action}: {name} = {said}"
        for name, said in terms
        if CODE_WORD.fullmatch(name) or (CODE_WORD.fullmatch(said) and not said.startswith(OF_TESTS))
    )


@contextmanager
def watched_lines() -> Iterator[list[str]]:
    """What the program writes into the audit log meanwhile and nobody named; lines that a test writes itself are not asked."""
    written: list[str] = []
    entry_of = audit.entry_of

    def watched(record: audit.Record) -> AuditEntry:
        if not _is_of_a_test():
            written.extend(unsaid(record.action, record.facts))
        return entry_of(record)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "entry_of", watched)
        yield written


def _is_of_a_test() -> bool:
    """Whether a test called `record` or `record_many` by its own hand: the first caller outside kernel.audit."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - whoever calls
    while frame is not None and frame.f_code.co_filename == audit.__file__:
        frame = frame.f_back
    return frame is None or "/tests/" in frame.f_code.co_filename
