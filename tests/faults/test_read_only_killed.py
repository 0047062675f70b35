"""Kill -9 of web, worker and database while the school is read-only: they come back read-only, and nothing rests twice or is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.faults.evidence import wait_until
from tests.faults.inside import ask
from tests.faults.killing import kill

STAR, REASON = "/apps/portal.systems/favourite", "演练：存储告警"
HEARD = "SELECT 1 FROM kernel_read_only WHERE ended_at IS NULL AND began_at < now() - interval '5 seconds'"
"""By the worker, too: each process does within three seconds."""
STARS = "SELECT count(*) FROM portal_shortcut WHERE position IS NOT NULL"
JOB = """INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('{queue}', '{task}', '{{"timestamp": 0}}') RETURNING id"""
USUAL_JOB = JOB.format(queue="default", task="payments.forget_app_requests")
TRUE_BOOKS = JOB.format(queue="always", task="kernel.expire_proposals")


class Student:
    """A browser that presses a star: the smallest write there is."""

    def __init__(self, campus: Campus) -> None:
        self.campus, self.session = campus, requests.Session()
        page = self.get("/sign-in").text
        self.post("/sign-in", page, username=CAST["student"].campus_no, password=SAMPLE_PASSWORD)
        self.page = self.get("/apps/").text

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.campus.url}{path}", timeout=PATIENCE_SECONDS)

    def post(self, path: str, page: str, **form: str) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        return self.session.post(
            f"{self.campus.url}{path}",
            data={**form, "csrfmiddlewaretoken": token[1]},
            headers={"Sec-Fetch-Mode": "cors"},
            timeout=PATIENCE_SECONDS,
        )

    def press(self) -> Any:
        """What a press comes to, once anybody answers for the school: a database that is away says so in other words."""
        answers: list[requests.Response] = []

        def is_answered() -> bool:
            answers.append(self.post(STAR, self.page))
            return answers[-1].status_code == 200 or answers[-1].json().get("error") == "read_only"

        wait_until(self.campus, is_answered, "nobody answers the press")
        return answers[-1]


def status_of(campus: Campus, job: int) -> list[tuple[Any, ...]]:
    """Nothing of one that is done."""
    return ask(campus, f"SELECT status::text FROM procrastinate_jobs WHERE id = {job}")  # noqa: S608  a number


@pytest.fixture
def student(doomed: Campus) -> Iterator[Student]:
    """Before it begins; and whatever happens, it ends."""
    yield Student(doomed)
    doomed.nanhu("read_only", "off")


def test_whatever_is_killed_while_it_lasts_comes_back_read_only(doomed: Campus, student: Student) -> None:
    begun = doomed.nanhu("read_only", "on", REASON)
    assert begun.returncode == 0, begun.stderr
    wait_until(doomed, lambda: REASON in student.get("/").text, "the pages do not say so")
    before = ask(doomed, STARS)

    kill(doomed, ("web",))
    first = student.press()
    wait_until(doomed, lambda: ask(doomed, HEARD), "no five seconds passed")
    [(usual,)] = ask(doomed, USUAL_JOB)
    kill(doomed, ("web", "worker", "database"))
    second = student.press()

    assert [(one.status_code, one.headers["Retry-After"]) for one in (first, second)] == [(503, "60")] * 2
    assert REASON in student.get("/").text
    [(always,)] = ask(doomed, TRUE_BOOKS)
    wait_until(doomed, lambda: not status_of(doomed, always), "the worker did not come back")
    assert (ask(doomed, STARS), status_of(doomed, usual)) == (before, [("todo",)]), "older, and passed over"

    assert doomed.nanhu("read_only", "off").returncode == 0
    wait_until(doomed, lambda: student.press().status_code == 200, "it does not end")
    assert ask(doomed, STARS) != before
    wait_until(doomed, lambda: not status_of(doomed, usual), "what waited is not done")
