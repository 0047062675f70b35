"""Every page of the desk, as of any console; and that a vendor's scope is given by who may give it."""

import pytest

from nanhu.platforms.openapi.desk import desk
from nanhu.platforms.openapi.services import vendors
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
