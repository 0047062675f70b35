"""Least privilege, tried: what web, worker and gateway are refused, and that the list is complete."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import iter_modules

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.audit.sealing import seal as seal_audit
from nanhu.kernel.database import embedded
from nanhu.kernel.database.roles import PROCESSES, apply_grants, role_of
from nanhu.kernel.doctor.checks.database import check_roles
from nanhu.kernel.registry import Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.services.sealing import seal
from nanhu.project.grants import ADDED_ONLY, BEGUN, DERIVED, GRANTS, KEPT, REMOVED, SEALS
from nanhu.systems.card import gateway
from nanhu.systems.card.chip import verification
from nanhu.systems.card.codes import gateway as codes_gateway
from nanhu.systems.card.pins import verdicts

pytestmark = pytest.mark.django_db
BY = Actor.system("test")

GUARDS = """
    SELECT c.relname, bool_or(t.tgtype & 16 > 0 AND t.tgqual IS NULL AND t.tgattr = '' AND p.prosrc !~ 'RETURN (NEW|OLD)')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgtype & 2 > 0 AND t.tgtype & 8 > 0 AND NOT c.relispartition
    GROUP BY 1"""
"""Tables with a trigger BEFORE DELETE (8), and whether it stands before UPDATE (16) as well and lets nothing pass."""
FREE = {"messages_notice": "a draft may go", "procrastinate_jobs": "its trigger only takes events along"}


@contextmanager
def acting_as(process: str) -> Iterator[None]:
    """SET ROLE has the rights of that role and no others; the tests' owner may take it, the processes connect with it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role_of(process)}")
        yield
        cursor.execute("RESET ROLE")


def refused(process: str, statement: str) -> str:
    with pytest.raises(DatabaseError) as refusal, acting_as(process), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.fixture
def booked() -> dict[str, int]:
    accounts = ledger.open_accounts(
        [
            ledger.AccountOrder(code="t:bank", name="bank", kind="asset"),
            ledger.AccountOrder(code="t:wallet", name="wallet", kind="liability", floor_fen=0),
        ]
    )
    leg = ledger.Leg(debit_account_id=accounts["t:bank"], credit_account_id=accounts["t:wallet"], amount_fen=500)
    ledger.post(by=BY, kind="test", legs=[leg], key="t:1")
    return accounts


DESTRUCTION = [
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN door text",
    "DROP TABLE {table}",
    "TRUNCATE {table}",
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
]
NEVER = [
    *(
        one.format(table=table)
        for table in ("ledger_transfer", "kernel_audit_entry", "card_receipt")
        for one in DESTRUCTION
    ),
    "DROP TABLE ledger_transfer_default",
    "ALTER TABLE ledger_transfer DETACH PARTITION ledger_transfer_default",
    "INSERT INTO ledger_transfer_default SELECT * FROM ledger_transfer",
    "UPDATE ledger_balance SET balance_fen = 1000000",
    "UPDATE ledger_block SET seal = digest",
    "UPDATE ledger_block SET witness = witness",
    "DELETE FROM ledger_block",
    "UPDATE ledger_day_root SET root = root",
    "UPDATE kernel_audit_block SET seal = digest",
    "DELETE FROM kernel_audit_block",
    "UPDATE kernel_audit_block SET archived_at = now()",
    "SET session_replication_role = replica",
    "CREATE TABLE public.mine (id int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION ledger_apply() SECURITY INVOKER",
    "ALTER ROLE nanhu_web SUPERUSER",
    "GRANT nanhu TO nanhu_web",
    "SELECT setval('ledger_transfer_id_seq', 1)",
    "UPDATE ledger_day_sum SET debit_fen = debit_fen",
    "INSERT INTO ledger_day_sum (day, kind, account_group, debit_fen, credit_fen, rows) VALUES ('2020-01-01', 'x', '', 1, 1, 1)",
    "UPDATE ledger_signing_key SET public = public",
    "DELETE FROM ledger_signing_key",
    "UPDATE card_chip_key SET version = version",
    "DELETE FROM card_chip_key",
    "UPDATE card_limit_breach SET spent_fen = 0",
    "DELETE FROM card_limit_breach",
    "UPDATE card_terminal_activity SET day_fen = 0",
    "DELETE FROM card_terminal_activity",
    "DELETE FROM payments_statement",
    "DELETE FROM payments_day_difference",
    "DELETE FROM card_loss_report",
    "DELETE FROM card_refund",
    "DELETE FROM card_vendor_payment",
    "DELETE FROM django_migrations",
    "DELETE FROM card_chip_suspense",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY ledger_account TO PROGRAM 'cat'",
    (
        "INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, posted_at)"
        " VALUES (1, now(), 'test', 1, 2, 1, now() - interval '1 day')"
    ),
    (
        "INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)"
        " VALUES (1, 1, now(), 'test', 1, 2, 1)"
    ),
    (
        "INSERT INTO ledger_transfer (era, xid, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)"
        " VALUES (1, 1, 1, now(), 'test', 1, 2, 1)"
    ),
    "INSERT INTO card_receipt (kind, outcome, occurred_at, posted_at) VALUES ('payment', 'posted', now(), now())",
    "INSERT INTO kernel_audit_entry (id, at, actor, address, action, target, reason, facts) VALUES (1, now(), '', '', '', '', '', '{}')",
]


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("statement", NEVER)
def test_no_process_can_change_what_was_written_or_how_it_is_kept(process, statement, booked):
    assert "permission denied" in (told := refused(process, statement)) or "must be owner" in told, told


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM ledger_day_sum", "INSERT INTO card_chip_key SELECT * FROM card_chip_key", "DELETE FROM card_spent"],
)
@pytest.mark.parametrize("process", ["web", "gateway"])
def test_what_is_the_workers_is_not_given_to_web_or_gateway(process, statement):
    assert "permission denied" in refused(process, statement)


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_process_sums_days_that_are_over_and_writes_no_sum_itself(process, booked):
    with acting_as(process), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_sum_day(campus.day - 1) FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date) AS campus(day)"
        )
        assert cursor.fetchone() == (0,)
    assert "is not over" in refused(process, "SELECT ledger_sum_day((now() AT TIME ZONE 'Asia/Shanghai')::date)")


def test_a_view_is_read_and_no_more():
    """It works with its owner's rights: a process that may write it writes what stands behind it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.relname FROM pg_class v, unnest(array['web', 'worker', 'gateway']) AS process WHERE v.relkind = 'v'"
            " AND v.relnamespace = 'public'::regnamespace AND has_table_privilege('nanhu_' || process, v.oid, 'INSERT, UPDATE, DELETE')"
        )
        assert cursor.fetchall() == []


def test_every_table_of_ledger_audit_and_card_is_given_by_name():
    """A new one gets the least by a decision, not all by default. Who removes rows, and why, stands in the list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
            r" AND NOT relispartition AND relname ~ '^(ledger|kernel|card|terminals|payments|campus|access)_' AND relname !~ '^kernel_test_'"
        )
        tables = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT t.relname FROM pg_class t WHERE t.relname = ANY(%s) AND has_table_privilege('nanhu_web', t.oid, 'DELETE')",
            [sorted(tables)],
        )
        removable = {name for (name,) in cursor.fetchall()}
    assert tables - GRANTS.processes["web"].tables.keys() == set()
    assert removable == set(REMOVED)


@pytest.mark.parametrize("process", ["web", "gateway"])
def test_what_was_seen_of_a_stolen_key_is_not_deleted(process, booked):
    assert "permission denied" in refused(process, "DELETE FROM terminals_incident")


@pytest.mark.parametrize(
    "statement", ["INSERT INTO ledger_block SELECT * FROM ledger_block", "DELETE FROM ledger_check_note"]
)
@pytest.mark.parametrize("process", ["web", "gateway"])
def test_only_the_worker_seals(process, statement):
    assert "permission denied" in refused(process, statement)


def test_a_function_of_ones_own_does_not_get_past_the_balances(booked):
    """A trigger's writes pass the guard of the balances; a process can make one on a temporary table, and it helps nothing."""
    deed = """
        CREATE TEMPORARY TABLE bait (n int);
        CREATE FUNCTION pg_temp.lift() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN UPDATE public.ledger_balance SET balance_fen = 99999; RETURN NULL; END';
        CREATE TRIGGER lift AFTER INSERT ON bait FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.lift();
        INSERT INTO bait VALUES (1)"""
    assert "permission denied" in refused("web", deed)
    assert ledger.balance_of(booked["t:wallet"]) == 500


def test_a_temporary_table_does_not_stand_in_for_one_of_ours(booked):
    """ledger_apply looks accounts up; a table of that name in the session's own schema must not answer it."""
    with acting_as("web"), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE ledger_account (id bigint); INSERT INTO ledger_account VALUES (424242)")
        with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
            cursor.execute(
                "INSERT INTO public.ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)"
                " VALUES (1, now(), 'test', 424242, %s, 100)",
                [booked["t:wallet"]],
            )
        cursor.execute("DROP TABLE pg_temp.ledger_account")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM identity_account",
        "SELECT * FROM people_person",
        "SELECT * FROM kernel_audit_entry",
        "SELECT * FROM card_pin",
        "UPDATE terminals_terminal SET key_version = 9",
        "INSERT INTO ledger_entry_key DEFAULT VALUES",
        "SELECT ledger_add_months(current_date, current_date)",
        "CREATE TEMPORARY TABLE mine (id int)",
    ],
)
def test_the_gateway_sees_terminals_and_no_more(statement):
    assert "permission denied" in refused("gateway", statement)


def gateway_statements() -> dict[str, str]:
    """Every statement that a module of the gateway sends, by where it stands."""
    modules = [import_module(f"{gateway.__name__}.{found.name}") for found in iter_modules(gateway.__path__)]
    return {
        f"{module.__name__}.{name}": value.replace("%s", "NULL")
        for module in [*modules, codes_gateway, verdicts, verification]
        for name, value in vars(module).items()
        if isinstance(value, str) and re.match(r"\s*(SELECT|INSERT|UPDATE|WITH)\s", value)
    }


@pytest.mark.parametrize("process", PROCESSES)
def test_the_doctor_names_a_process_that_works_as_the_owner(process):
    """As it would where somebody gave a unit the owner's URL for convenience."""
    wanted = connection.get_connection_params()
    names = {name: wanted[name] for name in ("dbname", "user", "password", "host", "port") if wanted.get(name)}
    assert check_roles().verdict == Verdict.OK
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # one transaction sees one picture of who is there
    with psycopg.connect(**names, application_name=f"nanhu-{process}"):
        told = check_roles()
    assert (told.verdict, f"nanhu-{process}" in told.message) == (Verdict.FAIL, True)


def test_all_that_the_gateway_asks_is_granted_to_it():
    """EXPLAIN checks the rights of a statement and does not run it."""
    statements = gateway_statements()
    assert len(statements) > 10
    denied = {}
    for where, statement in statements.items():
        try:
            with acting_as("gateway"), connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {statement}")
        except DatabaseError as error:
            denied[where] = str(error).splitlines()[0]
    assert denied == {}


@pytest.mark.parametrize("process", ["web", "worker"])
def test_money_moves_and_is_written_down_as_each_process(process, booked):
    accounts = [booked["t:wallet"], booked["t:bank"]]
    with acting_as(process):
        ledger.post(
            by=BY,
            kind="test",
            legs=[ledger.Leg(debit_account_id=accounts[0], credit_account_id=accounts[1], amount_fen=200)],
        )
        entry = audit.record(by=BY, action="test.deed", target="test:1")
    assert ledger.balance_of(booked["t:wallet"]) == 300
    assert entry.pk


def test_the_worker_seals_and_makes_months_without_owning_anything(booked):
    with acting_as("worker"), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_add_months('2031-01-01', '2031-02-01'), identity_sign_in_month('2031-01-01')")
        assert cursor.fetchone() == (2, True)
        seal()
        seal_audit()
        cursor.execute(
            "SELECT tableowner FROM pg_tables WHERE tablename IN ('ledger_transfer_2031_01', 'identity_sign_in_event_203101')"
        )
        assert {owner for (owner,) in cursor.fetchall()} == {"nanhu"}


def test_young_months_of_the_sign_in_log_are_not_dropped_whatever_is_asked():
    with acting_as("worker"), connection.cursor() as cursor:
        cursor.execute("SELECT identity_sign_in_month('2019-03-05')")
        cursor.execute("SELECT identity_sign_in_month(current_date)")
        cursor.execute("SELECT * FROM identity_sign_in_forget('2999-01-01')")
        dropped = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT to_char(current_date - 180, 'YYYYMM')")
        (kept_from,) = cursor.fetchone()
    assert "identity_sign_in_event_201903" in dropped
    assert max(dropped) < f"identity_sign_in_event_{kept_from}"


def test_the_moment_of_an_audit_row_is_the_databases_own():
    with acting_as("web"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_audit_entry (at, actor, address, action, target, reason, facts)"
            " VALUES ('2001-01-01', 'x', '', 'x', 'x', '', '{}') RETURNING at > now() - interval '1 minute'"
        )
        assert cursor.fetchone() == (True,)


def test_what_a_trigger_refuses_is_granted_to_nobody():
    """A new table with a guard must be named in the list, or its guard would be all that stands before it."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        guarded = {name: whole for name, whole in cursor.fetchall() if name not in FREE}
    listed = {*ADDED_ONLY, *KEPT, *BEGUN, *SEALS, *DERIVED}
    assert guarded.keys() - listed == set()
    assert {name for name, whole in guarded.items() if whole} - {
        *ADDED_ONLY,
        *SEALS,
        *DERIVED,
    } == set()


def test_every_name_of_the_list_exists():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
        )
        tables = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        functions = {name for (name,) in cursor.fetchall()}
    named = (
        {name for rights in GRANTS.processes.values() for name in rights.tables}
        | set(GRANTS.own_columns)
        | set(GRANTS.lockable)
    )
    called = {name for rights in GRANTS.processes.values() for name in rights.functions or ()} | GRANTS.as_owner
    assert (named - tables, called - functions) == (set(), set())


def test_granting_again_changes_nothing():
    acls = "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute(acls)
        before = cursor.fetchall()
        assert apply_grants(cursor, GRANTS) == sorted(role_of(process) for process in PROCESSES)
        cursor.execute(acls)
        assert [name for name, _acl in cursor.fetchall()] == [name for name, _acl in before]


def test_each_process_has_a_password_of_its_own_that_opens_no_other_role(settings):
    from nanhu.kernel.configuration import configuration

    folder = configuration().data_dir
    urls = {process: configuration().database_url_of(process) for process in (*PROCESSES, "owner")}
    assert len({url.split("@")[0].rsplit(":", 1)[1] for url in urls.values()}) == len(urls)
    for process in PROCESSES:
        with psycopg.connect(urls[process]) as own:
            assert own.execute(
                "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (
                role_of(process),
                False,
            )
        mode = embedded.password_file(configuration().secrets_dir, process).stat().st_mode
        assert mode & 0o077 == 0
    assert folder.exists()
