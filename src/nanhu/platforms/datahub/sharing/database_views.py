"""Views in SQL (数据库视图) for a consumer with a database role of his own: the rows and the open fields of his grant, read only.

Each read moves a sequence, which no roll-back takes back; what it moved is counted for everybody in the view, for a database
does not tell which of its rows were read. The view asks at each read whether the grant holds. Made by the owner (`nanhu
hub_views`, and after each migration); the role by an administrator of the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg import sql

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.roles import PROCESSES, role_of
from nanhu.kernel.database.values import run
from nanhu.platforms.datahub.models import Grant, Reading
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.sharing.offers import Offer, offered

PREFIX: Final = "hub_"
MOST_ROWS: Final = 2_000_000_000
"""Who moves the sequence for nothing closes his own view, and breaks no count."""
TYPES: Final = {"integer": "bigint", "boolean": "boolean", "date": "date", "moment": "timestamptz"}
VIEW: Final = """
    CREATE VIEW {view} WITH (security_barrier) AS
    SELECT {fields}, row.valid_from AS since, row.batch_id AS batch FROM public.datahub_shared_row row
    WHERE row.table_key = {table} AND row.valid_to IS NULL AND NOT row.is_removed AND {fits}
        AND (SELECT EXISTS (
            SELECT FROM public.datahub_grant g JOIN public.openapi_open_vendor v ON v.id = g.vendor_id
            WHERE g.id = {grant} AND g.state = 'agreed' AND g.expires_on >= (now() AT TIME ZONE {zone})::date
                AND g.rows_a_day > coalesce((SELECT d.rows FROM public.datahub_sharing_day d
                    WHERE d.grant_id = g.id AND d.day = (now() AT TIME ZONE {zone})::date), 0)))
        AND (SELECT nextval({counter}) > 0)"""
PERSONS: Final = """
    SELECT count(DISTINCT row.id), coalesce(array_agg(DISTINCT row.data ->> name), '{{}}')
    FROM datahub_shared_row row LEFT JOIN unnest({names}::text[]) AS name ON true
    WHERE row.table_key = {table} AND row.valid_to IS NULL AND NOT row.is_removed AND {fits}"""
MOVED: Final = """
    SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname ~ %s AND last_value IS NOT NULL"""
A_DAY: Final = """
    INSERT INTO datahub_sharing_day AS known (grant_id, day, pages, rows) VALUES (%(grant)s, %(day)s, 1, %(rows)s)
    ON CONFLICT (grant_id, day) DO UPDATE SET pages = known.pages + 1, rows = known.rows + excluded.rows"""
CLOSED: Final = r"^(pg_(try_)?advisory_|lo_(creat|create|from_bytea|import)$)"
"""Functions that PostgreSQL lets everybody call: to hold the locks that this program waits for, and to fill its disk."""
CLOSE: Final = """
    DO $$ DECLARE one regprocedure; BEGIN
        FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ {closed} LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {ours}', one);
        END LOOP; END $$;"""
IS_OPEN: Final = """
    SELECT EXISTS (SELECT FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) held
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ %s AND held.grantee = 0)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    grant: Grant
    table: SharedTable
    offer: Offer

    @property
    def schema(self) -> str:
        """Also the name of the role."""
        return f"{PREFIX}{self.grant.vendor.public_id.hex[:12]}"

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.table.key.replace(".", "_"))

    @property
    def counter(self) -> str:
        """The sequence that each read moves."""
        return f"read_{self.grant.pk}"

    @property
    def counter_name(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.counter)

    @property
    def fits(self) -> sql.Composable:
        parts = [
            sql.SQL("row.data -> {} = ANY({}::jsonb[])").format(sql.Literal(name), sql.Literal(list(values)))
            for name, values in self.offer.only.items()
        ]
        return sql.SQL(" AND ").join([sql.SQL("true"), *parts])

    @property
    def fields(self) -> sql.Composable:
        """The open ones in the clear: what is sealed or masked is not for SQL."""
        kept = (name for name in self.offer.names if name not in self.offer.opens | self.offer.masked.keys())
        return sql.SQL(", ").join(
            sql.SQL("(row.data ->> {})::{} AS {}").format(
                sql.Literal(name), sql.SQL(TYPES.get(self.table.by_name[name].type, "text")), sql.Identifier(name)
            )
            for name in kept
        )

    def made(self) -> sql.Composable:
        return sql.SQL(VIEW).format(
            view=self.name,
            fields=self.fields,
            table=sql.Literal(self.table.key),
            fits=self.fits,
            grant=sql.Literal(self.grant.pk),
            zone=sql.Literal(settings.TIME_ZONE),
            counter=sql.Literal(f"{self.schema}.{self.counter}"),
        )


def views() -> Iterator[View]:
    return views_of(Grant.in_effect())


def views_of(grants: QuerySet[Grant]) -> Iterator[View]:
    held = grants.filter(has_view=True).select_related("vendor").order_by("id")
    for grant, table, offer in offered(held):
        yield View(grant=grant, table=table, offer=offer)


@transaction.atomic
def make_views() -> list[tuple[View, bool]]:
    """All anew, and none of a grant that does not hold; with each whether its role exists. As the tables' owner."""
    found = list(views())
    with connection.cursor() as cursor:
        drop_views(cursor)
        present = roles(cursor)
        for view in found:
            make_view(cursor, view, present)
    return [(view, view.schema in present) for view in found]


def make_view(cursor: Any, view: View, present: set[str]) -> None:
    schema = sql.Identifier(view.schema)
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
    cursor.execute(sql.SQL("CREATE SEQUENCE IF NOT EXISTS {}").format(view.counter_name))
    cursor.execute(view.made())
    if view.schema in present:
        role = schema
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
        cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(view.name, role))
        cursor.execute(sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(view.counter_name, role))
    if role_of("worker") in present:
        worker = sql.Identifier(role_of("worker"))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, worker))
        cursor.execute(sql.SQL("GRANT SELECT ON SEQUENCE {} TO {}").format(view.counter_name, worker))


def drop_views(cursor: Any) -> None:
    cursor.execute("SELECT schemaname, viewname FROM pg_views WHERE schemaname ~ %s", [f"^{PREFIX}[0-9a-f]{{12}}$"])
    for schema, name in cursor.fetchall():
        cursor.execute(sql.SQL("DROP VIEW {}").format(sql.Identifier(schema, name)))


def drop_before_migrating(**_signal: Any) -> None:
    """A view would hold the tables that a migration changes."""
    with connection.cursor() as cursor:
        drop_views(cursor)


def make_after_migrating(**_signal: Any) -> None:
    """What is declared otherwise by now is in them at once."""
    make_views()


def statement_to_close(cursor: Any) -> str:
    """What an administrator of the database types, so that a role of a view can hold no lock of ours; empty where it was typed."""
    cursor.execute(IS_OPEN, [CLOSED])
    (is_open,) = cursor.fetchone()
    if not is_open:
        return ""
    cursor.execute("SELECT current_user")
    (owner,) = cursor.fetchone()
    ours = [owner, *sorted({role_of(one) for one in PROCESSES} & roles(cursor))]
    text = sql.SQL(CLOSE).format(closed=sql.Literal(CLOSED), ours=sql.SQL(", ").join(map(sql.Identifier, ours)))
    return " ".join(text.as_string(cursor.connection).split())


def roles(cursor: Any) -> set[str]:
    cursor.execute("SELECT rolname FROM pg_roles")
    return {name for (name,) in cursor.fetchall()}


def note_reads() -> int:
    """What was read through views since the last time becomes a reading of everybody in them; how many views were read. Also of a grant that
    is over: what was read in its last minute, or in a snapshot that was opened before its end, was given."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [f"^{PREFIX}[0-9a-f]{{12}}$"])
        moved = {(schema, name): value for schema, name, value in cursor.fetchall()}
    given = views_of(Grant.objects.filter(state__in=[Grant.State.AGREED, Grant.State.ENDED]))
    return sum(note(view) for view in given if moved.get((view.schema, view.counter), 0) != view.grant.views_read)


@transaction.atomic
def note(view: View) -> bool:
    grant = Grant.objects.select_for_update(no_key=True).get(pk=view.grant.pk)  # a page that is read names it meanwhile
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)::text", [f"{view.schema}.{view.counter}"])
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(view.counter_name))
        value, is_called = cursor.fetchone()
        reads = value if is_called else 0
        fresh = reads - grant.views_read if reads >= grant.views_read else reads  # a backup brought another count
        if not fresh:
            return False
        cursor.execute(
            sql.SQL(PERSONS).format(
                names=sql.Literal(list(view.table.persons)), table=sql.Literal(view.table.key), fits=view.fits
            )
        )
        rows, numbers = cursor.fetchone()
    by, day = Actor(account_id=None, name=f"vendor:{grant.vendor.company}"), campus_today()
    given = min(rows * fresh, MOST_ROWS)
    run(A_DAY, {"grant": grant.pk, "day": day, "rows": given})
    Reading.objects.create(
        grant=grant,
        actor=by.name,
        day=day,
        at=now(),
        rows=given,
        numbers=[one for one in numbers if one],
        looked=[],
    )
    grant.views_read = reads
    grant.save(update_fields=["views_read"])
    return True
