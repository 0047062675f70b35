"""The desk's pages, the developers' page, the holder's: through HTTP, by whom they are for."""

import re

import pytest
from django.test import Client

from nanhu.platforms.identity import api as identity
from nanhu.platforms.openapi.models import ApiKey, Delivery, Vendor, Webhook
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of
from nanhu.systems.card.vendors.models import Consent
from nanhu.systems.card.vendors.tests.conftest import HOME, PREFIX, Shop, fault_of

SECRET = re.compile(r"nanhu_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z_-]{43}")


@pytest.fixture
def keeper(campus):
    account = identity.account_of(campus.persons["teacher"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="openapi.keeper")
    return campus.client("teacher")


def test_strangers_find_no_desk(campus, vendor):
    for who in (campus.client("student"), campus.client("clerk")):
        for page in ("", "register/", f"{vendor.public_id}/", f"{vendor.public_id}/keys/", f"{vendor.public_id}/log/"):
            assert who.get(f"/openapi/{page}").status_code == 404


def test_a_vendor_is_registered_given_a_key_and_sells(keeper, phone, campus):
    """From an empty desk to a paid lunch, by the pages and the key they showed."""
    assert "还没有单位使用接口" in keeper.get("/openapi/").content.decode()
    rice = Merchant.objects.get(key="n1.rice").pk
    form = {
        "company": "岳阳饭盒",
        "contact": "刘老板",
        "scopes": ["card.pay", "card.refund"],
        "card-merchants": [rice],
        "addresses": "10.20.0.0/24",
        "per_minute": "600",
    }
    assert keeper.post("/openapi/register/", form).status_code == 302
    desk = f"/openapi/{Vendor.objects.get().public_id}/"
    page = keeper.post(f"{desk}keys/", {"name": "前台", "mode": "live"}).content.decode()
    secret = SECRET.search(page)[0]
    assert SECRET.search(keeper.get(desk).content.decode()) is None

    shop = Shop.__new__(Shop)
    shop.secret, shop.client = secret, Client(REMOTE_ADDR=HOME)
    assert shop.pay(850, code=phone.code()).status_code == 201
    shop.pay(850, code="N1P00000000000")
    log = keeper.get(f"{desk}log/").content.decode()
    assert "payments.create" in log
    assert "code_wrong" in log
    assert secret not in log
    assert "code_wrong" not in keeper.get(f"{desk}log/?outcome=good").content.decode()


@pytest.mark.parametrize(
    ("addresses", "sentence"), [("x", "不是网络地址"), ("0.0.0.0/0", "太宽"), ("10.20.0.7/24", "不是网络地址")]
)
def test_addresses_are_checked(keeper, addresses, sentence):
    form = {"company": "a", "contact": "b", "per_minute": "600", "addresses": addresses}
    answer = keeper.post("/openapi/register/", form)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_a_live_key_asks_for_addresses_first(keeper, vendor):
    Vendor.objects.update(addresses=[])
    answer = keeper.post(f"/openapi/{vendor.public_id}/keys/", {"name": "前台", "mode": "live"})
    assert (answer.status_code, "先登记" in answer.content.decode()) == (422, True)
    assert not ApiKey.objects.exists()


def test_a_key_is_rotated_and_revoked_on_the_page(keeper, shop):
    where = f"/openapi/keys/{shop.key.public_id}/"
    page = keeper.post(f"{where}rotate/", {"overlap_hours": "24"}).content.decode()
    assert SECRET.search(page)
    assert shop.get("account").status_code == 200
    assert keeper.post(f"{where}revoke/", {"reason": "泄露"}).status_code == 302
    assert fault_of(shop.get("account")) == "key_refused"


def test_a_webhook_is_set_tried_replayed_and_stopped(keeper, vendor, sandbox):
    where = f"/openapi/{vendor.public_id}/webhook/test/"
    wrong = keeper.post(where, {"url": "http://shop.example/"})
    assert wrong.status_code == 422 or "https" in wrong.content.decode()
    inside = keeper.post(where, {"url": "https://10.0.0.7/hook"})
    assert "nanhu_whsec_" not in inside.content.decode()
    assert "校内网络" in inside.content.decode()
    assert "nanhu_whsec_" in keeper.post(where, {"url": "https://shop.example/hook"}).content.decode()
    keeper.post(f"{where}test/")
    sandbox.pay(850, code="SANDBOX-OK", merchant="sandbox.shop")
    page = keeper.get(f"/openapi/{vendor.public_id}/events/").content.decode()
    assert "webhook.test" in page
    assert "payment.succeeded" in page
    event = Delivery.objects.order_by("id").first().event.public_id
    assert keeper.post(f"/openapi/events/{event}/replay/").status_code == 302
    assert Delivery.objects.filter(is_replay=True).count() == 1
    keeper.post(f"{where}stop/")
    assert not Webhook.objects.get().is_on


def test_a_vendor_is_switched_off_with_a_reason(keeper, vendor, shop):
    where = f"/openapi/{vendor.public_id}/switch/"
    assert keeper.post(where, {"reason": ""}).status_code == 422
    keeper.post(where, {"reason": "合同到期"})
    assert fault_of(shop.get("account")) == "key_refused"


def test_a_holder_gives_consent_and_takes_it_back(campus, vendor, shop):
    holder = campus.client("student")
    page = f"/card/vendors/consent/{vendor.public_id}/"
    assert "岳阳饭盒" in holder.get(f"{page}?reference=C-7").content.decode()
    assert holder.post(page, {"most": "0"}).status_code == 422
    assert holder.post(page, {"most": "20.00", "reference": "C-7"}).status_code == 302
    given = Consent.objects.get()
    assert (given.most_fen, given.reference, given.person_id) == (2000, "C-7", campus.persons["student"])
    other = campus.client("other_student")
    assert other.post(f"/card/vendors/mine/{given.public_id}/end/").status_code == 404
    assert "岳阳饭盒" in holder.get("/card/vendors/mine/").content.decode()
    holder.post(f"/card/vendors/mine/{given.public_id}/end/")
    assert fault_of(shop.pay(1, consent=str(given.public_id))) == "consent_ended"


def test_pages_ask_the_database_little(keeper, vendor, shop, sandbox, phone):
    Webhook.objects.create(vendor=vendor, mode="test", url="https://shop.example/", secret="x")
    for _sale in range(12):
        sandbox.pay(850, code="SANDBOX-OK", merchant="sandbox.shop")
        shop.pay(1, code=phone.code())
    here = f"/openapi/{vendor.public_id}/"
    for page in ("/openapi/", here, f"{here}log/", f"{here}events/", f"{here}change/", "/card/vendors/mine/"):
        assert queries_of(keeper, page) <= 20, page


def test_the_developers_page_tells_what_the_description_tells(db):
    page = Client().get("/api/card/").content.decode()
    for path in Client().get(PREFIX + "openapi.json").json()["paths"]:
        assert path in page
    assert "SANDBOX-OK" in page
    english = Client().get("/api/card/", headers={"accept-language": "en"}).content.decode()
    assert "Developers" in english or "developer" in english
