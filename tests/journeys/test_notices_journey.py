"""A notice from its writing to its withdrawal, in a real browser, on a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.tests.conftest import CAST, PASSWORD, PDF, SYSTEM, bring_in_the_cast
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TITLE = "关于开展宿舍用电安全检查的通知"
BODY = "各位同学：\n\n## 时间\n\n- 周三 **19:00** 起，逐栋检查；\n- 请保持房间有人。\n\n违规电器将代为保管。"


@pytest.fixture
def campus(live_server, settings, tmp_path):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    bring_in_the_cast()
    return live_server.url


@pytest.fixture
def water_notice(campus):
    return messages.publish_notice(by=SYSTEM, title="停水通知", body="今晚十点起停水。")


@pytest.fixture
def chromium():
    with open_browser() as found:
        yield found


@pytest.fixture
def sign_in(campus, chromium: Browser, request):
    """sign_in("student") → that person's own browser window, at the home."""
    faults: list[str] = []

    def sign_in(who: str, size: str = "desk", *, scripts: bool = True) -> Page:
        width, height = SIZES[size]
        page = chromium.new_context(
            base_url=campus, viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=scripts
        ).new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        sign_in_by_form(page, CAST[who][2], PASSWORD)
        return page

    yield sign_in
    assert [fault for fault in faults if "404" not in fault] == []


def write_and_publish(editor: Page, file: Path) -> None:
    editor.goto("/notices/manage/")
    look_at(editor, "notices-desk-empty")
    editor.click("a:has-text('写公告')")
    editor.fill("#id_title", TITLE)
    editor.fill("#id_body", BODY)
    expect(editor.locator("#preview h2")).to_have_text("时间")
    editor.check("input[name=audience][value=students]")
    editor.check("#id_must_read")
    editor.set_input_files("#id_added", file)
    look_at(editor, "notices-write")
    editor.click("button:has-text('保存草稿')")
    expect(editor.locator(".notice-file-name")).to_have_text("检查安排.pdf")
    look_at(editor, "notices-draft")
    editor.click("button:has-text('发布')")
    expect(editor.locator("main")).to_contain_text("已发布")


def work_through_the_list(editor: Page) -> None:
    """A row opens beside the list, which stays where it is; Esc closes it. A narrowed list is kept under a name."""
    here = editor.url
    editor.goto("/notices/manage/?state=published")
    editor.click(f"tbody a:has-text('{TITLE}')")
    expect(editor.locator("#panel h2").first).to_have_text(TITLE)
    look_at(editor, "notices-panel")
    editor.keyboard.press("Escape")
    expect(editor.locator("#panel")).to_be_hidden()
    editor.click("summary:has-text('存成视图')")
    editor.fill(".save-view [name=name]", "发出去的")
    editor.click(".save-view button")
    expect(editor.locator(".views [aria-current]").last).to_contain_text("发出去的")
    look_at(editor, "notices-views")
    editor.goto(here)


@pytest.mark.capability("A036.1", "A036.2", "A036.3", "A036.4", "A036.7")
def test_a_notice_reaches_its_audience_and_is_read(sign_in, tmp_path):
    file = tmp_path / "检查安排.pdf"
    file.write_bytes(PDF)
    editor, student, teacher = (sign_in(who) for who in ("editor", "student", "teacher"))
    student.goto("/notices/")
    look_at(student, "notices-empty")
    write_and_publish(editor, file)

    student.goto("/")
    expect(student.locator("main")).to_contain_text(TITLE)
    student.click(f"main a:has-text('{TITLE}')")
    expect(student.locator("h1")).to_have_text(TITLE)
    look_at(student, "notices-notice")
    with student.expect_download() as download:
        student.click(".notice-file")
    assert download.value.suggested_filename == "检查安排.pdf"
    assert Path(download.value.path()).read_bytes() == PDF

    student.goto("/notices/")
    expect(student.locator(".is-unread")).to_contain_text(TITLE)
    look_at(student, "notices-list-unread")
    student.click(f"a:has-text('{TITLE}')")
    student.click("button:has-text('我已阅读')")
    expect(student.locator(".notice-receipt-done")).to_contain_text("确认阅读")
    student.goto("/notices/")
    expect(student.locator(".bulletin-item")).to_contain_text(TITLE)
    expect(student.locator(".is-unread")).to_have_count(0)

    address = student.locator(".bulletin-link").get_attribute("href")
    teacher.goto("/notices/")
    expect(teacher.locator("main")).to_contain_text("还没有公告")
    assert teacher.goto(address).status == 404
    teacher.goto("/")
    expect(teacher.locator("main")).not_to_contain_text(TITLE)

    work_through_the_list(editor)
    editor.reload()
    expect(editor.locator(".notice-share")).to_contain_text("1 / 2 人已读")
    look_at(editor, "notices-manage")
    editor.click("summary:has-text('撤回这条公告')")
    editor.fill("#id_reason", "时间有变")
    editor.click(".notice-danger button[type=submit]")
    expect(editor.locator("main")).to_contain_text("已撤回")
    assert student.goto(address).status == 404
    student.goto("/notices/")
    expect(student.locator("main")).to_contain_text("还没有公告")


def test_opening_an_ordinary_notice_marks_it_read_and_without_scripts_a_button_does(water_notice, sign_in):
    student = sign_in("student", "phone")
    student.goto("/notices/")
    student.click("a:has-text('停水通知')")
    expect(student.locator(".notice-receipt-done")).to_contain_text("读过")

    teacher = sign_in("teacher", "phone", scripts=False)
    teacher.goto("/notices/")
    teacher.click("a:has-text('停水通知')")
    teacher.click("button:has-text('标为已读')")
    expect(teacher.locator(".notice-receipt-done")).to_contain_text("读过")
