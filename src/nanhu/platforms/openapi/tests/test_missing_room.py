"""A grant of the open API for a room that is not installed: a clear answer, shown at the desk, in no description."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.test import Client

from nanhu.platforms.openapi import interfaces
from nanhu.platforms.openapi.interfaces import Interface, Operation
from nanhu.platforms.openapi.models import Vendor
from nanhu.platforms.openapi.services import keys, vendors
from nanhu.platforms.openapi.tests.conftest import KEEPER_NO, SYSTEM
from nanhu.testing.sessions import signed_in


@pytest.fixture
def vendor(db):
    order = vendors.VendorOrder(company="资产盘点", contact="刘", addresses=("10.20.0.0/24",), per_minute=6000)
    made = vendors.register(by=SYSTEM, order=order)
    Vendor.objects.update(scopes=["assets.read"])  # given while the room was there
    return made


@pytest.fixture
def program(vendor):
    made = keys.make_key(by=SYSTEM, vendor=vendor, mode="live", name="前台")
    return Client(REMOTE_ADDR="10.20.0.7", headers={"authorization": f"Bearer {made.text}"})


@pytest.fixture
def keeper(people_of_the_centre):
    return signed_in(KEEPER_NO)


@pytest.mark.parametrize("address", ["/api/assets/v1/", "/api/assets/v1/query", "/api/assets/v1/a/b/c"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_its_interface_answers_that_it_is_not_installed(program, address, method):
    answer = getattr(program, method)(address)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"]) == (404, "not_found", "interface_not_installed")
    assert "assets" in error["message"]
    assert error["request_id"] == answer["Nanhu-Request-Id"]


def test_a_stranger_is_answered_the_same_and_no_name_comes_back_as_it_is(db):
    answer = Client().get("/api/" + "x" * 300 + "/v1/query")
    assert answer.json()["error"]["code"] == "interface_not_installed"
    assert "x" * 41 not in answer.content.decode()


def test_it_is_shown_on_the_vendors_page_and_kept_by_its_form(keeper, vendor):
    page = keeper.get(f"/openapi/{vendor.public_id}/").content.decode()
    assert "<code>assets.read</code> 没有安装" in page
    assert "assets.read" in keeper.get("/openapi/").content.decode()
    assert "assets.read（没有安装）" in keeper.get(f"/openapi/{vendor.public_id}/change/").content.decode()
    form = {"company": "资产盘点", "contact": "王", "per_minute": "60", "scopes": ["assets.read"]}
    assert keeper.post(f"/openapi/{vendor.public_id}/change/", form).status_code == 302
    found = Vendor.objects.get()
    assert (found.contact, found.scopes) == ("王", ["assets.read"])


def test_it_is_given_to_nobody_anew(keeper):
    form = {"company": "a", "contact": "b", "per_minute": "60", "scopes": ["assets.read"]}
    answer = keeper.post("/openapi/register/", form)
    assert (answer.status_code, "没有装提供“assets.read”的业务" in answer.content.decode()) == (422, True)
    assert not Vendor.objects.exists()


def test_no_description_and_no_page_for_developers_names_it(program):
    for one in interfaces.interfaces.values():
        for address in ("/api/", f"/api/{one.name}/", f"{one.prefix}openapi.json"):
            assert "assets" not in program.get(address).content.decode()


@pytest.mark.parametrize("scope", ["read", "", "a.b.c", "A.read", "card.pay,x"])
def test_a_scope_names_its_room(vendor, scope):
    with pytest.raises(DatabaseError), transaction.atomic():
        Vendor.objects.update(scopes=["assets.read", scope])


def interface(name="assets", scopes=("assets.read",), events=("asset.moved",), operations=()):
    return Interface(
        name=name,
        title="资产",
        description="",
        operations=operations,
        scopes=dict.fromkeys(scopes, "x"),
        events=dict.fromkeys(events, "x"),
        refusals={},
        example=None,
        sandbox=None,  # type: ignore[arg-type]
    )


def write_without_scope():
    return Operation(
        name="move", method="POST", path="move", title="x", handlers={}, gives=interfaces.ResponseBody, writes=True
    )


@pytest.mark.parametrize(
    "wrong",
    [
        interface(scopes=("library.read",)),
        interface(events=("webhook.test",)),
        interface(operations=(write_without_scope(),)),
    ],
)
def test_an_interface_that_would_mix_rooms_or_write_for_anybody_is_not_registered(monkeypatch, wrong):
    monkeypatch.setattr(interfaces, "interfaces", {})
    with pytest.raises(ImproperlyConfigured):
        interfaces.register(wrong)
    interfaces.register(interface())
    with pytest.raises(ImproperlyConfigured):
        interfaces.register(interface())
