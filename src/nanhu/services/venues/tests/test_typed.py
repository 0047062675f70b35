"""What keepers type of a venue, as they write it."""

import pytest

from nanhu.services.venues.models import Opening, Venue
from nanhu.services.venues.tests.conftest import in_days

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["8:00～12:00；14:00—22:00", "８：００－１２：００，14:00 至 22:00", "08:00 - 12:00、14:00~22:00"]
)
def test_hours_are_read_as_people_write_them(school, hall, typed):
    said = {"season": "平时", "starts_on": in_days(0).isoformat(), "every": typed}
    assert school.client("K1").post(f"/venues/desk/venues/{hall.public_id}/season/", said).status_code == 302
    spans = set(Opening.objects.filter(weekday=1).values_list("opens", "closes"))
    assert spans == {(480, 720), (840, 1320)}


def test_a_venue_that_nobody_could_book_is_refused_and_its_equipment_is_a_list(school):
    said = {"room": "b2.1", "name": "厅", "uses": ["hall"], "unit": "1016", "capacity": "30", "set_up": "0"}
    said |= {"clear_up": "0", "longest_minutes": "480", "faces": ["student"], "equipment": "投影、话筒,白板，音响"}
    office, address = school.client("O1"), "/venues/desk/venues/new/"
    assert office.post(address, said | {"notice_days": "9", "ahead_days": "8"}).status_code == 422
    assert office.post(address, said | {"notice_days": "9", "ahead_days": "9"}).status_code == 302
    assert Venue.objects.get().equipment == ["投影", "话筒", "白板", "音响"]
