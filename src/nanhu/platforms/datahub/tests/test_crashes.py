"""kill -9 and lost connections in the middle of an import: afterwards nothing golden, or everything; never a part."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.datahub.api import import_file
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.tests.conftest import BY, UNITS, id_number, register, student
from nanhu.platforms.people.models import Affiliation, ChangeSet, Person
from nanhu.platforms.people.services.golden import GOLDEN_LOCK
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 800
HOLDERS = (
    "FROM pg_locks JOIN pg_database d ON d.oid = pg_locks.database AND d.datname = current_database() "
    "WHERE locktype = 'advisory' AND objid = %s AND granted"
)  # of this database only: tests running beside this one have theirs


@pytest.fixture
def files(tmp_path):
    units, people = tmp_path / "机构.csv", tmp_path / "学籍.csv"
    units.write_text(UNITS, encoding="utf-8-sig")
    rows = (
        student(
            no=f"142311{n:05d}",
            document=id_number(order=n % 1000, birth=f"200{n // 1000 + 3}0318"),
            性别="",
            出生日期="",
        )
        for n in range(PEOPLE)
    )
    people.write_text(register(*rows), encoding="gb18030")
    import_file(by=BY, path=units, source_key="org.units")
    return people


def start_import(path):
    """The command line in a process of its own, on this test's database."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={settings['HOST']}"
    command = [sys.executable, "-m", "nanhu", "datahub", "import", str(path), "--source", "aa.students"]
    return subprocess.Popen(
        dying_with_parent(command),
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def answer(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def is_at(stage):
    if stage == "writing":
        return answer(f"SELECT count(*) {HOLDERS}", GOLDEN_LOCK)
    return Batch.objects.filter(source="aa.students", state=stage).exists()


def wait_for(stage, process):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_at(stage):
        assert process.poll() is None, process.stdout.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def assert_nothing_golden():
    assert Person.objects.count() == Affiliation.objects.count() == 0
    assert ChangeSet.objects.filter(source="aa.students").count() == 0
    assert OutboxEvent.objects.filter(name__startswith="people.").count() == 0


def assert_everything_once():
    assert Person.objects.count() == Affiliation.objects.count() == PEOPLE
    assert OutboxEvent.objects.filter(name="people.PersonJoined").count() == PEOPLE
    assert LandingRow.objects.filter(batch__source="aa.students", state="accepted").count() == PEOPLE
    assert Batch.objects.filter(source="aa.students").count() == 1
    assert ChangeSet.objects.filter(source="aa.students").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "pause"), [("landing", 0.0), ("landed", 0.05), ("writing", 0.15)])
def test_a_killed_import_is_taken_up_again(files, stage, pause):
    process = start_import(files)
    wait_for(stage, process)
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    if Batch.objects.get(source="aa.students").state != "applied":
        assert_nothing_golden()
    report = import_file(by=BY, path=files, source_key="aa.students")
    assert report.state in {"applied", "duplicate"}
    assert_everything_once()


@pytest.mark.slow
def test_a_lost_connection_leaves_nothing_golden(files):
    process = start_import(files)
    wait_for("writing", process)
    answer(f"SELECT count(pg_terminate_backend(pid)) {HOLDERS}", GOLDEN_LOCK)
    output = process.communicate(timeout=PATIENCE_SECONDS)[0].decode()
    assert process.returncode != 0, output
    assert_nothing_golden()
    assert import_file(by=BY, path=files, source_key="aa.students").counts["created"] == PEOPLE
    assert_everything_once()
