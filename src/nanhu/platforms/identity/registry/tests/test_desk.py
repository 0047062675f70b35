"""应用登记: what the kit promises of every page, for who registers and for who decides."""

from itertools import count as counting
from typing import ClassVar

import pytest

from nanhu.kernel.kit import Page
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.policies import SECURITY, SYSTEM
from nanhu.platforms.identity.registry.console import desk
from nanhu.platforms.identity.tests.conftest import sign_in
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db
NUMBERS = counting(1)


class PagesOf(PageTests):
    """Nobody holds roles of two duties: each walks the pages of his own."""

    desk = desk
    role: ClassVar[str]

    def open_pages(self) -> list[Page]:
        return [page for page in super().open_pages() if self.role in page.roles]

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
