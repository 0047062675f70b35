"""Every page of the three consoles: who is let in, queries, both languages, rubbish."""

import pytest

from nanhu.services.lostfound.board import board
from nanhu.services.lostfound.keeping_desk import desk as keeping
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.review_desk import desk as review
from nanhu.services.lostfound.tests.conftest import picture
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db


def many(school, count, *, number="S1", **facts):
    """Rows as they are after their review; one is published by its service, the rest are its copies."""
    first = school.shown(number, photos=[picture().read()], **facts)
    Item.objects.bulk_create(
        Item(**{f.attname: getattr(first, f.attname) for f in Item._meta.fields if f.name not in {"id", "public_id"}})
        for _one in range(count - 1)
    )


class TestBoard(PageTests):
    desk, is_for_everybody = board, True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("S2")

    def fill(self, count):
        many(self.school, count, number="S2", words="=1+1 黑伞")


class TestReview(PageTests):
    desk = review

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("R2")

    @pytest.fixture
    def stranger(self, school):
        return school.client("K1")

    def fill(self, count):
        many(self.school, count)
        Item.objects.update(state="pending", review_due_at="2026-01-01T00:00Z", locked_at=None)


class TestKeeping(PageTests):
    desk = keeping

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("K1")

    @pytest.fixture
    def stranger(self, school):
        return school.client("R1")

    def fill(self, count):
        many(self.school, count, keeper="desk", words="=1+1 黑伞")
