"""Getting back in, in a real browser: find the account, set a new password, pass the wait without a picture."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from nanhu.sample.cast import CAST, Member
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import ROOT, Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
on_each_device = pytest.mark.parametrize("size", ["desk", "phone"])
type Visit = Callable[[str], Visitor]
NEW_PASSWORD = "Hupan-yuyue-2031"


def code_on_the_phone(visitor: Visitor, campus: Campus, words: str) -> str:
    """As the owner of the phone reads it: the newest message that speaks of this."""
    phone = visitor.page.context.new_page()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        phone.goto(f"{campus.url}/demo/phone")
        message = phone.locator("main").get_by_text(re.compile(words)).first
        if message.count():
            code = re.search(r"验证码是 (\d{6})", message.inner_text())
            phone.close()
            assert code is not None
            return code.group(1)
        phone.wait_for_timeout(250)
    pytest.fail(f"no message about {words}")


def fill_claim(page: Page, member: Member, *, with_number: bool) -> None:
    if with_number:
        page.get_by_label("账号", exact=True).fill(member.campus_no)
    page.get_by_label("姓名", exact=True).fill(member.name)
    page.get_by_label("证件号码", exact=True).fill(member.id_number)


@pytest.mark.capability("A042.1")
@on_each_device
def test_an_account_is_found_by_name_document_and_a_code(campus: Campus, visit: Visit, size: str) -> None:
    member, visitor = CAST["clerk" if size == "desk" else "teacher"], visit(size)
    page = visitor.page
    page.goto(f"{campus.url}/sign-in?next=/notices/")
    visitor.look()
    page.get_by_role("link", name="查询账号").click()
    visitor.look()
    fill_claim(page, member, with_number=False)
    page.get_by_role("button", name="发送验证码").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("输入验证码")
    visitor.look()

    page.get_by_label("验证码", exact=True).fill(code_on_the_phone(visitor, campus, "正在查询校园账号"))
    page.get_by_role("button", name="验证并继续").click()

    expect(page.get_by_text(member.campus_no)).to_be_visible()
    visitor.look()
    page.get_by_role("link", name="去登录").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))


@pytest.fixture
def forgetful(campus: Campus) -> Iterator[Member]:
    """The student; afterwards the sample's password is the student's again, as other journeys need it."""
    member = CAST["student"]
    yield member
    give_back = (
        "from nanhu.kernel.actors import Actor; from nanhu.platforms.identity import sample; "
        f"sample.set_password_for_sample(by=Actor.system('journey'), campus_no='{member.campus_no}', "
        f"password='{SAMPLE_PASSWORD}')"
    )
    done = subprocess.run(
        [sys.executable, "-m", "nanhu", "shell", "-c", give_back],
        env=campus.environment | {"NANHU_DEMO": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.capability("A045.2")
@on_each_device
def test_a_forgotten_password_is_set_anew_and_leads_where_one_wanted_to_go(
    campus: Campus, visit: Visit, size: str, forgetful: Member
) -> None:
    member, visitor = forgetful, visit(size)
    page = visitor.page
    page.goto(f"{campus.url}/sign-in?next=/notices/")
    page.get_by_role("link", name="忘记密码").click()
    visitor.look()
    fill_claim(page, member, with_number=True)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("证明是您本人")
    visitor.look()
    page.get_by_role("link", name=re.compile("回答密保问题")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("回答密保问题")
    visitor.look()
    page.get_by_role("link", name="换一种方式").click()
    page.get_by_role("button", name=re.compile("手机验证码")).click()
    page.get_by_label("验证码", exact=True).fill(code_on_the_phone(visitor, campus, "重设您的统一身份密码"))
    page.get_by_role("button", name="验证并继续").click()

    password = page.get_by_label("新密码", exact=True)
    password.fill("short")
    expect(page.get_by_text("还差 3 个字符")).to_be_visible()
    password.fill(f"{NEW_PASSWORD}-{size}")
    expect(page.locator("[data-strength-of]")).to_contain_text("很好")
    page.get_by_label("再输入一次").fill(f"{NEW_PASSWORD}-{size}")
    visitor.look()
    page.get_by_role("button", name="保存新密码").click()

    expect(page.get_by_text("密码已重设")).to_be_visible()
    visitor.look()
    page.get_by_label("账号", exact=True).fill(member.campus_no)
    page.get_by_label("密码", exact=True).fill(f"{NEW_PASSWORD}-{size}")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(f"{campus.url}/notices/")


@pytest.mark.capability("A024.3", "A032.1", "A032.2")
@on_each_device
def test_the_school_home_page_and_the_own_address_lead_to_one_sign_in_and_the_target_is_kept(
    campus: Campus, visit: Visit, size: str
) -> None:
    """By hand to the front door, by a link of another site to a page deep inside: the same sign-in, then there."""
    visitor = visit(size)
    page = visitor.page
    page.goto(campus.url)
    expect(page).to_have_url(re.compile(rf"^{campus.url}/sign-in"))
    with school_home_page(f"{campus.url}/notices/?page=1") as home:
        page.goto(home)
        page.get_by_role("link", name="智慧校园").click()
    expect(page).to_have_url(re.compile(rf"^{campus.url}/sign-in\?next="))
    page.get_by_label("账号", exact=True).fill(CAST["teacher"].campus_no)
    page.get_by_label("密码", exact=True).fill(SAMPLE_PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()

    expect(page).to_have_url(f"{campus.url}/notices/?page=1")
    page.goto(f"{campus.url}/apps/")
    expect(page.get_by_role("link", name="校园卡").first).to_be_visible()
    expect(page.get_by_role("link", name="OA 办公系统").first).to_be_visible()


@contextmanager
def school_home_page(target: str) -> Iterator[str]:
    """Another site, on another port: only a link."""
    page = f'<!doctype html><html lang="zh"><title>学校主页</title><a href="{target}">智慧校园</a></html>'

    class Home(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Home)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_the_wait_after_failures_is_passed_without_seeing_anything(campus: Campus, visit: Visit) -> None:
    """A name of this test's own: the browser works the challenge off, and its end is said aloud. A slow machine may have waited
    before it guesses again; the waits become longer."""
    visitor = visit("desk")
    page = visitor.page
    for _guess in range(40):
        visitor.sign_in(campus.url, "20990177", "not-the-password")
        expect(page.locator(".form-errors, [role=alert]").first).to_be_visible()
        if page.locator("[data-challenge]").count():
            break
    status = page.locator("[data-challenge] [role=status]")
    expect(status).to_have_text(re.compile("自动验证已完成"))
    visitor.faults.clear()  # the browser notes the refusals' statuses
    visitor.look()

    page.get_by_label("密码", exact=True).fill("still-not-the-password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("账号或密码不正确")).to_be_visible()
    visitor.faults.clear()


@on_each_device
def test_a_contact_is_verified_by_its_owner(campus: Campus, visit: Visit, size: str) -> None:
    visitor = visit(size)
    page = visitor.page
    visitor.sign_in(campus.url, CAST["teacher"].campus_no, SAMPLE_PASSWORD)
    page.goto(f"{campus.url}/account/contacts")
    visitor.look()
    page.get_by_role("link", name=re.compile("添加|更换")).first.click()
    tail = "2222" if size == "desk" else "3333"
    page.get_by_label("手机号").fill(f"1390000{tail}")
    page.get_by_label("当前密码").fill(SAMPLE_PASSWORD)
    visitor.look()
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码", exact=True).fill(code_on_the_phone(visitor, campus, "正在验证找回账号用的联系方式"))
    visitor.look()
    page.get_by_role("button", name="验证", exact=True).click()

    expect(page.get_by_text(f"139****{tail}")).to_be_visible()
    expect(page.get_by_text("起可用于重设密码")).to_be_visible()
    visitor.look()
