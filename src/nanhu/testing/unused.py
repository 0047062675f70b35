"""Public functions and classes of modules that no program uses: dead, or held up by tests alone. `python -m nanhu.testing.unused`.

A name is used where it is read (a name, an attribute, a word in a string or a template); to import or export it is no use. What a
framework finds by itself (a command, a decorated handler) is used.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLAIN = frozenset(
    {
        "atomic",
        "cache",
        "contextmanager",
        "asynccontextmanager",
        "dataclass",
        "lru_cache",
        "never_cache",
        "total_ordering",
        "wraps",
    }
)
"""Decorators that make nobody call what they stand on."""
FOUND = re.compile(r"/(?:migrations|management/commands|templatetags|testing)/|/(?:urls|apps|__main__)\.py$")
"""Files whose names Django, Python or pytest look up."""
KEPT = {
    "pay_oldest": "platforms/ledger: one payment for several bills, for counter and bank",
    "lesson_day": "platforms/campus: whose lessons a day has; academic, learning and dormitory ask it, none of which is built",
    "period_span": "platforms/campus: from period to period in moments, for whoever books by them",
    "lines_of_batch": "platforms/parties: what became of each, for hr, finance and academic",
    "quotas_of": "platforms/parties: for finance",
    "sensitive_rows": "platforms/datahub: the one way to what is sealed, for leaving and emergencies",
    "open_next_key": "platforms/terminals: the terminal's half of a change of keys",
    "read_application": "emulators/bank: what a server of the tests is told to run",
    "score_golden": "sample: the measure of merged records, read by tests/load",
    "verify_at_counter": "identity/recovery: no page of the counter offers it yet",
}
"""Used by tests alone, and why it stands in the program."""
WORD = re.compile(r"[A-Za-z_]\w+")


def programs(root: Path) -> Iterator[Path]:
    for folder in ("src", "bench", "scripts"):
        for path in (root / folder).rglob("*.py"):
            if not {"tests", "conftest.py", "unused.py"} & set(path.parts):
                yield path


def decorators(node: ast.AST) -> set[str]:
    marks = getattr(node, "decorator_list", [])
    called = [mark.func if isinstance(mark, ast.Call) else mark for mark in marks]
    return {mark.attr if isinstance(mark, ast.Attribute) else getattr(mark, "id", "") for mark in called}


def defined(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if decorators(node) <= PLAIN:
            yield node.name, node.lineno


def is_export(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(getattr(target, "id", "") == "__all__" for target in targets)


def used(tree: ast.Module) -> Iterator[str]:
    """Words that are read; a function that calls but itself is not used by that."""
    for top in tree.body:
        own = getattr(top, "name", "")
        if not is_export(top):
            yield from words(top, own)


def words(top: ast.AST, own: str) -> Iterator[str]:
    for node in ast.walk(top):
        if isinstance(node, ast.Name) and node.id != own:
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:  # noqa: PLR2004  (no prose)
            yield from WORD.findall(node.value)


def unused(root: Path = ROOT, kept: Collection[str] = KEPT) -> list[str]:
    names: dict[str, str] = {}
    read: set[str] = set()
    for path in programs(root):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        read.update(used(tree))
        place = path.relative_to(root).as_posix()
        if not FOUND.search(place):
            names.update({name: f"{place}:{line}: {name}" for name, line in defined(tree)})
    for path in (root / "src").rglob("templates/**/*.html"):
        read.update(WORD.findall(path.read_text(encoding="utf-8")))
    dead = [place for name, place in names.items() if name not in read and name not in kept]
    return sorted(dead + [f"{name} is used and need not be kept" for name in kept if name in read or name not in names])


if __name__ == "__main__":
    found = unused()
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(bool(found))
