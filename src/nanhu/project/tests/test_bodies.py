"""Large requests: refused by their head, before anything of them is read or lies in the folder of temporary files."""

import io

import pytest
from django.http import HttpRequest
from django.test import Client

from nanhu.kernel.bodies import MEGABYTE
from nanhu.project.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def unread(monkeypatch):
    def read(*_arguments):
        pytest.fail("the body was read")

    return lambda: monkeypatch.setattr(HttpRequest, "parse_file_upload", read)


def large(name: str = "added") -> dict[str, io.BytesIO]:
    file = io.BytesIO(b"%PDF-" + b"x" * 2 * MEGABYTE)
    file.name = "通知.pdf"
    return {name: file}


@pytest.mark.parametrize("address", ["/sign-in", "/cas/login", "/language", "/notices/manage/new/", "/datahub/upload/"])
def test_a_stranger_cannot_lay_files_on_our_disk(unread, address: str):
    unread()
    assert Client().post(address, large()).status_code == 413


@pytest.mark.parametrize("address", ["/account/password", "/notices/manage/new/", "/datahub/upload/"])
def test_nor_can_somebody_whose_work_it_is_not(unread, member, address: str):
    browser = Client()
    browser.post("/sign-in", {"username": member.campus_no, "password": PASSWORD})
    unread()

    assert browser.post(address, large()).status_code in {404, 413}


def test_an_editor_attaches_a_large_file(clerk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    body = {"title": "停水通知", "body": "明天停水。", "audience": "all", "revision": 1}
    answer = clerk.post("/notices/manage/new/", body | large())

    assert answer.status_code == 302, answer.content.decode()[:2000]


def test_a_steward_hands_in_a_large_file(clerk):
    answer = clerk.post("/datahub/upload/", {"source": "hr.staff", "dry_run": "on"} | large("file"))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/progress/")


def test_what_is_attached_lies_where_only_the_program_reads(clerk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clerk.post(
        "/notices/manage/new/", {"title": "停水", "body": "明天停水。", "audience": "all", "revision": 1} | large()
    )

    kept = [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept == []


def test_what_was_handed_in_is_nobody_elses_to_read(clerk, settings, tmp_path, monkeypatch):
    """Office files hold whole document numbers."""
    from nanhu.platforms.datahub.views import uploads

    class Elsewhere:
        data_dir = tmp_path

        def __getattr__(self, name):
            return getattr(uploads_configuration, name)

    uploads_configuration = uploads.configuration()
    monkeypatch.setattr(uploads, "configuration", Elsewhere)
    (tmp_path / "inbox").mkdir(mode=0o755)

    clerk.post("/datahub/upload/", {"source": "hr.staff", "dry_run": "on"} | large("file"))

    [file] = (tmp_path / "inbox").iterdir()
    assert (tmp_path / "inbox").stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0
