"""What every page of a console is held to, for finance's and the merchant's."""

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.tests.conftest import make
from nanhu.systems.card.closing.tests.test_settlement import terms
from nanhu.systems.card.closing.views import home, shop
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.services.merchants import MerchantOrder, set_up_merchants
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance
from nanhu.testing.pages import PageTests


class TestFinance(PageTests):
    desk = home.desk

    @pytest.fixture
    def holder(self, campus):
        make_finance(campus, "clerk")
        return campus.client("clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        made = Merchant.objects.count()
        orders = [MerchantOrder(key=f"z{made + one}", name="=1+1", canteen="") for one in range(count)]
        set_up_merchants(by=SYSTEM, merchants=orders)
        for order in orders:
            merchant = Merchant.objects.get(key=order.key)
            contracts.agree(by=SYSTEM, merchant=merchant, terms=terms())
            settling.settle(by=SYSTEM, merchant=merchant, last=campus_today())


class TestMerchant(PageTests):
    desk = shop.desk

    @pytest.fixture
    def holder(self, campus):
        make(campus, "guest", "card.merchant")
        own = Merchant.objects.get(key="n1.rice")
        contracts.let_see(by=SYSTEM, account_id=campus.actor("guest").account_id, merchant=own)
        return campus.client("guest")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")
