"""What every page of a console is held to, for that of losses and merchants."""

import pytest

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.fleet.desk import desk
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.services.merchants import MerchantOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.testing.pages import PageTests


class TestFleet(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role="card.registrar")
        return campus.client("clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        made = Merchant.objects.count()
        set_up_merchants(
            by=SYSTEM, merchants=[MerchantOrder(key=f"z{made + one}", name="=1+1", canteen="") for one in range(count)]
        )
