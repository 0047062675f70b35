"""Second factors in a real browser: passkeys by a virtual authenticator, an app's codes, a phone that lets a desktop in."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.browsers import end_session
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
type Visit = Callable[[str], Visitor]
ADMINISTRATOR, TEACHER, STUDENT = CAST["administrator"], CAST["teacher"], CAST["student"]


def authenticator(page: Page, url: str) -> tuple[CDPSession, str]:
    """A device with a fingerprint reader, which agrees at once. On a window that never showed a page Chromium at times forgets it."""
    page.goto(url)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_out(visitor: Visitor, campus: Campus) -> None:
    end_session(visitor.page)
    visitor.page.goto(f"{campus.url}/sign-in")


def password_alone(visitor: Visitor, campus: Campus, campus_no: str) -> None:
    page = visitor.page
    page.goto(f"{campus.url}/sign-in")
    page.get_by_label("账号", exact=True).fill(campus_no)
    page.get_by_label("密码", exact=True).fill(SAMPLE_PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()


def test_an_administrator_gives_the_code_of_the_sample_phone(campus: Campus, visit: Visit) -> None:
    visitor = visit("phone")
    password_alone(visitor, campus, ADMINISTRATOR.campus_no)
    expect(visitor.page).to_have_url(re.compile("/sign-in/second"))
    visitor.look_at_both_sizes()
    visitor.page.goto(f"{campus.url}/account")
    expect(visitor.page).to_have_url(re.compile("/sign-in\\?"))

    visitor.sign_in(campus.url, ADMINISTRATOR.campus_no, SAMPLE_PASSWORD)

    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    visitor.page.goto(f"{campus.url}/account")
    visitor.look_at_both_sizes()
    visitor.page.goto(f"{campus.url}/account/sessions")
    expect(visitor.page.get_by_text("两步").first).to_be_visible()
    visitor.look_at_both_sizes()


def test_a_teacher_adds_a_passkey_and_signs_in_by_it_alone_and_as_second_step(campus: Campus, visit: Visit) -> None:
    visitor = visit("desk")
    page = visitor.page
    devtools, device = authenticator(page, f"{campus.url}/sign-in")
    visitor.sign_in(campus.url, TEACHER.campus_no, SAMPLE_PASSWORD)
    page.goto(f"{campus.url}/account/factors")
    visitor.look_at_both_sizes()
    page.get_by_role("link", name="添加通行密钥").click()
    visitor.look_at_both_sizes()
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_role("heading", name="记下恢复码")).to_be_visible()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    recovery_code = page.locator(".recovery-codes li").first.inner_text()
    visitor.look_at_both_sizes()
    page.get_by_role("link", name="记好了，继续").click()
    expect(page.get_by_text("办公室电脑").first).to_be_visible()
    visitor.look_at_both_sizes()

    sign_out(visitor, campus)
    page.get_by_role("button", name="通行密钥").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))
    page.goto(f"{campus.url}/account/sessions")
    expect(page.get_by_role("main").get_by_text("本机")).to_be_visible()

    sign_out(visitor, campus)
    password_alone(visitor, campus, TEACHER.campus_no)
    expect(page).to_have_url(re.compile("/sign-in/second"))
    visitor.look_at_both_sizes()
    page.get_by_role("button", name="用通行密钥验证").click()
    expect(page).not_to_have_url(re.compile("/sign-in"))

    copied = devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"][0]
    assert copied["signCount"] >= 3
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    devtools.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": {**copied, "signCount": 0}})
    sign_out(visitor, campus)
    page.get_by_role("button", name="通行密钥").click()
    expect(page.get_by_text("可能被复制过")).to_be_visible()
    visitor.faults.clear()  # the browser notes the refusal's status

    password_alone(visitor, campus, TEACHER.campus_no)
    page.goto(f"{campus.url}/sign-in/second?way=recovery")
    page.get_by_label("恢复码").fill(recovery_code)
    page.get_by_role("button", name="验证并继续").click()
    page.goto(f"{campus.url}/account/factors")
    page.get_by_text("改名或删除").click()
    page.get_by_role("button", name="删除这个通行密钥").click()
    expect(page.get_by_text("通行密钥已删除")).to_be_visible()


def test_a_passkey_that_is_not_there_says_so(campus: Campus, visit: Visit) -> None:
    visitor = visit("phone")
    page = visitor.page
    devtools, device = authenticator(page, f"{campus.url}/sign-in")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="通行密钥").click()
    expect(page.get_by_text("没有完成：")).to_be_visible()
    visitor.look()


def test_a_student_sets_up_an_app_lets_a_desktop_in_by_qr_and_takes_the_app_away(
    campus: Campus, visit: Visit, tmp_path: Path
) -> None:
    phone, desktop = visit("phone"), visit("desk")
    page = phone.page
    phone.sign_in(campus.url, STUDENT.campus_no, SAMPLE_PASSWORD)

    desktop.page.goto(f"{campus.url}/sign-in?next=/account/sessions")
    desktop.page.get_by_role("button", name="手机扫码").click()
    expect(desktop.page.locator("img.qr")).to_be_visible()
    desktop.look_at_both_sizes()
    number = desktop.page.locator(".scan-number").inner_text()
    address = read_qr(desktop.page, tmp_path)
    assert address.startswith(f"{campus.url}/scan/")
    page.goto(address)
    expect(desktop.page.get_by_text("手机已扫码")).to_be_visible()
    phone.look_at_both_sizes()
    page.get_by_label("电脑屏幕上的两位数字").fill(number)
    page.get_by_role("button", name="数字一致，登录").click()
    expect(page.get_by_role("heading", name="已确认")).to_be_visible()
    phone.look()
    desktop.page.get_by_role("button", name=f"我是{STUDENT.name}，登录").click()
    expect(desktop.page).to_have_url(f"{campus.url}/account/sessions")
    desktop.look_at_both_sizes()

    page.goto(f"{campus.url}/account/factors/add/totp")
    phone.look_at_both_sizes()
    page.get_by_text("不能扫码？").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("验证码", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="完成设置").click()
    expect(page.get_by_role("heading", name="记下恢复码")).to_be_visible()
    page.goto(f"{campus.url}/account/factors")
    phone.look_at_both_sizes()
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.get_by_text("动态口令已删除")).to_be_visible()


def read_qr(page: Page, folder: Path) -> str:
    """What a phone's camera would read, by Debian's zbarimg."""
    picture = folder / "qr.png"
    page.locator("img.qr").screenshot(path=picture)
    command = ["zbarimg", "--quiet", "--raw", str(picture)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
