"""Every page of the desk, as of any console; and that a vendor's scope is given by who may give it."""

import re

import pytest

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit.saved_views import MOST
from nanhu.kernel.models import SavedView
from nanhu.platforms.openapi.desk import desk
from nanhu.platforms.openapi.models import ApiKey, Vendor
from nanhu.platforms.openapi.services import keys, vendors
from nanhu.platforms.openapi.tests.conftest import COLLEAGUE_NO, KEEPER_NO, SYSTEM
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, people_of_the_centre):
        return signed_in(KEEPER_NO)

    @pytest.fixture
    def stranger(self, people_of_the_centre):
        return signed_in(COLLEAGUE_NO)

    def fill(self, count):
        for number in range(count):
            vendors.register(by=SYSTEM, order=vendors.VendorOrder(company=f"=1+{number}", contact="刘"))


@pytest.fixture
def shop(people_of_the_centre):
    made = vendors.register(by=SYSTEM, order=vendors.VendorOrder(company="点餐小程序", contact="刘"))
    return keys.make_key(by=SYSTEM, vendor=made, mode="test", name="收银")


def test_a_key_that_was_exchanged_gets_no_more_time_to_live(shop):
    """A leaked key is ended at once; a page of a colleague that is open still must not bring it back for a week."""
    keeper, address = signed_in(KEEPER_NO), f"/openapi/keys/{shop.key.public_id}/rotate/"
    assert keeper.post(address, {"overlap_hours": "0"}).status_code == 200
    ends_at = ApiKey.objects.get(pk=shop.key.pk).ends_at
    assert keeper.post(address, {"overlap_hours": "168"}).status_code == 404
    with pytest.raises(NotFoundError):
        keys.rotate_key(by=SYSTEM, key=shop.key, overlap_hours=168)
    assert ApiKey.objects.get(pk=shop.key.pk).ends_at == ends_at
    assert ApiKey.objects.count() == 2, "and no second successor that nobody saw"
    assert keeper.post(f"/openapi/keys/{shop.key.public_id}/revoke/", {"reason": "泄露"}).status_code == 302


def view(**given):
    return {"page": "openapi:overview", "query": "show=on&page=3", "name": "在用的"} | given


def test_a_list_is_kept_under_a_name_of_ones_own_and_goes_again(people_of_the_centre):
    keeper = signed_in(KEEPER_NO)
    saved = keeper.post("/lists/views/", view())
    assert (saved.status_code, saved["Location"]) == (302, "/openapi/?show=on")
    page = keeper.get("/openapi/", {"show": "on"}).content.decode()
    assert "在用的" in page
    assert "删掉视图“在用的”" in page
    assert "在用的" in keeper.get("/openapi/").content.decode()
    keeper.post("/lists/views/", view(remove="1"))
    assert not SavedView.objects.exists()


CHOSEN = "show=on&sort=contact&columns=company&columns=contact"
TICKED = re.compile(r'<input type="checkbox" name="columns" value="(\w+)" checked')


def test_the_columns_that_a_reader_chose_stay_with_order_filter_and_view(shop):
    keeper = signed_in(KEEPER_NO)
    page = keeper.get(f"/openapi/?{CHOSEN}").content.decode()
    assert re.findall(r'<th scope="col".*?>\s*<a[^>]*>\s*(\w+)|<th scope="col"[^>]*>(\w+)', page) == [
        ("接入单位", ""),
        ("联系人", ""),
    ]
    assert TICKED.findall(page) == ["company", "contact"]
    assert "2/7" in page
    assert 'href="?show=on&amp;sort=contact"' in page, "the way to all of them"
    form = page.partition('<form class="columns-form"')[2].partition("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [
        ("show", "on"),
        ("sort", "contact"),
        ("columns", "company"),
    ], "the column that names the row is sent along whatever is ticked"
    bar = page.partition('<form class="filter-fields"')[2].partition("</form>")[0]
    assert bar.count('name="columns"') == 2, "a filter changes no column"
    keeper.post("/lists/views/", view(query=CHOSEN))
    assert f'<a href="?{CHOSEN}"'.replace("&", "&amp;") in keeper.get("/openapi/").content.decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"page": "openapi:nothing"}, 404),
        ({"page": "openapi:vendor"}, 404),
        ({"name": "a\0"}, 302),
        ({"page": "x"}, 404),
        ({"name": " "}, 302),
        ({"query": ""}, 302),
    ],
)
def test_rubbish_is_no_view(people_of_the_centre, given, status):
    assert signed_in(KEEPER_NO).post("/lists/views/", view(**given)).status_code == status
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_of_a_list_that_he_may_not_see_or_without_end(people_of_the_centre):
    assert signed_in(COLLEAGUE_NO).post("/lists/views/", view()).status_code == 404
    keeper = signed_in(KEEPER_NO)
    for number in range(MOST + 1):
        keeper.post("/lists/views/", view(name=f"视图{number}"))
    assert SavedView.objects.count() == MOST


def test_a_row_opens_beside_its_list_without_the_frame(people_of_the_centre):
    keeper = signed_in(KEEPER_NO)
    vendors.register(by=SYSTEM, order=vendors.VendorOrder(company="点餐小程序", contact="刘"))
    address = f"/openapi/{Vendor.objects.get().public_id}/"
    assert f'data-panel hx-get="{address}"' in keeper.get("/openapi/").content.decode()
    beside = keeper.get(address, headers={"HX-Target": "panel"}).content.decode()
    assert "点餐小程序" in beside
    assert "<h2>" in beside
    assert not any(part in beside for part in ("<html", "<h1", 'class="section"'))
    assert "<h1>" in keeper.get(address).content.decode()
