"""Kill -9 of web, worker, gateway and database of a running campus: it comes back by itself, and nothing is lost.

The steward's upload is in the worker's hands when all of it dies; the next worker takes it up and ends it once.
"""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus, open_folder, second_code, start_campus, stop_campus

pytestmark = pytest.mark.xdist_group("faults")
HEADER = "学号,姓名,性别,出生日期,民族,国籍地区,证件类型,证件号码,院系代码,院系名称,专业名称,班级代码,班级名称,年级,学生类别,学制,入学日期,预计毕业日期,学籍状态,联系电话,备注"
PATIENCE_SECONDS = 150


@pytest.fixture(scope="module")
def doomed() -> Iterator[Campus]:
    with open_folder() as folder:
        campus = start_campus(folder)
        try:
            yield campus
        finally:
            stop_campus(campus)


def ask(campus: Campus, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(read_configuration(campus.environment).database_url) as connection:
        return connection.execute(query).fetchall()


def processes_of(campus: Campus) -> dict[str, list[int]]:
    """The campus's processes by what they are: those whose environment names its data folder."""
    found: dict[str, list[int]] = {"web": [], "worker": [], "gateway": []}
    marks = {"web": "--port " + str(campus.port("web")), "gateway": "--port " + str(campus.port("gateway"))}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"NANHU_DATA_DIR={campus.folder}\0".encode() not in (folder / "environ").read_bytes():
                continue
            arguments = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        for kind, mark in {**marks, "worker": "nanhu worker"}.items():
            if mark in arguments:
                found[kind].append(int(folder.name))
    return found


def wait_until(check, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if check():
                return
        except (requests.RequestException, psycopg.Error):
            pass
        if time.monotonic() > deadline:
            pytest.fail(what)
        time.sleep(0.2)


class Steward:
    """The data steward's browser, as far as it needs no eyes."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.session = requests.Session()
        number = CAST["administrator"].campus_no
        self.post("/sign-in", {"username": number, "password": SAMPLE_PASSWORD})
        self.post("/sign-in/second", {"way": "totp", "code": second_code(campus.url, number)})

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.campus.url}{path}", timeout=20)

    def post(self, path: str, form: dict[str, str], files: dict | None = None) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        assert token is not None
        answer = self.session.post(
            f"{self.campus.url}{path}", data={**form, "csrfmiddlewaretoken": token[1]}, files=files, timeout=30
        )
        assert answer.status_code == 200, answer.text[:2000]
        return answer


def test_everything_killed_comes_back_and_people_stay_signed_in(doomed: Campus) -> None:
    steward = Steward(doomed)
    assert CAST["administrator"].name in steward.get("/").text
    victims = [pid for pids in processes_of(doomed).values() for pid in pids]
    assert all(processes_of(doomed).values())
    database = embedded.running_pid(doomed.folder)
    assert database is not None

    for pid in (*victims, database):
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: steward.get("/health/ready").status_code == 200, "the pages did not come back")
    assert CAST["administrator"].name in steward.get("/").text
    gateway = f"http://127.0.0.1:{doomed.port('gateway')}/health"
    wait_until(lambda: requests.get(gateway, timeout=5).status_code == 200, "the gateway did not come back")


def test_an_upload_amid_which_everything_is_killed_ends_once(doomed: Campus) -> None:
    steward = Steward(doomed)
    rows = [HEADER] + [
        f"1426110{n:04d},测试生,男,2008-05-{n % 28 + 1:02d},汉族,中国,护照,E{n:08d},11,,,,,2026,统招本科,4,2026-09-01,2030-06-30,在读,,"
        for n in range(1, 2500)
    ]
    content = "\r\n".join(rows).encode("gb18030")
    before = ask(doomed, "SELECT count(*) FROM datahub_batch WHERE source = 'aa.students' AND state = 'applied'")
    answer = steward.post("/datahub/upload/", {"source": "aa.students"}, {"file": ("名册.csv", content)})
    assert "/progress/" in answer.url
    wait_until(
        lambda: ask(doomed, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE 'datahub%'"),
        "the worker did not begin",
    )

    victims = [pid for pids in processes_of(doomed).values() for pid in pids]
    database = embedded.running_pid(doomed.folder)
    assert database is not None
    for pid in (*victims, database):
        os.kill(pid, signal.SIGKILL)

    state = "SELECT count(*) FROM datahub_batch WHERE source = 'aa.students' AND state = 'applied'"
    wait_until(lambda: ask(doomed, state)[0][0] == before[0][0] + 1, "the upload was not ended")
    public_id = answer.url.rstrip("/").rpartition("/")[2]
    told = f"SELECT state FROM kernel_progress WHERE public_id = '{public_id}'"  # noqa: S608  our own answer's address
    wait_until(lambda: ask(doomed, told) == [("done",)], "the steward was not told")
