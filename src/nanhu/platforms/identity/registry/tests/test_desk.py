"""应用登记: what the kit promises of every page, for who registers and for who decides."""

from itertools import count as counting

import pytest

from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import SECURITY, SYSTEM
from nanhu.platforms.identity.registry.console import desk
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.testing.pages import OneDutyPageTests

pytestmark = pytest.mark.django_db
NUMBERS = counting(1)


class PagesOf(OneDutyPageTests):
    desk = desk

    @pytest.fixture
    def stranger(self, client, student):
        sign_in(client, student.numbers[0])
        return client

    def fill(self, count):
        numbers = [next(NUMBERS) for _one in range(count)]
        Application.objects.bulk_create(Application(key=f"a{one}", name=f"=1+{one}", owner="=1+1") for one in numbers)


class TestPagesOfWhoRegisters(PagesOf):
    role = SYSTEM

    @pytest.fixture
    def holder(self, administrator):
        return administrator


class TestPagesOfWhoDecides(PagesOf):
    role = SECURITY

    @pytest.fixture
    def holder(self, guard):
        return guard
