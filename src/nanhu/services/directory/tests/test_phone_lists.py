"""Phones by a sheet: checked as a whole, agreed to by a second person, rolled back whole by two; never an emergency number."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.revisions import revision_of
from nanhu.services.directory import jobs
from nanhu.services.directory.models import Phone, PhoneList, PhoneRollback
from nanhu.services.directory.phone_desk import desk, rollbacks
from nanhu.services.directory.services import keeping
from nanhu.testing.pages import IntakeTests, ProposalTests

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
    assert ("没有读这几列：传真。" in client.get(address).content.decode()) == ("传真" in text)
    assert client.post(f"{address}submit/").status_code == 302
    assert school.client("T0004").post(f"{address}approve/").status_code == 302
    for _twice in range(2):
        jobs.take_phone_list(batch_id=PhoneList.objects.latest("pk").pk)
    return address


def reason():
    return {"token": str(uuid4()), "reason": "交错了"}


def asked_back(school, address, *, by="T0001"):
    """The page of the roll-back that was asked for."""
    answer = school.client(by).post(f"{address}undo/", reason())
    assert answer.status_code == 302
    return f"/directory/phone-rollbacks/{PhoneRollback.objects.latest('pk').public_id}/"


class TestRollbacks(ProposalTests):
    desk = rollbacks

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T0001")

    @pytest.fixture
    def second(self, school):
        """Neither of the two who brought the sheet in."""
        return school.client("T0005")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T0002")

    def submitted(self, client):
        return asked_back(self.school, approve(self.school, lines("财务处,工资科,8703002,,,,")))


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
    assert school.client("T0002").post(f"{address}undo/", reason()).status_code == 409
    case = asked_back(school, address)
    assert case in school.client("T0001").get(address).content.decode()
    assert school.client("T0001").post(f"{address}undo/", reason()).status_code == 409, "one at a time"
    assert "8700001" in school.client("T0005").get(case).content.decode(), "who decides sees what comes back"
    done = school.client("T0005").post(f"{case}approve/", follow=True)
    assert "2 个电话恢复了原样" in done.content.decode()
    assert numbers() == before
    assert "已回滚" in school.client("T0001").get(address).content.decode()


@pytest.mark.parametrize("asker", ["T0001", "T0004"])
def test_none_of_the_two_who_brought_a_sheet_in_takes_it_back_alone(school, asker):
    address = approve(school, lines("财务处,工资科,8703002,,,,").replace("\n", ",传真\n", 1))
    case = asked_back(school, address, by=asker)
    for number in ("T0001", "T0004"):
        keeper = school.client(number)
        assert f"{case}approve/" not in keeper.get(case).content.decode()
        assert keeper.post(f"{case}approve/").status_code == SamePersonError.http_status
        assert keeper.post(f"{case}refuse/", {"answer": "不"}).status_code == SamePersonError.http_status
        assert not PhoneRollback.waiting_for(school.actor(number).account_id).exists()
    assert numbers() == {"工资科": "8703002"}
    assert school.client("T0005").post(f"{case}refuse/", {"answer": "没有错"}).status_code == 302
    assert school.client("T0005").post(f"{case}approve/").status_code == 409
    assert numbers() == {"工资科": "8703002"}


def test_an_editor_asks_for_his_own_sheet_and_reads_what_became_of_it(school):
    address = approve(school, lines("财务处,工资科,8703002,,,,"), by="T0002")
    editor = school.client("T0002")
    assert f"{address}undo/" in editor.get(address).content.decode()
    answer = editor.post(f"{address}undo/", reason())
    assert answer["Location"] == address, "the desk that decides is not his"
    assert "待复核" in editor.get(address).content.decode()


@pytest.mark.parametrize(
    "table", ["directory_phone_list", "directory_duty_list", "campus_room_import", "assets_card_import"]
)
def test_the_database_knows_no_other_way_to_roll_a_list_back(school, table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
        assert f"{table}_is_undone_by_a_third" in {name for (name,) in cursor.fetchall()}


def test_a_sheet_is_undone_by_no_update_that_no_third_agreed_to(school):
    address = approve(school, lines("财务处,工资科,8703002,,,,"))
    for decided_by in ("", "T0004", "T0005"):
        if decided_by:
            account = school.actor(decided_by)
            asked_back(school, address)
            decided = {"approver_id": account.account_id, "approver_name": account.name, "decided_at": now()}
            PhoneRollback.objects.filter(state="asked").update(state="done", **decided)
        if decided_by == "T0005":
            assert PhoneList.objects.update(state="undone") == 1
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                PhoneList.objects.update(state="undone")
    with pytest.raises(DatabaseError), transaction.atomic():
        PhoneRollback.objects.update(reason="别的")


def test_what_somebody_changed_since_is_not_taken_back(school):
    address = approve(school, lines("财务处,工资科,8703002,,,,"))
    made, case = Phone.objects.get(), asked_back(school, address)
    keeping.change(
        by=school.actor("T0002"), row=made, facts={"number": "8703009"}, revision=revision_of(made, made.says)
    )
    answer = school.client("T0005").post(f"{case}approve/")
    assert (answer.status_code, "后来改过" in answer.content.decode(), numbers()) == (409, True, {"工资科": "8703009"})


@pytest.mark.capability("A068.4")
def test_an_editor_hands_in_his_own_unit_and_nobody_an_emergency_number(school):
    school.phone("值班室", "110110", unit="21", is_emergency=True)
    pages = TestDesk()
    assert pages.hand_in(school.client("T0002"), lines("保卫处,门岗,8703003,,,,")).status_code == 403
    answer = pages.hand_in(school.client("T0001"), lines("保卫处,值班室,110119,,,,"))
    assert (answer.status_code, "两人改号" in answer.content.decode()) == (422, True)
    assert not PhoneList.objects.exists()
    own = pages.hand_in(school.client("T0002"), lines("财务处,工资科,8703002,,,,"))
    assert own.status_code == 302
