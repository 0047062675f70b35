"""The house's own laws, read from the syntax trees: one door per room, imports at the top, a head on every room.

import-linter holds the floors; this holds what it cannot say.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import nanhu
from nanhu.testing.long_lines import is_long, long_lines, templates

PACKAGE = Path(nanhu.__file__).parent
FLOORS = ("platforms", "services", "systems")
OPEN = ("nanhu.kernel",)  # the kernel's modules are its public face
BUILDERS = ("nanhu.project", "nanhu.cli", "nanhu.__main__", "nanhu.testing")
"""They put the house together, partly before Django's settings may be read: not rooms."""
FACES = ("api", "wire", "gateway")
"""A room is entered by its `api.py`. What of it a process without Django speaks is in `wire.py` and `gateway` (decision 15)."""
SAMPLE = "sample"
"""What only the sample campus needs of a room: its face for `nanhu.sample` alone."""
OF_THE_SAMPLE = re.compile(r'^from \S+\.sample import|^ +"\w*sample\w*",', re.MULTILINE)
LONGEST_HEAD = 12
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements stand in a statement."""


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    is_local: bool
    """Inside a function that is not AppConfig.ready()."""


def room_of(module: str) -> str:
    """nanhu.platforms.people.models → nanhu.platforms.people; nanhu.sample.demo → nanhu.sample."""
    parts = module.split(".")
    return ".".join(parts[: 3 if len(parts) > 1 and parts[1] in FLOORS else 2])


@dataclass(frozen=True)
class Source:
    """What these laws ask of a file, read once for all of them."""

    head: str | None
    imports: tuple[tuple[ast.Import | ast.ImportFrom, bool], ...]
    """Each with whether it is inside a function that is not AppConfig.ready()."""
    names: tuple[str, ...]
    """Its classes and functions."""


@cache
def source_of(text: str) -> Source:
    tree = ast.parse(text)
    found = list(statements(tree, in_function=False, in_app_config=False))
    return Source(
        ast.get_docstring(tree, clean=False),
        tuple((node, is_local) for node, is_local in found if isinstance(node, ast.Import | ast.ImportFrom)),
        tuple(node.name for node, _is_local in found if isinstance(node, (ast.ClassDef, *FUNCTIONS))),
    )


def statements(node: ast.AST, *, in_function: bool, in_app_config: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Those of a block and of the blocks in it, in their order. An expression holds no import and no name of the house."""
    is_function = isinstance(node, FUNCTIONS) and not (in_app_config and node.name == "ready")
    is_app_config = isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).endswith("AppConfig") for base in node.bases
    )
    for block in BLOCKS:
        for child in getattr(node, block, ()):
            yield child, in_function or is_function
            yield from statements(child, in_function=in_function or is_function, in_app_config=is_app_config)


def imports_of(text: str, *, package: Path) -> Iterator[Import]:
    for node, is_local in source_of(text).imports:
        if isinstance(node, ast.Import):
            yield from (Import(name.name, node.lineno, is_local) for name in node.names)
        elif node.module:
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield Import(whole if is_module(whole, package) else node.module, node.lineno, is_local)


def is_module(name: str, package: Path) -> bool:
    path = package.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def faults_of(file: Path, package: Path) -> Iterator[str]:
    module = ".".join(file.relative_to(package.parent).with_suffix("").parts)
    if module.startswith(BUILDERS):
        return
    for one in imports_of(file.read_text("utf-8"), package=package):
        if not one.module.startswith("nanhu."):
            continue
        place = f"{module}:{one.line}"
        if one.is_local:
            yield f"{place} imports {one.module} inside a function"
        if room_of(one.module) == room_of(module) or one.module.startswith(OPEN):
            continue
        faces = (*FACES, SAMPLE) if room_of(module) == "nanhu.sample" else FACES
        if one.module not in {f"{room_of(one.module)}.{face}" for face in faces}:
            yield f"{place} imports {one.module}, not {room_of(one.module)}.api"


def faults_in(package: Path) -> list[str]:
    files = [
        file
        for file in sorted(package.rglob("*.py"))
        if not {"tests", "migrations", "__pycache__"} & set(file.relative_to(package).parts)
    ]
    return [fault for file in files for fault in faults_of(file, package)] + heads_missing(package)


def heads_missing(package: Path) -> list[str]:
    rooms = [package / "kernel"] + [path.parent for floor in FLOORS for path in (package / floor).glob("*/__init__.py")]
    found = []
    for room in rooms:
        head = source_of((room / "__init__.py").read_text("utf-8")).head
        if not head:
            found.append(f"{room.name}/__init__.py says nothing of the room")
        elif len(head.splitlines()) > LONGEST_HEAD:
            found.append(f"{room.name}/__init__.py: more than {LONGEST_HEAD} lines")
    return found


@pytest.mark.slow
def test_the_house_keeps_its_laws() -> None:
    assert faults_in(PACKAGE) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house in order, for one law after another to be broken in it."""
    for name, text in {
        "kernel/__init__.py": '"""The kernel."""',
        "kernel/money.py": "",
        "platforms/people/__init__.py": '"""People."""',
        "platforms/people/api.py": "from nanhu.platforms.people.models import Person",
        "platforms/people/models.py": "from nanhu.kernel.money import yuan",
        "platforms/people/tests/test_it.py": "from nanhu.systems.card.models import Card",
        "systems/card/__init__.py": '"""Cards."""',
        "systems/card/models.py": "from nanhu.platforms.people import api as people\nfrom nanhu.platforms.people.api import Person",
        "systems/card/apps.py": "class CardConfig(AppConfig):\n    def ready(self):\n        from nanhu.systems.card import models",
        "project/urls.py": "from nanhu.platforms.people.models import Person",
    }.items():
        file = tmp_path / "nanhu" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "nanhu"


def test_a_house_in_order_passes(house: Path) -> None:
    assert faults_in(house) == []


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        (
            "systems/card/a.py",
            "from nanhu.platforms.people.models import Person",
            "imports nanhu.platforms.people.models, not",
        ),
        (
            "systems/card/a.py",
            "from nanhu.platforms.people import models",
            "imports nanhu.platforms.people.models, not",
        ),
        ("systems/card/a.py", "from nanhu.platforms import people", "imports nanhu.platforms.people, not"),
        ("systems/card/a.py", "import nanhu.platforms.people.models", "imports nanhu.platforms.people.models, not"),
        ("systems/card/a.py", "if TYPE_CHECKING:\n    from nanhu.platforms.people.models import Person", "card.a:2"),
        ("sample/a.py", "from nanhu.systems.card.models import Card", "nanhu.sample.a:1"),
        ("kernel/a.py", "from nanhu.systems.card.models import Card", "nanhu.kernel.a:1"),
        ("systems/card/a.py", "def f():\n    from nanhu.systems.card import models", "inside a function"),
        ("systems/card/a.py", "def ready(self):\n    from nanhu.systems.card import models", "inside a function"),
        (
            "systems/card/a.py",
            "class A:\n    def ready(self):\n        from nanhu.kernel import money",
            "inside a function",
        ),
        ("systems/card/a.py", "async def f():\n    if x:\n        import nanhu.kernel.money", "inside a function"),
        ("systems/hr/__init__.py", "", "hr/__init__.py says nothing"),
        ("systems/hr/__init__.py", '"""' + "a line\n" * 13 + '"""', "more than 12 lines"),
    ],
)
def test_a_broken_law_is_seen(house: Path, file: str, text: str, fault: str) -> None:
    (house / file).parent.mkdir(parents=True, exist_ok=True)
    (house / file).write_text(text)
    [found] = faults_in(house)
    assert fault in found


def test_the_parts_of_each_room_stand_on_floors() -> None:
    """import-linter holds each contract; this, that there is one for each room, in which no part is left out."""
    project = tomllib.loads((PACKAGE.parent.parent / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    held = {room for one in contracts if one.get("exhaustive") for room in one["containers"]}
    rooms = {f"nanhu.{floor}.{path.parent.name}" for floor in FLOORS for path in PACKAGE.glob(f"{floor}/*/__init__.py")}
    assert rooms | {f"nanhu.{one}" for one in ("kernel", "sample", "emulators", "project")} <= held


IMPORTED = re.compile(r"^from (nanhu(?:\.\w+)*) import (\w[\w, ]*)$", re.MULTILINE)


@pytest.mark.slow
def test_a_program_in_a_string_imports_what_there_is() -> None:
    """No checker reads what a test or a benchmark gives to another process; what was moved is missed there on its next long run."""
    root = PACKAGE.parent.parent
    texts = [file.read_text("utf-8") for top in ("tests", "bench") for file in (root / top).rglob("*.py")]
    taken = {
        (module, name.split()[0])
        for text in texts
        for module, names in IMPORTED.findall(text)
        for name in names.split(",")
    }
    assert len(taken) > 100, "the look finds them"
    assert {one for one in taken if not is_there(*one)} == set()


def is_there(module: str, name: str) -> bool:
    path = PACKAGE.parent.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return is_module(f"{module}.{name}", PACKAGE) or (file.is_file() and name in file.read_text("utf-8"))


HTTP_CLIENTS = frozenset({"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "pycurl"})
WITH_CLIENT = {
    "kernel/outgoing.py": "the one guarded client",
    "kernel/processes/supervised.py": "asks its own processes on this machine whether they are ready",
}
MAY_IMPORT_ONE = re.compile(
    rf"^ *(?:from|import) .*\b(?:{'|'.join(sorted({one.partition('.')[0] for one in HTTP_CLIENTS}))})\b", re.MULTILINE
)


@pytest.mark.slow
def test_nothing_calls_out_but_the_guarded_client():
    """Whoever opens HTTP by himself goes where an attacker's address leads him; nanhu.kernel.outgoing judges each address."""
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if not {"tests", "emulators", "testing"} & set(path.relative_to(PACKAGE).parts)
        and MAY_IMPORT_ONE.search(text := path.read_text("utf-8"))
        and any(one.module in HTTP_CLIENTS for one in imports_of(text, package=PACKAGE))
    }
    assert found == set(WITH_CLIENT)


def test_the_formatter_is_asked_everywhere():
    """One style, the formatter's: a line that it may not touch is a line that is judged by hand at each reading."""
    mark = "fmt: " + "skip"
    assert [
        str(file.relative_to(PACKAGE)) for file in sorted(PACKAGE.rglob("*.py")) if mark in file.read_text("utf-8")
    ] == []


DAY_OF_UTC = re.compile(r"(?:\w+_at|\bnow\(\))\.date\(\)|\{(?:\w+\.)*\w+_at:%[Ymdy](?![^{}\n]*(?:Z|UTC))")
NO_DAY_OF_PEOPLE = {"platforms/messages/models/notices.py": "the folder of a file"}


@pytest.mark.slow
def test_a_moment_is_of_a_day_of_the_campus():
    """Moments are kept in UTC, eight hours behind: the day of a moment is taken by `campus_time`, or said by kernel.ui.dates."""
    found = {
        str(file.relative_to(PACKAGE)): DAY_OF_UTC.findall(file.read_text("utf-8"))
        for file in sorted(PACKAGE.rglob("*.py"))
        if not {"tests", "emulators", "testing", "management"} & set(file.relative_to(PACKAGE).parts)
    }
    assert {file for file, places in found.items() if places} == set(NO_DAY_OF_PEOPLE)


def test_a_designer_can_read_each_template():
    assert long_lines() == []
    text = '{% translate "' + "请" * 70 + '" %}'
    assert [is_long(one) for one in (text, f"<p>{text}</p>", "x" * 161)] == [False, True, True]


def test_a_comment_and_a_tag_of_a_template_end_on_their_line():
    """Else Django shows it."""
    assert [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if path.suffix == ".html" and re.search(r"\{#(?!.*#\})|\{%(?!.*%\})", line)
    ] == []


def test_no_api_exports_what_is_of_the_sample() -> None:
    """It is the room's `sample`, which `nanhu.sample` alone may import. Under an honest name only a reader finds it."""
    files = [file for floor in FLOORS for file in sorted(PACKAGE.glob(f"{floor}/*/api.py"))]
    assert [f"{file.parent.name}.api" for file in files if OF_THE_SAMPLE.search(file.read_text("utf-8"))] == []


TAKES_AN_API = re.compile(r"^ *from \S+(\.api import| import .*\bapi\b)", re.MULTILINE)
ROOMS = tuple(f"nanhu.{floor}." for floor in FLOORS)
SO_FAR = {
    "nanhu.platforms.campus": {"Period", "TermDay", "day_of", "open_term", "periods_on", "term_days", "week_of"},
    "nanhu.services.network": {"devices_of", "drop"},
}
"""What the sample alone reads of an API so far, and rooms to come will: timetables, the student's side."""


def used_of_apis(text: str) -> Iterator[tuple[str, str]]:
    """(room, name) of what a file takes from rooms' APIs."""
    nodes = list(ast.walk(ast.parse(text)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    faces = {one.asname or "api": node.module for node in imports for one in node.names if one.name == "api"}
    for node in imports:
        if node.module and node.module.endswith(".api"):
            yield from ((node.module.removesuffix(".api"), one.name) for one in node.names)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in faces:
            yield faces[node.value.id] or "", node.attr


def module_of(file: Path) -> str:
    """Of the package; none where tests of the whole stand."""
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) if PACKAGE in file.parents else ""


WORD = re.compile(r"\w+")


@pytest.mark.slow
def test_what_the_sample_alone_takes_of_a_room_is_no_part_of_its_api() -> None:
    """Whatever another room takes, or a test of one, is; so is what a room will (`SO_FAR`)."""
    root = PACKAGE.parent.parent
    files = [file for top in (PACKAGE, root / "tests", root / "bench") for file in top.rglob("*.py")]
    texts = {file: text for file in files if TAKES_AN_API.search(text := file.read_text("utf-8"))}
    modules = {file: module_of(file) for file in texts}
    of_the_sample = [file for file in texts if modules[file].startswith("nanhu.sample")]
    alone = {one for file in of_the_sample for one in used_of_apis(texts[file]) if one[0] != room_of(modules[file])}
    for file in (
        texts.keys() - of_the_sample
    ):  # which is read as long as something in it may be one that only the sample takes
        if not {name for _room, name in alone}.isdisjoint(WORD.findall(texts[file])):
            alone -= {one for one in used_of_apis(texts[file]) if one[0] != room_of(modules[file])}
    kept = {(room, name) for room, names in SO_FAR.items() for name in names}
    found = {one for one in alone if one[0].startswith(ROOMS)}
    assert found == kept


UNSEARCHED = frozenset({"told", "wish", "wishes", "asked", "diary", "finder", "finders", "felt", "deed", "deeds"})
"""No engineer searches for these: request, response, action, request log, retry, notify are the words (docs/glossary.md)."""
DOORS = frozenset({"door", "doors"})
"""A door is a door of a building; where programs come in is an endpoint."""
WITH_DOORS = ("emulators", "sample", "platforms/access", "systems/card")
STILL_UNSEARCHED = ("kernel/ui",)
"""Whatever begins so may still have such names. Nothing joins this list; it shall become empty."""


def words_of(name: str) -> set[str]:
    """`RoomShareTold` and `tell_of_room` → their words."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def public_names(file: Path) -> Iterator[str]:
    """The module and its classes and functions; what is said of a test is a sentence and no name."""
    yield from (part for part in file.with_suffix("").parts[-2:] if part != "__init__")
    yield from (name for name in source_of(file.read_text("utf-8")).names if not name.startswith(("_", "test_")))


def unsearched_names(package: Path, *, besides: tuple[str, ...] = ()) -> list[str]:
    found = []
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        if {"tests", "migrations", "__pycache__"} & set(place.parts) or str(place).startswith(besides):
            continue
        words = UNSEARCHED if str(place).startswith(WITH_DOORS) else UNSEARCHED | DOORS
        found += [f"{place}: {name}" for name in public_names(file) if words_of(name) & words]
    return found


@pytest.mark.slow
def test_names_are_the_words_that_an_engineer_searches_for():
    assert unsearched_names(PACKAGE, besides=STILL_UNSEARCHED) == []


@pytest.mark.parametrize(
    ("file", "text", "is_seen"),
    [
        ("platforms/people/wishes.py", "", True),
        ("platforms/people/a.py", "class Wish: ...", True),
        ("platforms/people/a.py", "class A:\n    def tell_told(self): ...", True),
        ("platforms/people/a.py", "async def deed_of(): ...", True),
        ("platforms/people/door.py", "", True),
        ("platforms/access/a.py", "class DoorRule: ...", False),
        ("platforms/people/a.py", "def _told(): ...\ndef unfelted(): ...\ntold = 1", False),
        ("platforms/people/tests/test_a.py", "def told(): ...", False),
    ],
)
def test_a_name_that_nobody_searches_for_is_seen(house: Path, file: str, text: str, is_seen: bool) -> None:
    (house / file).parent.mkdir(parents=True, exist_ok=True)
    (house / file).write_text(text)
    assert bool(unsearched_names(house)) is is_seen


@pytest.mark.slow
def test_a_module_of_jobs_says_that_they_are_periodic():
    """What comes round by the clock is called periodic in this field."""
    assert [
        str(file.relative_to(PACKAGE))
        for file in sorted(PACKAGE.rglob("jobs.py"))
        if " every=" in (text := file.read_text("utf-8")) and not text.startswith('"""Periodic jobs of ')
    ] == []
