"""Parties in processes of their own, the lines to them in a file as a school writes it, and who works with them."""

from dataclasses import replace

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.files.tests.conftest import data_folder
from nanhu.kernel.retries import drive
from nanhu.platforms.parties import jobs, lines
from nanhu.platforms.parties.models import Batch, Inquiry
from nanhu.platforms.parties.services.asking import INQUIRIES
from nanhu.platforms.parties.services.batches import BATCHES
from nanhu.platforms.parties.tests.outside import Outside
from nanhu.testing.members import grant, open_staff

__all__ = ["data_folder", "jobs"]
ENGINEER_NO, TEACHER_NO = "0020150007", "0020190123"


@pytest.fixture
def lines_file(tmp_path, monkeypatch):
    path = tmp_path / "parties.toml"
    path.write_text("")
    monkeypatch.setattr(lines, "configuration", lambda: replace(configuration(), parties_file=str(path)))
    return path


@pytest.fixture
def outside(tmp_path, lines_file):
    """`outside("works")`: started, and in the school's file."""
    started = []

    def start(key):
        one = Outside(key, tmp_path).start()
        started.append(one)
        lines_file.write_text(lines_file.read_text() + one.line())
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def staff(db):
    open_staff({ENGINEER_NO: "周敏", TEACHER_NO: "陈志远"})
    grant(ENGINEER_NO, ["parties.engineer"])


def work(times=1):
    """What the worker does when all pauses are over."""
    for _time in range(times):
        for model in (Inquiry, Batch):
            model.objects.filter(due_at__isnull=False).update(due_at=now())
        drive(INQUIRIES, BATCHES)
