"""One database role for each process, with the rights that process needs and no more.

The owner (`nanhu`) makes and changes tables and is used by migrations, backup and restore. web, worker and gateway connect as
roles of their own, which own nothing: they cannot switch a trigger off, drop a partition or seal a chain anew. What each may
do is declared once (`DATABASE_GRANTS` of the settings) and applied after each migration by `apply_grants`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.conf import settings
from django.utils.module_loading import import_string
from psycopg import sql

type Process = Literal["web", "worker", "gateway"]
type Rights = tuple[str, ...]

PREFIX: Final = "nanhu_"
PROCESSES: Final[tuple[Process, ...]] = ("web", "worker", "gateway")
READ: Final[Rights] = ("SELECT",)
ADD: Final[Rights] = ("SELECT", "INSERT")
KEEP: Final[Rights] = ("SELECT", "INSERT", "UPDATE")
CHANGE: Final[Rights] = ("SELECT", "INSERT", "UPDATE", "DELETE")
SAFE_PATH: Final = "public, pg_temp"
"""The catalogue is searched first anyway; pg_temp last, or a temporary table could stand in for one of ours in a function."""
LOCK: Final = 7_201_905
TABLES: Final = """
    SELECT c.relname, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                             AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum), c.relispartition
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
    ORDER BY 1"""
FUNCTIONS: Final = """
    SELECT p.proname, p.oid::regprocedure::text, p.prosecdef, p.prorettype = 'trigger'::regtype,
           coalesce(array_to_string(p.proconfig, '|'), '') LIKE '%%search_path=%%'
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
    ORDER BY 2"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessGrants:
    """What one process may do. A table that `tables` does not name has `default`; with `functions` None it calls all."""

    default: Rights = ()
    tables: Mapping[str, Rights] = field(default_factory=dict)
    functions: frozenset[str] | None = None
    makes_temporary_tables: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """`own_columns` are filled by the database alone: no process may name them in an INSERT. `lockable` gives the one
    column whose UPDATE right lets a process lock a row that a trigger keeps from change. `as_owner` are the functions
    that run with the owner's rights, whoever calls them."""

    processes: Mapping[Process, ProcessGrants]
    own_columns: Mapping[str, frozenset[str]]
    lockable: Mapping[str, str]
    as_owner: frozenset[str]


def role_of(process: str) -> str:
    return f"{PREFIX}{process}"


def declared_grants() -> Grants:
    """The list that the settings name: it stands above all rooms, because it names the tables of all."""
    declared: Grants = import_string(settings.DATABASE_GRANTS)
    return declared


def apply_grants(cursor: Any, grants: Grants) -> list[str]:
    """Give each role exactly the declared rights, in the caller's transaction; the roles that exist. Safe to repeat."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[role_of(process) for process in grants.processes]]
    )
    present = sorted(row[0] for row in cursor.fetchall())
    harden_functions(cursor, grants.as_owner)
    if present:
        take_all(cursor, present)
    for process, rights in grants.processes.items():
        if role_of(process) in present:
            give(cursor, sql.Identifier(role_of(process)), rights, grants)
    return present


def harden_functions(cursor: Any, as_owner: frozenset[str]) -> None:
    """Nobody calls a function unasked; those of `as_owner` and all triggers look names up where nobody can shadow them."""
    cursor.execute(FUNCTIONS)
    found = cursor.fetchall()
    for name, signature, runs_as_owner, is_trigger, has_path in found:
        function = sql.SQL(signature)
        if name in as_owner and not runs_as_owner:
            cursor.execute(sql.SQL("ALTER FUNCTION {} SECURITY DEFINER").format(function))
        if (name in as_owner or is_trigger) and not has_path:
            cursor.execute(sql.SQL("ALTER FUNCTION {} SET search_path = {}").format(function, sql.SQL(SAFE_PATH)))
    if found:
        signatures = sql.SQL(", ").join(sql.SQL(signature) for _name, signature, *_rest in found)
        cursor.execute(sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(signatures))


def take_all(cursor: Any, roles: Iterable[str]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(role) for role in roles)
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        cursor.execute(sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}").format(sql.SQL(kind), names))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(names))
    cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC, {}").format(database, names))


def give(cursor: Any, role: sql.Identifier, rights: ProcessGrants, grants: Grants) -> None:
    cursor.execute(TABLES)
    wanted: dict[str, list[sql.Composable]] = {}
    for name, columns, is_partition in cursor.fetchall():
        given = READ if is_partition and rights.default else rights.tables.get(name, rights.default)
        for right in given:
            wanted.setdefault(narrowed(right, name, columns, grants), []).append(sql.Identifier(name))
        if "UPDATE" not in given and rights.default and name in grants.lockable:
            wanted.setdefault(f'UPDATE ("{grants.lockable[name]}")', []).append(sql.Identifier(name))
    for right, tables in wanted.items():
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(right), sql.SQL(", ").join(tables), role))
    if rights.default:
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
    give_functions(cursor, role, rights.functions)
    if rights.makes_temporary_tables:
        cursor.execute("SELECT current_database()")
        database = sql.Identifier(cursor.fetchone()[0])
        cursor.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, role))


def narrowed(right: str, table: str, columns: list[str], grants: Grants) -> str:
    """INSERT and UPDATE leave out the columns that the database fills by itself."""
    own = grants.own_columns.get(table)
    if own is None or right not in {"INSERT", "UPDATE"}:
        return right
    free = ", ".join(f'"{column}"' for column in columns if column not in own)
    return f"{right} ({free})"


def give_functions(cursor: Any, role: sql.Identifier, names: frozenset[str] | None) -> None:
    if names is None:
        cursor.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(role))
        return
    cursor.execute(FUNCTIONS)
    called = [sql.SQL(signature) for name, signature, *_rest in cursor.fetchall() if name in names]
    if called:
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(sql.SQL(", ").join(called), role))
