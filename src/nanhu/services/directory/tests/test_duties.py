"""Duties through their pages: a roster by sheet, one by one, exchanged by two, shown to everybody, told the evening before."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.messages.models import Message
from nanhu.platforms.people import api as people
from nanhu.services.directory import jobs, publishing, queries
from nanhu.services.directory.duty_desk import desk, rollbacks
from nanhu.services.directory.errors import NotExchangeableError
from nanhu.services.directory.models import Duty, DutyExchange, DutyList, DutyRollback
from nanhu.services.directory.publishing import publish_duties
from nanhu.services.directory.services import duties, exchanging
from nanhu.services.directory.subscribers import rekey
from nanhu.testing import merging
from nanhu.testing.members import SYSTEM
from nanhu.testing.pages import IntakeTests, ProposalTests

pytestmark = pytest.mark.django_db
DESK, BOOK = "/directory/rosters/", "/directory/"
HEADS = "单位,日期,时间,任务,学工号,姓名,岗位,电话,地点\n"


def day_after(days):
    return campus_today() + timedelta(days=days)


def lines(*rows):
    return HEADS + "".join(f"{row}\n" for row in rows)


def typed(number="T0003", *, days=1, hours="08:00-20:00", **more):
    said = {"unit": "20 财务处", "day": day_after(days).isoformat(), "hours": hours, "task": "值班"}
    who = {"person": number} if number else {"person": ""}
    return {**said, **who, "office": "", "phone": "8703568", "place": ""} | more


def approve(school, text, *, by="T0001", second="T0004", title="12 月"):
    pages = TestDesk()
    client = school.client(by)
    address = pages.hand_in(client, text)["Location"]
    assert client.post(f"{address}submit/").status_code == 302
    assert school.client(second).post(f"{address}approve/").status_code == 302
    made = DutyList.objects.latest("pk")
    for _twice in range(2):
        jobs.take_duty_list(batch_id=made.pk)
    return address


def reason():
    return {"token": str(uuid4()), "reason": "交错了"}


def asked_back(school, address, *, by="T0001"):
    """The page of the roll-back that was asked for."""
    answer = school.client(by).post(f"{address}undo/", reason())
    assert answer.status_code == 302
    return f"/directory/duty-rollbacks/{DutyRollback.objects.latest('pk').public_id}/"


def standing():
    return [(one.day, one.who, one.task) for one in queries.with_holders(queries.duties())]


@pytest.mark.capability("A169.1")
class TestDesk(IntakeTests):
    desk = desk
    said = {"title": "12 月值班表"}

    @property
    def good(self):
        return lines(f"财务处,{day_after(1)},08:00-20:00,,T0003,赵老师,,8703568,")

    @property
    def faulty(self):
        return lines(f"财务处,{day_after(1)},08:00-20:00,,T0003,赵大,,8703568,")

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

    def fill(self, count):
        for _one in range(count):
            put(self.school, "", days=1 + Duty.objects.count(), office="secretary", task="=1+1")


@pytest.mark.capability("A169.1")
class TestRollbacks(ProposalTests):
    desk = rollbacks

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T0001")

    @pytest.fixture
    def second(self, school):
        """Neither of the two who brought the roster in."""
        return school.client("T0005")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T0002")

    def submitted(self, client):
        return asked_back(self.school, approve(self.school, lines(f"财务处,{day_after(1)},08:00-20:00,,T0003,,,,")))


def put(school, number="T0003", *, days=1, hours=(8, 20), unit="20", office="", task="值班", phone="8703568"):
    first = datetime.combine(day_after(days), datetime.min.time(), CAMPUS_ZONE)
    shift = duties.Shift(
        unit_id=school.units[unit],
        day=first.date(),
        begins_at=first + timedelta(hours=hours[0]),
        ends_at=first + timedelta(hours=hours[1]),
        task=task,
        person_id=people.find_person_by_campus_no(number) if number else None,
        office=office,
        phone=phone,
    )
    return duties.add(by=school.actor("T0001"), shift=shift)


@pytest.mark.capability("A169.1")
def test_who_has_duty_stands_in_a_calendar_by_day_week_and_month_and_by_unit(school):
    with time_machine.travel(now() - timedelta(days=2)):
        put(school, "T0005", days=1, unit="21")
    put(school)
    put(school, "T0004", hours=(20, 32), unit="21", phone="")
    for number in ("T0001", "T0002", "T0005"):
        put(school, number, unit="21", task="带班")
    reader, tomorrow = school.client("T0003"), day_after(1).isoformat()

    def calendar(**asked):
        return reader.get(f"{BOOK}duty/calendar/", asked).content.decode()

    whole = calendar(view="month", on=tomorrow)
    assert ("08:00–20:00" in whole, 'href="tel:8703568"' in whole, "还有 1 项" in whole) == (True, True, True)
    assert "钱科长" not in whole, "the fifth of a day is a tap away"
    assert f'href="?view=day&amp;on={tomorrow}"' in whole
    day = calendar(view="day", on=tomorrow)
    night = f"20:00–{dates.short_day(day_after(2), day_after(1).year)} 08:00"
    assert ("赵老师 8703568" in day, night in day, "钱科长" in day, "还有" in day) == (True, True, True, False)
    assert "没有安排" in calendar(view="day", on=day_after(-1).isoformat()), "what is over is in no list"
    morning_after = calendar(view="day", on=day_after(2).isoformat())
    assert ("钱科长" in morning_after, "赵老师 8703568" in morning_after) == (True, False), (
        "who came the evening before is there"
    )
    assert calendar(view="week", on=tomorrow).count("钱科长") == 1
    of_one = calendar(view="day", on=tomorrow, unit="20")
    assert ("赵老师" in of_one, "孙科长" in of_one) == (True, False)
    assert "unit=20" in of_one.partition("往后")[0], "and so is the next day"
    assert "赵老师" in calendar(view="day", on=tomorrow, q="zhaolaoshi")
    assert f'href="{BOOK}duty/calendar/"' in reader.get(f"{BOOK}duty/").content.decode()


@pytest.mark.capability("A169.1", "A068.2", "A068.3")
def test_a_roster_comes_by_a_sheet_and_everybody_reads_who_has_duty_now(school):
    today, hour = campus_today(), now().astimezone(CAMPUS_ZONE).hour
    hours = f"{hour:02}:00-{(hour + 2) % 24:02}:00"
    text = lines(f"20,{today},{hours},带班,,,书记,8703568,", f"保卫处,{today},{hours},,Ｔ０００３,赵老师,,110110,")
    assert standing() == []
    kept = put(school, "T0004", days=2)
    approve(school, text)
    assert standing() == [(today, "书记（王秘书）", "带班"), (today, "赵老师", "值班"), (kept.day, "钱科长", "值班")], (
        "a list says all of its own days, and nothing of others"
    )
    put(school, "T0002", unit="21")
    school.phone("值班室", "110110", unit="21", is_emergency=True)
    with time_machine.travel(now() - timedelta(days=2)):
        put(school, "T0005", days=1, hours=(hour, hour + 2), unit="21")
    tomorrow = put(school, "T0005", days=1, hours=(hour, hour + 2), unit="21")
    reader = school.client("T0004")
    page = reader.get(BOOK).content.decode()
    assert "孙科长" not in page, "neither of yesterday nor of tomorrow"
    assert page.index("现在值班") < page.index("书记（王秘书）")
    assert "昼夜有人接，现在值班：赵老师" in page, "the emergency number says who answers"
    assert "王秘书" not in page.replace("书记（王秘书）", ""), "whose duty is tomorrow has none now"
    coming = reader.get(f"{BOOK}duty/").content.decode()
    assert ('href="tel:110110"' in coming, coming.count("孙科长")) == (True, 1), "what is over is in no list"
    duties.remove(by=school.actor("T0001"), duty=tomorrow)
    assert "孙科长" not in reader.get(f"{BOOK}duty/").content.decode()
    for words in ("值班", "zhiban", "保卫处", "zhaolaoshi"):
        assert any("赵老师" in one.title for one in queries.duties_found(None, words, 5)), words
    assert queries.duties_found(None, "没有这样的", 5) == []
    shifts = [f"20,{day_after(5)},{hours},,T0003,赵老师,,8703568," for hours in ("08:00-12:00", "12:00-20:00")]
    approve(school, lines(*shifts))
    assert [one[0] for one in standing()].count(day_after(5)) == 2, "one after the other is not two at once"


@pytest.mark.capability("A169.1", "A068.3")
def test_who_has_the_night_has_duty_until_the_morning(school):
    """Typed as "20:00-08:00", by a sheet or at the desk: until eight of the day after, and no longer."""
    evening = day_after(1)
    approve(school, lines(f"保卫处,{evening},20:00-08:00,,T0003,赵老师,,110110,"))
    school.phone("值班室", "110110", unit="21", is_emergency=True)
    for day, hour, is_on in ((evening, 19, False), (day_after(2), 7, True), (day_after(2), 8, False)):
        with at(day, hour):
            found = "现在值班：赵老师" in school.client("T0004").get(BOOK).content.decode()
        assert found == is_on, hour


@pytest.mark.capability("A169.1")
def test_a_list_says_all_of_its_days_and_gives_back_what_stood_there(school):
    old = put(school, "T0002")
    elsewhere = put(school, "T0002", days=2)
    address = approve(school, lines(f"财务处,{day_after(1)},08:00-20:00,,T0003,,,,"))
    assert standing() == [(day_after(1), "赵老师", "值班"), (day_after(2), "王秘书", "值班")]
    assert OutboxEvent.objects.filter(name="directory.DutyChanged").latest("pk").payload["days"] == [str(day_after(1))]
    assert school.client("T0002").post(f"{address}undo/", reason()).status_code == 409, (
        "neither who made it nor a keeper"
    )
    case = asked_back(school, address)
    done = school.client("T0005").post(f"{case}approve/", follow=True)
    assert "原来的 1 个班次恢复了" in done.content.decode()
    assert standing() == [(day_after(1), "王秘书", "值班"), (day_after(2), "王秘书", "值班")]
    assert {one.pk for one in queries.duties()} == {old.pk, elsewhere.pk}
    assert school.client("T0005").post(f"{case}approve/").status_code == 409, "once"
    assert school.client("T0001").post(f"{address}undo/", reason()).status_code == 409, "once"


@pytest.mark.capability("A169.1")
def test_a_list_of_which_something_was_changed_is_not_rolled_back(school):
    address = approve(school, lines(f"财务处,{day_after(1)},08:00-20:00,,T0003,,,,"))
    one, case = Duty.objects.get(), asked_back(school, address)
    assert school.client("T0001").post(f"{DESK}{one.public_id}/", typed("T0002", revision=0)).status_code == 302
    assert school.client("T0005").post(f"{case}approve/").status_code == 409
    assert school.client("T0005").post(f"{case}refuse/", {"answer": "改过了"}).status_code == 302
    assert school.client("T0001").post(f"{address}undo/", reason()).status_code == 409, "nobody asks in vain"
    assert standing() == [(day_after(1), "王秘书", "值班")]


@pytest.mark.capability("A169.1")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("无此处,{day},08:00-20:00,,T0003,,,,", "没有这个单位"),
        ("20,{day},8点,,T0003,,,,", "时间写成"),
        ("20,2020-01-01,08:00-20:00,,T0003,,,,", "已经过去"),
        ("20,2999-01-01,08:00-20:00,,T0003,,,,", "两年以后"),
        ("20,{day},08:00-20:00,,,,,,", "只写一样"),
        ("20,{day},08:00-20:00,,T0003,,书记,,", "只写一样"),
        ("20,{day},08:00-20:00,,T0099,,,,", "学工号"),
        ("20,{day},08:00-20:00,,,,打更,,", "没有这种岗位"),
        ("20,{day},08:00-20:00,,T0003,,,1;2,", "请写号码"),
        ("20,{day},08:00-20:00,,T0003,,,,NOWHERE", "没有这个地点"),
        ("20,{day},08:00-20:00,,T0003,,,,\n21,{day},19:00-21:00,,T0003,,,,", "已经有班"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_nothing_is_kept(school, line, said):
    answer = TestDesk().hand_in(school.client("T0001"), HEADS + line.format(day=day_after(1)) + "\n")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not DutyList.objects.exists()
    assert not Duty.objects.exists()


@pytest.mark.capability("A169.1")
def test_a_unit_keeps_its_own_duties_and_no_others(school):
    other = put(school, "T0003", unit="21")
    secretary = school.client("T0002")
    assert secretary.post(f"{DESK}new/", typed()).status_code == 409, "he has duty elsewhere then"
    assert secretary.post(f"{DESK}new/", typed(days=2)).status_code == 302
    assert secretary.post(f"{DESK}new/", typed(days=3, unit="21 保卫处")).status_code in {403, 422}
    refused = TestDesk().hand_in(secretary, lines(f"保卫处,{day_after(3)},08:00-20:00,,T0003,,,,"))
    assert refused.status_code == 403
    for what in ("", "remove/"):
        assert secretary.post(f"{DESK}{other.public_id}/{what}", typed(days=5)).status_code == 404
    assert secretary.post(f"{DESK}new/", typed(days=4, person="", office="")).status_code == 422
    assert secretary.post(f"{DESK}new/", typed(days=4, task="值\x00班")).status_code == 422
    assert secretary.post(f"{DESK}new/", typed(days=800)).status_code == 422, "a year was mistyped"
    assert [one[0] for one in standing()] == [day_after(1), day_after(2)]
    mine = Duty.objects.get(day=day_after(2))
    assert secretary.post(f"{DESK}{mine.public_id}/remove/").status_code == 302
    noted = AuditEntry.objects.filter(target=f"duty:{mine.public_id}").order_by("pk")
    assert [(one.action, one.actor) for one in noted] == [
        ("directory.add_duty", "王秘书"),
        ("directory.remove_duty", "王秘书"),
    ]


@pytest.mark.capability("A169.1")
def test_what_has_begun_stays_as_it_was(school):
    one = put(school)
    with time_machine.travel(one.begins_at + timedelta(hours=1)):
        keeper = school.client("T0001")
        assert keeper.post(f"{DESK}{one.public_id}/", typed("T0002", revision=0)).status_code == 409
        assert keeper.post(f"{DESK}{one.public_id}/remove/").status_code == 409
        away = f'href="{DESK}{one.public_id}/remove/"'
        assert away not in keeper.get(DESK).content.decode(), "nor is it offered"
    assert away in school.client("T0001").get(DESK).content.decode()
    one.refresh_from_db()
    assert (one.state, one.person_name) == ("standing", "赵老师")


@pytest.mark.capability("A169.1")
def test_two_exchange_a_duty_and_nothing_changes_until_the_other_agrees(school):
    mine, theirs, foreign = put(school, "T0003"), put(school, "T0002", days=3), put(school, "T0004", days=4, unit="21")
    asker, other, stranger = school.client("T0003"), school.client("T0002"), school.client("T0004")
    address = f"{BOOK}duty/mine/{mine.public_id}/exchange/"
    said = {"token": str(uuid4()), "taken": str(theirs.public_id), "reason": "出差"}
    assert [one for one, _exchange in asker.get(f"{BOOK}duty/mine/").context["duties"]] == [mine], "one's own alone"
    assert stranger.post(address, said).status_code == 404, "another's duty is not hers to give"
    assert asker.post(address, said | {"taken": str(foreign.public_id)}).status_code == 422
    given = {"by": school.actor("T0003"), "token": uuid4(), "person_id": mine.person_id, "given": mine}
    with pytest.raises(NotExchangeableError):
        exchanging.ask(**given, taken=foreign)
    assert asker.post(address, said | {"taken": "x"}).status_code == 422
    for _twice in range(2):
        assert asker.post(address, said).status_code == 302
    [exchange] = DutyExchange.objects.all()
    assert asker.post(address, said | {"token": str(uuid4())}).status_code == 409
    accept = f"{BOOK}duty/mine/exchanges/{exchange.public_id}/accept/"
    for not_asked in (asker, stranger):
        assert not_asked.post(accept).status_code == 404
    page = other.get(f"{BOOK}duty/mine/").content.decode()
    assert "出差" in page
    assert [tab.count for tab in other.get(BOOK).context["frame"].tabs if tab.waits] == [1]
    assert standing()[0][1] == "赵老师"
    assert other.post(accept).status_code == 302
    assert [one[1] for one in standing()] == ["王秘书", "赵老师", "钱科长"]
    by_name = {
        name: [one.when for one in asker.get(f"{BOOK}duty/", {"q": name}).context["list"].page.object_list]
        for name in ("wangmishu", "zhaolaoshi")
    }
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert by_name == {"wangmishu": [mine.when], "zhaolaoshi": [theirs.when]}, "each is found by who has it now"
    assert other.post(accept).status_code == 409
    calendar = queries.occurrences(school.viewer("T0003"), day_after(0), day_after(5))
    assert [(one.starts, one.is_cancelled) for one in calendar] == [(theirs.begins_at, False), (mine.begins_at, True)]
    assert AuditEntry.objects.filter(action="directory.accept_exchange", actor="王秘书").count() == 1
    assert list(
        Message.objects.filter(template="directory.exchange").order_by("pk").values_list("title", flat=True)
    ) == [
        f"赵老师想和您换班：{exchange}",
        f"王秘书同意换班：{exchange}",
    ]
    assert Message.objects.filter(title_en__startswith="王秘书 agreed to the exchange of duties: ").exists()
    late = school.client("T0001").post(f"{DESK}{mine.public_id}/", typed("T0003", phone="8703569", revision=0))
    assert (late.status_code, "刚才有人改过这个班次" in late.content.decode()) == (409, True), "opened before they did"
    changed = OutboxEvent.objects.filter(name="directory.DutyChanged").latest("pk").payload
    assert changed == {"unit_id": school.units["20"], "days": [str(mine.day), str(theirs.day)]}


@pytest.mark.capability("A169.1")
def test_who_is_asked_may_decline_and_who_asked_may_take_it_back(school):
    mine, theirs = put(school, "T0003"), put(school, "T0002", days=3)
    asker, other = school.client("T0003"), school.client("T0002")
    said = {"taken": str(theirs.public_id), "reason": "出差"}
    for way, presser, wrong, state in (("decline", other, asker, "declined"), ("withdraw", asker, other, "withdrawn")):
        asked = asker.post(f"{BOOK}duty/mine/{mine.public_id}/exchange/", said | {"token": str(uuid4())})
        assert asked.status_code == 302
        exchange = DutyExchange.objects.latest("pk")
        press = f"{BOOK}duty/mine/exchanges/{exchange.public_id}/{way}/"
        assert [client.post(press).status_code for client in (wrong, presser, presser)] == [404, 302, 409]
        exchange.refresh_from_db()
        assert exchange.state == state
        assert AuditEntry.objects.filter(action=f"directory.{way}_exchange").count() == 1
    assert [one[1] for one in standing()] == ["赵老师", "王秘书"]
    told = Message.objects.filter(template="directory.exchange").order_by("pk").values_list("title", flat=True)
    assert [title.partition("：")[0] for title in told] == ["赵老师想和您换班", "王秘书不换班", "赵老师想和您换班"]


@pytest.mark.capability("A169.1")
@pytest.mark.parametrize(("number", "later", "whose"), [("T0004", 0, "钱科长"), ("T0002", 4, "王秘书")])
def test_an_exchange_of_what_changed_meanwhile_is_none(school, number, later, whose):
    mine, theirs = put(school, "T0003"), put(school, "T0002", days=3)
    made = exchanging.ask(by=school.actor("T0003"), token=uuid4(), person_id=mine.person_id, given=mine, taken=theirs)
    put(school, "T0002", hours=(20, 22))
    duties.change(
        by=school.actor("T0001"),
        duty=theirs,
        shift=duties.Shift(
            unit_id=theirs.unit_id,
            day=theirs.day,
            begins_at=theirs.begins_at + timedelta(hours=later),
            ends_at=theirs.ends_at + timedelta(hours=later),
            task="值班",
            person_id=people.find_person_by_campus_no(number),
        ),
        revision="0",
    )
    answer = school.client("T0002").post(f"{BOOK}duty/mine/exchanges/{made.public_id}/accept/", follow=True)
    assert "没有换成" in answer.content.decode()
    assert [one[1] for one in standing()] == ["赵老师", "王秘书", whose]


@pytest.mark.capability("A169.1")
def test_nobody_is_in_two_places_after_an_exchange(school):
    mine, theirs = put(school, "T0003"), put(school, "T0002", days=3)
    put(school, "T0002", unit="21", hours=(19, 22))
    made = exchanging.ask(by=school.actor("T0003"), token=uuid4(), person_id=mine.person_id, given=mine, taken=theirs)
    exchanging.accept(by=school.actor("T0002"), person_id=theirs.person_id, exchange=made)
    made.refresh_from_db()
    assert made.state == "lapsed"
    assert standing()[0][1] == "赵老师"


@pytest.mark.capability("A169.1")
def test_who_has_duty_is_told_once_the_evening_before_and_has_it_in_the_calendar(school):
    one = put(school)
    put(school, "", office="head", task="带班")
    duties.remove(by=school.actor("T0001"), duty=put(school, "T0004"))
    with time_machine.travel(datetime.combine(campus_today(), datetime.min.time(), CAMPUS_ZONE) + timedelta(hours=18)):
        assert [jobs.tell_tomorrow() for _twice in range(2)] == [2, 0]
    assert Message.objects.get(template="directory.duty").title == f"轮到您值班：{one}"
    assert "8703568" in Message.objects.get(template="directory.duty").text, "and where he is called"
    assert "带班" in Message.objects.get(template="directory.duty_open").title, "the post is vacant: its unit hears it"
    for template, number in (("directory.duty", "T0003"), ("directory.duty_open", "T0002")):
        heard = Message.objects.get(template=template).entries.values_list("person_id", flat=True)
        assert list(heard) == [people.find_person_by_campus_no(number)], template
    viewer = school.viewer("T0003")
    [found] = queries.occurrences(viewer, day_after(0), day_after(3))
    assert (found.title, found.starts, found.place) == ("财务处值班", one.begins_at, "")
    assert "财务处值班" in queries.duty_tile(viewer).lines[0]
    assert "财务处值班" in school.client("T0003").get("/apps/work/").content.decode()
    [gone] = queries.occurrences(school.viewer("T0004"), day_after(0), day_after(3))
    assert gone.is_cancelled
    by_post = put(school, "", office="secretary", task="带班", days=4)
    [held] = queries.occurrences(school.viewer("T0002"), day_after(4), day_after(4))
    assert held.starts == by_post.begins_at, "of a post, by whoever holds it"


@pytest.mark.capability("A169.1")
def test_other_systems_read_who_has_duty_while_this_room_writes_it(school):
    one = put(school)
    publish_duties()
    [row] = datahub.rows("unit.duty")
    assert (row.unit_code, row.campus_no, row.begins_at, row.number) == ("20", "T0003", one.begins_at, "8703568")
    duties.remove(by=school.actor("T0001"), duty=one)
    publish_duties()
    assert datahub.rows("unit.duty") == []


def test_two_records_of_one_person_have_one_duty_each(school):
    one, other = put(school, "T0003"), put(school, "T0002", days=2)
    clash = put(school, "T0002", unit="21")
    kept, gone = people.find_person_by_campus_no("T0003"), people.find_person_by_campus_no("T0002")
    people.merge_persons(by=SYSTEM, kept_id=kept, gone_id=gone, reason="同一人")
    rekey(gone, kept)
    held = {row.pk: row.person_id for row in Duty.objects.all()}
    assert held == {one.pk: kept, other.pk: kept, clash.pk: gone}


def test_a_merge_that_is_told_after_the_two_were_parted_moves_no_duty(school):
    one = put(school, "T0002")
    kept, gone = people.find_person_by_campus_no("T0003"), people.find_person_by_campus_no("T0002")
    merging.merged_and_parted(kept_id=kept, gone_id=gone)
    deliver_pending()
    assert Duty.objects.get(pk=one.pk).person_id == gone


def at(day, hour):
    return time_machine.travel(datetime.combine(day, time(hour), CAMPUS_ZONE))


@pytest.mark.capability("A169.1")
def test_the_evening_before_is_evening_on_the_campus(school, cron_of):
    put(school)
    with at(day_after(0), 17):
        assert jobs.tell_tomorrow() == 0
    with at(day_after(0), 18):
        assert jobs.tell_tomorrow() == 1
    assert cron_of("directory.tell_tomorrow") == "*/30 * * * *"


@pytest.mark.capability("A169.1")
def test_whom_nobody_told_in_the_evening_hears_it_as_long_as_his_duty_has_not_begun(school):
    """The school was read-only, or no worker ran."""
    put(school, hours=(20, 22))
    put(school, "", office="head", task="带班", hours=(20, 22))
    put(school, "T0002", hours=(6, 9))
    with at(day_after(1), 9):
        assert [jobs.tell_tomorrow() for _twice in range(2)] == [2, 0]
    assert Message.objects.filter(template="directory.duty").count() == 1, "not whose duty has begun"


@pytest.mark.capability("A169.1")
def test_whom_the_evening_told_is_not_told_again_on_the_day_and_who_took_his_duty_is(school):
    one = put(school, hours=(20, 22))
    put(school, "", office="head", task="带班", hours=(20, 22))
    with at(day_after(0), 18):
        assert jobs.tell_tomorrow() == 2
    with at(day_after(1), 9):
        assert jobs.tell_tomorrow() == 0
        Duty.objects.filter(pk=one.pk).update(person_id=people.find_person_by_campus_no("T0002"), person_name="王秘书")
        assert jobs.tell_tomorrow() == 1


@pytest.mark.capability("A169.1")
def test_a_list_agreed_to_late_leaves_out_what_is_over_and_doubles_nothing_that_has_begun(school):
    day = day_after(1)
    put(school, "T0002", hours=(8, 20))
    rows = (
        f"财务处,{day},06:00-08:00,早班,T0003,,,,",
        f"财务处,{day},08:00-20:00,,T0004,,,,",
        f"财务处,{day},20:00-22:00,,T0003,,,,",
    )
    address = TestDesk().hand_in(school.client("T0001"), lines(*rows))["Location"]
    with time_machine.travel(datetime.combine(day, time(9), CAMPUS_ZONE)):
        assert school.client("T0001").post(f"{address}submit/").status_code == 302
        assert school.client("T0004").post(f"{address}approve/").status_code == 302
        jobs.take_duty_list(batch_id=DutyList.objects.get().pk)
    assert [one[1] for one in standing()] == ["王秘书", "赵老师"]
    assert list(Duty.objects.exclude(roster=None).order_by("line").values_list("state", flat=True)) == [
        "removed",
        "removed",
        "standing",
    ]


def test_a_task_is_a_short_phrase_in_one_line(school):
    keeper = school.client("T0001")
    assert keeper.post(f"{DESK}new/", typed(task="大门\r\n巡查")).status_code == 302
    assert keeper.post(f"{DESK}new/", typed(task="\u200b", days=2)).status_code == 422
    assert keeper.post(f"{DESK}new/", typed(phone="1" * 24, days=2)).status_code == 422
    approve(school, lines(f'财务处,{day_after(3)},08:00-20:00,"大门\n巡查",T0003,,,,'))
    assert [one[2] for one in standing()] == ["大门 巡查", "大门 巡查"]
    for task, phone in (("班" * 21, ""), ("值班", "1" * 24), ("值班", "+123 45 45 45 45 45 45 45")):
        bad = lines(f"财务处,{day_after(4)},08:00-20:00,{task},T0003,,,{phone},")
        assert TestDesk().hand_in(keeper, bad).status_code == 422


@pytest.mark.capability("A169.1")
def test_a_duty_given_to_another_by_the_desk_is_cancelled_in_the_calendar_of_who_had_it(school):
    one, before = put(school, "T0003"), OutboxEvent.objects.latest("pk").pk
    assert school.client("T0001").post(f"{DESK}{one.public_id}/", typed("T0002", days=2, revision=0)).status_code == 302
    told = OutboxEvent.objects.filter(name="directory.DutyChanged", pk__gt=before)
    assert {day for event in told for day in event.payload["days"]} == {str(day_after(1)), str(day_after(2))}
    assert AuditEntry.objects.filter(action="directory.change_duty", actor="李主任").count() == 1
    seen = {
        number: [
            (found.uid == f"duty.{one.public_id}", found.is_cancelled)
            for found in queries.occurrences(school.viewer(number), day_after(0), day_after(3))
        ]
        for number in ("T0003", "T0002")
    }
    assert seen == {"T0003": [(True, True)], "T0002": [(False, False)]}


@pytest.mark.capability("A169.1")
@pytest.mark.parametrize("how", ["begun", "moved", "removed", "replaced", "still ahead"])
def test_an_exchange_that_can_come_to_nothing_waits_no_more(school, how):
    mine, theirs = put(school, "T0003"), put(school, "T0002", days=3)
    made = exchanging.ask(by=school.actor("T0003"), token=uuid4(), person_id=mine.person_id, given=mine, taken=theirs)
    if how == "moved":
        later = {"begins_at": theirs.begins_at + timedelta(hours=4), "ends_at": theirs.ends_at + timedelta(hours=4)}
        same = {name: getattr(theirs, name) for name in ("unit_id", "day", "task", "person_id")}
        duties.change(by=school.actor("T0001"), duty=theirs, shift=duties.Shift(**same, **later), revision="0")
    if how == "removed":
        duties.remove(by=school.actor("T0001"), duty=theirs)
    if how == "replaced":
        approve(school, lines(f"财务处,{mine.day},08:00-20:00,,T0004,,,,"))
    waits = how == "still ahead"
    if how == "begun":
        Duty.objects.filter(pk=mine.pk).update(begins_at=now() - timedelta(minutes=1))
    other = school.client("T0002")
    assert sum(tab.count or 0 for tab in other.get(BOOK).context["frame"].tabs if tab.waits) == int(waits)
    assert (str(made.public_id) in other.get(f"{BOOK}duty/mine/").content.decode()) is waits
    assert [jobs.lapse_exchanges() for _twice in range(2)] == [int(not waits), 0]
    made.refresh_from_db()
    assert made.state == ("open" if waits else "lapsed")


def test_a_table_that_cannot_be_written_takes_no_other_with_it(school, monkeypatch):
    def broken():
        raise ValueError

    monkeypatch.setitem(publishing.TABLES, "unit.phone", broken)
    put(school)
    assert jobs.publish_everything() == 1
    assert len(datahub.rows("unit.duty")) == 1
