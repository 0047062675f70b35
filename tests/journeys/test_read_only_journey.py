"""The emergency read-only mode as a student meets it, at a desk and on a phone: he reads on, what he typed is not lost, and goes when it is over."""

from collections.abc import Callable, Iterator
from time import sleep

import pytest
from playwright.sync_api import Page, expect

from nanhu.kernel import read_only
from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
REASON = "演练：存储告警"
WORDS = "门户里我的课表从昨天起是空的，\n重新登录、换浏览器都一样，别的同学正常。"
REFUSED = "503"


@pytest.fixture
def operator(campus: Campus) -> Iterator[Callable[..., None]]:
    """At the machine: `nanhu read_only`. Whatever happens, it ends. The pages are several processes', each of which has heard by then."""

    def run(*words: str) -> None:
        done = campus.nanhu("read_only", *words)
        assert done.returncode == 0, done.stderr
        sleep(read_only.SECONDS)

    yield run
    campus.nanhu("read_only", "off")


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form:has(#id_words) button[type=submit]").click()


def test_a_student_reads_on_loses_no_word_and_sends_it_when_it_is_over(
    campus: Campus, visit: Callable[..., Visitor], operator: Callable[..., None]
) -> None:
    desk, phone = (visit(size, service_workers="allow") for size in ("desk", "phone"))
    for one in (desk, phone):
        one.excused.add(REFUSED)
        one.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
        one.page.goto(f"{campus.url}/requests/service/")
        one.page.locator("input[name=system][value=portal]").check()
        one.page.locator("#id_words").fill(WORDS)

    operator("on", REASON)
    reader = visit("phone", service_workers="allow")
    reader.excused.add(REFUSED)
    reader.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
    for path in ("/", "/requests/", "/requests/mine/", "/apps/", "/calendar/"):
        answer = reader.page.goto(f"{campus.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        expect(reader.page.get_by_text(f"学校启用了应急只读：现在只能看，不能改。{REASON}")).to_be_visible()
    reader.page.goto(f"{campus.url}/apps/")
    reader.page.locator("form.star button").first.click()
    expect(reader.page.locator(".not-taken")).to_contain_text("现在只能看，不能改")
    reader.look_at_both_sizes()

    for one in (desk, phone):
        send(one.page)
        expect(one.page.get_by_role("heading", name="现在只能看，不能改")).to_be_visible()
        assert one.page.locator("textarea[name=words]").input_value() == WORDS
        one.look()
        with one.page.expect_navigation():
            one.page.get_by_role("button", name="再提交一次").click()
        assert one.page.locator("textarea[name=words]").input_value() == WORDS, "also when he is impatient"
    reader.page.goto(f"{campus.url}/requests/mine/")
    expect(reader.page.get_by_text("重新登录、换浏览器都一样")).to_have_count(0)

    operator("off")
    for one in (desk, phone):
        with one.page.expect_navigation():
            one.page.get_by_role("button", name="再提交一次").click()
        expect(one.page.locator("main").get_by_text("重新登录、换浏览器都一样").first).to_be_visible()
