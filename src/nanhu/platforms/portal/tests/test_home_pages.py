"""首页布置 and 首页投放: what the kit promises of every page."""

from itertools import count as counting

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.people.models import OrgUnit
from nanhu.platforms.portal.homes.desks import arranging, desk
from nanhu.platforms.portal.models import PlacedTile
from nanhu.testing.pages import PageTests

from .conftest import join, signed_in

pytestmark = pytest.mark.django_db
NUMBERS = counting(1)


class TestArranging(PageTests):
    desk = arranging
    is_for_everybody = True

    @pytest.fixture
    def holder(self, student):
        return student


class TestPlacing(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, db):
        join("周敏", staff="T00555", roles=("portal.placer",))
        return signed_in("T00555")

    @pytest.fixture
    def stranger(self, teacher):
        return teacher

    def fill(self, count):
        units = [OrgUnit(code=f"9{next(NUMBERS)}", name="=1+1", kind="office") for _one in range(count)]
        days = {"first_day": campus_today(), "last_day": campus_today()}
        PlacedTile.objects.bulk_create(
            PlacedTile(unit=one, title="=1+1", words="=1+1", faces=["student"], placed_by_name="=1+1", **days)
            for one in OrgUnit.objects.bulk_create(units)
        )
