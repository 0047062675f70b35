"""Which tests have a date in them: by their own text, their fixtures', and that of the helpers and constants they name.

Read from the source of the tests alone: that the program looks at the clock makes no test dated. A method of a helper's class
or a function of a module counts where somebody on the way names it.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

CLOCK = re.compile(
    r"\b(campus_today|now\(\)|timedelta|datetime|time\.time\(|time_machine|clock_stands)|\b(to|yester)day"
    r"|20\d\d-\d\d|\bdate\(20",
    re.IGNORECASE,
)
"""A day that stands there in figures is dated too: today may be that day, or lie behind it."""
PROGRAMS = re.compile(r"\b(Popen|subprocess|embedded|start_campus|start_migrated|open_browser)\b")
PROGRAM_FOLDERS = frozenset({"interop", "journeys"})
PROGRAM_FIXTURES = frozenset({"campus", "doomed", "live_server"})
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Piece:
    """A function, method, constant or the body of a class: its text, and the words by which it may reach others."""

    text: str
    words: frozenset[str]
    members: "dict[str, Piece]" = field(default_factory=dict, hash=False)
    """Of a class: reached by who names them."""


@dataclass(frozen=True)
class Module:
    pieces: dict[str, Piece]
    imported: dict[str, tuple[str, str]]
    """By the name used here: the module, and what is taken of it; nothing where it is the module itself."""


def is_dated(item: pytest.Function) -> bool:
    texts = texts_of(item)
    return any(map(CLOCK.search, texts)) and not (is_of_no_room(item) and starts_programs(item, texts))


def texts_of(item: pytest.Function) -> list[str]:
    functions = [item.function, *(one.func for one in fixtures_of(item))]
    return [piece.text for piece in reached(functions)]


def is_of_no_room(item: pytest.Function) -> bool:
    return item.path.is_relative_to(item.config.rootpath / "tests")


def starts_programs(item: pytest.Function, texts: list[str]) -> bool:
    """A campus, a browser or somebody's real program: another clock beside theirs is no test of ours."""
    if PROGRAM_FOLDERS & {*item.path.parts}:
        return True
    made = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - pytest has no public name for it
    shared = {name for name in PROGRAM_FIXTURES & made.keys() if made[name][-1].scope == "session"}
    return bool(shared) or any(map(PROGRAMS.search, texts))


def fixtures_of(item: pytest.Function) -> Iterator[pytest.FixtureDef[object]]:
    """What is asked for, itself or by another fixture, and stands among our tests."""
    known = item._fixtureinfo.name2fixturedefs  # noqa: SLF001 - pytest has no public name for it
    return (one for name in item.fixturenames for one in known.get(name, ()))


def reached(functions: Iterable[object]) -> Iterator[Piece]:
    """Those functions and everything they name, each once; of a class the methods that somebody on the way names."""
    waiting = [place for one in functions for place in place_of(one)]
    seen: set[int] = set()
    words: set[str] = set()
    members: list[tuple[Path, str, Piece]] = []
    while waiting:
        file, piece = waiting.pop()
        if id(piece) not in seen:
            seen.add(id(piece))
            yield piece
            words |= piece.words
            waiting += named_by(piece, file)
            members += ((file, name, member) for name, member in piece.members.items())
        waiting = waiting or [
            (file, member) for file, name, member in members if name in words and id(member) not in seen
        ]


def named_by(piece: Piece, file: Path) -> Iterator[tuple[Path, Piece]]:
    """The pieces of this module and of those it imports that its words name."""
    module = read(file)
    yield from ((file, module.pieces[word]) for word in piece.words & module.pieces.keys())
    for word in piece.words & module.imported.keys():
        source, name = module.imported[word]
        found = file_of(source)
        if found is not None:
            there = read(found).pieces
            yield from ((found, there[one]) for one in ([name] if name else piece.words) if one in there)


def place_of(function: object) -> Iterator[tuple[Path, Piece]]:
    code = getattr(inspect.unwrap(function), "__code__", None)  # type: ignore[arg-type]
    if code is not None and is_ours(Path(code.co_filename)):
        file = Path(code.co_filename)
        found = read(file).pieces.get(code.co_name)
        yield from [(file, found)] if found is not None else []


def is_ours(file: Path) -> bool:
    return "tests" in file.parts or file.name == "conftest.py"


@cache
def file_of(module: str) -> Path | None:
    """Where a module of our tests stands; None for the program and for libraries."""
    if not module.startswith(("nanhu.", "tests.")) or "tests" not in module.split("."):
        return None
    with suppress(ModuleNotFoundError):  # the name of a thing within a module
        found = find_spec(module)
        return Path(found.origin) if found is not None and found.origin is not None else None
    return None


@cache
def read(file: Path) -> Module:
    text = file.read_text(encoding="utf-8")
    pieces: dict[str, Piece] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                is_module = file_of(f"{node.module}.{one.name}") is not None
                taken = (f"{node.module}.{one.name}", "") if is_module else (node.module, one.name)
                imported[one.asname or one.name] = taken
        for name in names_of(node):
            pieces[name] = piece_of(node, text)
    return Module(pieces, imported)


def names_of(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def piece_of(node: ast.stmt, text: str) -> Piece:
    methods = [one for one in node.body if isinstance(one, FUNCTIONS)] if isinstance(node, ast.ClassDef) else []
    apart = [one for one in methods if not one.name.startswith("__")]
    whole = ast.get_source_segment(text, node) or ""
    for one in apart:
        whole = whole.replace(ast.get_source_segment(text, one) or "", "")
    decorated = getattr(node, "decorator_list", [])
    whole += "\n".join(ast.get_source_segment(text, one) or "" for one in decorated)
    inside = {id(child) for one in apart for child in ast.walk(one)}
    words = words_in(child for child in ast.walk(node) if id(child) not in inside)
    members = {one.name: Piece(ast.get_source_segment(text, one) or "", words_in(ast.walk(one))) for one in apart}
    return Piece(whole, words, members)


def words_in(nodes: Iterable[ast.AST]) -> frozenset[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return frozenset(found)
