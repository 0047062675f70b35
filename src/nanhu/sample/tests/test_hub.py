"""What the sample campus leaves at the data centre for the cast to decide: requests for shared data in each state, a list whose office looks at it."""

from datetime import date

import pytest

from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.demo import hub
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing import sessions
from nanhu.testing.database import school_fixture

OFFICES = {
    "1001": "办公室",
    "1014": "国资处",
    "1017": "保卫处",
    "1032": "信息中心",
    "1033": "校园卡中心",
    "12": "计算机学院",
}
HEADS = {"1032": "administrator", "1017": "security"}
STEWARDS = ("administrator", "clerk")
ORIGIN = people.Origin(source="test", title="测试")
ROLES = sorted({one.asker for one in hub.REQUESTS} | {*HEADS.values(), *STEWARDS})


def with_the_cast():
    """Those who ask and decide, with their posts and roles."""
    units = [people.UnitRecord(code=code, name=name, parent_code="1000") for code, name in OFFICES.items()]
    people.apply_units(by=hub.BY, records=[people.UnitRecord(code="1000", name="学校"), *units], origin=ORIGIN)
    for role in ROLES:
        member = CAST[role]
        tie = people.AffiliationRecord(
            kind="staff", campus_no=member.campus_no, starts_on=member.starts_on, state="active", unit_code=member.unit
        )
        record = people.PersonRecord(key=role, name=member.name, affiliations=(tie,))
        found = people.apply_records(by=hub.BY, records=[record], origin=ORIGIN).person_ids
        identity.open_accounts(by=hub.BY, person_ids=[found[role]])
        account = identity_sample.set_password_for_sample(
            by=hub.BY, campus_no=member.campus_no, password=SAMPLE_PASSWORD
        )
        if role in STEWARDS:
            identity.grant_role(by=hub.BY, account_id=account.pk, role=datahub.STEWARD)
    ids = people.unit_ids_by_code(list(HEADS))
    for code, role in HEADS.items():
        person_id = people.find_person_by_campus_no(CAST[role].campus_no)
        said = {"unit_id": ids[code], "office": "head", "person_id": person_id, "document": "任命"}
        people.appoint(by=hub.BY, starts_on=date(2020, 9, 1), ends_on=None, **said)


cast = school_fixture(with_the_cast)


def todo_of(role):
    return sessions.signed_in(CAST[role].campus_no).get("/flows/").content.decode()


@pytest.mark.django_db
def test_requests_for_shared_data_stand_in_each_state_and_wait_for_whom_they_wait(cast):
    assert [hub.ask_for_data(), hub.ask_for_data()] == [4, 0]
    grants = {one.table_key: one for one in datahub.Grant.objects.select_related("vendor")}
    states = {"unit.phone": "in_case", "unit.hours": "in_case", "unit.duty": "agreed", "access.door_day": "refused"}
    assert {key: one.state for key, one in grants.items()} == states
    assert grants["unit.duty"] in datahub.Grant.ending()
    todo = {role: todo_of(role) for role in ("administrator", "clerk", "security")}
    waiting = {role: [key for key, one in grants.items() if one.vendor.company in page] for role, page in todo.items()}
    assert waiting == {"administrator": ["unit.phone"], "clerk": ["unit.hours"], "security": []}
    assert "续期…" in sessions.signed_in(CAST["clerk"].campus_no).get("/me/sharing/").content.decode(), (
        "of a colleague's"
    )


@pytest.mark.django_db
def test_a_list_that_its_office_has_to_look_at_waits_in_the_to_do_list_of_its_head(cast, tmp_path):
    header = "证号,类型,姓名,性别,出生年月日,证件种类,证件号码,国籍,所在单位,有效期起,有效期止,民族,电话"
    lines = [
        f"L98{number:05d},临聘,赵{chr(0x4E00 + number)}{chr(0x5000 + number)},男,1985-07-12,居民身份证,"
        f"{hub.document('19850712', 2 * number + 1)},中国,保卫处,2026-09-01,2027-08-31,汉族,135073{number:05d}"
        for number in range(1, 61)
    ]
    path = tmp_path / "临时人员.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    assert datahub.import_file(by=hub.BY, path=path, source_key="sec.temporary").state == "applied"
    hub.leave_for_its_office(tmp_path, path.name)
    held = Batch.objects.get(state="waiting")
    assert (held.gate_level, held.owner_unit.name) == ("red", "保卫处")
    assert f"确认文件：{held.file_name}" in todo_of("security")
