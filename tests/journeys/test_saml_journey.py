"""An administrator joins a federation, finds a library database in it and gives it a record; and connects one by paste."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nanhu.platforms.identity.protocols.saml.tests.federation import aggregate, federation_pair, signed
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner
from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
type Visit = Callable[[str], Visitor]
BOOKS = Partner(entity_id="https://sso.books.example/shibboleth", is_encrypting=True)
JOURNALS = Partner(entity_id="https://journals.example/sp")


def administrator(campus: Campus, visit: Visit, size: str = "desk") -> Visitor:
    visitor = visit(size)
    visitor.sign_in(campus.url, CAST["administrator"].campus_no, SAMPLE_PASSWORD)
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    return visitor


def lay_feed(campus: Campus, name: str) -> None:
    folder = campus.folder / "federation"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_text(signed(aggregate(BOOKS, JOURNALS)))


def until_good(page: Page) -> None:
    """The worker takes the first copy; the page says so when it is looked at again."""
    end = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    while page.get_by_text("正常", exact=True).count() == 0 and datetime.now(UTC) < end:
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("正常", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_federation_is_joined_and_its_partners_are_there(
    campus: Campus, visit: Visit, size: str, tmp_path: Path
) -> None:
    name = f"carsi-{size}"
    lay_feed(campus, f"{name}.xml")
    visitor = administrator(campus, visit, size)
    visitor.excused.add("status of 409")  # the certificate that is none
    page = visitor.page
    page.goto(f"{campus.url}/saml/federations")
    visitor.look()
    page.get_by_label("名称").fill(f"CARSI {size}")
    page.get_by_label("标识", exact=True).fill(name)
    page.get_by_label("元数据地址").fill(f"file:{name}.xml")
    page.get_by_label("联盟的签名证书（PEM）").fill("no certificate")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("证书不是 PEM 格式").first).to_be_visible()
    visitor.look()

    page.get_by_label("联盟的签名证书（PEM）").fill(federation_pair().certificate)
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("link", name=f"CARSI {size}").click()
    until_good(page)
    page.get_by_label("名称或 entityID").fill("journals")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text(JOURNALS.entity_id)).to_be_visible()
    expect(page.get_by_text(BOOKS.entity_id)).to_have_count(0)
    visitor.look()
    page.screenshot(path=tmp_path / f"feed-{size}.png", full_page=True)


def test_an_application_is_connected_by_pasting_its_metadata_and_tried(
    campus: Campus, visit: Visit, tmp_path: Path
) -> None:
    visitor = administrator(campus, visit)
    page = visitor.page
    page.goto(f"{campus.url}/applications/register")
    page.get_by_label("名称", exact=True).fill("电子书架")
    page.get_by_label("代号").fill("shelf")
    page.get_by_label("主管单位").fill("20")
    page.get_by_label("联系方式").fill("library@example.edu.cn")
    page.get_by_role("checkbox", name="教职工", exact=True).check()
    page.get_by_role("radio", name=re.compile("^SAML")).check()
    page.get_by_role("button", name="登记，下一步").click()

    page.get_by_label("应用的元数据（XML）").fill("<html>this is a page</html>")
    page.get_by_role("button", name="保存，看配置").click()
    expect(page.get_by_text("元数据不可用").first).to_be_visible()
    visitor.look()
    metadata = Partner(entity_id="https://shelf.example/sp", is_encrypting=True).metadata()
    page.get_by_label("应用的元数据（XML）").fill(metadata)
    page.get_by_role("button", name="保存，看配置").click()
    expect(page.get_by_text("Shibboleth SP").first).to_be_visible()
    visitor.look()
    page.screenshot(path=tmp_path / "connect.png", full_page=True)

    page.get_by_role("button", name=re.compile("试")).first.click()
    expect(page.get_by_text("NameID").first).to_be_visible()
    expect(page.get_by_text("用 aes128-cbc 加密")).to_be_visible()
    visitor.look()
    page.screenshot(path=tmp_path / "trial.png", full_page=True)
