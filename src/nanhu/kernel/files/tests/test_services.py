"""Files from hand to hand: kept once, opened by whom their room lets, held for the law, removed when nobody must keep them."""

import os
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.errors import NotFoundError, ReasonMissingError, WrongStateError
from nanhu.kernel.files import services, store, views
from nanhu.kernel.files.errors import DamagedFileError, FileKeptError, RefusedFileError
from nanhu.kernel.files.jobs import remove_overdue_files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.files.registrations import check_files
from nanhu.kernel.files.tests.conftest import BY, OWNER, STRANGER
from nanhu.kernel.files.tests.samples import PDF, TEXT, noisy_jpeg
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Verdict

pytestmark = pytest.mark.django_db


def on_disk():
    return [path.name for path in store.all_paths()]


def opened(file, viewer=OWNER):
    return services.open_file(by=BY, viewer=viewer, file=file)


def shown(file, viewer=OWNER):
    request = RequestFactory().get("/")
    request.viewer, request.user = viewer, None
    return views.download(request, file.public_id)


def make_old(sha256):
    os.utime(store.path_of(sha256), (1, 1))


def test_one_content_is_stored_once_and_held_twice(keep):
    one, two = keep(), keep(target="test:2")
    assert one.public_id != two.public_id
    assert on_disk() == [one.sha256] == [two.sha256]
    assert store.path_of(one.sha256).read_bytes() == PDF


def test_only_its_owner_reads_what_lies_on_the_disk(keep):
    path = store.path_of(keep().sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


def test_its_room_decides_who_opens_it_and_each_look_is_noted(keep):
    file = keep()
    assert opened(file) == PDF
    assert AuditEntry.objects.filter(action="files.open", target=f"file:{file.public_id}").count() == 1
    with pytest.raises(NotFoundError):
        opened(file, STRANGER)
    assert AuditEntry.objects.filter(action="files.open").count() == 1


def test_a_purpose_that_no_room_declares_any_more_opens_nothing(keep, monkeypatch):
    file = keep()
    monkeypatch.setattr(services.purposes, "_entries", {})
    with pytest.raises(NotFoundError):
        opened(file)


def test_it_is_saved_and_never_shown(keep):
    answer = shown(keep(name="../发票\r\n.pdf"))
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "\r" not in answer["Content-Disposition"]
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_what_is_not_there_and_what_is_not_for_him_answer_alike(keep):
    file = keep()
    said = []
    for one in (file, StoredFile(public_id="0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f")):
        with pytest.raises(NotFoundError) as refused:
            shown(one, STRANGER)
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: (path.chmod(0o600), path.write_bytes(b"x"))]
)
def test_a_damaged_file_is_never_handed_out_and_the_doctor_names_it(keep, damage):
    file = keep()
    damage(store.path_of(file.sha256))
    with pytest.raises(DamagedFileError):
        opened(file)
    found = check_files()
    assert (found.verdict, file.name in found.message) == (Verdict.FAIL, True)
    keep()
    assert opened(file) == PDF
    assert check_files().verdict == Verdict.OK


@pytest.mark.parametrize(("content", "why"), [(b"", "空"), (PDF + bytes(2000) + PDF, "MB"), (b"MZ\x00", "只收")])
def test_what_is_refused_leaves_nothing(keep, purpose, content, why):
    with pytest.raises(RefusedFileError, match=why):
        keep(content, purpose=replace(purpose, largest_bytes=1500))
    assert (StoredFile.objects.count(), on_disk()) == (0, [])


def test_it_is_not_removed_before_its_time(keep):
    file = keep()
    with pytest.raises(FileKeptError, match="期限"):
        services.remove(by=BY, file=file, reason="不要了")
    assert opened(file) == PDF


def test_when_its_time_is_over_row_and_audit_stay_and_the_content_goes(keep):
    file = keep()
    with time_machine.travel(now() + timedelta(days=3652)):
        remove_overdue_files()
        with pytest.raises(NotFoundError):
            opened(StoredFile.objects.get())
        with pytest.raises(WrongStateError):
            services.hold(by=BY, file=file, reason="晚了")
    assert on_disk() == [file.sha256], "for a backup that is under way"
    make_old(file.sha256)
    with time_machine.travel(now() + timedelta(days=3654)):
        remove_overdue_files()
    assert on_disk() == []
    assert StoredFile.objects.get().removed_at is not None
    assert AuditEntry.objects.filter(action="files.remove").exists()


def test_content_stays_while_another_holds_it(keep, purpose):
    brief = keep(purpose=replace(purpose, retention=Retention(name="当天", days=0)))
    keep(target="test:2")
    services.remove(by=BY, file=brief, reason="草稿不要了")
    make_old(brief.sha256)
    assert services.sweep() == 0
    assert on_disk() == [brief.sha256]


def test_for_ever_is_for_ever(keep, purpose):
    file = keep(purpose=replace(purpose, retention=Retention(name="永久", days=None)))
    with time_machine.travel(now() + timedelta(days=40_000)):
        remove_overdue_files()
        with pytest.raises(FileKeptError):
            services.remove(by=BY, file=file, reason="不要了")
    assert StoredFile.objects.get().removed_at is None


def test_a_legal_hold_keeps_it_beyond_its_time_until_it_is_released(keep):
    file = keep()
    with pytest.raises(ReasonMissingError):
        services.hold(by=BY, file=file, reason=" ")
    services.hold(by=BY, file=file, reason="2026 民初 19 号")
    with time_machine.travel(now() + timedelta(days=3652)):
        remove_overdue_files()
        with pytest.raises(FileKeptError, match="民初"):
            services.remove(by=BY, file=file, reason="到期")
        assert opened(file) == PDF
        services.release(by=BY, file=file, reason="结案")
        remove_overdue_files()
    assert StoredFile.objects.get().removed_at is not None


def test_content_that_came_to_no_row_is_swept_a_day_later(keep):
    class GivenUpError(Exception):
        pass

    with pytest.raises(GivenUpError), transaction.atomic():
        file = keep(TEXT)
        raise GivenUpError
    assert services.sweep() == 0, "its transaction may be under way"
    make_old(file.sha256)
    assert services.sweep() == 1
    assert on_disk() == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM kernel_file",
        "UPDATE kernel_file SET sha256 = repeat('0', 64)",
        "UPDATE kernel_file SET kept_until = current_date",
        "UPDATE kernel_file SET name = 'x'",
        "UPDATE kernel_file SET removed_at = now()",
        "UPDATE kernel_file SET held_at = NULL, why_held = ''; UPDATE kernel_file SET removed_at = now(), sha256 = ''",
        "INSERT INTO kernel_file SELECT * FROM kernel_file",
    ],
)
def test_the_database_holds_it_whoever_writes(keep, statement):
    services.hold(by=BY, file=keep(), reason="诉讼")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE kernel_file SET removed_at = now()", "UPDATE kernel_file SET created_by_name = 'x'"],
)
def test_the_database_holds_it_until_its_time_also_without_a_hold(keep, statement):
    keep()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("hour", [0, 7, 9, 23])
def test_on_its_last_day_it_may_go_at_any_hour(keep, purpose, hour):
    with time_machine.travel(start_of(campus_today()) + timedelta(hours=hour, minutes=5)):
        services.remove(
            by=BY, file=keep(purpose=replace(purpose, retention=Retention(name="当天", days=0))), reason="草稿"
        )
    assert StoredFile.objects.get().removed_at is not None


def test_one_that_is_held_meanwhile_stops_no_other(keep, monkeypatch):
    held, other = keep(), keep(TEXT)
    plain = services.remove

    def remove(*, file, **said):
        if file == held:
            services.hold(by=BY, file=file, reason="诉讼")
        plain(file=file, **said)

    monkeypatch.setattr(services, "remove", remove)
    with time_machine.travel(now() + timedelta(days=3652)):
        assert services.remove_overdue() == 1
    assert set(StoredFile.objects.filter(removed_at=None)) == {held}
    assert other.pk != held.pk


def test_a_picture_that_grows_when_it_is_made_anew_is_refused(keep, purpose):
    small = noisy_jpeg()
    with pytest.raises(RefusedFileError, match="MB"):
        keep(small, purpose=replace(purpose, largest_bytes=len(small)))


def test_an_engineer_holds_and_releases_it_by_the_command(keep):
    file = keep()
    call_command("files", "hold", str(file.public_id), "--reason", "诉讼")
    call_command("files", "list", stdout=(out := StringIO()))
    assert str(file.public_id) in out.getvalue()
    call_command("files", "release", str(file.public_id), "--reason", "结案")
    call_command("files", "list", "--target", "test:1", stdout=(out := StringIO()))
    assert file.sha256 in out.getvalue()
    assert file.kept_until == campus_today() + timedelta(days=3650)
    for wrong in (["hold", "none", "--reason", "x"], ["hold", str(file.public_id), "--reason", " "]):
        with pytest.raises(CommandError):
            call_command("files", *wrong)
