"""Names that the audit log keeps as words of the program, as people read them: the facts of a line and their values.

Each room names its own in its `audit_words.py` (kernel/audit/words.py); `kernel/tests/test_audit_terms.py` holds that whatever
the code writes stands there.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.audit import words
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import ways

type Values = Mapping[str, Mapping[str, Text]]
type Called = Mapping[str, str]
NOBODY: Called = MappingProxyType({})


class Entry(Protocol):
    action: str
    facts: Any


def facts(entry: Entry, called: Called = NOBODY) -> list[tuple[str, str]]:
    """The facts of an audit line, each name and value as people read it; what nobody names stays as it was written. `called` says
    what the things are called whose keys stand in them (`words.names_of` of `keys_in`)."""
    return told(entry.facts, words.values(entry.action), called)


def keys_in(entry: Entry) -> list[str]:
    """Facts that may be keys of something that has a name: "person:12"."""
    return [f"{name}:{value}" for name, value in entry.facts.items() if isinstance(value, int | str)]


def told(written: Mapping[str, object], values: Values, called: Called) -> list[tuple[str, str]]:
    names = words.terms("FACTS")
    return [
        (str(names.get(name, name)), called.get(f"{name}:{value}") or value_in_words(name, value, values))
        for name, value in written.items()
    ]


def value_in_words(name: str, value: object, values: Values) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int) and (name == "fen" or name.endswith("_fen")):
        return format_yuan(value)
    if isinstance(value, Mapping):
        return "；".join(f"{key} {said}" for key, said in told(value, values, NOBODY))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(value_in_words(name, one, values) for one in value) or "—"
    if name == "role":
        return next((str(one.name) for one in registry.roles if one.key == value), str(value))
    known = values.get(name)
    said = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return (ways(said, known) if known else said) or "—"
