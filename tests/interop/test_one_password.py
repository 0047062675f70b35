"""One password (一套密码): changed once on the portal's page, it is new in portal, card web, Wi-Fi, VPN and mail at once.

Every door is asked by a program of its own kind: Chromium, eapol_test, openconnect at ocserv, an IMAP client at Dovecot.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.testing.browsers import open_browser
from nanhu.testing.ports import free_ports
from tests.conftest import Campus, open_folder
from tests.interop import dovecot, ocserv
from tests.interop.conftest import PASSWORD, VPN_GATEWAY, Network
from tests.interop.dovecot import Dovecot
from tests.interop.ocserv import Ocserv

pytestmark = pytest.mark.journey
NEW = "Harbour-湖-Light-31"
DOORS = ("portal", "card web", "Wi-Fi", "VPN", "mail")


@pytest.fixture(scope="module")
def vpn(network: Network) -> Iterator[Ocserv]:
    with open_folder() as folder:
        server = ocserv.start(
            folder,
            free_ports(1)[0],
            radius_port=network.radius.port,
            secret=network.radius.secrets["vpn"],
            source=VPN_GATEWAY,
        )
        yield server
        server.stop()


@pytest.fixture(scope="module")
def mail(campus: Campus) -> Iterator[Dovecot]:
    with open_folder() as folder:
        done = campus.nanhu("radius_key", "mail", "--register", "电子邮箱", "--service", "mail", "--into", str(folder))
        assert done.returncode == 0, done.stderr
        server = dovecot.start(folder, free_ports(1)[0])
        yield server
        server.stop()


@pytest.fixture
def chromium(network: Network, vpn: Ocserv, mail: Dovecot) -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def at_sign_in(page: Page, name: str, password: str) -> bool:
    """Whether the page that asked for a password lets through; a "no" must say so."""
    page.get_by_label("账号", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    refused, inside = page.get_by_text("账号或密码不正确"), page.locator("form[action='/sign-out']").first
    expect(refused.or_(inside).first).to_be_attached()
    return inside.count() > 0


def opens_page(chromium: Browser, address: str, name: str, password: str) -> bool:
    """In a browser that knows nobody yet."""
    page = chromium.new_context(locale="zh-CN").new_page()
    try:
        page.goto(address)
        is_in = at_sign_in(page, name, password)
        assert not is_in or page.url == address, page.url
        return is_in
    finally:
        page.context.close()


def change_in_portal(chromium: Browser, campus: Campus, name: str, old: str, new: str) -> None:
    page = chromium.new_context(locale="zh-CN").new_page()
    page.goto(f"{campus.url}/account/password")
    assert at_sign_in(page, name, old)
    page.get_by_label("当前密码").fill(old)
    page.get_by_label("新密码", exact=True).fill(new)
    page.get_by_label("再输入一次").fill(new)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_label("当前密码")).to_have_count(0)
    page.context.close()


@pytest.mark.capability("A029.1", "A065.1", "A065.2")
def test_one_change_is_effective_everywhere(
    campus: Campus, network: Network, vpn: Ocserv, mail: Dovecot, chromium: Browser
) -> None:
    name = network.people["changer"]
    doors: dict[str, Callable[[str], bool]] = {
        "portal": lambda password: opens_page(chromium, f"{campus.url}/me/", name, password),
        "card web": lambda password: opens_page(chromium, f"{campus.url}/card/", name, password),
        "Wi-Fi": lambda password: network.radius.ttls(name, password)[0],
        "VPN": lambda password: vpn.admits(name, password),
        "mail": lambda password: mail.admits(f"{name}@vip.hnist.edu.cn", password),
    }
    assert tuple(doors) == DOORS

    def opened_by(password: str) -> dict[str, bool]:
        return {door: opens(password) for door, opens in doors.items()}

    assert opened_by(PASSWORD) == dict.fromkeys(DOORS, True), vpn.log() + mail.log()
    assert opened_by(NEW) == dict.fromkeys(DOORS, False)
    change_in_portal(chromium, campus, name, PASSWORD, NEW)
    assert opened_by(PASSWORD) == dict.fromkeys(DOORS, False)
    assert opened_by(NEW) == dict.fromkeys(DOORS, True)


@pytest.mark.capability("A062.1", "A065.2")
def test_a_mail_client_may_have_a_password_of_its_own(network: Network, mail: Dovecot) -> None:
    name = network.people["device"]

    assert mail.admits(name, network.secrets["mail"])
    assert not mail.admits(name, network.secrets["network"])
    assert not mail.admits(network.people["suspended"], PASSWORD)
