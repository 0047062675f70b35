"""An administrator registers an application, tries it out without pasting anything, and a refused student reads why."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
PAGES = (
    "",
    "register",
    "office/",
    "office/change",
    "office/access",
    "office/attributes",
    "office/maintenance",
    "office/protocols/cas",
    "office/connect",
    "office/why",
)
type Visit = Callable[[str], Visitor]


class Laboratory(BaseHTTPRequestHandler):
    """An application that answers whoever comes, as one that has just been installed."""

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer()

    def answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def laboratory() -> Iterator[str]:
    """At an address of its own: the port of a test that is over may be the next one's, and its application stays registered."""
    server = HTTPServer(("127.0.0.1", 0), Laboratory)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/{uuid4().hex}/"
    server.shutdown()
    server.server_close()


def administrator(campus: Campus, visit: Visit, size: str = "desk") -> Visitor:
    visitor = visit(size)
    visitor.sign_in(campus.url, CAST["administrator"].campus_no, SAMPLE_PASSWORD)
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    return visitor


def register(page: Page, campus: Campus, *, key: str, name: str, address: str) -> None:
    page.goto(f"{campus.url}/applications/register")
    page.get_by_label("名称", exact=True).fill(name)
    page.get_by_label("代号").fill(key)
    page.get_by_label("主管单位").fill("20")
    page.get_by_label("联系方式").fill("lab@example.edu.cn")
    page.get_by_label("主页地址").fill(address)
    page.get_by_label("在门户菜单中显示").select_option("work")
    page.get_by_role("checkbox", name="教职工", exact=True).check()
    page.get_by_role("radio", name=re.compile("^CAS")).check()
    page.get_by_role("button", name="登记，下一步").click()
    page.get_by_label("允许地址").fill(address)
    page.get_by_role("button", name="保存，看配置").click()


def test_an_application_is_registered_tried_and_its_refusal_explained(
    campus: Campus, visit: Visit, laboratory: str
) -> None:
    visitor = administrator(campus, visit)
    page = visitor.page
    page.goto(f"{campus.url}/applications/")
    page.get_by_role("link", name="登记应用", exact=True).click()
    visitor.look()

    register(page, campus, key="lab", name="实验室预约", address=laboratory)

    expect(page.get_by_text("mod_auth_cas").first).to_be_visible()
    visitor.look()
    page.get_by_role("button", name=re.compile("试一试")).click()
    expect(page.get_by_text("接入成功", exact=True)).to_be_visible()
    expect(page.get_by_text(CAST["administrator"].name).first).to_be_visible()
    visitor.look()

    page.goto(f"{campus.url}/applications/lab/why?number={CAST['student'].campus_no}")
    expect(page.get_by_text("只对一部分人开放")).to_be_visible()
    visitor.look()

    student = visit("phone")
    student.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
    student.page.goto(f"{campus.url}/cas/login?service={quote(laboratory)}")
    expect(student.page.get_by_role("heading", level=1)).to_contain_text("您不能使用实验室预约")
    expect(student.page.get_by_role("listitem").get_by_text("教职工")).to_be_visible()
    expect(student.page.get_by_role("link", name="写信申请使用")).to_be_visible()
    student.look()
    student.faults.clear()  # the console names the 403, which is meant


def test_a_change_is_previewed_and_maintenance_is_read_instead_of_a_broken_page(
    campus: Campus, visit: Visit, laboratory: str
) -> None:
    visitor = administrator(campus, visit)
    page = visitor.page
    register(page, campus, key="lab-two", name="仪器共享", address=laboratory)

    page.goto(f"{campus.url}/applications/lab-two/change")
    visitor.look()
    page.get_by_label("名称", exact=True).fill("仪器共享平台")
    page.get_by_label("原因").fill("改名")
    page.get_by_role("button", name="预览改动").click()
    expect(page.locator("ins", has_text="仪器共享平台")).to_be_visible()
    visitor.look()
    page.get_by_role("button", name="确认修改").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("仪器共享平台")
    visitor.look()

    page.goto(f"{campus.url}/applications/lab-two/maintenance")
    page.get_by_label("开始").fill("2020-01-01T08:00")
    page.get_by_label("结束").fill("2099-01-01T08:00")
    page.get_by_label("通知内容").fill("换服务器，周四恢复。")
    page.get_by_role("button", name="安排", exact=True).click()
    expect(page.get_by_role("cell", name="换服务器，周四恢复。")).to_be_visible()
    visitor.look()

    teacher = visit("phone")
    teacher.sign_in(campus.url, CAST["teacher"].campus_no, SAMPLE_PASSWORD)
    teacher.page.goto(f"{campus.url}/cas/login?service={quote(laboratory)}")
    expect(teacher.page.get_by_role("heading", level=1)).to_contain_text("正在维护")
    expect(teacher.page.get_by_text("换服务器，周四恢复。")).to_be_visible()
    teacher.look()
    teacher.faults.clear()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_administrators_pages_are_usable(campus: Campus, visit: Visit, size: str) -> None:
    """One sign-in for all of them: the second step takes a fresh code each time."""
    visitor = administrator(campus, visit, size)
    for path in PAGES:
        visitor.page.goto(f"{campus.url}/applications/{path}")
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        visitor.look()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_everybody_reads_which_applications_know_what(campus: Campus, visit: Visit, size: str) -> None:
    visitor = visit(size)
    visitor.sign_in(campus.url, CAST["student"].campus_no, SAMPLE_PASSWORD)
    visitor.page.goto(f"{campus.url}/account/applications")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("应用与我的信息")
    expect(visitor.page.get_by_text("OA 办公系统")).to_be_visible()
    visitor.look()
