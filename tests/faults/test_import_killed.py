"""Kill -9 in the middle of an import: of the importing process, of the database, of the worker that opens accounts.

After each kill the golden record holds the whole file or nothing of it; asked again, the import ends where an
undisturbed one ends, and every person has one account and one card.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.testing import folders
from tests.conftest import PATIENCE_SECONDS, ROOT, campus_environment, start_migrated

PEOPLE = "700"
FILES = {
    "org.units": "组织机构.csv",
    "hr.staff": "人事处-教职工名单.xlsx",
    "aa.students": "教务处-学籍名册.csv",
}
GOLDEN = """
    SELECT a.campus_no, a.kind, a.category_name, a.state, a.starts_on, u.code, p.name, p.sex, p.birth_date, p.ethnicity
    FROM people_affiliation a
    JOIN people_person p ON p.id = a.person_id
    LEFT JOIN people_org_unit u ON u.id = a.unit_id
    ORDER BY a.campus_no, a.kind, a.starts_on
"""


@dataclass(frozen=True)
class Place:
    """A campus without its servers: a database and commands."""

    folder: Path
    environment: dict[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "command.log").open("ab") as log:
            return subprocess.Popen(
                dying_with_parent([sys.executable, "-m", "nanhu", *arguments]),
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def run(self, *arguments: str) -> None:
        code = self.start(*arguments).wait(timeout=PATIENCE_SECONDS)
        assert code == 0, (self.folder / "command.log").read_text(errors="replace")[-3000:]

    def file(self, source: str) -> str:
        return str(self.folder / "sample" / FILES[source])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(read_configuration(self.environment).database_url) as connection:
            return connection.execute(query).fetchall()

    def kill_database(self) -> None:
        pid = embedded.running_pid(self.folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while embedded.running_pid(self.folder) is not None:
            time.sleep(0.02)


@contextmanager
def place(copied_from: Path | None = None) -> Iterator[Place]:
    with folders.temporary("campus") as parent:
        folder = parent / "campus"
        if copied_from is None:
            folder.mkdir()
            start_migrated(folder)
        else:
            subprocess.run(["cp", "-a", "--reflink=auto", str(copied_from), str(folder)], check=True)
            embedded.start(folder)
        try:
            yield Place(folder, {**campus_environment(folder), "NANHU_DEMO": "1"})
        finally:
            embedded.stop(folder)


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """A campus whose units and staff are in; its server is stopped, so that the folder can be copied."""
    with place() as made:
        made.run("sample", "--out", str(made.folder / "sample"), "--people", PEOPLE)
        made.run("datahub", "import", made.file("org.units"), "--source", "org.units")
        made.run("datahub", "import", made.file("hr.staff"), "--source", "hr.staff")
        embedded.stop(made.folder)
        yield made.folder


@pytest.fixture(scope="module")
def undisturbed(base: Path) -> list[tuple[object, ...]]:
    with place(base) as calm:
        calm.run("datahub", "import", calm.file("aa.students"), "--source", "aa.students")
        return calm.rows(GOLDEN)


@pytest.mark.parametrize("victim", ["importer", "database"])
def test_an_import_killed_anywhere_ends_as_if_nothing_had_happened(
    victim: str, base: Path, undisturbed: list[tuple[object, ...]]
) -> None:
    with place(base) as campus:
        before = campus.rows(GOLDEN)
        for pause in (1.0, 1.4, 1.8):
            importer = campus.start("datahub", "import", campus.file("aa.students"), "--source", "aa.students")
            time.sleep(pause)
            if victim == "importer":
                importer.kill()
            else:
                campus.kill_database()
            importer.wait(timeout=PATIENCE_SECONDS)
            embedded.start(campus.folder)
            assert campus.rows(GOLDEN) in (before, undisturbed)

        campus.run("datahub", "import", campus.file("aa.students"), "--source", "aa.students")

        assert campus.rows(GOLDEN) == undisturbed


def test_a_worker_killed_while_accounts_open_leaves_one_of_each(base: Path) -> None:
    with place(base) as campus:
        campus.run("datahub", "import", campus.file("aa.students"), "--source", "aa.students")
        waiting = "SELECT count(*) FROM kernel_event_delivery WHERE delivered_at IS NULL"
        assert campus.rows(waiting) != [(0,)]
        for pause in (1.6, 2.2):
            worker = campus.start("worker")
            time.sleep(pause)
            worker.kill()
            worker.wait()

        worker = campus.start("worker")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while campus.rows(waiting) != [(0,)]:
            assert time.monotonic() < deadline, "the worker did not finish"
            time.sleep(0.2)
        worker.terminate()
        worker.wait(timeout=PATIENCE_SECONDS)

        people = campus.rows("SELECT count(*) FROM people_person WHERE merged_into_id IS NULL")
        assert campus.rows("SELECT count(*), count(DISTINCT person_id) FROM identity_account") == [people[0] * 2]
        cards = campus.rows("SELECT count(*), count(DISTINCT person_id) FROM card_card")
        assert cards[0][0] == cards[0][1]
        living = campus.rows("SELECT count(DISTINCT person_id) FROM people_affiliation WHERE state = 'active'")
        assert cards[0][0] >= living[0][0]
