"""What a source may not do unseen, and what is never shown of it."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pymysql
import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding import database, reading
from nanhu.platforms.datahub.feeding.database import words_of
from nanhu.platforms.datahub.known_sources import spec_of
from nanhu.platforms.datahub.models import Batch, DataSource, Issue, LandingRow, LimitRequest, QualityDay
from nanhu.platforms.datahub.reading import spool
from nanhu.platforms.datahub.services.limits import put_in_force
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import BY
from nanhu.platforms.datahub.tests.reading import HTTP, at, lesson, made_by, read_again
from nanhu.platforms.datahub.tests.test_data_sources import (  # noqa: F401  (fixtures)
    ROSTER,
    listed,
    outside,
    roster,
    sections,
)
from nanhu.platforms.datahub.tests.test_shared_sources import switched, two  # noqa: F401  (a fixture)
from nanhu.platforms.datahub.tests.test_sharing import ask_grant, program, vendor  # noqa: F401  (fixtures)
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db
MANY = [lesson(str(14231100001 + n)) for n in range(100)]


def batches():
    return list(Batch.objects.filter(source="aa.lessons").order_by("id").values_list("state", flat=True))


@pytest.mark.usefixtures("two")
def test_many_small_losses_of_a_day_wait_for_somebody(steward, roster, outside, run_jobs):  # noqa: F811
    """A quarter of an hour takes three rows; the day may take five of a hundred."""
    outside.says(MANY)
    read_again(roster)
    for count in (97, 94):
        outside.says(MANY[:count])
        read_again(roster)
    assert (len(sections()), batches()[-1]) == (97, "waiting")
    landed = LandingRow.objects.count()
    outside.says(MANY[:90])
    assert read_again(roster).error == ""
    assert (LandingRow.objects.count(), len(sections())) == (landed, 97), "until then nothing newer is read in"
    waiting = Batch.objects.get(state="waiting")
    page = steward.get(f"/datahub/batches/{waiting.pk}/").content.decode()
    assert "一天里已经少了 3 行。现有 97 行，这一批少了 3 行" in page
    assert "14231100097" in page
    assert steward.post(f"/datahub/batches/{waiting.pk}/release/", {"reason": "退课"}).status_code == 302
    run_jobs()
    assert (len(sections()), batches()[-1]) == (94, "applied")
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        read_again(roster)
        assert (len(sections()), batches()[-1]) == (90, "applied"), "another day, and what somebody saw does not count"


@pytest.mark.usefixtures("two")
def test_what_came_on_friday_and_took_effect_on_monday_counts_on_monday(roster, outside):  # noqa: F811
    """Its columns were not known."""
    outside.says(MANY)
    read_again(roster)
    outside.says(MANY[:97])
    read_again(roster)
    Batch.objects.filter(pk=roster.batch_id).update(created_at=now() - timedelta(days=3))
    outside.says(MANY[:94])
    read_again(roster)
    assert (len(sections()), batches()[-1]) == (97, "waiting")


def changed_rows(rows, numbers, course):
    return [row | {"kch": course} if n in numbers else row for n, row in enumerate(rows)]


@pytest.mark.usefixtures("two")
def test_many_small_changes_of_a_day_wait_for_somebody_each_row_once(steward, roster, outside, run_jobs):  # noqa: F811
    """A reading may change fifty of a hundred and twenty rows, and so may all of a day."""
    many = [lesson(str(14231100001 + n)) for n in range(120)]
    outside.says(many)
    read_again(roster)
    for turn in range(4):
        rows = changed_rows(many, range(26), f"MB{turn:03d}")
        outside.says(rows)
        assert read_again(roster).error == ""
    assert batches() == ["applied"] * 6, "the same rows over and over are no more than they are"
    outside.says(changed_rows(rows, range(26, 51), "MC001"))
    read_again(roster)
    waiting = Batch.objects.get(state="waiting")
    page = steward.get(f"/datahub/batches/{waiting.pk}/").content.decode()
    assert "一天里已经改了 26 行。现有 120 行，这一批要改 25 行（20.8%）" in page
    assert steward.post(f"/datahub/batches/{waiting.pk}/release/", {"reason": "换课程号"}).status_code == 302
    run_jobs()
    outside.says(changed_rows(rows, range(26, 76), "MC001"))
    read_again(roster)
    assert batches()[-2:] == ["applied"] * 2, "from there on it is counted anew"
    page = steward.get(at(roster)).content.decode()
    assert at(roster, "days/") in page
    page = steward.get(at(roster, "days/")).content.decode()
    assert "8 批：新增 120 行，改了 155 行，去掉 0 行，0 行没有通过" in page
    assert QualityDay.objects.filter(source="aa.lessons").count() == 1
    day = at(roster, f"days/{QualityDay.objects.get(source='aa.lessons').pk}/")
    assert f'href="{day}"' in page
    assert f"#{waiting.pk}" in steward.get(day).content.decode()
    assert steward.get(at(roster, "days/0/")).status_code == 404


@pytest.mark.usefixtures("two")
def test_what_a_steward_said_of_a_source_bounds_its_changes_and_two_see_what_is_much_of_a_table(
    steward,
    roster,  # noqa: F811
    outside,  # noqa: F811
):
    said = {"measure": "changed", "source": "aa.lessons", "amber": 400, "red": 450, "amber_rows": 25}
    put_in_force(LimitRequest(reason="教务处来函", **said), by=BY)
    outside.says(MANY)
    read_again(roster)
    outside.says(changed_rows(MANY, range(26), "MA201"))
    read_again(roster)
    waiting = Batch.objects.get(state="waiting")
    assert (waiting.gate_level, waiting.gate[0]["count"]) == ("amber", 26), "one more than he said"
    steward.post(f"/datahub/batches/{waiting.pk}/discard/", {"reason": "对方改错了"})
    rows = changed_rows(MANY, range(25), "MA201")
    outside.says(rows)
    read_again(roster)
    assert batches()[-1] == "applied"
    outside.says(changed_rows(rows, range(25, 46), "MA201"))
    read_again(roster)
    waiting = Batch.objects.get(state="waiting")
    assert [waiting.gate[0][one] for one in ("count", "earlier", "base")] == [21, 25, 100]
    assert waiting.gate_level == "red", "46 of 100: those of before stand among the hundred"


@pytest.mark.usefixtures("two")
def test_an_overdue_list_waits_at_red_for_its_office_and_a_steward(steward, roster, outside, run_jobs):  # noqa: F811
    head = at_red.head_of(at_red.unit("教务处", "0005"), "王处长", "0020209010")
    outside.says(MANY)
    read_again(roster)
    for count in (50, 49, 48):
        outside.says(MANY[:count])
        read_again(roster)
    assert (len(sections()), batches()) == (100, ["applied", "applied", "waiting"])
    waiting = Batch.objects.get(state="waiting")
    assert waiting.gate_level == "red"
    assert steward.post(f"/datahub/batches/{waiting.pk}/release/", {"reason": "放假"}).status_code == 409
    assert at_red.stood_in(steward, waiting.pk).status_code == 409
    assert "14231100099" in head.get(at_red.desk_of(waiting.pk)).content.decode()
    assert head.post(at_red.desk_of(waiting.pk, "return/"), {"reason": "对方少给了"}).status_code == 302
    read_again(roster)
    waiting = Batch.objects.get(state="waiting")
    assert (len(sections()), waiting.gate_level) == (100, "red")
    assert at_red.found_right(head, waiting.pk).status_code == 302
    assert at_red.agreed(steward, waiting.pk).status_code == 302
    run_jobs()
    assert (len(sections()), at_red.state_of(waiting.pk)) == (48, "applied")


def test_a_list_of_the_next_term_leaves_the_last_one(roster, outside):  # noqa: F811
    outside.says([lesson(xnxq="2026-2027-2")])
    assert read_again(roster).error == ""
    assert sorted(one.term for one in datahub.rows(ROSTER)) == ["2026-2027-1"] * 3 + ["2026-2027-2"]


def test_a_secret_in_the_address_is_refused_and_one_of_a_parameter_is_sealed(steward, outside, listed):  # noqa: F811
    address = outside.address + "/rows"
    refused = steward.post("/datahub/sources/new/http/", HTTP | {"address": f"{address}?access_token=TOPSECRET"})
    assert (refused.status_code, DataSource.objects.count()) == (422, 0)
    broken = steward.post("/datahub/sources/new/http/", HTTP | {"address": "https://[half"})
    assert ("这个地址不能用" in broken.content.decode(), DataSource.objects.count()) == (True, 0)
    outside.says([lesson()])
    made = made_by(steward, address=f"{address}?school=LAKE", user_name="?access_token")
    assert "高等数学" in steward.post(at(made, "try/")).content.decode()
    shown = steward.get(at(made)).content.decode()
    assert ("LAKE" in shown, "school=…" in shown) == (False, True)
    facts = AuditEntry.objects.get(action="datahub.make_source").facts
    assert facts["url"] == f"{address}?school=…"


def test_of_two_that_would_read_one_office_one_does(steward, outside, listed, units):  # noqa: F811
    first, second = (
        made_by(steward, address=outside.address + "/rows", fills="aa.students", key=f"aa.p{n}", columns="", values="")
        for n in range(2)
    )
    DataSource.objects.update(tried_at=now())
    assert steward.post(at(first, "start/")).status_code == 302
    assert steward.post(at(second, "start/")).status_code == 409
    steward.post(at(first, "retire/"), {"reason": "换了"})
    assert steward.post(at(second, "start/")).status_code == 302


def test_a_monthly_file_is_not_stale_after_a_day(steward, two):  # noqa: F811
    form = {
        "key": "hr.monthly",
        "name": "每月",
        "office": "教务处",
        "fills": ROSTER,
        "is_whole": "on",
        "stale_days": "35",
    }
    answer = steward.post("/datahub/sources/new/file/", form | {"columns": "", "values": ""})
    assert answer.status_code == 302, answer.context["form"].errors
    made = DataSource.objects.get(key="hr.monthly")
    assert spec_of(made).stale_after_days == 35
    assert 'value="35"' in steward.get(at(made, "change/file/")).content.decode()


def test_bytes_are_read_as_what_they_are_or_their_line_is_refused(roster, monkeypatch):  # noqa: F811
    rows = [lesson(str(14231100001 + n), kch="数学".encode("gbk")) for n in range(40)]
    rows[7] |= {"kch": b"\xff\xfe\x80\x81MA"}
    monkeypatch.setattr(reading, "rows_of", lambda _made: iter(rows))
    assert read_again(roster).error == ""
    assert {one.course for one in datahub.rows(ROSTER)} == {"数学"}
    issue = Issue.objects.get(code="value_unreadable")
    assert (issue.row.batch_id, len(sections())) == (roster.batch_id, 39)


@pytest.mark.parametrize("what", ["columns", "bytes"])
def test_what_is_too_wide_or_too_large_is_stopped_while_it_comes(roster, monkeypatch, what):  # noqa: F811
    came = []

    def rows(_made):
        for n in range(10_000):
            came.append(n)
            yield lesson(**({f"c{n}_{k}": 1 for k in range(100)} if what == "columns" else {"note": "岳" * 9000}))

    monkeypatch.setattr(spool, "MEGABYTE", 1000)
    monkeypatch.setattr(reading, "rows_of", rows)
    assert "500" in read_again(roster).error
    assert len(came) < 10
    assert len(sections()) == 3


def test_an_outage_is_tried_again_as_often_as_it_was_read(roster, outside):  # noqa: F811
    outside.says([], *["500"] * 30)
    DataSource.objects.update(attempts=12)
    with time_machine.travel(now(), tick=False):
        failed = read_again(roster)
        assert failed.due_at <= now() + timedelta(minutes=15)


def test_a_value_in_the_words_of_a_foreign_database_is_not_told(listed, monkeypatch):  # noqa: F811
    where, connect = connection.settings_dict, psycopg.connect
    place = {"host": where["HOST"], "port": where["PORT"] or None, "hostaddr": None}
    monkeypatch.setattr(database.psycopg, "connect", lambda **said: connect(**(said | place)))
    here = DataSource(kind="postgres", address=f"127.0.0.1:5432/{where['NAME']}", user_name=where["USER"])
    here.secret = where["PASSWORD"] or ""
    for query, told in (
        ("SELECT '李明 岳麓山路'::integer", "对方的数据库报错（InvalidTextRepresentation 22P02）"),
        (
            "SELECT * FROM nowhere",
            '没有这张表或这一列：对方改过结构（relation "nowhere" does not exist）',
        ),
    ):
        here.query = query
        with pytest.raises(SourceFailedError) as failed:
            list(database.read_rows(here, limit=1))
        assert str(failed.value.facts["why"]) == told
        assert failed.value.__suppress_context__
    assert words_of(pymysql.err.DataError(1366, "Incorrect value '李明'")) == "对方的数据库报错（DataError 1366）"
    assert "6217 0012 3456 7890" not in words_of(pymysql.err.OperationalError(1045, "no 6217 0012 3456 7890"))


def plain_only(line):
    """A server without TLS; what it is told is kept."""
    said = line.recv(8)
    line.sendall(b"N")
    return said + line.recv(4096)


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_with_a_certificate_no_password_goes_to_who_cannot_show_it(listed, kind):  # noqa: F811
    server = socket.create_server(("127.0.0.1", 0))
    heard = []
    greeting = bytes.fromhex(
        "4a0000000a352e352e35000100000030313233343536370000f7080200000000000000000000000000000000"
    ) + (b"000000000000\0mysql_native_password\0")

    def serve():
        line, _address = server.accept()
        with line:
            if kind == "postgres":
                heard.append(plain_only(line)[8:])
            else:
                line.sendall(len(greeting[4:]).to_bytes(3, "little") + b"\0" + greeting[4:])
                heard.append(line.recv(4096))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    roots = certificate()
    address = f"127.0.0.1:{server.getsockname()[1]}/aa"
    made = DataSource(kind=kind, address=address, user_name="reader", secret="x", query="SELECT 1", tls_roots=roots)
    with pytest.raises(SourceFailedError, match="SSL"):
        list(database.read_rows(made, limit=1, seconds=PATIENCE_SECONDS))
    thread.join(PATIENCE_SECONDS)
    server.close()
    assert heard == [b""]


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "jw")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    moment = datetime.now(UTC)
    made = (
        made.serial_number(1).not_valid_before(moment - timedelta(days=1)).not_valid_after(moment + timedelta(days=9))
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
