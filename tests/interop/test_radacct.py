"""The accounting table of an older FreeRADIUS that stays in place, as Debian's freeradius-config makes it: in PostgreSQL and in MariaDB."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.services.network.models import Session
from nanhu.services.network.services import registering
from nanhu.services.network.tests.conftest import PHONE, School, nas_facts, school
from nanhu.testing.members import SYSTEM
from tests.interop.test_mariadb_source import MariaDb, mariadb

__all__ = ["mariadb", "school"]
SCHEMAS = Path("/etc/freeradius/3.0/mods-config/sql/main")
COLUMNS = "acctsessionid, acctuniqueid, username, nasipaddress, callingstationid, calledstationid, acctstarttime, acctupdatetime, acctstoptime, acctinputoctets, acctoutputoctets, framedipaddress, acctterminatecause"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SCHEMAS.is_dir(), reason="sh scripts/install-test-tools installs freeradius-config"),
]


def rows(moment: datetime) -> list[tuple[object, ...]]:
    """On line; over; too old to be read; of nobody."""
    hour = timedelta(hours=1)
    began = moment - 2 * hour

    def row(number: str, who: str, address: str, updated: datetime, over: datetime | None) -> tuple[object, ...]:
        times = (began, updated, over)
        return (
            number,
            f"unique{number}",
            who,
            "10.9.9.9",
            PHONE,
            "",
            *times,
            2**33,
            7,
            address,
            "User-Request" if over else "",
        )

    minute = timedelta(minutes=1)
    return [
        row("on", "S1", "10.2.3.4", moment - minute, None),
        row("over", "S2", "10.2.3.5", moment - minute, moment - minute),
        row("old", "S2", "10.2.3.6", moment - hour, moment - hour),
        row("dead", "S2", "10.2.3.7", moment - hour, None),
        row("whose", "guest-7", "10.2.3.8", moment - minute, None),
    ]


@pytest.fixture
def postgres() -> Iterator[str]:
    """A schema beside ours."""
    known = connection.get_connection_params()
    said = {key: known[key] for key in ("dbname", "user", "password", "host", "port") if known.get(key)}
    address = f"postgresql:///?{urlencode(said | {'options': '-c search_path=radius'}, quote_via=quote)}"
    with psycopg.connect(address, autocommit=True) as line:
        line.execute("CREATE SCHEMA radius")
        line.execute((SCHEMAS / "postgresql" / "schema.sql").read_text())
        with line.cursor() as cursor:
            cursor.executemany(f"INSERT INTO radacct ({COLUMNS}) VALUES ({', '.join(['%s'] * 13)})", rows(now()))  # noqa: S608
        yield address
        line.execute("DROP SCHEMA radius CASCADE")


@pytest.fixture
def maria(mariadb: MariaDb) -> str:
    text = (SCHEMAS / "mysql" / "schema.sql").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.strip().startswith(("#", "--")))
    with mariadb.asked() as cursor:
        cursor.execute("CREATE DATABASE radius")
        cursor.execute("GRANT SELECT ON radius.* TO hub@'127.0.0.1'")
        cursor.execute("USE radius")
        for statement in filter(None, (one.strip() for one in lines.split(";"))):
            cursor.execute(statement)
        naive = [
            tuple(one.astimezone(CAMPUS_ZONE).replace(tzinfo=None) if isinstance(one, datetime) else one for one in row)
            for row in rows(now().astimezone(UTC))
        ]
        cursor.executemany(f"INSERT INTO radacct ({COLUMNS}) VALUES ({', '.join(['%s'] * 13)})", naive)  # noqa: S608
    return f"mysql://hub:it%27s%20a%20secret@127.0.0.1:{mariadb.port}/radius"


@pytest.mark.parametrize("database", ["postgres", "maria"])
def test_the_sessions_of_an_old_freeradius_are_read_and_stand_under_who_they_are(
    school: School,
    database: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    registering.register(by=SYSTEM, facts=nas_facts("127.0.0.7", "vendor", "旧 RADIUS"))
    path = tmp_path / "address"
    path.write_text(request.getfixturevalue(database))
    for _twice in range(2):
        call_command("network_read_old_system", "旧 RADIUS", "--database", str(path))
    found = {one.sid.partition("~")[0]: one for one in Session.objects.all()}
    assert {key: (one.person_id, one.note, one.state) for key, one in found.items()} == {
        "on": (school["S1"], "named", "open"),
        "over": (school["S2"], "named", "closed"),
        "whose": (None, "unknown", "open"),
    }
    assert (found["on"].address, found["on"].in_octets, found["over"].cause) == ("10.2.3.4", 2**33, "User-Request")
    assert (now() - found["on"].started_at) // timedelta(minutes=1) == 120
    call_command(
        "network_read_old_system",
        "旧 RADIUS",
        "--database",
        str(path),
        "--since",
        f"{now() - timedelta(days=1):%Y-%m-%d}",
    )
    assert Session.objects.count() == 5, "the history, once"
