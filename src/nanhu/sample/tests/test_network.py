"""The network of the sample campus has a past: sessions of the last evenings, their sums, and a tablet of which nothing was heard for hours."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.network import GUESTS, KICKED, PAST_DAYS, PHONE, TABLET, fill_the_network, go_on_line_again
from nanhu.services.network.jobs import day_rows, watch
from nanhu.services.network.models import Session
from nanhu.services.network.sample import reach
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
        for one in (CAST[role] for role in ("student", "teacher"))
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    orders = [campus.PlaceOrder(key=key, name=name, kind=kind, parent=above) for key, name, kind, above in PLACES]
    campus.set_up_places(by=SYSTEM, places=orders)
    reach.VpnGrant.objects.create(
        token=uuid4(),
        person_id=made.person_ids[CAST["teacher"].campus_no],
        person_name=CAST["teacher"].name,
        purpose="在外地填报科研系统",
        until=campus_today() + timedelta(days=180),
        promise_version=reach.PROMISE_VERSION,
        state=reach.VpnGrant.State.OPEN,
        opened_at=now(),
    )


def test_the_evenings_before_are_in_the_sums_and_a_silent_tablet_is_silent(school):
    fill_the_network()
    over = Session.objects.filter(service="wifi", started_at__lt=now() - timedelta(hours=12))
    assert over.count() == PAST_DAYS, "each on an evening of its own"
    assert Session.objects.get(station=TABLET).state == "stale"
    days = {row["day"] for row in day_rows()}
    first = min(campus_time(one) for one in over.values_list("started_at", flat=True)).date()
    assert first in days
    assert campus_today() not in days


def standing() -> Counter[str]:
    return Counter(one.state for one in Session.objects.filter(stopped_at=None).select_related("nas"))


def test_who_is_on_line_stays_so_while_the_demo_runs_and_comes_back_when_it_stood_still(school):
    """A tablet is silent, a phone that was kicked does not go, a teacher is inside by VPN and his guest on the Wi-Fi; of one the visit is over."""
    fill_the_network()
    first, began = standing(), now()
    assert (first["stale"], first["closing"]) == (1, 1)
    for hour in range(1, 5):
        with time_machine.travel(began + timedelta(hours=hour), tick=False):
            assert go_on_line_again() > 0
            assert standing()["stale"] == 1
    phone = Session.objects.get(station=PHONE)
    assert (phone.updated_at, phone.in_octets > 0) == (began + timedelta(hours=4), True)

    with time_machine.travel(began + timedelta(hours=30), tick=False):
        watch()
        assert standing()["open"] == 0, "nothing was told for a day"
        go_on_line_again()
        assert standing() == first
        assert Session.objects.filter(station=PHONE, stopped_at=None).exists()
        assert Session.objects.get(station=TABLET, stopped_at=None).state == "stale"
        assert Session.objects.get(station=KICKED, stopped_at=None).state == "closing"
        assert Session.objects.filter(service="vpn", stopped_at=None).exists()
        assert Session.objects.filter(grant__role="guest", stopped_at=None).count() == len(GUESTS) - 1
        go_on_line_again()
        assert standing() == first, "and not twice"
