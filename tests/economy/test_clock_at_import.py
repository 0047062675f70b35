"""No module of the tests looks at the clock when it is imported: a run that goes on over midnight would work with yesterday."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from nanhu.testing.dated import FUNCTIONS, file_of

ROOT = Path(__file__).parents[2]
TESTS = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("src/nanhu/**/tests/**/*.py"), *ROOT.glob("src/nanhu/testing/**/*.py")]
CLOCK = frozenset({"campus_today", "now", "today", "utcnow", "time.time"})


def looks(text: str) -> list[str]:
    return judged(text).looks


@dataclass(frozen=True)
class Judged:
    looks: list[str]
    """What is read of the clock at import, itself or by a function of the tests."""
    readers: frozenset[str]


@cache
def judged(text: str) -> Judged:
    """Read once, whether it is looked at for itself or because another imports of it."""
    tree = ast.parse(text)
    own = readers(tree)
    known = CLOCK | own
    return Judged([ast.unparse(one) for one in at_import(tree) if isinstance(one, ast.Call) and reads(one, known)], own)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            given = [*child.args.defaults, *(one for one in child.args.kw_defaults if one is not None)]
            for one in (*child.decorator_list, *given):
                yield one
                yield from at_import(one)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from at_import(child)


def readers(tree: ast.Module) -> frozenset[str]:
    """The functions that this module has or imports from other tests and that look at the clock when they are called."""
    functions = {one.name: one for one in tree.body if isinstance(one, FUNCTIONS)}
    found = {
        one.asname or one.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and (file := file_of(node.module))
        for one in node.names
        if one.name in readers_of(file)
    }
    while more := {name for name, one in functions.items() if name not in found and calls(one, CLOCK | found)}:
        found |= more
    return frozenset(found)


def readers_of(file: Path) -> frozenset[str]:
    return judged(file.read_text(encoding="utf-8")).readers


def calls(function: ast.AST, known: frozenset[str] | set[str]) -> bool:
    return any(isinstance(one, ast.Call) and reads(one, known) for one in ast.walk(function))


def reads(call: ast.Call, known: frozenset[str] | set[str]) -> bool:
    match call.func:
        case ast.Attribute(attr=name) if name in CLOCK:
            return True
        case ast.Name(id=name):
            return name in known
        case func:
            return ast.unparse(func) in known


def test_no_module_of_the_tests_looks_at_the_clock_at_import():
    found = {str(path.relative_to(ROOT)): looks(path.read_text(encoding="utf-8")) for path in TESTS}
    assert {path: calls for path, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "text",
    [
        "TODAY = campus_today()",
        "HOUR = f'{clock.now():%H}'",
        "BEGUN = int(time.time())",
        "class Till:\n    OPENED = now()",
        "def pay(at=now()): ...",
        "@pytest.mark.parametrize('day', [date.today()])\ndef test(day): ...",
        "def tomorrow():\n    return campus_today() + DAY\ndef week():\n    return tomorrow() + 6 * DAY\nEND = week()",
    ],
)
def test_a_look_at_import_is_seen(text):
    assert looks(text)


@pytest.mark.parametrize(
    "text",
    [
        "def test():\n    assert campus_today()",
        "LATER = lambda: now() + DAY",
        "NOON = time(12)",
        "def tomorrow():\n    return campus_today() + DAY\ndef test():\n    assert tomorrow()",
    ],
)
def test_a_look_when_a_test_runs_is_none(text):
    assert not looks(text)
