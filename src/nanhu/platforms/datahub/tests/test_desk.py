"""The desk of the data steward: what the kit promises of every page."""

from itertools import count as counting

import pytest

from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.views.desk import desk
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, steward):
        self.number = counting(1)
        return steward

    def fill(self, count):
        Batch.objects.bulk_create(
            Batch(
                source="aa.students",
                file_name="=1+1",
                sha256=f"{next(self.number):064x}",
                size_bytes=1,
                state="refused",
                actor="=1+1",
            )
            for _one in range(count)
        )
