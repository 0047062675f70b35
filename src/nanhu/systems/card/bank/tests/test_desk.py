"""Every page of the card office's desk of money from outside, as of any console."""

import pytest

from nanhu.platforms.payments.models import Channel
from nanhu.systems.card.bank.desk import desk
from nanhu.systems.card.bank.models import Appeal
from nanhu.testing.pages import PageTests


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus):
        return campus.client("clerk")

    @pytest.fixture
    def stranger(self, campus):
        return campus.client("student")

    def fill(self, count):
        app, _made = Channel.objects.get_or_create(key="wanxiao", defaults={"kind": "app", "name": "=1+1"})
        Appeal.objects.bulk_create(
            Appeal(app=app, campus_no="=1", name="=1+1", phone="1", text="x") for _one in range(count)
        )
