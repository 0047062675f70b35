"""The editors' desk: writing, publishing, taking back, seeing who has read."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage

from nanhu.kernel import clock
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.messages import rules
from nanhu.platforms.messages.desk import desk as console
from nanhu.platforms.messages.models import Attachment, Notice, Receipt
from nanhu.platforms.messages.tests.conftest import PDF, address, desk, file, make_people
from nanhu.testing.pages import PageTests

NEW = "/notices/manage/new/"


class TestPages(PageTests):
    desk = console

    @pytest.fixture
    def holder(self, browser, readers):
        return browser("editor")

    @pytest.fixture
    def stranger(self, browser, readers):
        return browser("teacher")

    def fill(self, count):
        Notice.objects.bulk_create(Notice(title="=1+1", body="…") for _one in range(count))


def fields(**given):
    return {"title": "关于选课的通知", "body": "请于周五前完成。", "audience": "all", "revision": "1"} | given


def deeds() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__startswith="messages.").order_by("id").values_list("action", flat=True)
    )


@pytest.mark.parametrize("path", ["", "new/", "preview/"])
def test_strangers_to_the_desk_get_404(browser, path):
    assert browser("teacher").get(f"/notices/manage/{path}").status_code == 404
    assert browser("teacher").post(f"/notices/manage/{path}", fields()).status_code in {404, 405}
    assert not Notice.objects.exists()


@pytest.mark.parametrize("tail", ["publish/", "withdraw/", "discard/", "edit/"])
def test_a_stranger_changes_nothing(browser, publish, tail):
    notice = publish()
    assert browser("teacher").post(desk(notice, tail), fields(reason="x")).status_code == 404
    assert Notice.objects.filter(pk=notice.pk, state="published", revision=1).exists()


def test_a_form_pressed_twice_begins_one_draft(browser, db):
    page = browser("editor").get(NEW).content.decode()
    said = fields(form_token=re.search(r'name="form_token" value="([^"]+)"', page)[1])
    first, second = (browser("editor").post(NEW, said | {"added": [file()]}) for _time in range(2))
    assert (first.status_code, second.status_code, first["Location"]) == (302, 302, second["Location"])
    assert (Notice.objects.count(), Attachment.objects.count()) == (1, 1)


def test_an_editor_writes_previews_and_publishes(browser, db):
    answer = browser("editor").post(NEW, fields(added=[file()], pinned="on", audience="students"))
    draft = Notice.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, desk(draft))
    assert (draft.state, draft.audience, draft.pinned, draft.author_id is not None) == ("draft", "students", True, True)
    assert "读者看到的样子" in browser("editor").get(desk(draft)).content.decode()
    assert browser("student").get(address(draft)).status_code == 404
    browser("editor").post(desk(draft, "publish/"))
    assert browser("student").get(address(draft)).status_code == 200
    assert deeds() == ["messages.draft_notice", "messages.attach_file", "messages.publish_notice"]
    assert (
        OutboxEvent.objects.filter(name="campus_messages.NoticePublished", payload={"notice_id": draft.pk}).count() == 1
    )


@pytest.mark.capability("A036.1")
def test_a_notice_waits_for_its_hour(browser):
    draft = Notice.objects.create(title="晚些", body="…")
    editor, hour = browser("editor"), clock.campus_time(clock.now() + timedelta(minutes=10))
    past = editor.post(desk(draft, "publish/"), {"at": f"{hour - timedelta(hours=1):%Y-%m-%dT%H:%M}"})
    assert past.status_code == 422
    assert "发布时间要晚于现在" in past.content.decode()
    editor.post(desk(draft, "publish/"), {"at": f"{hour:%Y-%m-%dT%H:%M}"})
    assert "定时发布" in editor.get("/notices/manage/").content.decode()
    assert browser("student").get(address(draft)).status_code == 404
    with time_machine.travel(hour):
        assert browser("student").get(address(draft)).status_code == 200


def test_publishing_twice_is_refused_and_tells_nobody_twice(browser, publish):
    notice = publish()
    assert browser("editor").post(desk(notice, "publish/")).status_code == 409
    assert OutboxEvent.objects.filter(name="campus_messages.NoticePublished").count() == 1


def test_withdrawing_needs_a_reason_and_keeps_the_receipts(browser, publish):
    notice = publish()
    browser("student").post(address(notice, "read/"))
    browser("editor").post(desk(notice, "withdraw/"), {"reason": " "})
    assert Notice.objects.get().state == "published"
    browser("editor").post(desk(notice, "withdraw/"), {"reason": "日期写错"})
    assert browser("student").get(address(notice)).status_code == 404
    assert Receipt.objects.count() == 1
    entry = AuditEntry.objects.get(action="messages.withdraw_notice")
    assert (entry.reason, entry.target) == ("日期写错", f"notice:{notice.pk}")
    browser("editor").post(desk(notice, "publish/"))
    assert browser("student").get(address(notice)).status_code == 200


@pytest.mark.capability("A036.3")
def test_a_change_is_seen_at_once_and_written_down(browser, publish):
    notice = publish(attachments=[("旧.pdf", PDF)])
    old = notice.attachments.get()
    given = fields(title="新标题", must_read="on", removed=[old.pk], added=[file("新.pdf")])
    assert browser("editor").post(desk(notice, "edit/"), given).status_code == 302
    page = browser("student").get(address(notice)).content.decode()
    assert "新标题" in page
    assert "新.pdf" in page
    assert "旧.pdf" not in page
    assert browser("student").get(f"/notices/files/{old.public_id}/").status_code == 404
    assert "修订" in page
    entry = AuditEntry.objects.get(action="messages.revise_notice")
    assert {"title", "body", "must_read"} <= set(entry.facts["changed"])


def test_two_editors_do_not_overwrite_each_other(browser, publish):
    notice = publish()
    browser("editor").post(desk(notice, "edit/"), fields(title="第一位"))
    answer = browser("editor").post(desk(notice, "edit/"), fields(title="第二位"))
    assert answer.status_code == 422
    assert "另一位编辑" in answer.content.decode()
    assert "第二位" in answer.content.decode()
    assert Notice.objects.get().title == "第一位"


def test_a_draft_can_be_thrown_away_with_its_files(browser, db, django_capture_on_commit_callbacks):
    browser("editor").post(NEW, fields(added=[file()]))
    draft, stored = Notice.objects.get(), Attachment.objects.get().file.name
    assert default_storage.exists(stored)
    with django_capture_on_commit_callbacks(execute=True):
        browser("editor").post(desk(draft, "discard/"))
    assert not Notice.objects.exists()
    assert not default_storage.exists(stored)


def test_what_was_published_cannot_be_thrown_away(browser, publish):
    assert browser("editor").post(desk(publish(), "discard/")).status_code == 409
    assert Notice.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("程序.exe", b"MZ", "只接受这些类型"),
        ("假的.pdf", b"<script>", "内容与扩展名不符"),
        ("空的.pdf", b"", "空的"),
        ("宏.docm", b"PK\x03\x04", "只接受这些类型"),
    ],
)
@pytest.mark.capability("A036.3")
def test_a_file_that_may_not_be_attached_is_refused_with_the_reason(browser, db, name, content, why):
    answer = browser("editor").post(NEW, fields(added=[file(), file(name, content)]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert why in text
    assert "关于选课的通知" in text
    assert not Notice.objects.exists()
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_refused(browser, db, monkeypatch):
    monkeypatch.setattr(rules, "LARGEST_ATTACHMENT", 10)
    answer = browser("editor").post(NEW, fields(added=[file()]))
    assert answer.status_code == 422
    assert not Notice.objects.exists()


def test_too_many_files_leave_nothing_behind(browser, publish):
    notice = publish()
    many = [file(f"{n}.pdf") for n in range(rules.MOST_ATTACHMENTS + 1)]
    answer = browser("editor").post(desk(notice, "edit/"), fields(added=many))
    assert answer.status_code == 422
    assert "最多 10 个附件" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert default_storage.listdir("notices/" + f"{clock.now():%Y-%m}")[1] == []
    assert Notice.objects.get().revision == 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"body": " "}, "body"),
        ({"audience": "parents"}, "audience"),
        ({"units": ["999999"]}, "units"),
        ({"office": "999999"}, "office"),
        ({"expires_at": "2020-01-01T00:00"}, "expires_at"),
        ({"expires_at": "明天"}, "expires_at"),
    ],
)
def test_a_form_that_is_wrong_keeps_what_was_written(browser, db, given, wrong):
    answer = browser("editor").post(NEW, fields(**given))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    assert not Notice.objects.exists()


def test_the_preview_shows_clean_html_and_keeps_nothing(browser, db):
    answer = browser("editor").post("/notices/manage/preview/", {"body": "## 安排\n<script>alert(1)</script>"})
    assert "<h2>安排</h2>" in answer.content.decode()
    assert "<script" not in answer.content.decode()
    assert not Notice.objects.exists()


@pytest.mark.capability("A025.2")
def test_the_desk_counts_readers_of_the_audience(browser, publish):
    make_people(("钱多多", "student", "14231100009", "11032301"), ("孙一", "student", "14231100010", "12"))
    notice = publish(audience="students", unit_codes=["11"])
    browser("student").post(address(notice, "read/"))
    browser("teacher").post(address(notice, "read/"))
    browser("student").post(address(publish("另一条"), "read/"))
    share = browser("editor").get(desk(notice)).context["share"]
    assert (share.read, share.audience, share.percent, share.unread) == (1, 2, 50, 1)
    assert "1 / 2 人已读" in browser("editor").get(desk(notice)).content.decode()


def test_the_desk_lists_by_state_and_searches(browser, publish):
    publish("已发布的")
    Notice.objects.create(title="草稿一", body="…")
    titles = [n.title for n in browser("editor").get("/notices/manage/?state=draft").context["list"].page]
    assert titles == ["草稿一"]
    found = [n.title for n in browser("editor").get("/notices/manage/?q=发布").context["list"].page]
    assert found == ["已发布的"]


@pytest.mark.capability("A036.5")
def test_an_expired_draft_is_not_published(browser, db):
    draft = Notice.objects.create(title="晚了", body="…", expires_at=clock.now() - timedelta(hours=1))
    assert browser("editor").post(desk(draft, "publish/")).status_code == 409
    assert Notice.objects.get().state == "draft"
