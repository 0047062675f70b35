"""A person and a third party: asked for consent, going in, taking the consent back, leaving; at a desk and on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.services import clients, keys
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, make_member
from nanhu.testing.browsers import open_browser
from tests.journeys.conftest import SIZES, Visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
on_each_device = pytest.mark.parametrize("size", ["desk", "phone"])
BACK = re.compile(r"http://localhost:\d+/privacy\?code=")


@contextmanager
def window(size: str) -> Iterator[Visitor]:
    """Opened after the campus is set up: Django and the browser's loop do not share a thread."""
    width, height = SIZES[size]
    with open_browser() as chromium:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        visitor = Visitor(context.new_page())
        visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
        yield visitor
        assert not visitor.faults


@pytest.fixture
def shop(live_server, monkeypatch) -> str:
    """A third party's request; it comes back to a page of ours, which stands in for its own."""
    monkeypatch.setattr(addresses, "issuer", lambda: live_server.url)
    keys.forget_signer()
    member = make_member("欧阳修文", "430602198001011119", "13973054321", staff="T00123", student="20250999")
    open_accounts(by=TEST, person_ids=[member.person_id])
    identity_sample.set_password_for_sample(by=TEST, campus_no="T00123", password=PASSWORD)
    record = register_application(
        by=TEST,
        key="print",
        name="云打印",
        owner="某某科技公司",
        attributes={"displayName": "在打印单上写您的名字", "campusNo": "区分同名的人", "mail": "打印好了通知您"},
    )
    back = f"{live_server.url}/privacy"
    client, _secret = clients.register(
        by=TEST,
        application=record,
        registration=clients.Registration(
            kind="browser",
            redirect_uris=[back],
            post_logout_redirect_uris=[back],
            subject="pairwise",
            asking="once",
            scopes=["openid", "profile", "email", "offline_access"],
            may_refresh=True,
        ),
    )
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    return (
        f"{live_server.url}/oidc/authorize?client_id={client.client_id}&redirect_uri={back}&response_type=code"
        f"&scope=openid+profile+email+offline_access&state=1&code_challenge={challenge}&code_challenge_method=S256"
    )


@on_each_device
def test_consent_is_asked_remembered_and_taken_back(live_server, shop, size):
    with window(size) as visitor:
        page = visitor.page
        page.goto(shop)
        page.get_by_label("账号", exact=True).fill("T00123")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()

        expect(page.get_by_role("heading", level=1)).to_contain_text("允许云打印使用您的信息？")
        expect(page.get_by_text("用途：打印好了通知您")).to_be_visible()
        visitor.look()
        page.get_by_role("button", name="同意", exact=True).click()
        expect(page).to_have_url(BACK)

        page.goto(shop)
        expect(page).to_have_url(BACK)

        page.goto(f"{live_server.url}/oidc/consents")
        expect(page.get_by_role("heading", name="云打印")).to_be_visible()
        visitor.look()
        page.get_by_role("button", name="撤销授权").click()
        expect(page.get_by_text("已撤销对云打印的授权")).to_be_visible()
        visitor.look()

        page.goto(shop)
        page.get_by_role("button", name="不同意").click()
        expect(page).to_have_url(re.compile("error=access_denied"))


@on_each_device
def test_choosing_an_account_and_leaving(live_server, shop, size):
    with window(size) as visitor:
        page = visitor.page
        visitor.sign_in(live_server.url, "T00123", PASSWORD)
        page.goto(f"{shop}&prompt=select_account")
        expect(page.get_by_role("heading", level=1)).to_contain_text("用哪个账号进入云打印？")
        visitor.look()
        page.get_by_role("button", name="使用这个账号").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("使用您的信息")

        page.goto(f"{live_server.url}/oidc/end-session")
        expect(page.get_by_role("heading", level=1)).to_contain_text("要退出登录吗")
        visitor.look()
        page.get_by_role("button", name="退出", exact=True).click()
        expect(page).to_have_url(f"{live_server.url}/signed-out")
        page.goto(f"{live_server.url}/account")
        expect(page).to_have_url(re.compile("/sign-in"))


@on_each_device
def test_what_cannot_be_answered_is_explained(live_server, shop, size):
    with window(size) as visitor:
        page = visitor.page
        page.goto(shop.replace("/privacy", "/elsewhere"))
        expect(page.get_by_text("返回地址（redirect_uri）与登记的不一致")).to_be_visible()
        visitor.look()
        page.goto(f"{live_server.url}/oidc/authorize?resume=long-gone")
        expect(page.get_by_text("请回到应用重新开始")).to_be_visible()
        visitor.look()
