"""What readers see, and what they do not."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Upper

from nanhu.kernel import clock
from nanhu.platforms.messages import api, queries, rules
from nanhu.platforms.messages.models import Notice, Receipt
from nanhu.platforms.messages.services.importing import ImportedNotice, import_notices
from nanhu.platforms.messages.tests.conftest import PDF, SYSTEM, address, desk, queries_of

LIST = "/notices/"


def titles(answer) -> list[str]:
    return [notice.title for notice in answer.context["page"]]


def bulletin(client) -> str:
    """The notices on the home."""
    return client.get("/").content.decode().partition('<ul class="notices plain">')[2].partition("</ul>")[0]


@pytest.mark.capability("A036.1", "A036.4")
def test_each_reader_lists_what_is_meant_for_them(browser, publish):
    publish("给全校")
    publish("给学生", audience="students")
    publish("给教职工", audience="staff")
    publish("给计算机学院", unit_codes=["11"])
    publish("给机械学院的学生", audience="students", unit_codes=["12"])
    assert titles(browser("student").get(LIST)) == ["给计算机学院", "给学生", "给全校"]
    assert titles(browser("other_student").get(LIST)) == ["给机械学院的学生", "给学生", "给全校"]
    assert titles(browser("teacher").get(LIST)) == ["给计算机学院", "给教职工", "给全校"]
    home = bulletin(browser("student"))
    assert re.findall(r"给[^<]+", home) == ["给计算机学院", "给学生", "给全校"], "nor on the home"
    assert "给学生" not in bulletin(browser("teacher"))
    assert [one.title for one in api.latest_for_all()] == ["给全校"], "nor outside"


@pytest.mark.capability("A036.4", "A036.3")
def test_a_student_cannot_open_a_staff_notice_by_its_address(browser, publish):
    notice = publish("给教职工", audience="staff", attachments=[("名单.pdf", PDF)])
    file = notice.attachments.get()
    assert browser("student").get(address(notice)).status_code == 404
    assert browser("student").get(f"/notices/files/{file.public_id}/").status_code == 404
    assert browser("student").post(address(notice, "read/")).status_code == 404
    assert not Receipt.objects.exists()
    page = browser("teacher").get(address(notice))
    assert page.status_code == 200
    assert f'href="/notices/files/{file.public_id}/"' in page.content.decode()


def test_an_english_reader_reads_its_office_in_english(browser, publish):
    notice = publish(office_code="1012")
    for page in (LIST, address(notice), "/"):
        said = browser("student").get(page, headers={"accept-language": "en"}).content.decode()
        assert ("Academic Affairs Office" in said, "教务处" in said) == (True, False), page


def test_a_stranger_is_sent_to_sign_in(client, publish):
    answer = client.get(address(publish()))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")


@pytest.mark.capability("A036.5")
@pytest.mark.parametrize("change", [{"expires_at": -1}, {"state": "withdrawn"}])
def test_what_is_over_or_withdrawn_is_gone_for_readers(browser, publish, change):
    notice = publish(attachments=[("名单.pdf", PDF)])
    now = clock.now()
    if "expires_at" in change:
        Notice.objects.filter(pk=notice.pk).update(published_at=now - timedelta(2), expires_at=now - timedelta(1))
    else:
        Notice.objects.filter(pk=notice.pk).update(state="withdrawn", withdrawn_at=now)
    file = notice.attachments.get()
    assert titles(browser("student").get(LIST)) == []
    for page in ("/", f"{LIST}?unread=1", "/messages/", f"/search/?q={notice.title}"):
        shown = browser("student").get(page).content.decode()
        assert address(notice) not in shown, page
    assert notice.title not in browser("student").get("/").content.decode()
    assert browser("student").get(address(notice)).status_code == 404
    assert browser("student").get(f"/notices/files/{file.public_id}/").status_code == 404
    assert browser("editor").get(address(notice)).status_code == 200
    assert browser("editor").get(f"/notices/files/{file.public_id}/").status_code == 200


@pytest.mark.capability("A036.6")
def test_pinned_stand_first_then_the_newest(browser, publish):
    publish("旧的置顶", pinned=True)
    publish("新的")
    publish("最新的")
    assert titles(browser("student").get(LIST)) == ["旧的置顶", "最新的", "新的"]


@pytest.mark.capability("A036.2", "A036.3", "A036.6")
def test_the_home_marks_what_is_unread_pinned_and_has_a_file(browser, publish):
    student = browser("student")
    pinned = publish("旧的置顶", pinned=True, attachments=[("安排.pdf", PDF)])
    publish("最新的")
    first, second = bulletin(student).split("</li>")[:2]
    assert [mark in first for mark in ("旧的置顶", "notice-unread", "未读", "置顶</span>", "有附件")] == [True] * 5
    assert [mark in second for mark in ("最新的", "notice-unread", "置顶", "有附件")] == [True, True, False, False]
    student.post(address(pinned, "read/"))
    first, second = bulletin(student).split("</li>")[:2]
    assert [mark in first for mark in ("旧的置顶", "notice-unread", "未读")] == [True, False, False]
    assert "notice-unread" in second


@pytest.mark.capability("A036.1")
def test_a_draft_is_seen_by_nobody_but_editors(browser, publish):
    notice = publish()
    draft = Notice.objects.create(title="草稿", body="…")
    assert titles(browser("editor").get(LIST)) == [notice.title]
    assert browser("student").get(address(draft)).status_code == 404
    assert browser("editor").get(address(draft)).status_code == 200


@pytest.mark.capability("A036.3")
def test_the_attachment_is_a_download_that_no_browser_runs(browser, publish):
    notice = publish(attachments=[("放假 安排.pdf", PDF)])
    answer = browser("student").get(f"/notices/files/{notice.attachments.get().public_id}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%94%BE%E5%81%87%20%E5%AE%89%E6%8E%92.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.capability("A025.2")
def test_reading_by_get_leaves_no_receipt(browser, publish):
    notice = publish()
    browser("student").get(address(notice))
    assert not Receipt.objects.exists()
    assert browser("student").get(LIST).context["unread"] == 1


@pytest.mark.capability("A036.2")
def test_the_receipt_clears_the_unread_mark_of_this_reader_only(browser, publish):
    notice = publish()
    assert b"is-unread" in browser("student").get(LIST).content
    answer = browser("student").post(address(notice, "read/"))
    assert answer.status_code == 302
    assert b"is-unread" not in browser("student").get(LIST).content
    assert browser("student").get(LIST).context["unread"] == 0
    assert browser("teacher").get(LIST).context["unread"] == 1


@pytest.mark.capability("A025.2")
def test_reading_twice_keeps_the_first_receipt(browser, publish):
    notice = publish()
    browser("student").post(address(notice, "read/"))
    first = Receipt.objects.get().read_at
    browser("student").post(address(notice, "read/"))
    assert Receipt.objects.get().read_at == first


@pytest.mark.capability("A036.7")
def test_an_ordinary_notice_is_marked_when_it_is_opened_and_a_must_read_by_hand(browser, publish):
    plain = browser("student").get(address(publish("普通"))).content.decode()
    binding = browser("student").get(address(publish("必读", must_read=True))).content.decode()
    assert 'hx-trigger="load"' in plain
    assert 'hx-trigger="load"' not in binding
    assert "我已阅读" in binding


@pytest.mark.capability("A025.2")
def test_the_receipt_answers_a_page_with_its_fragment(browser, publish):
    notice = publish(must_read=True)
    answer = browser("student").post(address(notice, "read/"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "确认阅读" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.capability("A036.7")
def test_what_must_be_read_waits_however_old_it_is(browser, publish):
    """An ordinary one is no longer called unread some day."""
    old = clock.now() - rules.UNREAD_FOR - timedelta(days=1)
    for title, must_read in (("普通", False), ("必读", True)):
        Notice.objects.filter(pk=publish(title, must_read=must_read).pk).update(published_at=old)
    assert browser("student").get(LIST).context["unread"] == 1
    assert "必读" in browser("student").get(LIST, {"unread": "1"}).content.decode().partition('class="bulletin"')[2]


@pytest.mark.capability("A036.7")
def test_all_can_be_marked_read_but_what_must_be_read(browser, publish):
    for number in range(3):
        publish(f"第 {number} 条")
    publish("必读", must_read=True)
    browser("student").post("/notices/read-all/")
    shown = browser("student").get(LIST).context
    assert (shown["unread"], shown["clearable"]) == (1, 0)
    assert Receipt.objects.count() == 3


@pytest.mark.capability("A036.2")
def test_old_notices_carry_no_mark_unless_they_must_be_read(browser, publish):
    long_ago = clock.now() - timedelta(days=90)
    plain, binding = publish("旧"), publish("旧的必读", must_read=True)
    Notice.objects.filter(pk__in=[plain.pk, binding.pk]).update(published_at=long_ago)
    assert browser("student").get(LIST).context["unread"] == 1


@pytest.mark.capability("A025.2", "A036.2")
def test_an_editor_outside_the_audience_leaves_no_receipt(browser, publish):
    notice = publish(audience="students")
    browser("editor").post(address(notice, "read/"))
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=放假", ["国庆放假安排"]),
        ("q=国庆 安排", ["国庆放假安排"]),
        ("q=Registraton", ["Course registration opens"]),
        ("q=没有这个词", []),
        ("q=%25", []),
        ("office=1012", ["选课通知"]),
        ("unread=1", ["Course registration opens", "选课通知"]),
        ("year=2001", []),
        (f"year={'9' * 5000}", ["Course registration opens", "国庆放假安排", "选课通知"]),
        ("year=abc&page=-3&office=%00", ["Course registration opens", "国庆放假安排", "选课通知"]),
    ],
)
def test_the_address_filters_the_list(browser, publish, query, found):
    publish("选课通知", office_code="1012")
    seen = publish("国庆放假安排")
    publish("Course registration opens")
    browser("student").post(address(seen, "read/"))
    assert titles(browser("student").get(f"{LIST}?{query}")) == found


@pytest.mark.capability("A036.4")
def test_the_search_finds_the_notices_that_one_may_read(browser, publish):
    publish("全校选课通知")
    publish("教师选课说明", audience="staff")

    def found(who):
        groups = browser(who).get("/search/", {"q": "选课"}).context["groups"]
        return sorted(hit.title for group in groups if group.key == "messages.notices" for hit in group.hits)

    assert found("student") == ["全校选课通知"]
    assert found("teacher") == ["全校选课通知", "教师选课说明"]


def test_years_follow_the_campus_clock(browser, publish):
    notice = publish("元旦")
    Notice.objects.filter(pk=notice.pk).update(published_at="2025-12-31T16:30:00Z", must_read=True)
    assert titles(browser("student").get(f"{LIST}?year=2026")) == ["元旦"]
    assert titles(browser("student").get(f"{LIST}?year=2025")) == []
    year = browser("student").get(LIST).context["narrowing"]["filters"].form.fields["year"]
    assert [key for key, _word in year.choices if key] == [2026]


def test_an_empty_list_says_what_it_is_for(browser):
    text = browser("student").get(LIST).content.decode()
    assert "还没有公告" in text
    assert "没读过的会有记号" in text


@pytest.mark.capability("A036.1")
def test_what_was_withdrawn_stands_in_no_list_and_each_line_leads_to_its_notice(browser, publish):
    gone, stays = publish("写错了"), publish("放假")
    assert (
        browser("editor").post(f"/notices/manage/{gone.public_id}/withdraw/", {"reason": "日期写错"}).status_code == 302
    )
    assert titles(browser("student").get(LIST)) == ["放假"]
    for page in (browser("student").get(LIST).content.decode(), bulletin(browser("student"))):
        assert f'href="{address(stays)}"' in page
        assert "写错了" not in page
    assert "放假" in browser("student").get(address(stays)).content.decode()


@pytest.mark.capability("A036.1")
def test_the_list_is_paged(browser, publish):
    now = clock.now()
    rows = [
        ImportedNotice(key=f"t:{n}", title=f"第 {n} 条", body="…", published_at=now - timedelta(hours=n + 1))
        for n in range(45)
    ]
    import_notices(rows, by=SYSTEM)
    last = browser("student").get(f"{LIST}?page=3")
    assert titles(last) == [f"第 {n} 条" for n in range(40, 45)]


def test_the_pages_cost_few_queries_however_long_the_list(browser, publish):
    for number in range(12):
        publish(f"第 {number} 条", attachments=[("表.pdf", PDF)], office_code="1012", unit_codes=["11"])
    notice = Notice.objects.first()
    assert queries_of(browser("student"), LIST) <= 12
    assert queries_of(browser("student"), address(notice)) <= 10
    assert queries_of(browser("editor"), "/notices/manage/") <= 10
    assert queries_of(browser("editor"), desk(notice)) <= 14


@pytest.mark.capability("A036.2")
def test_the_home_gets_its_lines_in_one_query_beside_what_was_read_of_the_reader(
    browser, publish, django_assert_num_queries
):
    from nanhu.kernel import registry

    for number in range(5):
        publish(f"第 {number} 条", attachments=[("表.pdf", PDF)], office_code="1012", pinned=number == 0)
    viewer = browser("student").get(LIST).wsgi_request.viewer
    (source,) = [one for one in registry.home_notices if one.key == "messages.notices"]
    with django_assert_num_queries(1):
        lines = source.load(viewer, 3)
    assert [line.title for line in lines] == ["第 0 条", "第 4 条", "第 3 条"]
    assert (lines[0].is_pinned, lines[0].is_unread, lines[0].has_attachment) == (True, True, True)
    assert lines[0].office == "教务处"


def plan_of(notices) -> str:
    """How PostgreSQL finds these when reading whole tables is made expensive, as it is on a large campus."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return notices.explain()


def test_the_unread_count_and_the_search_stand_on_their_indexes(browser, publish):
    publish()
    viewer = browser("student").get(LIST).wsgi_request.viewer
    assert "messages_receipt_once" in plan_of(queries.unread_of(viewer))
    titled = Notice.objects.alias(upper_title=Upper("title")).filter(queries.title_condition("选课的通知"))
    assert "messages_notice_title_trgm" in plan_of(titled)


def test_the_pages_speak_english_too(browser, publish):
    notice = publish("Water", must_read=True)
    english = {"Accept-Language": "en"}
    listed = browser("student").get(LIST, headers=english).content.decode()
    assert "1 unread notice." in listed
    assert "Unread only" in listed
    assert "I have read this" in browser("student").get(address(notice), headers=english).content.decode()
