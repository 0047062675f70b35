"""Kill -9 of web, worker, gateway and database of a running campus: it comes back by itself, and nothing is lost.

The steward's upload is in the worker's hands when all of it dies; the next worker takes it up and ends it once.
"""

import os
import re
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until
from tests.faults.inside import ask
from tests.faults.killing import kill
from tests.steward import Steward

EVERYTHING = ("web", "worker", "gateway", "database")
HEADER = "学号,姓名,性别,出生日期,民族,国籍地区,证件类型,证件号码,院系代码,院系名称,专业名称,班级代码,班级名称,年级,学生类别,学制,入学日期,预计毕业日期,学籍状态,联系电话,备注"


def test_everything_killed_comes_back_and_people_stay_signed_in(doomed: Campus) -> None:
    steward = Steward(doomed)
    assert CAST["administrator"].name in steward.get("/").text

    kill(doomed, EVERYTHING)

    wait_until(doomed, lambda: steward.get("/health/ready").status_code == 200, "the pages did not come back")
    assert CAST["administrator"].name in steward.get("/").text
    gateway = f"http://127.0.0.1:{doomed.port('gateway')}/health"
    wait_until(
        doomed,
        lambda: requests.get(gateway, timeout=PATIENCE_SECONDS).status_code == 200,
        "the gateway did not come back",
    )


def test_an_upload_amid_which_everything_is_killed_ends_once(doomed: Campus) -> None:
    steward = Steward(doomed)
    rows = [HEADER] + [
        f"1426110{n:04d},测试生,男,2008-05-{n % 28 + 1:02d},汉族,中国,护照,E{n:08d},11,,,,,2026,统招本科,4,2026-09-01,2030-06-30,在读,,"
        for n in range(1, 2500)
    ]
    content = "\r\n".join(rows).encode("gb18030")
    state = "SELECT count(*) FROM datahub_batch WHERE source = 'aa.students' AND state IN ('applied', 'waiting')"
    before = ask(doomed, state)
    answer = steward.post("/datahub/upload/", {"source": "aa.students"}, {"file": ("名册.csv", content)})
    assert "/progress/" in answer.url
    wait_until(
        doomed,
        lambda: ask(doomed, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE 'datahub%'"),
        "the worker did not begin",
    )

    kill(doomed, EVERYTHING)

    wait_until(doomed, lambda: ask(doomed, state)[0][0] == before[0][0] + 1, "the upload was not ended")
    public_id = answer.url.rstrip("/").rpartition("/")[2]
    told = f"SELECT state FROM kernel_progress WHERE public_id = '{public_id}'"  # noqa: S608  our own answer's address
    wait_until(doomed, lambda: ask(doomed, told) == [("done",)], "the steward was not told")


class Member:
    """A teacher's browser, in the portal and in the systems of other vendors."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.session = requests.Session()
        self.send("/sign-in", {"username": CAST["teacher"].campus_no, "password": SAMPLE_PASSWORD})

    def send(self, path: str, form: dict[str, str], *, page: str = "") -> requests.Response:
        shown = self.session.get(f"{self.campus.url}{page or path}", timeout=PATIENCE_SECONDS)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
        assert token is not None, shown.url
        return self.session.post(
            f"{self.campus.url}{path}", data={**form, "csrfmiddlewaretoken": token[1]}, timeout=PATIENCE_SECONDS
        )

    def system(self, key: str) -> str:
        return f"http://localhost:{self.campus.port('systems')}/{key}/"

    def is_in(self, key: str) -> bool:
        return self.session.get(self.system(key), timeout=PATIENCE_SECONDS).url == self.system(key)

    def ticket(self, service: str) -> str:
        answer = self.session.get(
            f"{self.campus.url}/cas/login", params={"service": service}, allow_redirects=False, timeout=PATIENCE_SECONDS
        )
        return re.search(r"ticket=(ST-\w+)", answer.headers["Location"])[1]

    def is_good(self, ticket: str, service: str) -> bool:
        asked = {"ticket": ticket, "service": service}
        try:
            answer = requests.get(f"{self.campus.url}/cas/p3/serviceValidate", params=asked, timeout=PATIENCE_SECONDS)
        except requests.RequestException:
            return False
        return "authenticationSuccess" in answer.text


def systems_group(campus: Campus) -> int:
    """The process group of the thirteen systems, which can be made to hang."""
    mark = f"--port\0{campus.port('systems')}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "cmdline").read_bytes():
                return os.getpgid(int(folder.name))
        except OSError:
            continue
    pytest.fail("the systems do not run")


def test_no_logout_is_lost_though_everything_is_killed_amid_it(doomed: Campus) -> None:
    """The applications hang while the person signs out; then web, worker and database die; then the applications wake."""
    member = Member(doomed)
    keys = ("library", "finance", "hr", "mail", "learning")
    assert all(member.is_in(key) for key in keys)
    hanging = systems_group(doomed)

    os.killpg(hanging, signal.SIGSTOP)
    try:
        member.send("/sign-out", {}, page="/me/")
        under_way = "SELECT count(*) FROM identity_sso_grant WHERE logout = 'waiting' AND logout_attempts > 0"
        wait_until(doomed, lambda: ask(doomed, under_way)[0][0] >= len(keys), "the worker did not begin to tell them")
        kill(doomed, EVERYTHING)
    finally:
        os.killpg(hanging, signal.SIGCONT)

    waiting = "SELECT count(*) FROM identity_sso_grant WHERE logout IN ('waiting', 'open') AND session_id = (SELECT max(session_id) FROM identity_sso_grant)"
    wait_until(doomed, lambda: ask(doomed, waiting)[0][0] == 0, "not every application was told")
    wait_until(
        doomed,
        lambda: requests.get(f"{doomed.url}/health/ready", timeout=PATIENCE_SECONDS).status_code == 200,
        "no pages",
    )
    assert not any(member.is_in(key) for key in keys)


def test_no_ticket_is_accepted_twice_though_everything_is_killed_amid_validation(doomed: Campus) -> None:
    member = Member(doomed)
    service = member.system("library") + "login"
    spent = member.ticket(service)
    assert member.is_good(spent, service)
    tickets = [member.ticket(service) for _ in range(12)]
    accepted = Counter()

    with ThreadPoolExecutor(4) as pool:
        first = {ticket: pool.submit(member.is_good, ticket, service) for ticket in tickets}
        time.sleep(0.05)
        kill(doomed, EVERYTHING)
        accepted.update(ticket for ticket, answer in first.items() if answer.result())
    wait_until(
        doomed,
        lambda: requests.get(f"{doomed.url}/health/ready", timeout=PATIENCE_SECONDS).status_code == 200,
        "no pages",
    )

    again = [ticket for ticket in (spent, *tickets) if member.is_good(ticket, service)]
    assert spent not in again
    accepted.update(again)
    assert all(times == 1 for times in accepted.values()), accepted
    wait_until(
        doomed,
        lambda: member.is_good(member.ticket(service), service),
        "the person stays signed in and gets new tickets",
    )
