"""The desks of the contact book and of newcomers, and each person's own page, as every page of the house is tested."""

from itertools import count

import pytest

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.services.mobile.desk import desk
from nanhu.services.mobile.mine import mine
from nanhu.services.mobile.models import Callback, Comparison, Difference, Member, Newcomer, VendorCall
from nanhu.services.mobile.personnel import personnel
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db
NUMBERS = count(1)


class Desks(PageTests):
    @pytest.fixture
    def holder(self, school, wecom):
        self.school = school
        return school.client("T1")

    @pytest.fixture
    def stranger(self, school, wecom):
        return school.client("T2")


class TestDesk(Desks):
    desk = desk

    def fill(self, count):
        comparison = Comparison.objects.create(made_by_name="李", creates=1, changes=0, removes=0, unknown=0, same=0)
        for _one in range(count):
            number = next(NUMBERS)
            VendorCall.objects.create(api="=1+1", about=f"=1+{number}", errcode=60111)
            Callback.objects.create(digest=number.to_bytes(32), event="=1+1", told_at=now(), outcome="older")
            Difference.objects.create(comparison=comparison, kind="change", userid=f"=1+{number}", words="missing")
        Member.objects.update(name="=1+1", state="failed", error="=1+1")


class TestPersonnel(Desks):
    desk = personnel

    def fill(self, count):
        unit = people.unit_ids_by_code(["20"])["20"]
        for _one in range(count):
            number = next(NUMBERS)
            Newcomer.objects.create(
                name="=1+1",
                campus_no=f"N{number}",
                unit_id=unit,
                phone="13900000000",
                phone_masked="139",
                state="waiting",
            )


class TestMine(Desks):
    desk, is_for_everybody = mine, True
