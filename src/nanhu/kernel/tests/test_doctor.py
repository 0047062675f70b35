"""The doctor: each check is shown well and ill, and one that breaks does not stop the others."""

import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.test import Client
from django.utils import translation

from nanhu import cli
from nanhu.kernel import clock, configuration, read_only, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import KeyringError
from nanhu.kernel.doctor import health, registrations
from nanhu.kernel.doctor.checks import database, files, secrecy, web, work
from nanhu.kernel.doctor.examination import examine
from nanhu.kernel.models import EventDelivery, Heartbeat, Outage, OutboxEvent
from nanhu.kernel.processes.report import Report
from nanhu.kernel.read_only import switching
from nanhu.kernel.registry import Check, CheckResult, Verdict

OK, WARN, FAIL = Verdict.OK, Verdict.WARN, Verdict.FAIL


def configured(monkeypatch, module, **changes) -> None:
    changed = replace(configuration.configuration(), **changes)
    monkeypatch.setattr(module, "configuration", lambda: changed)


def check_of(key: str, verdict: Verdict = OK, problem: Exception | None = None) -> Check:
    def run() -> CheckResult:
        if problem:
            raise problem
        return CheckResult(verdict=verdict, message=key)

    return Check(key=key, title=key, run=run)


def test_a_check_that_breaks_is_a_finding_and_does_not_stop_the_others() -> None:
    checks = [
        check_of("a", problem=ZeroDivisionError("what?")),
        check_of("b", problem=ProgrammingError("no table")),
        check_of("c"),
    ]
    found = list(examine(checks, without_database=frozenset()))
    assert [one.result.verdict for one in found] == [FAIL, FAIL, OK]
    assert "ZeroDivisionError: what?" in found[0].result.message
    assert "nanhu migrate" in found[1].result.remedy


def test_without_a_database_only_the_checks_that_need_none_are_run() -> None:
    checks = [
        check_of(database.KEY, FAIL),
        check_of("needs", problem=AssertionError("must not run")),
        check_of("free", FAIL),
    ]
    found = list(examine(checks, without_database=frozenset({"free"})))
    assert [one.result.verdict for one in found] == [FAIL, WARN, FAIL]


def test_every_key_named_as_free_of_the_database_is_a_check() -> None:
    assert {check.key for check in registry.checks} >= registrations.WITHOUT_DATABASE


def test_a_lost_database_is_told_soon(monkeypatch, tmp_path) -> None:
    configured(monkeypatch, database, foreign_database_url=f"postgresql:///nanhu?host={tmp_path}")
    found = database.check_database()
    assert found.verdict == FAIL
    assert "DATABASE_URL" in found.remedy


def test_an_old_database_is_refused(monkeypatch) -> None:
    old = SimpleNamespace(info=SimpleNamespace(server_version=170_004), __enter__=None)

    class Connected:
        def __enter__(self):
            return old

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(database.psycopg, "connect", lambda *_, **__: Connected())
    assert database.check_database().verdict == FAIL
    assert "17" in database.check_database().message


def test_the_database_in_use_is_the_right_one() -> None:
    assert database.check_database() == CheckResult(verdict=OK, message="PostgreSQL 18 可以连接。")


@pytest.mark.django_db
def test_settings_that_lose_payments_are_refused(monkeypatch) -> None:
    found = database.check_durability()  # the tests run without fsync
    assert found.verdict == FAIL
    assert "fsync = off" in found.message
    assert "synchronous_commit = off" in found.message
    safe = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "remote_apply"}
    monkeypatch.setattr(database, "_settings", lambda *names: {name: safe[name] for name in names})
    assert database.check_durability().verdict == OK


@pytest.mark.django_db
def test_jit_is_seen() -> None:
    assert database.check_jit().verdict == OK
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = on")
    assert database.check_jit().verdict == WARN


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "verdict"), [(0, OK), (3, WARN), (-3, WARN), (60, FAIL), (-60, FAIL)])
def test_a_clock_that_differs_is_seen(monkeypatch, seconds, verdict) -> None:
    now = clock.now
    monkeypatch.setattr(database.clock, "now", lambda: now() + timedelta(seconds=seconds))
    assert database.check_clock().verdict == verdict


@pytest.mark.django_db
def test_a_migration_that_was_not_run_is_named() -> None:
    assert database.check_migrations().verdict == OK
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'calendar'")
    found = database.check_migrations()
    assert found.verdict == FAIL
    assert "calendar.0001_initial" in found.message


@pytest.mark.parametrize(("free", "verdict"), [(100, OK), (4.9, WARN), (0.9, FAIL)])
def test_a_full_disk_is_seen(monkeypatch, tmp_path, free, verdict) -> None:
    configured(monkeypatch, files, data_dir=tmp_path)
    usage = SimpleNamespace(free=free * files.GIB, total=200 * files.GIB)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage)
    assert files.check_disk().verdict == verdict


def test_secrets_that_others_can_read_are_found(monkeypatch, tmp_path) -> None:
    configured(monkeypatch, files, data_dir=tmp_path)
    assert files.check_data_dir().verdict == OK
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o755)
    (secrets / "keyring.json").touch(mode=0o600)
    assert files.check_data_dir().verdict == OK
    (secrets / "keyring.json").chmod(0o640)
    found = files.check_data_dir()
    assert found.verdict == FAIL
    assert "keyring.json" in found.message
    secrets.chmod(0o700)
    assert files.check_data_dir().verdict == OK
    tmp_path.chmod(0o777)
    assert files.check_data_dir().verdict == FAIL


def test_a_data_folder_that_is_not_there_is_a_failure(monkeypatch, tmp_path) -> None:
    configured(monkeypatch, files, data_dir=tmp_path / "absent")
    assert files.check_data_dir().verdict == FAIL


@pytest.mark.django_db
def test_a_keyring_that_does_not_fit_the_database_is_found(monkeypatch) -> None:
    assert secrecy.check_keyring().verdict == OK
    monkeypatch.setattr(secrecy.rotation, "keys_in_use", lambda: {"people.Person.phone": {(1, 999): 3}})
    assert "999" in secrecy.check_keyring().message
    assert secrecy.check_keyring().verdict == FAIL
    assert secrecy.check_key_use().verdict == WARN
    monkeypatch.setattr(secrecy.rotation, "keys_in_use", dict)
    monkeypatch.setattr(secrecy.rotation, "unreadable_columns", lambda: ["people.Person.phone"])
    assert "people.Person.phone" in secrecy.check_keyring().message


def test_a_keyring_that_cannot_be_read_is_a_failure(monkeypatch) -> None:
    def refuse() -> None:
        raise KeyringError("not readable")

    monkeypatch.setattr(secrecy, "vault", lambda: SimpleNamespace(store=SimpleNamespace(read=refuse)))
    assert secrecy.check_keyring().verdict == FAIL


@pytest.mark.parametrize(
    ("secret", "verdict"),
    [
        ("short", FAIL),
        ("a" * 60, FAIL),
        ("django-insecure-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2, FAIL),
        ("abcdefghijklmnopqrstuvwxyz0123456789" * 2, OK),
    ],
)
def test_a_weak_signing_key_is_found(settings, secret, verdict) -> None:
    settings.SECRET_KEY = secret
    assert secrecy.check_secret_key().verdict == verdict


@pytest.mark.django_db
def test_a_worker_that_is_not_there_is_found() -> None:
    Heartbeat.objects.filter(name="worker").delete()
    assert work.check_worker().verdict == FAIL
    beat = Heartbeat.objects.create(name="worker", seen_at=clock.now())
    assert work.check_worker().verdict == OK
    beat.seen_at = clock.now() - timedelta(minutes=5)
    beat.save()
    assert work.check_worker().verdict == FAIL
    assert "5 分钟前" in work.check_worker().message


@pytest.mark.django_db
def test_a_wrong_clock_is_found_by_the_last_sign_of_the_worker_and_by_an_outage_of_months() -> None:
    beat = Heartbeat.objects.create(name="worker", seen_at=clock.now() + timedelta(days=3))
    found = work.check_worker()
    assert (found.verdict, "比现在还晚" in found.message) == (FAIL, True)
    Heartbeat.objects.filter(pk=beat.pk).update(seen_at=clock.now())
    ended = clock.now() - timedelta(days=1)
    Outage.objects.create(began_at=ended - timedelta(days=30), ended_at=ended)
    assert work.check_worker().verdict == OK
    Outage.objects.create(began_at=ended - timedelta(days=31), ended_at=ended)
    found = work.check_worker()
    assert (found.verdict, "没有自动顺延" in found.message) == (WARN, True)


def deliver(subscriber: str = "card.issue_for_newcomers", **facts) -> None:
    event = OutboxEvent.objects.create(name="people.PersonJoined", payload={})
    EventDelivery.objects.create(event=event, subscriber=subscriber, **facts)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "verdict"), [(0, OK), (2, WARN), (11, FAIL)])
def test_events_that_wait_long_are_found(minutes, verdict) -> None:
    deliver(due_at=clock.now() - timedelta(minutes=minutes))
    deliver(due_at=clock.now() - timedelta(minutes=99), delivered_at=clock.now())
    assert work.check_outbox().verdict == verdict


@pytest.mark.django_db
def test_events_that_rest_in_the_read_only_mode_are_no_fault_but_those_that_go_on_are() -> None:
    switching.begin(by=Actor.system("test"), reason="存储告警")
    read_only.current.forget()
    assert work.check_outbox().verdict == OK
    deliver(due_at=clock.now() - timedelta(minutes=30))
    found = work.check_outbox()
    assert (found.verdict, "应急只读期间有 1 个事件等着" in found.message) == (WARN, True)
    deliver("network.cut_old_password", due_at=clock.now() - timedelta(minutes=30))
    assert work.check_outbox().verdict == FAIL


@pytest.mark.django_db
def test_events_that_fail_again_and_again_are_shown_with_their_error() -> None:
    deliver(due_at=clock.now(), attempts=4, error="IntegrityError")
    assert work.check_stuck_events().verdict == OK
    deliver(due_at=clock.now() + timedelta(hours=1), attempts=5, error="IntegrityError: twice")
    found = work.check_stuck_events()
    assert found.verdict == FAIL
    assert "IntegrityError: twice" in found.message


@pytest.mark.django_db
def test_a_campus_without_a_backup_is_warned(monkeypatch) -> None:
    configured(monkeypatch, work, demo=False)
    assert work.check_backup().verdict == WARN
    Heartbeat.objects.create(name="backup", seen_at=clock.now() - timedelta(hours=1))
    assert work.check_backup().verdict == OK
    Heartbeat.objects.update(seen_at=clock.now() - timedelta(days=3))
    assert work.check_backup().verdict == WARN
    configured(monkeypatch, work, demo=True)
    assert work.check_backup().verdict == OK


@pytest.mark.parametrize(
    ("debug", "demo", "url", "verdict"),
    [
        (False, False, "https://campus.example.edu.cn", OK),
        (True, False, "http://localhost:8000", WARN),
        (True, False, "https://campus.example.edu.cn", FAIL),
        (False, True, "http://localhost:8000", OK),
        (False, True, "https://campus.example.edu.cn", FAIL),
    ],
)
def test_doors_for_developers_are_found(monkeypatch, settings, debug, demo, *, url, verdict) -> None:
    settings.DEBUG = debug
    configured(monkeypatch, web, public_url=url, demo=demo)
    assert web.check_debug().verdict == verdict


@pytest.mark.parametrize(
    ("hosts", "url", "verdict"),
    [
        (["localhost"], "http://localhost:8000", OK),
        (["campus.example.edu.cn"], "https://campus.example.edu.cn", OK),
        (["campus.example.edu.cn"], "http://campus.example.edu.cn", FAIL),
        (["*"], "https://campus.example.edu.cn", FAIL),
    ],
)
def test_open_hosts_and_open_lines_are_found(monkeypatch, settings, hosts, url, verdict) -> None:
    settings.ALLOWED_HOSTS = hosts
    configured(monkeypatch, web, public_url=url)
    assert web.check_hosts().verdict == verdict


@pytest.mark.django_db
def test_the_command_shows_what_is_wrong_and_fails(monkeypatch) -> None:
    said = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("doctor", "--language", "zh-hans", "--no-color", stdout=said)
    assert left.value.code == 1
    assert "✗ 断电安全  断电会丢失已经确认的交易：fsync = off" in said.getvalue()
    assert "    → 在 postgresql.conf 里把 fsync" in said.getvalue()


@pytest.mark.django_db
def test_the_command_speaks_json_and_is_content_when_all_is_well(monkeypatch) -> None:
    well = registry.Register()
    well.add(check_of(database.KEY), check_of("b", WARN))
    monkeypatch.setattr(registry, "checks", well)
    said = StringIO()
    call_command("doctor", "--json", stdout=said)
    document = json.loads(said.getvalue())
    assert document["healthy"] is True
    assert {row["key"]: row["verdict"] for row in document["checks"]} == {database.KEY: "ok", "b": "warn"}


@pytest.mark.urls("nanhu.kernel.doctor.urls")
@pytest.mark.filterwarnings("ignore:No directory at")  # no files were collected for the tests
def test_health_live_asks_nobody() -> None:
    answer = Client().get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.urls("nanhu.kernel.doctor.urls")
@pytest.mark.filterwarnings("ignore:No directory at")  # no files were collected for the tests
def test_health_ready_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setattr(health, "_migrations", health._Migrations())
    assert Client().get("/health/ready").json() == {"status": "ready"}
    monkeypatch.setattr(health, "_migrations", SimpleNamespace(are_applied=False, ask=lambda: False))
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": "migrations"})

    def refuse(*_, **__) -> None:
        raise psycopg.OperationalError("secret-host is down")

    monkeypatch.setattr(health.psycopg, "connect", refuse)
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, "database")
    assert b"secret-host" not in answer.content


def test_the_doctor_speaks_english_too(settings) -> None:
    settings.SECRET_KEY = "short"
    with translation.override("en"):
        assert secrecy.check_secret_key().message == "The signing key is weak: sessions can be forged."


def test_every_check_of_the_kernel_is_documented() -> None:
    page = (Path(__file__).parents[4] / "docs" / "rooms" / "kernel.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(kernel\.\w+)` \|", page, re.MULTILINE))
    assert documented == {check.key for check in registry.checks if check.key.startswith("kernel.")}


def test_beside_a_running_sample_campus_the_doctor_looks_with_its_settings(monkeypatch, tmp_path):
    """A shell knows nothing of what `nanhu demo` chose for itself: text messages had no provider there."""
    monkeypatch.setenv("NANHU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("NANHU_DEMO")
    cli.look_as_the_running_campus()
    assert "NANHU_DEMO" not in os.environ, "nothing runs"
    Report(tmp_path, is_demo=False).write([])
    cli.look_as_the_running_campus()
    assert "NANHU_DEMO" not in os.environ, "a school's own campus"
    Report(tmp_path, is_demo=True).write([])
    monkeypatch.setenv("NANHU_DEMO", "0")
    cli.look_as_the_running_campus()
    assert os.environ["NANHU_DEMO"] == "0", "who says it himself is believed"
    monkeypatch.delenv("NANHU_DEMO")
    cli.look_as_the_running_campus()
    assert os.environ["NANHU_DEMO"] == "1"


def test_the_doctor_says_what_it_looked_at(monkeypatch):
    monkeypatch.setattr("nanhu.kernel.management.commands.doctor.examine", lambda *_asked, **_more: [])
    out = StringIO()
    call_command("doctor", language="zh-hans", stdout=out)
    assert f"检查的是样例校园，数据目录 {configuration.configuration().data_dir}" in out.getvalue()
