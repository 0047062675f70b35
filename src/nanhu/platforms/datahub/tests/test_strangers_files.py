"""Rosters by unseen hands: what once went wrong in silence, each as the office would hand it in."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import Client

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.api import replay, roll_back
from nanhu.platforms.datahub.errors import MissingHeadersError, PartedElsewhereError
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow, Missing, Review
from nanhu.platforms.datahub.services import loosening
from nanhu.platforms.datahub.services.reviews import decide_different, decide_same, part_again
from nanhu.platforms.datahub.tests.conftest import BY, PASSWORD, STUDENT_HEADER, id_number, register, student
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.sample import set_password_for_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
OTHER = {"name": "王芳", "no": "14231100002"}
PASSPORT = {"证件类型": "护照"}
OTHER_NO = {"no": "14231100002", "phone": "13873054321", "国籍地区": "俄罗斯", **PASSPORT}


def workbook(*sheets):
    """From (name, is hidden, rows)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, is_hidden, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if is_hidden else "visible"
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(*rows):
    return [register().strip().split(","), *(row.split(",") for row in rows)]


def names():
    return {a.campus_no: a.person.name for a in Affiliation.objects.select_related("person").exclude(state="ended")}


# B1 · a number that agrees outvotes nothing


@pytest.mark.capability("A004.6")
@pytest.mark.parametrize("told", [{"出生日期": "2004-11-02"}, {"性别": "女"}], ids=["birth", "sex"])
def test_one_number_under_another_name_and_birth_or_sex_is_held_and_nothing_is_written(hand_in, units, told):
    hand_in(register(student()))
    report = hand_in(register(student(**OTHER, phone="13911112222", **told)))
    assert (report.counts["held"], report.counts["changed"], report.counts["created"]) == (1, 0, 0)
    assert names() == {"14231100001": "李明"}
    assert (Review.objects.get().left.name, Review.objects.get().alias) == ("李明", "王芳")


def test_another_name_alone_is_a_new_name_only_where_something_else_bears_it_out(hand_in, units):
    hand_in(register(student()))
    assert hand_in(register(student(name="李国庆"))).counts["codes"] == {"name_changed": 1}
    header = "工号,姓名,证件号码,部门代码,人员类别,来校日期\n"
    report = hand_in(header + f"20190123,王芳,{id_number()},11,在编,2019.9\n", source_key="hr.staff", name="名单.csv")
    assert report.counts["held"] == 1


@pytest.mark.capability("A004.6")
def test_two_in_one_file_under_one_number_are_not_one(hand_in, units):
    report = hand_in(register(student(), student(**OTHER, 出生日期="2004-11-02")))
    assert (report.counts["accepted"], report.counts["held"]) == (1, 1)
    assert names() == {"14231100001": "李明"}


@pytest.mark.capability("A004.6")
def test_the_steward_says_once_that_the_row_is_theirs_and_may_take_it_back(hand_in, units):
    first = student(**OTHER, 出生日期="2004-11-02")
    hand_in(register(student()))
    hand_in(register(first))
    decide_same(by=BY, review_id=Review.objects.get().id, kept_id=0, reason="改名，有户口本")
    assert names() == {"14231100001": "王芳", "14231100002": "王芳"}
    again = hand_in(register(first, student()))
    assert again.counts["held"] == 0
    hand_in(register(student(**OTHER | {"no": "14231100003"}, 出生日期="2004-11-02")))
    part_again(by=BY, review_id=Review.objects.order_by("id").first().id, reason="看错了")
    assert names() == {"14231100001": "李明"}, "of all files that said it, under every number"
    assert hand_in(register(first) + "\n").counts["rejected"] == 1


def test_whom_only_a_wrong_it_is_theirs_held_together_are_two_when_it_is_taken_back(hand_in, units):
    hand_in(register(student()))
    hand_in(register(student(no="14231100002", name="王芳", 出生日期="2004-11-02")))
    review = Review.objects.get(state="open")
    decide_same(by=BY, review_id=review.pk, kept_id=review.left_id, reason="改过名")
    hand_in(register(student(), student(no="14231100002", document=id_number(order=3), name="李明")))
    assert Affiliation.objects.values("person").distinct().count() == 1
    part_again(by=BY, review_id=review.pk, reason="不是同一人")
    found = {one.campus_no: one.person.id_number for one in Affiliation.objects.select_related("person")}
    assert found == {"14231100001": id_number(), "14231100002": id_number(order=3)}


def test_a_row_that_was_decided_against_is_among_those_that_are_played_again(hand_in, units, steward):
    hand_in(register(student()))
    hand_in(register(student(**OTHER, document=id_number(order=3))))
    torn = hand_in(register(student(document=id_number(order=3), name="李明")))
    review = Review.objects.get(state="open", row__batch=torn.batch)
    decide_different(by=BY, review_id=review.pk, reason="不是同一人")
    assert Batch.objects.get(pk=torn.batch).counts["rejected"] == 1
    assert "重放被拒绝的行" in steward.get(f"/datahub/batches/{torn.batch}/").content.decode()


@pytest.mark.capability("A004.6")
def test_the_steward_says_once_that_they_are_two(hand_in, units):
    """Each question is of one person: what is said of one decides nothing of another."""
    held = [("14231100001", "李明", 1), ("14231100005", "赵一", 5)]
    hand_in(register(*(student(no=no, name=name, document=id_number(order=order)) for no, name, order in held)))
    rows = [
        student(**OTHER, 出生日期="2004-11-02"),
        student(no="14231100006", name="周二", document=id_number(order=5), 出生日期="2004-11-02"),
    ]
    hand_in(register(*rows))
    for alias, others in (("王芳", ["周二"]), ("周二", [])):
        decide_different(by=BY, review_id=Review.objects.get(alias=alias).id, reason="两个人")
        assert list(Review.objects.filter(state="open").values_list("alias", flat=True)) == others
    report = hand_in(register(*rows) + "\n")
    assert (report.counts["codes"]["decided_different"], Review.objects.count()) == (2, 2)


@pytest.mark.capability("A004.5")
def test_two_countries_gave_one_passport_number(hand_in, units):
    rows = [
        student(name="Anna Petrova", document="E12345678", 国籍地区="俄罗斯", **PASSPORT),
        student(no="14231100002", name="Kim Min", document="E12345678", 国籍地区="韩国", 性别="女", **PASSPORT),
    ]
    report = hand_in(register(*rows))
    assert (report.counts["created"], report.counts["held"]) == (2, 0)
    assert hand_in(register(*rows) + "\n").counts["unchanged"] == 2


# B2 · a batch that was rolled back is no evidence


def values():
    people = Person.objects.filter(is_void=False, merged_into=None).prefetch_related("affiliations")
    return sorted(
        (
            (one.name, one.id_number, one.phone, str(one.birth_date), one.sex, a.campus_no, a.state, a.unit_id)
            for one in people
            for a in one.affiliations.all()
            if a.state != "ended"
        ),
        key=str,
    )


def roster(size=8, **changes):
    return [
        {"no": f"142311{n:05d}", "name": f"李{'一二三四五六七八九十'[n % 10]}", "document": id_number(order=2 * n + 1)}
        for n in range(size)
    ]


def rows_of(people, **other):
    return register(*(student(**one, phone=f"1380013{n:04d}", **other) for n, one in enumerate(people)))


def shifted(people, *columns):
    """The values of these columns one line further down."""
    return [one | {c: people[n - 1][c] for c in columns} for n, one in enumerate(people)]


@pytest.mark.parametrize("columns", [("name",), ("document",), ("no",), ("name", "document")])
def test_the_right_file_after_a_wrong_one_that_was_rolled_back_is_right(hand_in, units, columns):
    people = roster()
    wrong = hand_in(rows_of(shifted(people, *columns)))
    roll_back(by=BY, batch_id=wrong.batch, reason="列错位")
    assert (values(), Person.objects.filter(is_void=False).count()) == ([], 0)
    assert hand_in(rows_of(people), name="对.csv").counts["accepted"] == len(people)
    right = values()
    assert {row[5]: row[0] for row in right} == {one["no"]: one["name"] for one in people}
    assert {row[5]: row[1] for row in right} == {one["no"]: one["document"] for one in people}


def test_who_comes_back_as_they_were_is_the_same_record(hand_in, units):
    wrong = hand_in(register(student(学籍状态="休学")))
    person = Person.objects.get()
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    assert Person.objects.get().id_number is None
    hand_in(register(student(学籍状态="")))
    person.refresh_from_db()
    assert (Person.objects.count(), person.is_void, person.id_number) == (1, False, id_number())
    assert Affiliation.objects.get().state == "active", "a list without a state names who is there"


def test_a_post_that_a_rolled_back_list_alone_said_begins_with_the_right_one(hand_in, units):
    hand_in(register(student()))
    header = "工号,姓名,证件号码,部门代码,人员类别,来校日期\n"
    wrong = hand_in(f"{header}20190123,李明,{id_number()},11,在编,2019.9\n", source_key="hr.staff", name="名单.csv")
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    assert Affiliation.objects.get(kind="staff").state == "ended"
    hand_in(f"{header}20190123,李明,{id_number()},11,派遣,2019.9\n", source_key="hr.staff", name="名单.csv")
    tie = Affiliation.objects.get(kind="staff")
    assert (tie.state, tie.category, str(tie.starts_on), tie.ends_on) == ("active", "dispatch", "2019-09-01", None)
    assert Missing.objects.count() == 0
    hand_in(f"{header}20190124,王芳,{id_number(order=3)},11,派遣,2018.9\n", source_key="hr.staff", name="名单.csv")
    assert Missing.objects.get().campus_no == tie.campus_no, "it is missed where the next list lacks it"


def test_a_batch_below_others_is_rolled_back_and_what_they_said_stays(hand_in, units):
    first = hand_in(register(student(phone="13800138000", 民族="土家族")))
    hand_in(register(student(phone="13911112222", 民族="")))
    roll_back(by=BY, batch_id=first.batch, reason="错发")
    person = Person.objects.get()
    assert (person.phone, person.ethnicity, person.is_void) == ("13911112222", "", False)
    assert Affiliation.objects.get().state == "active"


def test_later_batches_that_changed_nothing_are_in_nobodys_way(hand_in, units):
    hand_in(register(student()))
    second = hand_in(register(student(phone="13911112222")))
    hand_in(register(student(phone="13911112222")) + "\n")
    roll_back(by=BY, batch_id=second.batch, reason="错发")
    assert Person.objects.get().phone == "13911112222", "the third file says it as well"


# B3 · a merge is a redirect

TWICE = [
    student(name="Anna Petrova", document="E12345678", phone="13873054321", 国籍地区="俄罗斯", **PASSPORT),
    student(name="Anna Petrova", document="E12345687", **OTHER_NO),
]


def test_whether_two_are_one_is_a_question_as_long_as_both_are_somebody(hand_in, units, steward):
    hand_in(register(TWICE[0]))
    second = hand_in(register(TWICE[1]))
    third = hand_in(register(*TWICE))
    roll_back(by=BY, batch_id=second.batch, reason="错发")
    review = Review.objects.get(state="open")
    assert "Anna Petrova" in steward.get("/datahub/reviews/").content.decode()
    assert steward.get(f"/datahub/reviews/{review.pk}/").status_code == 200
    roll_back(by=BY, batch_id=third.batch, reason="错发")
    assert not Review.objects.exists(), "the other is nobody"
    hand_in(register(TWICE[1]) + "\n")
    assert Review.objects.filter(state="open").count() == 1


def test_two_whom_a_rolled_back_batch_alone_held_together_are_two_again(hand_in, units):
    """A wrong list gave both numbers one passport; the next gives each number a document of its own."""
    wrong = hand_in(register(TWICE[0], student(name="Anna Petrova", document="E12345678", **OTHER_NO)))
    hand_in(register(*TWICE) + "\n")
    assert Affiliation.objects.values("person").distinct().count() == 1
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    found = {one.campus_no: one.person.id_number for one in Affiliation.objects.select_related("person")}
    assert found == {"14231100001": "E12345678", "14231100002": "E12345687"}
    assert Affiliation.objects.values("person").distinct().count() == 2
    assert Review.objects.get(state="open").row is None, "whether they are one is asked, as of newcomers"
    hand_in(register(*TWICE) + "\n\n")
    assert Person.objects.filter(is_void=False).count() == 2, "each row finds its own"


def enter(number: str, password: str, window: Client | None = None) -> int:
    return (window or Client()).post("/sign-in", {"username": number, "password": password}).status_code


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_who_was_tied_to_another_by_a_wrong_list_alone_gets_in_as_him_no_more(hand_in, units, when):
    """What the owner had set before the list was handed in stays; what was set since may be the stranger's."""
    hand_in(register(TWICE[0]))
    identity.open_accounts(by=BY, person_ids=[Person.objects.get().pk])
    if when == "before":
        set_password_for_sample(by=BY, campus_no="14231100001", password=PASSWORD)
    wrong = hand_in(register(student(name="Anna Petrova", document="E12345678", **OTHER_NO)))
    hand_in(register(*TWICE) + "\n")
    if when == "meanwhile":
        set_password_for_sample(by=BY, campus_no="14231100002", password=PASSWORD)
    window = Client()
    assert enter("14231100002", PASSWORD, window) == 302, "the two are one"
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")

    assert window.get("/account").status_code == 302
    stays = 302 if when == "before" else 200
    assert (enter("14231100001", PASSWORD), enter("14231100002", PASSWORD)) == (stays, 200)
    states = {identity.account_of(one).state for one in Affiliation.objects.values_list("person_id", flat=True)}
    assert states == ({"active", "awaiting_activation"} if when == "before" else {"awaiting_activation"})


def test_a_number_that_was_given_by_hand_parts_nobody_from_his_own_rows(hand_in, units):
    """A student who is somebody's guest as well, or has a temporary card: nothing but the record says that the two numbers are one's."""
    hand_in(register(student()))
    person = Person.objects.get()
    guest = {
        "category": "visitor",
        "category_name": "访客",
        "unit_code": "11",
        "ends_on": campus_today() + timedelta(days=9),
    }
    people.add_guest(by=BY, name="", phone="", person_id=person.pk, **guest)
    wrong = hand_in(register(student(phone="13911112222")))
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    assert Person.objects.get() == person
    assert set(person.affiliations.values_list("kind", "state")) == {("student", "active"), ("guest", "active")}


def test_whose_number_the_record_had_first_keeps_it_in_whichever_order_the_last_list_names_them(hand_in, units):
    """With it go the account and the money."""
    first = hand_in(register(TWICE[0]))
    wrong = hand_in(register(student(name="Anna Petrova", document="E12345678", **OTHER_NO)))
    hand_in(register(*reversed(TWICE)))
    person = Person.objects.get()
    roll_back(by=BY, batch_id=first.batch, reason="错发")
    assert Person.objects.get() == person, "a row holds them together still"
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    held = dict(Affiliation.objects.values_list("campus_no", "person"))
    assert held["14231100001"] == person.pk != held["14231100002"]


def test_what_is_refused_with_a_register_is_counted_once_whomever_it_names(hand_in, units, monkeypatch):
    pupils = [
        {"no": f"1423110000{n}", "name": f"李{'明华强'[n]}", "document": id_number(order=1 + 2 * n)} for n in range(3)
    ]
    wrong = hand_in(register(*(student(**one) for one in pupils)))
    lines = (f"{one['no']},{one['name']},1391111222{n}\n" for n, one in enumerate(pupils))
    phones = hand_in("学号,姓名,手机号码\n" + "".join(lines), source_key="sa.contacts", name="通讯录.csv")
    counted, recount = [], loosening.recount
    monkeypatch.setattr(loosening, "recount", lambda ids: (counted.append(1), recount(ids)))
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    assert Batch.objects.get(pk=phones.batch).counts["rejected"] == 3
    assert len(counted) == 1, "a register names thousands"


def test_a_list_of_phones_keeps_nobody_whom_no_register_names(hand_in, units, steward):
    wrong = hand_in(register(student(phone="")))
    phones = hand_in("学号,姓名,手机号码\n14231100001,李明,13911112222\n", source_key="sa.contacts", name="通讯录.csv")
    roll_back(by=BY, batch_id=wrong.batch, reason="错发")
    assert Person.objects.get(affiliations__campus_no="14231100001").is_void
    hand_in(register(student(name="王芳", document=id_number(order=3), phone="")))
    assert names()["14231100001"] == "王芳", "the number is free"
    assert list(Issue.objects.filter(batch=phones.batch, resolved_at=None).values_list("code", flat=True)) == [
        "person_unknown"
    ]
    assert "重放被拒绝的行" in steward.get(f"/datahub/batches/{phones.batch}/").content.decode()
    replay(by=BY, batch_id=phones.batch)
    assert LandingRow.objects.get(batch=phones.batch).state == "rejected", "it names another"


def test_a_row_held_for_somebody_who_is_nobody_any_more_may_be_played_again(hand_in, units, steward):
    hand_in(register(student()))
    second = hand_in(register(student(no="14231100002", document=id_number(order=3))))
    torn = hand_in(register(student(document=id_number(order=3))))
    assert Review.objects.filter(state="open", row__batch=torn.batch).exists()
    roll_back(by=BY, batch_id=second.batch, reason="错发")
    assert not Review.objects.filter(state="open").exists(), "with nobody he cannot be one"
    assert "重放被拒绝的行" in steward.get(f"/datahub/batches/{torn.batch}/").content.decode()
    assert steward.post(f"/datahub/batches/{torn.batch}/replay/").status_code == 302
    assert Affiliation.objects.select_related("person").get(campus_no="14231100001").person.id_number == id_number(
        order=3
    )


def test_a_document_that_a_later_batch_says_as_well_is_known_when_the_first_is_rolled_back(hand_in, units):
    hand_in(register(student()))
    second = hand_in(register(student(document=id_number(order=7))))
    hand_in(register(student(document=id_number(order=7))) + "\n")
    roll_back(by=BY, batch_id=second.batch, reason="错发")
    header = "工号,姓名,证件号码,部门代码,人员类别,来校日期\n"
    hand_in(header + f"20190123,李明,{id_number()},11,在编,2019.9\n", source_key="hr.staff", name="名单.csv")
    assert Person.objects.count() == 1
    assert Person.objects.get().id_number in {id_number(), id_number(order=7)}


def test_a_month_of_birth_agrees_with_a_day_in_it_and_does_not_replace_it(hand_in, units):
    """出生年月: 200503, 2005-03 and the like, as registrars' exports have it."""
    months = ["200503", "2005-03", "2005.3", "2005年3月", "05年3月", "二〇〇五年三月"]
    pupils = [
        {"no": f"142311{place:05d}", "name": f"李{chr(0x4E00 + place)}", "document": id_number(order=1 + 2 * place)}
        for place in range(60)
    ]
    anna = {"no": "14231100099", "name": "Anna Petrova", "document": "E12345678", **PASSPORT}
    hand_in(register(*(student(**one) for one in [*pupils, anna])))
    told = [student(**one, 出生日期=months[place % 6]) for place, one in enumerate([*pupils, anna])]
    report = hand_in(register(*told))
    assert (report.state, report.counts["codes"]) == ("applied", {}), "no contradiction, nothing for the gate"
    assert set(Person.objects.values_list("birth_date", flat=True)) == {date(2005, 3, 18)}
    hand_in(register(*told[:-1], student(**anna, 出生日期="200504")))
    assert Person.objects.get(name="Anna Petrova").birth_date == date(2005, 4, 1), "another month is another"
    report = hand_in(register(student(**pupils[0], 出生日期="200504"), *told[1:]))
    assert (report.state, report.counts["codes"]) == ("waiting", {"birth_contradicts": 1})


def test_another_month_of_birth_under_another_name_is_asked_about(hand_in, units):
    """Under the same passport and number: a passport tells no birth date itself."""
    anna = {"name": "Anna Petrova", "document": "E12345678", "国籍地区": "俄罗斯", **PASSPORT}
    hand_in(register(student(**anna)))
    report = hand_in(register(student(**anna | {"name": "王芳"}, 出生日期="198504")))
    assert report.counts["codes"] == {"identity_contradicts": 1}
    assert Person.objects.get().name == "Anna Petrova"


@pytest.fixture
def merged(hand_in, units):
    hand_in(register(*TWICE))
    review = Review.objects.get()
    decide_same(by=BY, review_id=review.id, kept_id=review.left_id, reason="护照原件")
    return review


def documents():
    return {one.id: one.id_number for one in Person.objects.filter(merged_into=None)}


@pytest.mark.parametrize("order", [1, -1])
def test_a_document_does_not_flip_with_each_file(hand_in, merged, order):
    assert documents() == {merged.left_id: "E12345678"}
    for lines in ([TWICE[1]], TWICE[::order], [TWICE[0]], TWICE):
        report = hand_in(register(*lines) + "\n" * (merged.id % 3))
        assert documents() == {merged.left_id: "E12345678"}, report.counts
        assert report.counts.get("changed", 0) == 0


def test_a_slip_that_the_office_mends_is_mended(hand_in, units):
    wrong = id_number()[:-4] + id_number(order=9)[-4:]
    for document in (id_number(), wrong, id_number()):
        hand_in(register(student(document=document)))
    assert Person.objects.get().id_number == id_number()


@pytest.mark.parametrize(
    "later", [[], [TWICE[1]], TWICE, [student(no="14231100003", name="新来", document=id_number())]]
)
@pytest.mark.capability("A004.1")
def test_a_merge_is_undone_after_later_files(hand_in, merged, later):
    before = {TWICE[0].split(",")[0]: "E12345678", TWICE[1].split(",")[0]: "E12345687"}
    if later:
        hand_in(register(*(row.replace("13873054321", "13873054399") for row in later)))
    part_again(by=BY, review_id=merged.id, reason="看错了")
    held = Affiliation.objects.filter(campus_no__in=before, state="active").select_related("person")
    assert {a.campus_no: a.person.id_number for a in held} == before
    report = hand_in(register(*TWICE) + "\n")
    assert (report.counts["held"], report.counts["rejected"], report.counts["created"]) == (0, 0, 0)


def test_a_new_number_that_came_by_the_others_document_is_the_others(hand_in, merged):
    promoted = TWICE[1].replace("14231100002", "14231200009")
    report = hand_in(register(*TWICE, promoted))
    hand_in("学号,姓名,手机号码\n14231200009,Anna Petrova,13911112222\n", source_key="sa.contacts", name="电话.csv")
    assert Affiliation.objects.get(campus_no="14231200009", state="active").person_id == merged.left_id
    part_again(by=BY, review_id=merged.id, reason="看错了")
    theirs = Affiliation.objects.get(campus_no="14231200009", state="active").person
    assert (theirs.id, theirs.id_number, theirs.phone) == (merged.right_id, "E12345687", "13911112222")
    report = hand_in(register(*TWICE, promoted) + "\n")
    assert (report.counts["held"], report.counts["rejected"]) == (0, 0)


def test_a_pair_that_became_one_by_other_pairs_is_agreed_to(hand_in, units):
    passport = {"name": "Anna Petrova", "国籍地区": "俄罗斯", "phone": "13873054321", **PASSPORT}
    hand_in(register(*(student(no=f"1423110000{n}", document=f"E1234567{n}", **passport) for n in (1, 2, 3))))
    pairs = list(Review.objects.order_by("left_id", "right_id"))
    assert len(pairs) == 3
    for review in pairs:
        decide_same(by=BY, review_id=review.id, kept_id=review.right_id, reason="同一人")
    assert Person.objects.filter(merged_into=None).count() == 1
    with pytest.raises(PartedElsewhereError):
        part_again(by=BY, review_id=pairs[2].id, reason="看错了")


@pytest.mark.capability("A004.1")
def test_a_torn_row_that_made_two_one_is_nobodys_when_they_part(hand_in, units):
    hand_in(register(student(), student(no="14231100002", document=id_number(order=3))))
    hand_in(register(student(no="14231100002", document=id_number(), phone="13700000000")))
    review = Review.objects.get(row__isnull=False)
    decide_same(by=BY, review_id=review.id, kept_id=review.left_id, reason="同一人")
    part_again(by=BY, review_id=review.id, reason="看错了")
    assert sorted(documents().values()) == sorted([id_number(), id_number(order=3)])
    assert LandingRow.objects.get(id=review.row_id).state == "rejected"


# B5 · whole numbers nowhere in clear


def test_numbers_are_sealed_by_content_when_columns_shift(hand_in, units):
    cells = student().split(",")
    moved = ",".join([*cells[:1], *cells[6:8], *cells[1:6], *cells[8:]])
    card = student(
        no="14231100002", name="6222020200112233445", document=id_number(order=3), 班级名称="１３８ 0013-8000"
    )
    report = hand_in(register(moved, card))
    kept = (
        f"{list(LandingRow.objects.values_list('raw', flat=True))}{list(Issue.objects.values_list('facts', flat=True))}"
    )
    for number in (id_number(), id_number(order=3), "6222020200112233445", "0013-8000"):
        assert number not in kept
    assert report.counts["rejected"] == 2
    assert id_number() in LandingRow.objects.filter(batch_id=report.batch).order_by("id").first().sealed


@pytest.mark.parametrize(
    "written",
    [
        "\n".join,
        lambda lines: "\n".join(
            json.dumps(dict(zip(STUDENT_HEADER.split(","), one.split(","), strict=True)), ensure_ascii=False)
            for one in lines
        ),
        lambda lines: "\n".join(",".join(column) for column in zip(*(one.split(",") for one in lines), strict=True)),
    ],
    ids=["no header", "JSON lines", "lines as columns"],
)
def test_of_a_file_without_a_header_nothing_of_its_first_line_is_said(steward, units, hand_in, written):
    """The line in which headings are looked for is somebody's."""
    people = [student(no=f"142311000{n:02d}", name="李甲乙", document=id_number(order=2 * n + 1)) for n in range(1, 30)]
    with pytest.raises(MissingHeadersError) as refused:
        hand_in(written(people))
    batch = Batch.objects.latest("pk")
    said = f"{refused.value}{batch.note}{steward.get(f'/datahub/batches/{batch.pk}/').content.decode()}"
    for secret in (id_number(order=3), "13800138000", "李甲乙"):
        assert secret not in said
    assert "第一行是数据，不是表头" in batch.note


@pytest.mark.parametrize("phone", ["13800138001", "138.0013.8001", "138·0013/8001", "1380O13800l"])
def test_a_phone_is_masked_where_a_column_of_the_finding_shifted(hand_in, units, phone):
    hand_in(register(student()))
    hand_in(register(student(no="14231100001", 班级代码="", 班级名称=phone, 性别=phone)))
    hand_in(register(student(no=phone, name="王?", document=id_number(order=3))))
    hand_in(f"学号,姓名,手机号码\n{phone},李明,14231100001\n", source_key="sa.contacts", name="电话.csv")
    assert phone not in f"{list(Issue.objects.values_list('facts', flat=True))}"
    raw = LandingRow.objects.values_list("raw", flat=True)
    assert phone not in f"{list(raw)}"


def test_a_phone_in_the_column_of_campus_numbers_is_no_further_number_of_a_person(hand_in, units):
    hand_in(register(student()))
    report = hand_in(register(student(no="13800138001", phone="14231100001")))
    assert (report.counts["codes"]["campus_no_phone"], names()) == (1, {"14231100001": "李明"})
    fresh = student(no="14271100001", name="王芳", document=id_number(order=3))
    report = hand_in(register(student(no="14271100002"), fresh))
    assert (report.counts["rejected"], len(names())) == (0, 3)


# S · files as they are


def test_a_hidden_sheet_does_not_win(hand_in, units):
    content = workbook(("去年", True, table(student(name="旧名"))), ("学生", False, table(student())))
    report = hand_in(content, name="学籍.xlsx")
    assert names() == {"14231100001": "李明"}
    assert "去年" in Batch.objects.get(id=report.batch).note


def test_every_sheet_is_taken_and_named(hand_in, units):
    second = table(student(no="14231100002", name="王芳", document=id_number(order=3)))
    second[0][14] = "手机"
    content = workbook(("计算机", False, table(student())), ("机械", False, second), ("说明", False, [["请勿修改"]]))
    report = hand_in(content, name="学籍.xlsx")
    assert names() == {"14231100001": "李明", "14231100002": "王芳"}
    assert Person.objects.get(name="王芳").phone == "13800138000"
    assert all(name in Batch.objects.get(id=report.batch).note for name in ("计算机", "机械", "说明"))
    assert set(LandingRow.objects.filter(batch_id=report.batch).values_list("sheet", "line")) == {
        ("计算机", 2),
        ("机械", 2),
    }


def test_a_month_as_a_number_is_asked_back_where_it_is_two(hand_in, units):
    rows = table(student())
    rows[1][11] = 2023.10
    report = hand_in(workbook(("学生", False, rows)), name="学籍.xlsx")
    assert report.counts["codes"] == {"date_ambiguous": 1}
    rows[1][11] = 2023.09
    assert hand_in(workbook(("学生", False, rows)), name="学籍.xlsx").counts["accepted"] == 1
    assert str(Affiliation.objects.get().starts_on) == "2023-09-01"


def test_the_same_file_after_a_newer_one_says_it_anew(hand_in, units):
    hand_in(register(student(phone="13800138000")))
    hand_in(register(student(phone="13911112222")))
    report = hand_in(register(student(phone="13800138000")))
    assert (report.state, Person.objects.get().phone) == ("applied", "13800138000")


def test_of_two_equal_headings_none_is_lost(hand_in, units):
    report = hand_in(register(student() + ",甲,乙", header=register().strip() + ",备注,备注"))
    cells = LandingRow.objects.get(batch_id=report.batch).raw["cells"]
    assert (cells["备注"], cells["备注·2"]) == ("甲", "乙")


def test_the_parts_of_a_character_are_no_remark(hand_in, units):
    report = hand_in(
        register(student(name="孟(女洁)"), student(no="14231100002", name="张伟(大)", document=id_number(order=3)))
    )
    assert report.counts["codes"] == {"name_invalid": 1}
    assert names() == {"14231100002": "张伟"}


def test_a_dry_run_finds_what_the_run_finds(hand_in, units):
    rehearsed = hand_in(register(*TWICE), dry_run=True)
    assert rehearsed.counts["codes"] == hand_in(register(*TWICE)).counts["codes"] == {"possible_duplicate": 1}


def test_a_renamed_unit_is_known_by_its_former_name(hand_in, units):
    unit = "机构代码,机构名称,简称,上级机构代码,机构类型\n11032301,计科2301班,,11,班级\n"
    hand_in(unit, source_key="org.units", name="机构.csv")
    report = hand_in(register(student(班级代码="", 班级名称="计科23-1班")))
    assert report.counts["accepted"] == 1
