"""Every page of the desk of doors, as of any console."""

from datetime import date

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.access.desk import GUARD, MANAGER, desk
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.campus.api import Place, PlaceOrder, set_up_places
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
MANAGER_NO, COLLEAGUE_NO = "0020150007", "0020190123"


@pytest.fixture
def members(db):
    records = [
        people.PersonRecord(
            key=number,
            name=name,
            affiliations=(
                people.AffiliationRecord(
                    kind="staff", campus_no=number, starts_on=date(2020, 9, 1), unit_code="", state="active"
                ),
            ),
        )
        for number, name in ((MANAGER_NO, "周敏"), (COLLEAGUE_NO, "陈志远"))
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    for number in (MANAGER_NO, COLLEAGUE_NO):
        identity.set_password_for_sample(by=SYSTEM, campus_no=number, password="Lake-and-bridge-42")
    for role in (MANAGER, GUARD):
        identity.grant_role(by=SYSTEM, account_id=identity.account_with(MANAGER_NO).pk, role=role)


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, members):
        return signed_in(MANAGER_NO)

    @pytest.fixture
    def stranger(self, members):
        return signed_in(COLLEAGUE_NO)

    def fill(self, count):
        set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="=1+1", kind="other")])
        draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today())
        for _number in range(count):
            rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="=1+1")
