"""What import-linter does not see: which tables, views and functions the SQL of a room names.

A room's SQL names its own tables, and of a room below only views and functions: what that room published. As a foreign key may
point down at a table, a trigger may stand on one. The kernel is open, in SQL as in Python.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps

import nanhu

PACKAGE = Path(nanhu.__file__).parent
LAYERS = tomllib.loads((PACKAGE.parent.parent / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
][0]
PUBLISHED_TABLES = {
    # One statement checks and posts a payment (decisions 4 and 17): the double entry is written there, beside the receipt.
    "ledger_account",
    "ledger_balance",
    "ledger_entry_key",
    "ledger_transfer",
    "ledger_transfer_id_seq",
}
MADE = re.compile(r"CREATE (?:OR REPLACE )?(?:UNLOGGED )?(TABLE|VIEW|FUNCTION|SEQUENCE) (?:IF NOT EXISTS )?(\w+)")
TRIGGER = re.compile(r"(CREATE (?:CONSTRAINT )?TRIGGER [^;]*?) ON (\w+)")
STATEMENT = re.compile(r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN)\b")
OUTSIDE = {"tests", "migrations", "emulators", "testing", "project", "sample", "kernel"}


class Owned(NamedTuple):
    room: str
    is_published: bool


def room_of(file: Path, package: Path = PACKAGE) -> str:
    parts = file.relative_to(package).parts
    return ".".join(parts[:2] if parts[0] in {"platforms", "services", "systems"} else parts[:1])


def heights() -> dict[str, int]:
    """Room, or floor of rooms → how low it lies, as import-linter's first contract says."""
    return {one.strip(" ()"): depth for depth, layer in enumerate(LAYERS["layers"]) for one in re.split("[|:]", layer)}


def is_below(room: str, other: str) -> bool:
    depth = heights()
    low, high = (depth.get(one, depth.get(one.partition(".")[0], 0)) for one in (room, other))
    return low > high


def owners() -> dict[str, Owned]:
    found = {
        model._meta.db_table: Owned(room_of(Path(app.path)), is_published=False)
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(PACKAGE)
        for model in app.get_models(include_auto_created=True)
    }
    for file in PACKAGE.rglob("sql/*.sql"):
        for kind, name in MADE.findall(without_comments(file)):
            found[name] = Owned(room_of(file), is_published=kind in {"VIEW", "FUNCTION"})
    return found


def without_comments(file: Path) -> str:
    return re.sub("--.*", "", file.read_text("utf-8"))


def sql_in(file: Path) -> Iterator[str]:
    if file.suffix == ".sql":
        yield without_comments(file)
        return
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value):
            yield node.value


def faults_of(room: str, sql: str, known: dict[str, Owned]) -> Iterator[str]:
    watched = {name for _head, name in TRIGGER.findall(sql)}
    named = set(re.findall(r"\w+", TRIGGER.sub(r"\1", sql)))
    for name in sorted((named | watched) & set(known)):
        owned = known[name]
        if owned.room in {room, "kernel"}:
            continue
        if not is_below(owned.room, room):
            yield f"{name} is of {owned.room}, which is not below"
        elif name in named and not owned.is_published and name not in PUBLISHED_TABLES:
            yield f"{name} is a table of {owned.room}, which publishes views"


@pytest.mark.slow
def test_sql_names_its_own_tables_and_what_a_lower_room_publishes():
    known = owners()
    found = {
        f"{file.relative_to(PACKAGE)}: {fault}"
        for file in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]
        if not OUTSIDE & set(file.relative_to(PACKAGE).parts)
        for sql in sql_in(file)
        for fault in faults_of(room_of(file), sql, known)
    }
    assert sorted(found) == []


def test_each_platform_stands_on_a_floor():
    """import-linter asks this of the house as a whole (`exhaustive`), not of the rooms within `platforms`."""
    rooms = {f"platforms.{room.parent.name}" for room in PACKAGE.glob("platforms/*/__init__.py")}
    assert rooms == {one for one in heights() if one.startswith("platforms.")}


KNOWN = {
    "card_card": Owned("systems.card", is_published=False),
    "people_person": Owned("platforms.people", is_published=False),
    "people_known": Owned("platforms.people", is_published=True),
    "access_door": Owned("platforms.access", is_published=False),
    "payments_party": Owned("platforms.payments", is_published=True),
    "ledger_transfer": Owned("platforms.ledger", is_published=False),
    "kernel_heartbeat": Owned("kernel", is_published=False),
}


@pytest.mark.parametrize(
    ("room", "sql", "fault"),
    [
        ("systems.card", "SELECT 1 FROM card_card JOIN people_known USING (id), kernel_heartbeat, ledger_transfer", ""),
        (
            "systems.card",
            "CREATE TRIGGER card_follows AFTER UPDATE ON people_person FOR EACH ROW EXECUTE FUNCTION f();",
            "",
        ),
        ("systems.card", "SELECT 1 FROM people_person", "people_person is a table of platforms.people"),
        ("platforms.access", "SELECT 1 FROM card_card", "card_card is of systems.card, which is not below"),
        ("systems.dormitory", "SELECT 1 FROM card_card", "card_card is of systems.card, which is not below"),
        ("platforms.payments", "SELECT 1 FROM access_door", "access_door is of platforms.access"),
        (
            "platforms.people",
            "CREATE TRIGGER f AFTER UPDATE ON access_door FOR EACH ROW EXECUTE FUNCTION f();",
            "access_door is of",
        ),
    ],
)
def test_a_name_out_of_bounds_is_seen(room, sql, fault):
    found = list(faults_of(room, sql, KNOWN))
    assert len(found) == bool(fault)
    assert not fault or found[0].startswith(fault)
