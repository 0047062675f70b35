"""Fourteen emulated systems in a process of their own feed the hub: each change and each loss arrives, a silent one is told, and what
they say of somebody stands on one page of his."""

import json
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import configuration
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.feeding import reaching
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import read_again
from nanhu.platforms.datahub.tests.test_shared_sources import two  # noqa: F401  (a fixture)
from nanhu.platforms.people import api as people
from nanhu.sample.demo import vendors
from nanhu.sample.truth import Truth
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_row

pytestmark = pytest.mark.django_db
STUDENT, CLERK = "14231100001", "0020209311"
STUDENTS = [STUDENT, *(str(14231100002 + n) for n in range(7))]
STAFF = [CLERK, "0020209312", "0020209313"]

CARD = {
    "uid": "04A1B2C3",
    "campus_no": STUDENT,
    "holder_class": "student",
    "state": "issued",
    "valid_from": date(2023, 9, 1),
    "valid_until": date(2027, 6, 30),
}


class Vendors:
    def __init__(self, file: Path) -> None:
        self.port = json.loads(file.read_text())["ports"]["http"]
        command = [sys.executable, "-m", "nanhu.emulators.vendors", str(file)]
        self.log = file.with_suffix(".log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                dying_with_parent(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def happens(self, event: str) -> None:
        for one in vendors.VENDORS:
            said = urllib.parse.urlencode({"system": one.key, "event": event}).encode()
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", said, timeout=PATIENCE_SECONDS).read()

    def await_it(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while self.page("filled") != "ok":
            assert time.monotonic() < until
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)

    def page(self, path: str = "") -> str:
        with suppress(OSError):
            return (
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=PATIENCE_SECONDS).read().decode()
            )
        return ""


@pytest.fixture
def systems(tmp_path: Path, two: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:  # noqa: F811
    first = free_row(4)
    changed = replace(
        configuration(), demo=False, outgoing_networks="127.0.0.0/8,::1", vendors_port=first, data_dir=tmp_path
    )
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(vendors, "configuration", lambda: changed)
    monkeypatch.setattr(vendors, "numbers_of", lambda _truth, kind, _most: STUDENTS if kind == "student" else STAFF)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1", "localhost"))
    vendors.feed_the_hub(Truth((), (), ()), two)
    system = Vendors(tmp_path / "emulators" / "vendors.json")
    yield system
    system.process.send_signal(signal.SIGTERM)
    system.process.wait(PATIENCE_SECONDS)


def read_all() -> dict[str, DataSource]:
    """A folder without a mark twice: at first its file is only seen."""
    for one in DataSource.objects.order_by("key"):
        read_again(one)
        if one.kind == "sftp" and not one.done_mark and not one.error:
            read_again(one)
    return {one.key: one for one in DataSource.objects.all()}


def rows_there() -> dict[str, int]:
    return {feed.fills: len(datahub.rows(feed.fills)) for feed in vendors.FEEDS.values()}


def one_person() -> int:
    """An employee who studies as well: one person, two numbers, no account."""
    ties = [
        people.AffiliationRecord(kind=kind, campus_no=number, starts_on=day, state="active")
        for kind, number, day in (("staff", CLERK, date(2020, 9, 1)), ("student", STUDENT, date(2023, 9, 1)))
    ]
    record = people.PersonRecord(key="1", name="双重身", affiliations=tuple(ties))
    origin = people.Origin(source="test", title="测试")
    return people.apply_records(by=Actor.system("test"), records=[record], origin=origin).person_ids["1"]


@pytest.mark.capability("A001.1", "A001.2", "A001.3", "A006.1", "A006.2")
def test_each_of_fourteen_is_read_and_its_change_its_loss_and_its_silence_arrive(systems: Vendors) -> None:
    systems.await_it()
    made = read_all()
    before = rows_there()
    assert {one.key: one.error for one in made.values() if one.good_at is None} == {}
    assert min(before.values()) > 0, before
    assert systems.page().count("<tr>") == 15

    systems.happens("changed")
    systems.happens("lost")
    made = read_all()
    assert {one.key: one.error for one in made.values() if one.error} == {}
    after = rows_there()
    whole = {feed.fills for feed in vendors.FEEDS.values() if feed.is_whole}
    assert {table: after[table] - before[table] for table in before} == {table: -(table in whole) for table in before}
    last = {batch.source: batch.counts for batch in Batch.objects.order_by("id")}
    assert {key: counts["rejected"] for key, counts in last.items() if counts["rejected"]} == {}

    datahub.put("card.card", [CARD], by=Actor.system("card.publishing"))
    person_id = one_person()
    steward = signed_in("管源", "0020209190", "datahub.steward")
    for number in (STUDENT, CLERK):
        page = steward.post("/datahub/lineage/", {"person": number}).content.decode()
        for table in ("校园卡", "选课名单", "图书借阅", "缴费", "工资发放", "住宿"):
            assert table in page, f"{table}: one person by either number"
        assert [other for other in (*STUDENTS[1:], *STAFF[1:]) if other in page] == [], "and no row of anybody else"
    assert people.find_person_by_campus_no(CLERK) == person_id

    systems.happens("silent")
    good = {key: one.good_at for key, one in made.items()}
    made = read_all()
    assert {key for key, one in made.items() if not one.error} == set()
    assert {key: one.good_at for key, one in made.items()} == good
    assert rows_there() == after
