"""Prepared queries: the rows of the queryset they were made of, without making its SQL again."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from threading import Thread
from uuid import uuid4

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, DataError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F, Func, IntegerField, TextField, Value
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import lean
from nanhu.kernel.database.lean import LeanCursor, converter_of
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared, insert, insert_unless_there, planned_cursor, update
from nanhu.kernel.models import AuditEntry, OutboxEvent, SubmittedForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> list[AuditEntry]:
    deeds = [("甲", "test.a"), ("甲", "test.b"), ("乙", "test.a"), ("乙", "test.c")]
    return [audit.record(by=Actor.system(name), action=action, target="test:1") for name, action in deeds]


def of_actor() -> Prepared[AuditEntry]:
    return Prepared(
        lambda: (
            AuditEntry.objects.filter(AnyOf(F("action"), Given("actions", ArrayField(TextField()))))
            .filter(actor=Given("actor", TextField()))
            .annotate(letters=Func(F("action"), function="length", output_field=IntegerField()))
            .order_by("-id")
        )
    )


def test_each_call_gives_the_rows_of_its_own_values(lines):
    found = of_actor()
    names = {line.actor for line in lines}
    for name in names:
        for actions in (["test.a"], ["test.a", "test.b", "test.c"], []):
            same = AuditEntry.objects.filter(actor=name, action__in=actions).order_by("-id")
            assert found(actor=name, actions=actions) == list(same)
    first = found.first(actor=lines[0].actor, actions=["test.a", "test.b"])
    assert first == lines[1]
    assert first.letters == len("test.b")
    assert first.facts == {}
    assert found.first(actor="丙", actions=["test.a"]) is None


@pytest.mark.parametrize(("role", "plans"), [("web", (6, 0)), ("worker", (1, 5))])
def test_a_page_plans_what_it_prepares_once_for_everybody(role, plans):
    mode = read_configuration({"NANHU_DATABASE_ROLE": role}).database_options.partition("plan_cache_mode=")[2] or "auto"
    made = Prepared(
        lambda: OutboxEvent.objects.filter(pk=Given("number")).values_list("name").annotate(role=Value(role))
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('plan_cache_mode', %s, true)", [mode])
        for number in range(6):
            made(number=number)
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%%kernel_outbox%%' AND statement LIKE %s",
            [f"%'{role}' AS%"],
        )
        assert cursor.fetchall() == [plans]


def test_a_column_that_only_orders_is_no_part_of_a_row(lines):
    rows = AuditEntry.objects.values_list("action").distinct().order_by("-id")
    found = Prepared(lambda: rows.filter(actor=Given("actor", TextField())))
    same = list(rows.filter(actor=lines[0].actor))
    assert found(actor=lines[0].actor) == same
    assert same == [("test.b",), ("test.a",)]


def test_a_value_that_looks_like_sql_stays_a_value(lines):
    assert of_actor()(actor="甲' OR '1'='1", actions=["test.a"]) == []


def test_the_sql_is_made_once_and_each_call_is_one_query(lines, monkeypatch):
    found, made = of_actor(), []
    as_sql = SQLCompiler.as_sql
    with CaptureQueriesContext(connection) as queries:
        monkeypatch.setattr(SQLCompiler, "as_sql", lambda self, *a, **k: made.append(1) or as_sql(self, *a, **k))
        for line in lines:
            found(actor=line.actor, actions=["test.a"])
    assert len(queries) == len(lines)
    assert len(made) == 1


def test_a_long_statement_is_taken_apart_once_and_its_values_each_time(lines, monkeypatch):
    """psycopg reads one above 4 kB anew at each asking."""
    read = []
    real = lean._query2pg_nocache
    monkeypatch.setattr(lean, "_query2pg_nocache", lambda *facts: read.append(facts) or real(*facts))
    statement = "SELECT %s::int, '" + "x" * 5000 + "', '%%'"
    found = []
    for number in (1, 2, 3):
        with LeanCursor(connection) as cursor:
            cursor.execute(statement, [number])
            found += cursor.fetchall()
    assert [(number, percent) for number, _long, percent in found] == [(1, "%"), (2, "%"), (3, "%")]
    assert len(read) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_get_each_their_own(lines):
    found, wrong = of_actor(), []

    def ask(line: AuditEntry) -> None:
        try:
            wrong.extend(1 for _ in range(20) if found(actor=line.actor, actions=[line.action]) != [line])
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(line,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_name_that_was_not_given_is_an_error(lines):
    with pytest.raises(KeyError, match="actions"):
        of_actor()(actor=lines[0].actor)


def test_a_new_row_is_written_as_save_writes_it(lines):
    odd = {"名": '100% \'s "quoted" %s', "数": [1, None, {"x": 2.5}]}
    row = insert(AuditEntry(actor="甲", action="test.odd", target="%s 's", facts=odd, account_id=None))
    assert AuditEntry.objects.get(pk=row.pk).facts == odd
    assert AuditEntry.objects.get(pk=row.pk).at == row.at
    assert row.pk > max(line.pk for line in lines)
    assert not row._state.adding


def test_a_row_that_is_there_is_told_or_refused():
    form = {"token": uuid4(), "account_id": 1, "page": "test:page"}
    assert insert_unless_there(SubmittedForm(**form, address="/first/"))
    assert not insert_unless_there(SubmittedForm(**form, address="/second/"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(SubmittedForm(**form, address="/third/"))
    assert SubmittedForm.objects.get().address == "/first/"


def test_a_row_is_changed_whole_and_never_made_by_it():
    row = insert(OutboxEvent(name="test.Told", payload={"n": 1}))
    row.name, row.payload = "test.Other", {"n": "%s"}
    update(row)
    row.refresh_from_db()
    assert (row.name, row.payload) == ("test.Other", {"n": "%s"})
    row.delete()
    row.pk = 1
    with pytest.raises(DatabaseError, match="gone"), transaction.atomic():
        update(row)
    assert not OutboxEvent.objects.exists()


def plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def test_plans_outlive_what_is_rolled_back(lines):
    found = of_actor()
    found(actor=lines[0].actor, actions=["test.a"])
    before = plans()
    assert before > 0
    with transaction.atomic():
        found(actor=lines[0].actor, actions=["test.a"])
        transaction.set_rollback(True)
    assert len(found(actor=lines[0].actor, actions=["test.a"])) == 1
    assert plans() == before


def test_what_is_asked_first_after_plans_were_given_up_is_planned_later(lines):
    """Not with those that are given up: its next run would name a plan that the server has no more."""
    found = of_actor()
    found(actor=lines[0].actor, actions=["test.a"])
    connection.connection._prepared.forget()
    for _time in range(3):
        assert len(found(actor=lines[0].actor, actions=["test.a"])) == 1
    assert plans() == 1


def test_a_statement_that_is_refused_again_and_again_is_planned_once():
    counts = []
    for _time in range(4):
        with pytest.raises(DatabaseError), transaction.atomic(), planned_cursor() as cursor:
            cursor.execute("SELECT 1 / %s::int", [0])
        counts.append(plans())
    assert len(set(counts)) == 1


def test_a_table_with_other_columns_is_planned_anew():
    def read() -> tuple[object, ...]:
        with transaction.atomic(), planned_cursor() as cursor:
            cursor.execute("SELECT * FROM other_columns WHERE a = %s", [1])
            return cursor.fetchone()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE other_columns AS SELECT 1 AS a")
    assert read() == (1,)
    with connection.cursor() as cursor:  # as another connection would do it: this one does not see an ALTER pass
        cursor.execute("DO $$BEGIN ALTER TABLE other_columns ADD COLUMN b int DEFAULT 2; END$$")
    with pytest.raises(DatabaseError, match="cached plan"):
        read()
    assert read() == (1, 2)


def test_a_change_of_tables_has_all_planned_anew_and_no_other_statement_is_kept(lines):
    of_actor()(actor=lines[0].actor, actions=["test.a"])
    kept = connection.connection._prepared
    before = dict(kept._names)
    assert before
    for number in range(5):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", ["x" * 1000 + str(number)])
    assert not kept._counts
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_audit_entry ALTER COLUMN actor SET STATISTICS 100")
    assert not {*before.values()} & {*kept._names.values()}
    assert plans() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nobody_sees_that_a_table_has_other_columns():
    def rows() -> list[tuple[object, ...]]:
        with planned_cursor() as cursor:
            cursor.execute("SELECT * FROM other_columns_still WHERE a = %s", [1])
            return cursor.fetchall()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE other_columns_still AS SELECT 1 AS a")
        assert rows() == [(1,)]
        cursor.execute("DO $$BEGIN ALTER TABLE other_columns_still ADD COLUMN b int DEFAULT 2; END$$")
    assert rows() == [(1, 2)]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE other_columns_still")


VALUES = """
    SELECT %s::int, %s::bigint, %s::text, %s::date, %s::timestamptz, %s::bytea, %s::text[], %s::jsonb, %s::numeric, %s::bool, %s::uuid, NULL"""


def test_what_is_asked_right_above_libpq_says_what_the_usual_cursor_says():
    given = [
        1,
        2**40,
        "王",
        date(2026, 9, 1),
        now(),
        b"\x00\xff",
        ["a", None],
        '{"a": 1}',
        Decimal("1.50"),
        True,
        uuid4(),
    ]
    with planned_cursor() as lean, CaptureQueriesContext(connection), planned_cursor() as usual:
        assert type(lean) is LeanCursor
        assert type(usual) is not LeanCursor
        for cursor in (lean, usual):
            cursor.execute(VALUES, given)
        said = lean.fetchone()
        assert said == usual.fetchone()
        assert [type(one) for one in said[:3]] == [int, int, str]
        assert (lean.fetchone(), lean.fetchall(), lean.rowcount) == (None, [], 1)
        for cursor in (lean, usual):
            cursor.execute("SELECT n FROM generate_series(1, %s::int) n", [5])
        assert [lean.fetchmany(2), lean.fetchall()] == [usual.fetchmany(2), usual.fetchall()]
        lean.execute("SELECT 1 WHERE %s::int = 0", [1])
        assert (lean.fetchall(), lean.rowcount) == ([], 0)


@pytest.mark.django_db
def test_a_connection_keeps_no_rows_of_what_it_was_asked_before(lines):
    assert of_actor()(actor=lines[0].actor, actions=["test.a"])
    assert converter_of(connection.connection).pgresult is None


def test_what_is_refused_right_above_libpq_is_refused_as_everywhere(lines):
    with planned_cursor() as cursor:
        for statement, kind in (
            ("SELECT 1 / %s::int", DataError),
            ("INSERT INTO kernel_audit_entry (id) VALUES (%s)", IntegrityError),
            ("SELECT nothing_at_all(%s)", ProgrammingError),
        ):
            with pytest.raises(kind), transaction.atomic():
                cursor.execute(statement, [0])
        with pytest.raises(TransactionManagementError), transaction.atomic():
            with suppress(DataError):
                cursor.execute("SELECT 1 / %s::int", [0])
            connection.needs_rollback = True
            cursor.execute("SELECT %s::int", [1])
