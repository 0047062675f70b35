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


def test_why_somebody_was_not_made_a_member_is_a_sentence_for_the_office_and_for_him(syncing):
    VendorCall.objects.create(
        api="user/create", about="t2", words="ConnectionRefusedError: [Errno 111] Connection refused"
    )
    Member.objects.filter(userid="t2").update(state="failed", task="", error="TimeoutError: timed out")
    desk = syncing.client("T1")
    pages = [desk.get(f"/mobile/desk/{one}/") for one in ("members", "calls")] + [syncing.client("T2").get("/mobile/")]
    members, calls, own = (one.content.decode() for one in pages)
    for page in (members, own):
        assert "等了太久，对方没有回答（TimeoutError: timed out）" in page
    assert "连不上：那台主机的这个端口没有服务（ConnectionRefusedError" in calls
