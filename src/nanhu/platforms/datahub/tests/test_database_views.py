"""Views in SQL: the rows and open fields of a grant, for a role that has nothing else; closed with it; each read counted, also one rolled back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.embedded import superuser_connection
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Delivery, Grant
from nanhu.platforms.datahub.sharing import counting, database_views
from nanhu.platforms.datahub.tests.conftest import BY, signed_in
from nanhu.platforms.datahub.tests.test_sharing import CARD, ask_grant, card, cards, reader_of, vendor  # noqa: F401  (a fixture)
from nanhu.platforms.openapi.api import Vendor
from nanhu.testing.races import alone, until_someone_waits

ROLE = "hub_000000000000"
COUNT = "SELECT count(*) FROM hub_000000000000.card_card"
pytestmark = pytest.mark.django_db


def rows(query):
    """As the consumer's own line would ask."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute(query)
        found = cursor.fetchall()
        cursor.execute("RESET ROLE")
        return found


def refused(query):
    with pytest.raises(ProgrammingError, match="permission denied"):
        rows(query)


@pytest.fixture
def opened(vendor, capsys):  # noqa: F811
    """A role as the administrator makes it, which stays in the cluster of the tests; and the view."""
    Vendor.objects.filter(pk=vendor.pk).update(public_id=UUID(int=0))
    cards(card(1), card(2, state="lost"), card(3))
    ask_grant(CARD, ["campus_no", "state", "valid_until"], only="卡状态 = 正常", has_view="on")
    with superuser_connection(configuration().data_dir) as line, suppress(psycopg.errors.DuplicateObject):
        line.execute(f"CREATE ROLE {ROLE}")
        line.execute(f"GRANT {ROLE} TO nanhu")
    call_command("hub_views")
    assert capsys.readouterr().out.startswith(f"{ROLE}.card_card ")


def test_what_the_administrator_types_is_printed(vendor, capsys):  # noqa: F811
    ask_grant(CARD, has_view="on")
    call_command("hub_views")
    told = capsys.readouterr().out
    assert f"CREATE ROLE {told.split('.')[0]} LOGIN PASSWORD" in told


@pytest.mark.usefixtures("opened")
def test_a_role_reads_its_rows_and_nothing_else():
    found = rows("SELECT uid, state, valid_until FROM hub_000000000000.card_card ORDER BY uid")
    assert [(uid, state, day.isoformat()) for uid, state, day in found] == [
        (f"{n:08X}", "issued", card(n)["valid_until"].isoformat()) for n in (1, 3)
    ]
    refused("SELECT * FROM datahub_shared_row")
    refused("SELECT * FROM people_person")
    refused("DELETE FROM hub_000000000000.card_card")
    refused(f"SELECT setval('{ROLE}.read_{Grant.objects.get().pk}', 1)")


@pytest.mark.usefixtures("opened")
def test_a_role_holds_no_lock_of_ours_once_the_administrator_typed_what_is_printed(capsys):
    call_command("hub_views")
    statement = capsys.readouterr().out.splitlines()[-1]
    with superuser_connection(configuration().data_dir, connection.settings_dict["NAME"]) as line:
        line.execute(statement)
    for attack in ("pg_advisory_lock(1)", "pg_try_advisory_xact_lock(1, 2)", "lo_create(0)", "lo_from_bytea(0, 'x')"):
        refused(f"SELECT {attack}")
    call_command("hub_views")
    assert "REVOKE" not in capsys.readouterr().out, "typed once"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1)")


@pytest.mark.usefixtures("opened")
def test_it_closes_with_the_grant():
    assert rows(COUNT) == [(2,)]
    grant = Grant.objects.get()
    steward = signed_in("管关", "0020209344", "datahub.steward")
    assert steward.post(f"/datahub/grants/{grant.public_id}/end/", {"reason": "到期"}).status_code == 302
    assert rows(COUNT) == [(0,)], "at once, before anybody runs a command"
    assert database_views.make_views() == []
    with pytest.raises(ProgrammingError, match="does not exist"):
        rows(COUNT)


@pytest.mark.usefixtures("opened")
def test_a_read_that_is_rolled_back_is_counted_for_everybody_in_it():
    with transaction.atomic():
        rows("SELECT uid FROM hub_000000000000.card_card WHERE uid = '00000001'")
        transaction.set_rollback(True)
    assert database_views.note_reads() == 1
    counting.count_readings()
    assert sorted(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 1), ("14231100003", 1)]
    assert database_views.note_reads() == 0
    datahub.put(CARD, [card(4)], by=BY)
    rows("SELECT 1 FROM hub_000000000000.card_card LIMIT 1")
    rows(COUNT)
    database_views.note_reads()
    counting.count_readings()
    assert Delivery.objects.get(campus_no="14231100004").times == 1
    assert Grant.objects.get().days.get().rows == 2 + 2 * 3


@pytest.mark.parametrize("ending", ["ended", "expired"])
@pytest.mark.usefixtures("opened")
def test_who_reads_in_the_last_minute_of_a_grant_is_counted_all_the_same(ending):
    rows(COUNT)
    if ending == "ended":
        grant = Grant.objects.get()
        steward = signed_in("管关", "0020209344", "datahub.steward")
        assert steward.post(f"/datahub/grants/{grant.public_id}/end/", {"reason": "到期"}).status_code == 302
    else:
        Grant.objects.update(expires_on=campus_today() - timedelta(days=1))
    assert rows(COUNT) == [(0,)]
    assert database_views.note_reads() == 1
    counting.count_readings()
    assert sorted(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 1), ("14231100003", 1)]
    rows(COUNT)
    assert database_views.note_reads() == 0, "it gave nothing any more"


@pytest.mark.usefixtures("opened")
def test_rows_of_a_day_close_it_as_well():
    Grant.objects.update(rows_a_day=2)
    assert rows(COUNT) == [(2,)]
    database_views.note_reads()
    counting.count_readings()
    assert rows(COUNT) == [(0,)]


@pytest.mark.usefixtures("opened")
def test_who_moves_the_sequence_for_nothing_closes_his_own_view():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval('{ROLE}.read_{Grant.objects.get().pk}', 9000000000000)")
    assert database_views.note_reads() == 1
    counting.count_readings()
    assert rows(COUNT) == [(0,)]
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("opened")
def test_a_page_that_is_read_while_the_views_reads_are_counted_waits_for_no_more_than_that(vendor, monkeypatch):  # noqa: F811
    """The page names the grant and holds the day, the count holds the grant and wants the day."""
    program, count = reader_of(vendor), database_views.run
    assert program.get(CARD, limit="1").status_code == 200
    rows(COUNT)
    with ThreadPoolExecutor(1) as pool:

        def amid_a_page(statement, facts):
            pages.append(pool.submit(alone, lambda: program.get(CARD, limit="1").status_code))
            until_someone_waits(or_until=pages[0].done)
            return count(statement, facts)

        pages = []
        monkeypatch.setattr(database_views, "run", amid_a_page)
        try:
            assert database_views.note_reads() == 1
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA {ROLE} CASCADE")
        assert pages[0].result() == 200
    assert Grant.objects.get().days.get().rows == 1 + 2 + 1
