"""Sources made in the browser: read on a schedule into the way of all files, exactly once; a dead one is stale and says so."""

import csv
import errno
import os
import re
import socket
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import psycopg
import pytest
import time_machine
from django.db import DataError, connection
from procrastinate.contrib.django.models import ProcrastinateJob

from nanhu.kernel import remembered
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.kernel.retries import Done
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding import database, http, reaching, reading
from nanhu.platforms.datahub.jobs import rehearse_source
from nanhu.platforms.datahub.models import Batch, DataSource, LandingRow, SharedRow
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.sharing import counting
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import HTTP, VendorSystem, at, lesson, made_by, read, read_again, started
from nanhu.platforms.datahub.tests.test_gate import PEOPLE, SIZE
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.datahub.tests.test_sharing import API, ask_grant, program, vendor  # noqa: F401  (fixtures)
from nanhu.platforms.people.models import Person
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db
ROSTER = "academic.roster"

MOODS = {
    "429": "对方忙，稍后再读：对方说问得太勤（HTTP 429）",
    "500": "没有读成：对方的系统出错了（HTTP 500）",
    "html": "没有读成：回答不是 JSON：可能是登录页面，也可能没有传完",
    "half": "没有读成：对方说有 5 行，给出 4 行",
    "torn": "没有读成：对方的回答没有传完，或不是约定的样子（BadAnswerError: ",
    "same": "没有读成：同一页来了两遍，后面的没有读到",
    "away": "没有读成：下一页的地址在另一台主机，没有跟去",
    "zeros": "没有读成：对方的回答没有传完，或不是约定的样子（BadAnswerError: ",
    "slow": "没有读成：等了太久，对方没有回答（",
    "clock": "对方忙，稍后再读：对方的系统出错了（HTTP 503）",
}
"""Of the emulated source, and what the page says of each."""


@pytest.fixture(scope="module")
def outside():
    system = VendorSystem()
    yield system
    system.close()


@pytest.fixture
def listed(monkeypatch):
    """The school lists its own machine."""
    changed = replace(configuration(), demo=False, outgoing_networks="127.0.0.0/8,::1")
    monkeypatch.setattr("nanhu.kernel.outgoing.configuration", lambda: changed)
    monkeypatch.setattr(reaching, "listed_hosts", lambda: ("127.0.0.1", "localhost"))


@pytest.fixture
def roster(steward, outside, listed, two):  # noqa: F811
    """Read once, with three rows; it is the writer of its table."""
    outside.says([lesson(), lesson("14231100002"), lesson("14231100003", bz="X")])
    made = made_by(steward, address=outside.address + "/rows")
    switched(two, source=made.key)
    return started(steward, made)


def sections():
    return sorted((one.campus_no, one.section, one.kind) for one in datahub.rows(ROSTER))


@pytest.mark.capability("A001.1")
@pytest.mark.parametrize("kind", ["http", "database", "sftp"])
def test_a_source_is_read_each_quarter_of_an_hour_where_nobody_says_otherwise(steward, kind):
    page = steward.get(f"/datahub/sources/new/{kind}/").content.decode()
    assert 'value="15"' in re.search(r'<input[^>]*name="every_minutes"[^>]*>', page)[0]


@pytest.mark.capability("A001.1")
@pytest.mark.capability("A001.2")
@pytest.mark.capability("A001.3")
def test_a_change_and_a_delete_are_readable_within_the_interval_and_an_outage_is_told(
    steward,
    roster,
    outside,
    program,  # noqa: F811
):
    ask_grant(ROSTER)
    first = program.get(ROSTER).json()
    assert [row["data"]["kind"] for row in first["rows"]] == ["first", "first", "again"]
    assert (first["source"], first["stale_since"], first["is_last"]) == ("aa.lessons", None, True)
    assert {(row["batch"], row["source"]) for row in first["rows"]} == {(roster.batch_id, "aa.lessons")}
    begun = Batch.objects.get(pk=roster.batch_id).created_at
    assert all(begun <= datetime.fromisoformat(row["since"]) <= now() for row in first["rows"])
    sheet = program.get(ROSTER, format="csv")
    assert (sheet.headers["Nanhu-Source"], sheet.headers["Nanhu-As-Of"]) == ("aa.lessons", first["as_of"])
    assert [
        (line["batch"], line["source"], line["since"]) for line in csv.DictReader(StringIO(sheet.content.decode()))
    ] == [(str(row["batch"]), row["source"], row["since"]) for row in first["rows"]], "and so in a sheet"
    outside.says([lesson(), lesson("14231100003")])
    with time_machine.travel(now() + timedelta(minutes=15, seconds=1), tick=False):
        read(roster)
        news = program.get(ROSTER, since=first["next"]).json()
        assert [(row["key"]["campus_no"], row["data"] and row["data"]["kind"]) for row in news["rows"]] == [
            ("14231100003", "first"),
            ("14231100002", None),
        ]
        assert news["as_of"] > first["as_of"]
        assert news["rows"][0]["batch"] == roster.batch_id != first["rows"][0]["batch"]
        assert {(row["batch"], row["source"]) for row in news["rows"]} == {(roster.batch_id, "aa.lessons")}, (
            "a delete too"
        )
        assert min(row["since"] for row in news["rows"]) > max(row["since"] for row in first["rows"])
        assert program.get(ROSTER, since=news["next"]).json()["rows"] == []
    good_at = roster.good_at
    known = {"authorization": f"Bearer {program.secret}", "if-none-match": program.get(ROSTER).headers["ETag"]}
    assert program.client.get(API + ROSTER, headers=known).status_code == 304
    outside.says([], *["500"] * 20)
    with time_machine.travel(now() + timedelta(minutes=90), tick=False):
        read(roster)
        assert program.client.get(API + ROSTER, headers=known).status_code == 200, (
            "who holds the same rows hears it too"
        )
        later = program.get(ROSTER, since=news["next"])
        assert later.json()["stale_since"] == later.headers["Nanhu-Stale-Since"] == good_at.isoformat()
        page = steward.get(at(roster)).content.decode()
        assert "起未更新" in page
        assert "HTTP 500" in page
        assert "起未更新" in steward.get("/datahub/shared/").content.decode()
        outside.says([lesson()])
        read_again(roster)
        assert program.get(ROSTER).json()["stale_since"] is None


@pytest.mark.parametrize("keeps", [False, True], ids=["emptied", "nothing said"])
def test_an_empty_cell_means_what_the_contract_says(steward, roster, outside, keeps):
    if keeps:
        form = HTTP | {"address": outside.address + "/rows", "keeps_empty": "on"}
        assert steward.post(at(roster, "change/http/"), form).status_code == 302
        steward.post(at(roster, "try/"))
        steward.post(at(roster, "start/"))
    outside.says([lesson(bz="", kcmc="线性代数"), lesson("14231100002"), lesson("14231100003", bz="X")])
    assert read_again(roster).error == ""
    row = datahub.rows(ROSTER)[0]
    assert (row.kind, row.course_name) == ("first" if keeps else None, "线性代数")


def test_a_line_of_nobody_that_keeps_what_is_gone_is_told_by_the_health(steward, roster, outside):
    many = [lesson(str(14231100001 + n)) for n in range(40)]
    outside.says(many)
    read_again(roster)
    outside.says([*many[:39], lesson("")])
    read_again(roster)
    assert (roster.error, len(sections())) == ("", 40), "who is gone still stands"
    for page in (at(roster), "/datahub/sources/"):
        said = steward.get(page).content.decode()
        assert "源头没有了的行因此都还留着" in said
        assert "state-words state-warn" in said
    outside.says(many[:39])
    read_again(roster)
    assert "都还留着" not in steward.get(at(roster)).content.decode()
    assert len(sections()) == 39


@pytest.mark.capability("A001.3")
@pytest.mark.parametrize("mood", MOODS)
def test_a_source_in_a_bad_mood_changes_nothing_and_comes_again(steward, roster, outside, mood, monkeypatch):
    before, batches = sections(), Batch.objects.count()
    outside.says([lesson(str(14231100001 + n)) for n in range(5)], "" if mood in {"half", "same"} else mood, mood)
    if mood == "away":
        DataSource.objects.update(paging="next", page_name="next")
    with monkeypatch.context() as patch, time_machine.travel(now(), tick=False):
        if mood == "slow":
            patch.setattr(http, "PAGE_SECONDS", 1.0)
        failed = read_again(roster)
    assert (sections(), Batch.objects.count()) == (before, batches)
    assert failed.error.startswith(MOODS[mood])
    assert f">{MOODS[mood]}" in re.sub(r">\s+", ">", steward.get(at(roster)).content.decode()), "in words, once"
    assert failed.failed_at
    if mood == "429":
        assert failed.due_at == failed.failed_at + timedelta(seconds=7), "as it asked"
    else:
        assert timedelta() < failed.due_at - failed.failed_at <= timedelta(minutes=15), "whatever its clock says"
    DataSource.objects.update(paging="page", page_name="page")
    outside.says([lesson(str(14231100001 + n)) for n in range(5)])
    good = read_again(roster)
    assert (len(sections()), good.failed_at, good.error, good.rows) == (5, None, "", 5)


@pytest.mark.capability("A001.3")
def test_an_outage_is_named_within_two_intervals(steward, outside, listed, two, program):  # noqa: F811
    """With what the form offers, as the worker reads: after the first reading that fails by its health, after two to consumers as well."""
    form = steward.get("/datahub/sources/new/http/").context["form"]
    said = {name: str(form[name].value()) for name in ("every_minutes", "stale_minutes")}
    assert int(said["stale_minutes"]) == 2 * int(said["every_minutes"]) == 30
    outside.says([lesson()])
    made = made_by(steward, address=outside.address + "/rows", **said)
    switched(two, source=made.key)
    made = started(steward, made)
    ask_grant(ROSTER)
    assert (made.error, program.get(ROSTER).json()["stale_since"]) == ("", None)
    good_at, next_at = (
        made.good_at,
        made.due_at + timedelta(seconds=1),
    )  # an interval after the reading's end, however slow it was
    outside.says([], *["500"] * 200)
    with time_machine.travel(next_at, tick=False):
        read(made)
        assert program.get(ROSTER).json()["stale_since"] is None, "not before it was agreed"
        for page in (at(made), "/datahub/sources/"):
            said_there = steward.get(page).content.decode()
            assert ("没有读成：对方的系统出错了（HTTP 500）" in said_there, "读不成：没有读成" in said_there) == (
                True,
                False,
            )
    with time_machine.travel(next_at + timedelta(minutes=int(said["every_minutes"])), tick=False):
        read(made)
        assert program.get(ROSTER).json()["stale_since"] == good_at.isoformat()
        assert "起未更新" in steward.get("/datahub/sources/").content.decode()


def test_the_clock_of_the_other_side_is_believed_nowhere(roster, outside):
    outside.says([lesson(section="JX09")], *["past"] * 4)
    begun = now()
    assert read_again(roster).error == ""
    assert [one[1] for one in sections()] == ["JX09"]
    assert begun <= roster.good_at <= now()
    assert begun < roster.due_at <= now() + timedelta(minutes=roster.every_minutes)


def test_a_last_page_that_comes_for_every_later_one_is_the_end(roster, outside):
    outside.says([lesson(str(14231100001 + n)) for n in range(5)], *["last"] * 4)
    assert (read_again(roster).error, len(sections())) == ("", 5)
    outside.says([lesson(str(14231100001 + n)) for n in range(5)], *["last"] * 2, "same", *["last"] * 4)
    assert "同一页来了两遍" in read_again(roster).error


@pytest.mark.parametrize("step", ["import_file", "land", "finish"])
def test_killed_anywhere_it_is_read_in_once(roster, outside, monkeypatch, step):
    outside.says([lesson(section="JX09")])
    where = (
        "nanhu.platforms.datahub.feeding.reading"
        if step == "import_file"
        else "nanhu.platforms.datahub.services.imports"
    )

    def killed(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(f"{where}.{step}", killed)
        read_again(roster)
    assert [one[1] for one in sections()] == ["JX01"] * 3
    read_again(roster)
    read_again(roster)
    assert [one[1] for one in sections()] == ["JX09"]
    assert Batch.objects.filter(source="aa.lessons", state="applied").count() == 2
    assert LandingRow.objects.count() == 4
    assert not list((configuration().data_dir / "inbox").glob(f"{roster.public_id}-*.rows"))


def test_the_same_rows_in_another_order_are_no_news(roster, outside):
    outside.says([lesson("14231100003", bz="X"), lesson("14231100002"), lesson()])
    assert read_again(roster).batch_id == Batch.objects.get(source="aa.lessons").pk


@pytest.mark.parametrize("courses", [["MA999", "MA101"], ["MA101", "MA999"]])
def test_of_two_rows_of_one_key_the_later_one_stands(roster, outside, courses):
    outside.says([lesson(course=one) for one in courses] + [lesson("14231100002"), lesson("14231100003", bz="X")])
    assert read_again(roster).error == ""
    assert {one.campus_no: one.course for one in datahub.rows(ROSTER)}["14231100001"] == courses[-1]


def test_a_value_that_json_does_not_know_is_read_in_and_no_row_stands_in_an_error(roster, monkeypatch):
    rows = [lesson(credit=number, note="李明 岳麓山路") for number in (float("nan"), float("inf"), 3.5)]
    monkeypatch.setattr(reading, "rows_of", lambda _made: iter(rows[:1]))
    assert (read_again(roster).error, len(sections())) == ("", 1)
    said = {row.cells["credit"] for row in stored_rows(Batch.objects.latest("id"))}
    assert said == {"nan"}

    def broken(**_said):
        raise DataError('COPY datahub_landing_row, line 1: "{"note": "李明 岳麓山路"}"')

    monkeypatch.setattr(reading, "rows_of", lambda _made: iter(rows))
    monkeypatch.setattr(reading, "import_file", broken)
    assert read_again(roster).error == "没有读成：有的行我们的数据库存不下（DataError）"
    with pytest.raises(SourceFailedError) as told:
        reading.rehearse(roster, by=reading.BY)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__, "nor in a log"


@pytest.mark.capability("A001.3")
def test_a_source_that_says_nothing_readable_is_not_fresh(steward, roster, outside, program):  # noqa: F811
    ask_grant(ROSTER)
    before, good_at = sections(), roster.good_at
    outside.says([lesson(str(14231100001 + n), course="M" * 40) for n in range(3)])
    for _turn in range(2):
        failed = read_again(roster)
        assert (failed.good_at, bool(failed.failed_at), sections()) == (good_at, True, before)
        assert "3 行里 3 行没有通过" in failed.error
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        assert program.get(ROSTER).json()["stale_since"] == good_at.isoformat()
        assert "3 行里 3 行没有通过" in steward.get(at(roster)).content.decode()
    outside.says([lesson()])
    assert (read_again(roster).failed_at, len(sections())) == (None, 1)


def test_a_column_that_is_gone_is_told_until_somebody_accepts_it(steward, roster, outside):
    before, good_at = sections(), roster.good_at
    lines = [lesson(), lesson("14231100002"), lesson("14231100003")]
    for line in lines:
        del line["bz"]
    outside.says(lines)
    failed = read_again(roster)
    assert (failed.good_at, sections()) == (good_at, before)
    assert "原来有的列没有了：bz" in failed.error
    steward.post(at(roster, "change/http/"), HTTP | {"address": outside.address + "/rows", "tolerance": "30"})
    assert read_again(roster).good_at > good_at
    assert sections() == before


@pytest.mark.capability("A001.3")
def test_a_retired_writer_is_stale(steward, roster, program):  # noqa: F811
    ask_grant(ROSTER)
    assert steward.post(at(roster, "retire/"), {"reason": "换了系统"}).status_code == 302
    assert program.get(ROSTER).json()["stale_since"] is None, "not yet older than agreed"
    with time_machine.travel(now() + timedelta(days=25), tick=False):
        remembered.forget_all()
        assert program.get(ROSTER).json()["stale_since"] == roster.good_at.isoformat()
        later = signed_in("管后", "0020209351", "datahub.steward")
        assert "起未更新" in later.get("/datahub/shared/").content.decode()


def test_a_rehearsal_and_a_reading_leave_each_other_their_files(roster, outside, monkeypatch):
    outside.says([lesson(section="JX09")])
    folder = configuration().data_dir / "inbox"
    left = folder / "killed.rows"
    left.touch()
    os.utime(left, (1, 1))
    with reading.spooled(roster) as (mine, count):
        assert read_again(roster).error == ""
        assert (mine.exists(), count) == (True, 1)
    assert [left.exists(), *folder.glob(f"{roster.public_id}-*.rows")] == [False], "others of the run keep theirs there"

    def gone(path, *_more, **_named):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    monkeypatch.setattr(reading, "write_spool", gone)
    error = read_again(roster).error
    assert (
        error
        == "没有读成：我们这边的文件写不下或读不了：请告诉信息中心（FileNotFoundError: No such file or directory）"
    )


def test_a_rehearsal_of_a_source_that_is_away_says_why(steward, roster):
    DataSource.objects.update(address="http://127.0.0.1:1/rows")
    assert steward.post(at(roster, "rehearse/")).status_code == 302
    queued = ProcrastinateJob.objects.filter(status="todo", task_name="datahub.rehearse_source").latest("id")
    rehearse_source(**queued.args)
    ended = Progress.objects.get(public_id=queued.args["progress_id"])
    assert (ended.state, "连不上：那台主机的这个端口没有服务" in ended.summary) == ("failed", True)


def test_started_before_it_is_the_writer_it_is_read_in_on_its_day(steward, outside, listed, two):  # noqa: F811
    outside.says([lesson()])
    made = started(steward, made_by(steward, address=outside.address + "/rows"))
    for _turn in range(2):
        assert "现由本系统供给" in read_again(made).error
    assert (sections(), Batch.objects.filter(source=made.key).count()) == ([], 0)
    switched(two, source=made.key)
    good = read_again(made)
    assert (good.error, good.failed_at, len(sections())) == ("", None, 1)


@pytest.mark.capability("A001.2")
def test_too_few_rows_are_not_read_in(steward, roster, outside):
    steward.post(at(roster, "change/http/"), HTTP | {"address": outside.address + "/rows", "expected_rows": "100"})
    outside.says([lesson()])
    assert "给出 1 行，约定 100 行，上下可差 20%" in read_again(roster).error
    assert len(sections()) == 3
    outside.says([])
    DataSource.objects.update(expected_rows=None)
    assert read_again(roster).error, "an empty answer is no empty list"
    assert len(sections()) == 3


ADDRESSES = [
    "http://169.254.169.254/latest/meta-data",
    "https://100.100.100.200/",
    "http://10.1.1.1/rows",
    "http://example.com/rows",
    "https://user:word@example.com/",
    "file:///etc/passwd",
    "https://example.com/\nX: y",
    "https://[::ffff:10.0.0.1]/",
]


def test_no_source_leads_inside(steward, listed):
    for address in ADDRESSES:
        answer = steward.post("/datahub/sources/new/http/", HTTP | {"address": address})
        assert answer.status_code == 422, address
    for address in ("10.1.1.1:3306/aa", "169.254.169.254/aa", "127.0.0.1:x/aa", "/aa"):
        database = HTTP | {"kind": "mariadb", "address": address, "user_name": "r", "query": "SELECT 1"}
        assert steward.post("/datahub/sources/new/database/", database).status_code == 422, address
    for query in ("DELETE FROM loans", "SELECT 1; DROP TABLE x".replace("SELECT 1; ", ""), "update t set a = 1"):
        database = HTTP | {"kind": "postgres", "address": "127.0.0.1:5432/aa", "user_name": "r", "query": query}
        assert steward.post("/datahub/sources/new/database/", database).status_code == 422, query
    assert not DataSource.objects.exists()


def test_a_secret_stays_with_its_host_and_is_never_shown(steward, outside, listed):
    made = made_by(steward, address=outside.address + "/rows")
    assert made.secret == "open-sesame"
    for page in (at(made), at(made, "change/http/")):
        assert "open-sesame" not in steward.get(page).content.decode()
    change = HTTP | {"secret": "", "address": outside.address + "/linked"}
    assert steward.post(at(made, "change/http/"), change).status_code == 302
    made.refresh_from_db()
    assert made.secret == "open-sesame", "the same host"
    steward.post(at(made, "change/http/"), change | {"address": f"http://localhost:{outside.port}/rows"})
    made.refresh_from_db()
    assert made.secret is None
    assert steward.post(at(made, "start/")).status_code == 409, "not before it was tried"
    assert AuditEntry.objects.filter(action="datahub.change_source").count() == 2


def test_a_secret_stays_with_who_shows_the_pinned_key(steward, listed):
    said = HTTP | {"address": "127.0.0.1:22/out", "host_key": f"SHA256:{'A' * 43}", "query": "*.csv", "columns": ""}
    answer = steward.post("/datahub/sources/new/sftp/", said | {"values": "", "stale_minutes": "1500"})
    assert answer.status_code == 302, answer.context["form"].errors
    made = DataSource.objects.get()
    for host_key, kept in (("A", "open-sesame"), ("B", None)):
        change = {"values": "", "secret": "", "stale_minutes": "1500", "host_key": f"SHA256:{host_key * 43}"}
        assert steward.post(at(made, "change/sftp/"), said | change).status_code == 302
        made.refresh_from_db()
        assert made.secret == kept


def test_a_trial_shows_what_came_and_keeps_nothing(steward, outside, listed):
    outside.says([lesson(name="李明", sfz="430602200503180011")])
    made = made_by(steward, address=outside.address + "/rows", columns="学号 = stu")
    page = steward.post(at(made, "try/")).content.decode()
    assert "还缺这些必填的列" in page
    assert "430602200503180011" not in page
    assert LandingRow.objects.count() == 0
    outside.says([lesson()], "500")
    assert "HTTP 500" in steward.post(at(made, "try/")).content.decode()


def test_people_are_read_through_the_gate_and_wait_there_once(steward, outside, listed, units):
    def register(people):
        keys = ("no", "name", "document", "phone", "性别", "出生日期")
        return [
            {key: one[key] for key in keys} | {"bj": "11032301", "lb": "统招本科", "rx": "2023-09-01"} for one in people
        ]

    columns = (
        "学号 = no\n姓名 = name\n证件号码 = document\n联系电话 = phone\n班级代码 = bj\n学生类别 = lb\n入学日期 = rx"
    )
    outside.says(register(PEOPLE))
    made = made_by(
        steward,
        address=outside.address + "/linked",
        key="aa.people",
        fills="aa.students",
        columns=columns,
        values="",
        paging="next",
        page_name="next",
        size_name="",
    )
    started(steward, made)
    assert Person.objects.filter(affiliations__kind="student").count() == SIZE
    outside.says(register(PEOPLE[: SIZE // 2]))
    for _turn in range(3):
        read_again(made)
    assert [one.state for one in Batch.objects.filter(source="aa.students").order_by("id")] == ["applied", "waiting"]
    assert "在等人看过" in steward.get(at(made)).content.decode()
    waiting = Batch.objects.get(state="waiting")
    steward.post(f"/datahub/batches/{waiting.pk}/discard/", {"reason": "对方少给了"})
    outside.says(register(PEOPLE))
    assert read_again(made).good_at


def test_a_postgres_source_reads_in_a_snapshot_and_writes_nothing(listed, monkeypatch):
    """The database of these tests, which listens on a socket alone."""
    where, connect = connection.settings_dict, psycopg.connect
    here = {"host": where["HOST"], "port": where["PORT"] or None, "hostaddr": None}
    monkeypatch.setattr(database.psycopg, "connect", lambda **said: connect(**(said | here)))
    query = "SELECT '2026-2027-1' AS term, 'JX' || n AS section, '1423110000' || n AS campus_no, '5%' AS course, timestamp 'infinity' AS ended FROM generate_series(1, 3) n"
    made = DataSource(
        key="pg.roster",
        kind="postgres",
        fills=ROSTER,
        address=f"127.0.0.1:5432/{where['NAME']}",
        user_name=where["USER"],
        secret=where["PASSWORD"] or "",
        query=query,
    )
    DataSource.objects.bulk_create(
        [DataSource(key="pg.roster", name="库", office="教务处", kind="file", fills=ROSTER, made_by_name="t")]
    )
    trial = reading.try_once(made)
    assert (trial.is_good, len(trial.lines)) == (True, 3), trial
    made.query = "WITH gone AS (DELETE FROM datahub_batch RETURNING 1) SELECT * FROM gone"
    assert reading.try_once(made).problem
    made.query = "SELECT pg_catalog.set_config('transaction_read_only', 'off', false), nextval('datahub_batch_id_seq')"
    assert reading.try_once(made).problem
    made.query = "SELECT 1; SELECT 2"
    assert reading.try_once(made).problem
    monkeypatch.undo()
    made.address = f"127.0.0.1:1/{where['NAME']}"
    assert "没有读成：连不上这个数据库，或连接断了（" in reading.try_once(made).problem


def silent_postgres(line):
    """Lets everybody in, and then says nothing more."""
    while int.from_bytes(line.recv(4)) == 8:
        line.recv(4)
        line.sendall(b"N")
    line.recv(4096)
    line.sendall(b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I")


@pytest.mark.parametrize(("kind", "greet"), [("postgres", silent_postgres), ("mariadb", lambda _line: None)])
def test_a_database_that_falls_silent_is_left_at_our_deadline(listed, kind, greet):
    server = socket.create_server(("127.0.0.1", 0))
    held, said = [], []

    def serve():
        held.append(server.accept()[0])
        greet(held[0])

    def ask():
        try:
            list(database.read_rows(made, limit=1, seconds=1))
        except SourceFailedError as refused:
            said.append(refused)

    address = f"127.0.0.1:{server.getsockname()[1]}/aa"
    made = DataSource(kind=kind, address=address, user_name="r", secret="x", query="SELECT 1")
    threads = [threading.Thread(target=one, daemon=True) for one in (serve, ask)]
    for one in threads:
        one.start()
    threads[1].join(PATIENCE_SECONDS)
    for one in (*held, server):
        one.close()
    assert len(said) == 1, "it would wait for ever"


def test_who_may_see_and_change_sources(stranger, steward, outside, listed):
    made = made_by(steward, address=outside.address + "/rows")
    for path in (
        "/datahub/sources/",
        "/datahub/sources/new/http/",
        at(made),
        at(made, "try/"),
        at(made, "change/http/"),
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.post(at(made, "start/")).status_code == 404
    for field in ("name", "columns", "page_name"):
        for rubbish in ("a\x00b", "\ud800"):
            sent = {name: value.encode("utf-8", "surrogatepass") for name, value in (HTTP | {field: rubbish}).items()}
            assert steward.post("/datahub/sources/new/http/", sent).status_code < 500
    steward.post(at(made, "retire/"), {"reason": "换了系统"})
    made.refresh_from_db()
    assert (made.state, made.secret, made.due_at) == ("retired", None, None)
    assert steward.post(at(made, "start/")).status_code == 409


def test_a_second_worker_does_not_read_at_the_same_time(roster):
    """The lease is one's alone, and a slow reading that comes back late does not undo a rest."""
    assert reading.READINGS.take(1) == []
    DataSource.objects.update(due_at=now())
    assert reading.READINGS.take(1) == [roster.pk]
    assert reading.READINGS.take(1) == []
    DataSource.objects.update(state="resting", due_at=None)
    reading.READINGS.conclude(roster, Done(then=timedelta(minutes=15)))
    roster.refresh_from_db()
    assert roster.due_at is None


def test_lineage_leads_from_a_value_to_its_line_and_to_who_received_it(steward, roster, hand_in, program, units):  # noqa: F811
    from nanhu.platforms.datahub.tests.conftest import register, student

    batch = hand_in(register(student())).batch
    ask_grant(ROSTER)
    program.get(ROSTER)
    counting.count_readings()
    row = SharedRow.objects.get(table_key=ROSTER, data__campus_no="14231100001", valid_to=None)
    assert row.landing.batch_id == row.batch_id
    page = steward.post("/datahub/lineage/", {"person": "14231100001"}).content.decode()
    assert f'href="/datahub/batches/{batch}/"' in page
    assert f'href="/datahub/rows/{row.landing_id}/"' in page
    assert Batch.objects.get(pk=batch).rules in page
    assert "图书公司" in page
    assert AuditEntry.objects.filter(action="datahub.look_lineage", target__startswith="person:").count() == 1
    assert steward.get(f"/datahub/rows/{row.landing_id}/").status_code == 200
