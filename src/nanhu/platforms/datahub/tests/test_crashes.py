"""kill -9 and lost connections in the middle of an import: afterwards nothing golden, or everything; never a part. The same by the
command in a process of its own, at any moment: `tests/faults/test_import_killed.py`."""

import os
from itertools import islice

import pytest
from django.db import connection

from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.datahub.api import import_file
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.services import imports, landing, outcome, settle
from nanhu.platforms.datahub.tests.conftest import BY, UNITS, id_number, register, student
from nanhu.platforms.people.models import Affiliation, ChangeSet, Person
from nanhu.testing.killing import killed, started

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 60
STAGES = {
    "amid the landing": (landing, "landing_values", "landing"),
    "between landing and cleaning": (imports, "clean_rows", "landed"),
    "between cleaning and writing": (settle, "lock_batch", "landed"),
    "amid the writing": (outcome, "write_rows", "landed"),
    "before it is concluded": (settle.audit, "record", "landed"),
}


@pytest.fixture
def files(tmp_path):
    units, people = tmp_path / "机构.csv", tmp_path / "学籍.csv"
    units.write_text(UNITS, encoding="utf-8-sig")
    rows = (student(no=f"142311{n:05d}", document=id_number(order=n), 性别="", 出生日期="") for n in range(PEOPLE))
    people.write_text(register(*rows), encoding="gb18030")
    import_file(by=BY, path=units, source_key="org.units")
    return people


def broken_at(stage, path, end):
    """Imports the file; there, where half of the rows are written where it writes rows, `end` is called."""
    where, name, _state = STAGES[stage]
    whole = getattr(where, name)

    def rows_until_the_end(*given):
        yield from islice(whole(*given), PEOPLE // 2)
        end()

    def instead(*given, **named):
        if name == "landing_values":
            return rows_until_the_end(*given)
        if name == "write_rows":
            whole(given[0][: PEOPLE // 2], *given[1:])
        end()
        return whole(*given, **named)

    setattr(where, name, instead)
    import_file(by=BY, path=path, source_key="aa.students")


def assert_nothing_golden(state):
    assert Person.objects.count() == Affiliation.objects.count() == 0
    assert ChangeSet.objects.filter(source="aa.students").count() == 0
    assert OutboxEvent.objects.filter(name__startswith="people.").count() == 0
    assert Batch.objects.get(source="aa.students").state == state
    assert LandingRow.objects.exclude(state="landed").filter(batch__source="aa.students").count() == 0
    landed = LandingRow.objects.filter(batch__source="aa.students").count()
    assert landed == (0 if state == "landing" else PEOPLE)


def assert_everything_once():
    assert Person.objects.count() == Affiliation.objects.count() == PEOPLE
    assert OutboxEvent.objects.filter(name="people.PersonJoined").count() == PEOPLE
    assert LandingRow.objects.filter(batch__source="aa.students", state="accepted").count() == PEOPLE
    assert Batch.objects.filter(source="aa.students").count() == 1
    assert ChangeSet.objects.filter(source="aa.students").count() == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_import_is_taken_up_again(files, stage):
    killed(lambda die: broken_at(stage, files, die))
    assert_nothing_golden(STAGES[stage][2])
    assert import_file(by=BY, path=files, source_key="aa.students").state == "applied"
    assert_everything_once()
    assert import_file(by=BY, path=files, source_key="aa.students").is_duplicate


def lose_the_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_lost_connection_leaves_nothing_golden(files):
    child = started(lambda: broken_at("amid the writing", files, lose_the_connection))
    os.waitpid(child, 0)
    assert_nothing_golden("landed")
    assert import_file(by=BY, path=files, source_key="aa.students").counts["created"] == PEOPLE
    assert_everything_once()
