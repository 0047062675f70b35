"""Every page of every desk: who may open it, in both languages, with few and many rows."""

from itertools import count

import pytest

from nanhu.services.requests.models import Request
from nanhu.services.requests.services import opinions
from nanhu.services.requests.views import answers, complaints, dispatch, hall, work
from nanhu.services.requests.views import opinions as opinion_pages
from nanhu.testing.members import SYSTEM
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db
NUMBERS = count(1)


def many(school, number, **facts):
    """Written past the services, as if they had come over years."""
    base = facts.pop("like")
    rows = []
    for _one in range(number):
        at = next(NUMBERS)
        row = Request.objects.get(pk=base.pk)
        row._state.adding = True
        row.pk, row.number = None, f"=1+{at}"
        row.public_id = Request._meta.get_field("public_id").get_default()
        rows.append(row)
    Request.objects.bulk_create(rows)


class OneDesk(PageTests):
    number = ""

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client(self.number)

    @pytest.fixture
    def stranger(self, school):
        return school.client("T1")


class TestHall(OneDesk):
    desk, number, is_for_everybody = hall.desk, "S1", True

    def fill(self, count):
        many(self.school, count, like=self.school.repair() if count == 1 else Request.objects.first())


class TestDispatch(OneDesk):
    desk, number = dispatch.desk, "D1"

    def fill(self, count):
        many(self.school, count, like=self.school.repair() if count == 1 else Request.objects.first())


class TestWork(OneDesk):
    desk, number = work.desk, "W1"

    def fill(self, count):
        if count == 1:
            self.school.crew()
        many(self.school, count, like=self.school.repair() if count == 1 else Request.objects.first())


class TestAnswers(OneDesk):
    desk, number = answers.desk, "A1"

    def fill(self, count):
        many(self.school, count, like=self.school.question() if count == 1 else Request.objects.first())


class TestComplaints(OneDesk):
    desk, number = complaints.desk, "C1"

    def fill(self, count):
        many(self.school, count, like=self.school.complaint(unit="1016") if count == 1 else Request.objects.first())


class TestOpinions(OneDesk):
    desk, number = opinion_pages.desk, "O1"

    def fill(self, count):
        many(self.school, count, like=self.school.opinion() if count == 1 else Request.objects.first())
        for _one in range(count):
            opinions.open_topic(by=SYSTEM, title=f"=1+{next(NUMBERS)}", severity=2)
