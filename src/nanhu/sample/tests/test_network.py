"""The network of the sample campus has a past: sessions of the last evenings, their sums, and a tablet of which nothing was heard for hours."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.demo.network import PAST_DAYS, TABLET, fill_the_network
from nanhu.services.network.jobs import day_rows
from nanhu.services.network.models import Session
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db
PLACES = (
    ("south", "南院", "campus", ""),
    ("south.library", "图书馆", "library", "south"),
    ("south.d1", "一栋", "dorm", "south"),
    ("east", "东院", "campus", ""),
    ("east.t1", "1号教学楼", "other", "east"),
)


@pytest.fixture
def school():
    origin = people.Origin(source="test", title="测试")
    unit = people.UnitRecord(code="12", name="计算机学院", parent_code="")
    people.apply_units(by=SYSTEM, records=[unit], origin=origin)
    records = [
        people.PersonRecord(
            key=one.campus_no,
            name=one.name,
            affiliations=(
                people.AffiliationRecord(
                    kind=one.kind, campus_no=one.campus_no, starts_on=one.starts_on, unit_code="12", state="active"
                ),
            ),
        )
        for one in (CAST[role] for role in ("student",))
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    orders = [campus.PlaceOrder(key=key, name=name, kind=kind, parent=above) for key, name, kind, above in PLACES]
    campus.set_up_places(by=SYSTEM, places=orders)


def test_the_evenings_before_are_in_the_sums_and_a_silent_tablet_is_silent(school):
    fill_the_network()
    over = Session.objects.filter(service="wifi", started_at__lt=now() - timedelta(hours=12))
    assert over.count() == PAST_DAYS, "each on an evening of its own"
    assert Session.objects.get(station=TABLET).state == "stale"
    days = {row["day"] for row in day_rows()}
    first = min(campus_time(one) for one in over.values_list("started_at", flat=True)).date()
    assert first in days
    assert campus_today() not in days
