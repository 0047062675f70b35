"""Crews by a sheet: checked as a whole, agreed to by a second person, rolled back whole by two who are others."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.services.requests import jobs
from nanhu.services.requests.crew_sheet import days_in
from nanhu.services.requests.models import Crew, CrewList, CrewRollback
from nanhu.services.requests.services.settings import said_of
from nanhu.services.requests.views.crew_lists import desk, rollbacks
from nanhu.testing.members import SYSTEM, also_studies
from nanhu.testing.pages import IntakeTests, ProposalTests

pytestmark = pytest.mark.django_db
HEADS = "班组,修什么,哪些楼,周几当班,班长学工号,组员学工号,电话\n"


def lines(*rows):
    return HEADS + "".join(f"{row}\n" for row in rows)


def third(school):
    """Neither of the two who bring a sheet in."""
    client = school.client("A1")
    identity.grant_role(by=SYSTEM, account_id=school.actor("A1").account_id, role="requests.dispatcher")
    return client


class TestDesk(IntakeTests):
    desk = desk
    said = {"title": "新学期"}
    good = lines("水电班,水、电,d1,一至五,W1,W2,")
    faulty = lines("水电班,火,d1,一至五,W1,W2,")

    @pytest.fixture
    def holder(self, school):
        return school.client("D1")

    @pytest.fixture
    def second(self, school):
        return school.client("L1")

    @pytest.fixture
    def stranger(self, school):
        return school.client("W1")


def approve(school, text, client=None):
    """`client`: of D1, whose sign-in another one would end."""
    client = client or school.client("D1")
    address = TestDesk().hand_in(client, text)["Location"]
    assert client.post(f"{address}submit/").status_code == 302
    assert school.client("L1").post(f"{address}approve/").status_code == 302
    for _twice in range(2):
        jobs.take_crew_list(batch_id=CrewList.objects.latest("pk").pk)
    return address


def asked_back(school, address, client=None):
    answer = (client or school.client("D1")).post(f"{address}undo/", {"token": str(uuid4()), "reason": "交错了"})
    assert answer.status_code == 302
    return f"/requests/crew-rollbacks/{CrewRollback.objects.latest('pk').public_id}/"


class TestRollbacks(ProposalTests):
    desk = rollbacks

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("D1")

    @pytest.fixture
    def second(self, school):
        return third(school)

    @pytest.fixture
    def stranger(self, school):
        return school.client("W1")

    def submitted(self, client):
        return asked_back(self.school, approve(self.school, lines("木工班,木,,,W1,,"), client), client)


def test_a_sheet_adds_and_changes_crews_and_is_taken_back_whole(school):
    old = school.crew("水电班", members=("W2",), leader="W1", name_en="Water and power")
    rest = school.crew("门锁班", members=(), leader="W3", keys=("lock",))
    before = said_of(old)
    address = approve(school, lines("水电班,水、电、hot_water,d1 t1,一至五,W2,W1、W3,", "木工班,木,,,W1,,"))
    old.refresh_from_db()
    assert said_of(old) == {
        "phone": "",
        "classes": ["hot_water", "power", "water"],
        "buildings": ["d1", "t1"],
        "duty_days": [1, 2, 3, 4, 5],
        "leader": "W2",
        "members": ["W1", "W3"],
        "is_active": True,
    }
    assert old.name_en == "Water and power", "what a sheet has no column for stays"
    assert Crew.objects.get(name="木工班").is_active
    assert said_of(rest)["leader"] == "W3", "what is not named stays"
    shown = school.client("D1").get(address).content.decode()
    assert "新登记" in shown
    assert "改了" in shown
    case = asked_back(school, address)
    for number in ("D1", "L1"):
        assert school.client(number).post(f"{case}approve/").status_code == 409, "none of the two who brought it in"
    assert "2 个班组恢复了原样" in third(school).post(f"{case}approve/", follow=True).content.decode()
    old.refresh_from_db()
    assert said_of(old) == before
    assert not Crew.objects.get(name="木工班").is_active


def test_who_has_two_numbers_is_the_same_by_either_and_no_change_since(school):
    told = Affiliation.objects.get(campus_no="W2")
    told.pk, told.campus_no, told.starts_on = None, "W2B", campus_today() - timedelta(days=30)
    told.save(force_insert=True)
    address = approve(school, lines("木工班,木,,,W1,W2、W2B,"))
    assert Crew.objects.get().members.count() == 2
    assert said_of(Crew.objects.get())["members"] == CrewList.objects.get().rows.get().said["members"]
    case = asked_back(school, address)
    assert third(school).post(f"{case}approve/").status_code == 302
    assert not Crew.objects.get().is_active


def test_what_somebody_changed_since_is_not_taken_back(school):
    address = approve(school, lines("木工班,木,,,W1,,"))
    Crew.objects.update(phone="13907300001")
    answer = school.client("D1").post(f"{address}undo/", {"token": str(uuid4()), "reason": "交错了"})
    assert answer.status_code == 409
    assert not CrewRollback.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("木工班,火,,,W1,,", "没有这个类别：火"),
        ("木工班,木,x9,,W1,,", "没有这栋楼：x9"),
        ("木工班,木,,八,W1,,", "一至五"),
        ("木工班,木,,,Z9,,", "没有这个人：Z9"),
        ("木工班,木,,,W1 W2,,", "没有这个人：W1 W2"),
        ("木工班,木,,五至一,W1,,", "一至五"),
        ("木工班,木,,,W1,W2 Z8,", "没有这个人：Z8"),
        ("木工班,木,,,W1,,12", "8640996"),
        ("木工班,木,,,W1,,\n木工班,木,,,W2,,", "写了两行"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_nothing_is_kept(school, row, words):
    answer = TestDesk().hand_in(school.client("D1"), lines(row))
    assert words in answer.content.decode()
    assert not CrewList.objects.exists()


def test_a_sheet_says_the_same_to_whoever_reads_english(school):
    client = school.client("D1")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert TestDesk().hand_in(client, lines("木工班,木、lock,,,W1,,")).status_code == 302
    assert CrewList.objects.get().rows.get().said["classes"] == ["lock", "wood"]


def test_a_line_whose_leader_left_meanwhile_is_left_out(school):
    pages, client = TestDesk(), school.client("D1")
    address = pages.hand_in(client, lines("木工班,木,,,W1,,", "门锁班,门锁,,,W2,,"))["Location"]
    client.post(f"{address}submit/")
    school.client("L1").post(f"{address}approve/")
    Affiliation.objects.filter(campus_no="W1").update(state="ended", ends_on=campus_today() - timedelta(days=1))
    jobs.take_crew_list(batch_id=CrewList.objects.get().pk)
    assert list(Crew.objects.values_list("name", flat=True)) == ["门锁班"]
    assert "没有写入" in client.get(address).content.decode()


def test_whose_numbers_a_list_named_goes_a_month_after_its_end(school):
    """What was never submitted ends, too; whose roll-back waits may still be taken back."""
    client = school.client("D1")
    address = approve(school, lines("木工班,木,,,W1,W2,"), client)
    left = TestDesk().hand_in(client, lines("电工班,电,,,W1,,"))["Location"]
    asked = approve(school, lines("门锁班,门锁,,,W1,,"), client)
    case = asked_back(school, asked, client)
    at = now()
    with time_machine.travel(at + timedelta(days=29)):
        assert jobs.forget_crew_lists() == 0
    with time_machine.travel(at + timedelta(days=31)):
        assert (jobs.forget_crew_lists(), jobs.forget_crew_lists()) == (2, 0)
    shown = client.get(address).content.decode()
    assert "各行已经清除" in shown
    assert client.post(f"{address}undo/", {"token": str(uuid4()), "reason": "交错了"}).status_code == 409
    assert "已作废" in client.get(left).content.decode()
    assert Crew.objects.get(name="木工班").members.count() == 2, "the crew stays"
    assert third(school).post(f"{case}approve/").status_code == 302


def test_the_database_knows_no_other_way_to_roll_a_list_back(school):
    approve(school, lines("木工班,木,,,W1,,"))
    with pytest.raises(DatabaseError), transaction.atomic():
        CrewList.objects.update(state="undone")


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("周一至周五", [1, 2, 3, 4, 5]),
        ("1-5", [1, 2, 3, 4, 5]),
        ("六、日", [6, 7]),
        ("八", None),
    ],
)
def test_days_as_people_write_them(typed, days):
    assert days_in(typed) == days


def test_who_begins_to_study_stays_in_the_list_under_the_number_of_his_work(school):
    approve(school, lines("木工班,木,,,W1,W2,"))
    also_studies(people.find_person_by_campus_no("W2"))
    assert said_of(Crew.objects.get())["members"] == ["W2"]
