"""Applications that are no rooms of this house: on the school's list, in everybody's menu."""

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.portal import api
from nanhu.platforms.portal.models import ListedApplication

from .conftest import TEST


@pytest.fixture(autouse=True)
def _commits(monkeypatch):
    """A test's transaction never commits: what waits for the commit is done at once."""
    monkeypatch.setattr(transaction, "on_commit", lambda deed, **_options: deed())


OFFICE = {"key": "office", "name": "OA 办公系统", "url": "https://oa.example.edu.cn/", "section": "work"}


def test_a_listed_application_stands_in_the_menu_of_its_faces(board, student, teacher):
    api.list_application(by=TEST, faces={"staff"}, description="公文、会议", icon="file-text", **OFFICE)
    page = teacher.get("/apps/").content.decode()
    assert 'href="https://oa.example.edu.cn/"' in page
    assert "免登录" in page
    assert "OA 办公系统" not in student.get("/apps/").content.decode()
    assert student.post("/apps/office/favourite").status_code == 404
    assert AuditEntry.objects.filter(action="portal.list_application", target="application:office").count() == 1


def test_maintenance_is_shown_and_lifted(board, teacher):
    api.list_application(by=TEST, faces={"staff"}, **OFFICE)
    api.set_maintenance(by=TEST, key="office", is_in_maintenance=True, reason="升级")
    assert "维护中" in teacher.get("/apps/").content.decode()
    assert 'href="https://oa.example.edu.cn/"' not in teacher.get("/apps/").content.decode()
    api.set_maintenance(by=TEST, key="office", is_in_maintenance=False, reason="好了")
    assert "维护中" not in teacher.get("/apps/").content.decode()


def test_listing_twice_changes_and_taking_off_removes(board, teacher):
    for name in ("OA", "OA 办公系统"):
        api.list_application(by=TEST, faces={"staff"}, **{**OFFICE, "name": name})
    assert ListedApplication.objects.get().name == "OA 办公系统"
    api.take_off(by=TEST, key="office", reason="换新系统")
    assert "OA" not in teacher.get("/apps/").content.decode().split("<main", 1)[1]


@pytest.mark.parametrize(
    "wrong",
    [{"url": "javascript:alert(1)"}, {"section": "elsewhere"}, {"faces": ["parent"]}, {"faces": []}, {"name": ""}],
)
def test_a_wrong_entry_is_refused_with_a_sentence_and_nothing_changes(db, wrong):
    with pytest.raises(api.ListingRefusedError):
        api.list_application(by=TEST, **{**OFFICE, "faces": ["staff"], **wrong})
    assert ListedApplication.objects.count() == 0
    assert not AuditEntry.objects.filter(action="portal.list_application").exists()


@pytest.mark.parametrize(
    "wrong", [{"url": "javascript:alert(1)"}, {"section": "elsewhere"}, {"faces": ["parent"]}, {"faces": []}]
)
def test_the_database_refuses_it_too(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ListedApplication.objects.create(**{**OFFICE, "faces": ["staff"], **wrong})


def test_a_room_s_own_key_is_not_taken_over(board, teacher):
    board.application("office", "公文", url="/office/")
    api.list_application(by=TEST, faces={"staff"}, **OFFICE)
    page = teacher.get("/apps/").content.decode()
    assert 'href="/office/"' in page
    assert "oa.example.edu.cn" not in page
