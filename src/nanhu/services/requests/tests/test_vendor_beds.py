"""Repairs where the dormitories are a vendor's: its list of stays says where somebody lives, and among whom a damage is shared."""

import pytest

from nanhu.services.requests.services import working
from nanhu.services.requests.tests.test_repairs import DISPATCH, HALL
from nanhu.testing.vendors import vendor_in_place

pytestmark = pytest.mark.django_db
COLUMNS = {"campus_no": "学号", "place": "房间编号", "bed": "床号", "state": "状态"}


def stay(number, place="d1-101", state="在住"):
    return {"学号": number, "房间编号": place, "床号": "1", "状态": state}


def room_offered(school, number):
    page = school.client(number).get(f"{HALL}repair/").content.decode()
    return next((one for one in ("一栋 101", "一栋 102") if f'value="{one}"' in page), None)


def test_a_vendors_stays_say_whose_room_it_is_and_who_shares_a_damage(school):
    school.crew()
    one, desk = school.repair("S3"), school.client("D1")
    working.done(
        by=school.actor("W2"), request=one, person_id=school["W2"], cause="misuse", materials=[("门锁", 2, 1850)]
    )
    with vendor_in_place("dorm.stay", "dorm.vendor", COLUMNS) as hand_in:
        report = hand_in([stay("S1"), stay("S2"), stay("S3", "d1-102")])
        assert (report.state, report.counts["accepted"]) == ("applied", 3)
        assert [room_offered(school, number) for number in ("S1", "S3")] == ["一栋 101", "一栋 102"]
        assert "现在住 2 人" in desk.get(f"{DISPATCH}{one.public_id}/bill/").content.decode()
        hand_in([stay("S1", "d1-102"), stay("S2", state="已退"), stay("S3", "d1-102")])
        assert [room_offered(school, number) for number in ("S1", "S2")] == ["一栋 102", None]
        assert "平摊" not in desk.get(f"{DISPATCH}{one.public_id}/bill/").content.decode(), "nobody lives there now"
