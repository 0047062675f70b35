"""The desk of places, whose room stands below that of accounts: who may close a place, and what the page says of it."""

import pytest

from nanhu.kernel.actors import Actor
from nanhu.platforms.campus.desk import KEEPER, desk
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.services.places import PlaceOrder, set_up_places
from nanhu.platforms.identity import api as identity
from nanhu.testing.pages import PageTests

SYSTEM = Actor.system("test")


@pytest.fixture
def keeper(clerk, member):
    identity.grant_role(by=SYSTEM, account_id=member.account_id, role=KEEPER)
    return clerk


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, keeper):
        return keeper

    @pytest.fixture
    def stranger(self, clerk):
        return clerk

    def fill(self, count):
        taken = Place.objects.count()
        places = [PlaceOrder(key=f"p{taken + n}", name="=1+1", kind="other") for n in range(count)]
        set_up_places(by=SYSTEM, places=places)


def test_a_place_is_closed_with_a_reason_and_opened_again(keeper):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="library", name="图书馆", kind="library")])
    assert 'href="/campus/library/close/"' in keeper.get("/campus/").content.decode()
    assert keeper.post("/campus/library/close/", {"reason": ""}).status_code == 422
    page = keeper.post("/campus/library/close/", {"reason": "漏水"}, follow=True).content.decode()
    assert "停用中" in page
    assert all(said in page for said in ("漏水", "刚刚", Place.objects.get().closed_by_name)), (
        "since when, why, by whom"
    )
    assert 'href="/campus/library/reopen/"' in page
    keeper.post("/campus/library/reopen/", {"reason": "修好了"})
    twice = keeper.post("/campus/library/reopen/", {"reason": "修好了"})
    assert (twice.status_code, "在用" in twice.content.decode()) == (409, True)
    assert Place.objects.get().closed_at is None


def test_a_place_is_closed_once_and_opens_with_the_one_above_it(keeper):
    library = PlaceOrder(key="library", name="图书馆", kind="library")
    set_up_places(by=SYSTEM, places=[library, PlaceOrder(key="hall", name="阅览室", kind="other", parent="library")])
    keeper.post("/campus/library/close/", {"reason": "漏水"})
    again = keeper.post("/campus/library/close/", {"reason": "停电"})
    assert (again.status_code, "图书馆已停用。" in again.content.decode()) == (409, True)
    below = keeper.post("/campus/hall/reopen/", {"reason": "开门"})
    assert (below.status_code, "恢复上级" in below.content.decode()) == (409, True)
    assert keeper.get("/campus/hall/close/").status_code == 409
