"""The desk of water and power by room: what the kit promises of every page, and of lists that are handed in."""

from uuid import uuid4

import pytest
from django.db import transaction

from nanhu.kernel.clock import campus_today
from nanhu.systems.dormitory.desk import desk, rollbacks
from nanhu.systems.dormitory.models import RoomBill, RoomList, RoomShare
from nanhu.systems.dormitory.tests.rooms import HEAD, ask_back, line, pair, posted, with_office, with_third
from nanhu.testing.pages import IntakeTests, ProposalTests


class TestPages(IntakeTests):
    desk = desk
    said = {"title": "=1+1"}

    @property
    def good(self):
        return HEAD + pair()

    @property
    def faulty(self):
        return HEAD + line("999", "谁")

    @pytest.fixture
    def holder(self, funds):
        with_office(funds)
        self.campus, self.author = funds.campus, funds.campus.actor("clerk")
        return funds.campus.client("clerk")

    @pytest.fixture
    def second(self, funds):
        return funds.campus.client("second_clerk")

    @pytest.fixture
    def stranger(self, funds):
        return funds.campus.client("teacher")

    def fill(self, count):
        """A list with one bill of one fen, as often as asked."""
        room = {"building": "南院15号楼", "item": "power", "month": campus_today().replace(day=1), "amount_fen": 1}
        person_id = self.campus.persons["student"]
        with transaction.atomic():
            lists = RoomList.objects.bulk_create(
                RoomList(
                    token=uuid4(),
                    title="=1+1",
                    room_count=1,
                    share_count=1,
                    sum_fen=1,
                    author_id=self.author.account_id,
                    author_name="周敏",
                )
                for _one in range(count)
            )
            bills = RoomBill.objects.bulk_create(RoomBill(room_list=one, room=str(one.pk), **room) for one in lists)
            RoomShare.objects.bulk_create(
                RoomShare(
                    room_list=bill.room_list,
                    bill=bill,
                    line=2,
                    campus_no="1",
                    name="=1+1",
                    person_id=person_id,
                    amount_fen=1,
                )
                for bill in bills
            )


class TestRollbacks(ProposalTests):
    desk = rollbacks

    @pytest.fixture
    def holder(self, rich):
        self.rich = with_third(with_office(rich))
        return rich.campus.client("clerk")

    @pytest.fixture
    def second(self, rich):
        """Neither of the two who brought the list in."""
        return rich.campus.client("teacher")

    @pytest.fixture
    def stranger(self, rich):
        return rich.campus.client("student")

    def submitted(self, client):
        asked = ask_back(self.rich, posted(self.rich))
        return self.desk.address("case", {"public_id": asked.public_id})
