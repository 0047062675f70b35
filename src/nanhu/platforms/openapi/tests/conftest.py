"""Who keeps vendors, and a colleague who does not."""

from datetime import date

import pytest

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.openapi.desk import KEEPER
from nanhu.platforms.people import api as people

SYSTEM = Actor.system("test")
KEEPER_NO, COLLEAGUE_NO = "0020150007", "0020190123"


@pytest.fixture
def people_of_the_centre(db):
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
        for number, name in ((KEEPER_NO, "周敏"), (COLLEAGUE_NO, "陈志远"))
    ]
    origin = people.Origin(source="test", title="测试")
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    for number in (KEEPER_NO, COLLEAGUE_NO):
        identity.set_password_for_sample(by=SYSTEM, campus_no=number, password="Lake-and-bridge-42")
    identity.grant_role(by=SYSTEM, account_id=identity.account_with(KEEPER_NO).pk, role=KEEPER)
