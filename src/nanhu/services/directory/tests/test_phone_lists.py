"""Phones by a sheet: checked as a whole, agreed to by a second person, rolled back whole; never an emergency number."""

import pytest

from nanhu.services.directory import jobs
from nanhu.services.directory.models import Phone, PhoneList
from nanhu.services.directory.phone_desk import desk
from nanhu.services.directory.services import keeping
from nanhu.testing.pages import IntakeTests

pytestmark = pytest.mark.django_db
HEADS = "单位,办什么、哪个岗位,号码,分机,工作日办公时间,节假日、周末,别的叫法\n"


def lines(*rows):
    return HEADS + "".join(f"{row}\n" for row in rows)


class TestDesk(IntakeTests):
    desk = desk
    said = {"title": "换号"}
    good = lines("财务处,报销大厅,8703001,,08:30-12:00,,报账")
    faulty = lines("财务处,报销大厅,不是号码,,08:30-12:00,,报账")

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T0001")

    @pytest.fixture
    def second(self, school):
        return school.client("T0004")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T0003")


def numbers():
    return dict(Phone.objects.filter(removed_at=None).values_list("name", "number"))


def approve(school, text, by="T0001"):
    pages, client = TestDesk(), school.client(by)
    address = pages.hand_in(client, text)["Location"]
    assert client.post(f"{address}submit/").status_code == 302
    assert school.client("T0004").post(f"{address}approve/").status_code == 302
    for _twice in range(2):
        jobs.take_phone_list(batch_id=PhoneList.objects.latest("pk").pk)
    return address


def test_a_sheet_adds_and_changes_leaves_the_rest_and_is_taken_back_whole(school):
    school.phone("报销大厅", "8700001")
    school.phone("会计科", "8700002")
    before = numbers()
    address = approve(
        school,
        lines("20,报销大厅,8703001,,08:30-12:00,,报账", "财务处,工资科,8703002,12,,,", "财务处,会计科,8700002,,,,"),
    )
    assert numbers() == {"报销大厅": "8703001", "工资科": "8703002", "会计科": "8700002"}
    assert "8703002" in school.client("T0003").get("/directory/", {"q": "gongzike"}).content.decode()
    shown = school.client("T0001").get(address).content.decode()
    assert all(word in shown for word in ("新登记", "改了", "没有变", "8700001"))
    assert school.client("T0002").post(f"{address}roll-back/").status_code in {404, 409}
    assert school.client("T0001").post(f"{address}roll-back/").status_code == 302
    assert numbers() == before


def test_what_somebody_changed_since_is_not_taken_back(school):
    address = approve(school, lines("财务处,工资科,8703002,,,,"))
    made = Phone.objects.get()
    keeping.change(by=school.actor("T0002"), row=made, facts={"number": "8703009"})
    answer = school.client("T0001").post(f"{address}roll-back/")
    assert (answer.status_code, "后来改过" in answer.content.decode(), numbers()) == (409, True, {"工资科": "8703009"})


def test_an_editor_hands_in_his_own_unit_and_nobody_an_emergency_number(school):
    school.phone("值班室", "110110", unit="21", is_emergency=True)
    pages = TestDesk()
    assert pages.hand_in(school.client("T0002"), lines("保卫处,门岗,8703003,,,,")).status_code == 403
    answer = pages.hand_in(school.client("T0001"), lines("保卫处,值班室,110119,,,,"))
    assert (answer.status_code, "两人改号" in answer.content.decode()) == (422, True)
    assert not PhoneList.objects.exists()
    own = pages.hand_in(school.client("T0002"), lines("财务处,工资科,8703002,,,,"))
    assert own.status_code == 302
