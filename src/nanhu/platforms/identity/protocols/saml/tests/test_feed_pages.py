"""The page of federations: for system administrators only, with every state to be seen."""

from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.saml.models import Feed
from nanhu.platforms.identity.protocols.saml.services import feeds, fetching
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST
from nanhu.platforms.identity.protocols.saml.tests.federation import aggregate, federation_pair, signed
from nanhu.platforms.identity.protocols.saml.tests.partner import Partner
from nanhu.platforms.identity.services import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(inside, teacher) -> Client:
    roles.grant(by=TEST, account_id=teacher.pk, role="campus.admin")
    SsoSession.objects.update(second_factor_at=now())
    return inside


def form(**changed: str) -> dict[str, str]:
    certificate = federation_pair().certificate
    return {"name": "CARSI", "key": "carsi", "address": "file:carsi.xml", "certificate": certificate, **changed}


def test_a_federation_is_registered_once(administrator):
    page = administrator.post("/saml/federations", form())
    assert page.status_code == 302, page.content.decode()
    assert Feed.objects.get().application.key == "carsi"
    again = administrator.post("/saml/federations", form())
    assert "已经有应用在用" in again.content.decode()
    other = administrator.post("/saml/federations", form(key="other"))
    assert "已经登记过" in other.content.decode()
    assert Feed.objects.count() == 1


def test_a_record_of_somebody_else_is_not_taken_over(administrator, application):
    """Its key must be new: a federation's releases would replace those of an application."""
    page = administrator.post("/saml/federations", form(key=application.key))
    assert page.status_code == 409
    application.refresh_from_db()
    assert application.name == "图书商"
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said", "status"),
    [
        ({"certificate": "x"}, "证书不是 PEM 格式", 409),
        ({"address": "file:../x"}, "地址不可用", 409),
        ({"key": "不行"}, "aria-invalid", 422),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(administrator, changed, said, status):
    page = administrator.post("/saml/federations", form(**changed))
    assert page.status_code == status
    assert said in page.content.decode()
    assert "CARSI" in page.content.decode()
    assert not Feed.objects.exists()


def test_the_same_form_sent_twice_is_one_federation(administrator):
    token = str(uuid4())
    for _twice in range(2):
        page = administrator.post("/saml/federations", form(form_token=token))
        assert (page.status_code, page["Location"]) == (302, "/saml/federations")
    assert Feed.objects.count() == 1


def test_its_page_finds_partners_and_shows_the_trouble(administrator):
    administrator.post("/saml/federations", form())
    feed = Feed.objects.get()
    (fetching.folder() / "carsi.xml").write_text(
        signed(aggregate(*(Partner(entity_id=f"https://{one}.example/sp") for one in ("books", "journals"))))
    )
    feeds.refresh(feed)
    address = f"/saml/federations/{feed.pk}"
    page = administrator.get(address, {"q": "books"}).content.decode()
    assert "https://books.example/sp" in page
    assert "journals" not in page
    assert len(queries_of(administrator, f"{address}?q=books")) <= 20
    (fetching.folder() / "carsi.xml").write_text("<x/>")
    feeds.refresh(feed)
    for where in (address, "/saml/federations"):
        page = administrator.get(where).content.decode()
        assert "更新失败，沿用上一份" in page
        assert "不是 SAML 元数据" in page
    administrator.post(f"{address}/switch")
    feed.refresh_from_db()
    assert not feed.is_enabled
    assert administrator.post(f"{address}/refresh").status_code == 302


def test_others_are_told_that_there_is_no_such_page(inside):
    for address in ("/saml/federations", "/saml/federations/1", "/saml/federations/1/refresh"):
        assert inside.get(address).status_code in {404, 405}
