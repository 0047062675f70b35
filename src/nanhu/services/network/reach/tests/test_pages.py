"""Every page of both consoles as its readers find it."""

import itertools

import pytest

from nanhu.platforms.campus import api as campus
from nanhu.services.network.reach.book import book
from nanhu.services.network.reach.desk import desk, reopening_desk
from nanhu.services.network.reach.models import AccessPoint, AddressRegion, ClosedNetwork, CoveredArea
from nanhu.services.network.reach.tests.test_reach import said
from nanhu.testing.pages import PageTests, ProposalTests

NUMBERS = itertools.count(1)


class TestBook(PageTests):
    desk, is_for_everybody = book, True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        school.opened("T1")
        return school.client("T1")

    def fill(self, count):
        fill(self.school, count)

    def test_an_empty_form_is_refused_where_it_was_filled_in(self, school):
        """By somebody who has no account yet: who has one is led to it."""
        self.school = school
        super().test_an_empty_form_is_refused_where_it_was_filled_in(school.client("T2"))
        school.opened("T1")
        page = school.client("T1").get("/network/vpn/apply/").content.decode()
        assert "您已经有一个在审批或已开通的 VPN 账户" in page
        assert 'name="form_token"' not in page


class TestDesk(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("K1")

    @pytest.fixture
    def second(self, school):
        return school.client("K2")

    def submitted(self, client):
        return client.post("/network/reach/lists/new/", said(confirmed="1"))["Location"]

    @pytest.fixture
    def stranger(self, school):
        return school.client("T1")

    def fill(self, count):
        fill(self.school, count)


class TestReopenings(ProposalTests):
    desk = reopening_desk

    @pytest.fixture
    def holder(self, school):
        return school.client("K1")

    @pytest.fixture
    def second(self, school):
        return school.client("K2")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T1")

    def submitted(self, client):
        made = ClosedNetwork.objects.create(network=f"10.9.{next(NUMBERS)}.0/24", name="机柜", created_by_name="x")
        return client.post(f"/network/reach/closed/{made.public_id}/open/", {"reason": "搬走了"})["Location"]


def fill(school, wanted):
    place = campus.place_with("lib")
    for _one in range(wanted):
        number = next(NUMBERS)
        school.resource(f"=1+{number}")
        spot = {"floor": number % 9, "longitude": 113.1 + number / 10_000, "latitude": 29.3}
        AccessPoint.objects.create(name=f"=1+{number}", place=place, bands=["5"], **spot)
        AddressRegion.objects.create(network=f"10.{number // 250}.{number % 250}.0/24", region=f"=1+{number}")
        ring = [[113.1, 29.3], [113.2, 29.3], [113.2, 29.4], [113.1, 29.3]]
        CoveredArea.objects.update_or_create(place=place, floor=number % 90, defaults={"ring": ring})
