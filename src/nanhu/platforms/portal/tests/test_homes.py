"""Each face has its home; nobody sees the other's (A003, A039)."""

import io
import re
from datetime import date

import pytest
from PIL import Image

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, Person

from .conftest import KINDS, TEST, Board, join, says, signed_in

STUDENT, STAFF = frozenset({"student"}), frozenset({"staff"})


def furnish(board: Board) -> None:
    board.application("timetable", "我的课表", faces=STUDENT, section="study")
    board.application("payslip", "工资明细", faces=STAFF, section="work")
    board.application("counter", "校园卡柜台", faces=STAFF, section="work", roles=frozenset({"datahub.steward"}))
    board.application("library", "图书馆", section="study")
    board.tile("next-class", says("操作系统 3-205"), faces=STUDENT)
    board.tile("research", says("在研课题 2 项"), faces=STAFF)


@pytest.mark.capability("A003.1", "A039.1")
def test_student_and_staff_each_see_only_their_own(board, student, teacher):
    furnish(board)
    for address in ("/", "/apps/"):
        of_student, of_teacher = student.get(address).content.decode(), teacher.get(address).content.decode()
        assert "图书馆" in of_student
        assert "图书馆" in of_teacher
        assert "我的课表" in of_student
        assert "工资明细" not in of_student
        assert "工资明细" in of_teacher
        assert "我的课表" not in of_teacher
    assert "操作系统 3-205" in student.get("/").content.decode()
    assert "在研课题" not in student.get("/").content.decode()
    assert "在研课题" in teacher.get("/").content.decode()
    assert "操作系统 3-205" not in teacher.get("/").content.decode()


@pytest.mark.capability("A003.1")
def test_who_is_both_sees_one_side_at_a_time(board, both):
    furnish(board)
    sides = {"student": ("我的课表", "操作系统 3-205"), "staff": ("工资明细", "在研课题")}
    for face, other in (("student", "staff"), ("staff", "student")):
        both.post(f"/preferences/face/{face}")
        pages = both.get("/").content.decode() + both.get("/apps/").content.decode()
        assert [words in pages for words in (*sides[face], *sides[other])] == [True, True, False, False], face


@pytest.mark.capability("A003.1")
def test_what_a_student_may_not_see_does_not_exist_for_him(board, student):
    """Not in search, not as a favourite, not as a tile by its address."""
    furnish(board)
    assert "工资明细" not in student.get("/apps/", {"q": "工资"}).content.decode()
    assert student.post("/apps/payslip/favourite").status_code == 404
    assert student.post("/apps/payslip/opened").status_code == 404
    assert student.get("/tiles/research/").status_code == 404
    assert student.get("/tiles/next-class/").status_code == 200


@pytest.mark.capability("A039.1")
def test_a_role_opens_an_application_and_its_absence_hides_it(board, teacher, clerk):
    furnish(board)
    assert "校园卡柜台" not in teacher.get("/").content.decode()
    assert "我的岗位" in clerk.get("/").content.decode()
    assert "校园卡柜台" in clerk.get("/").content.decode()


@pytest.mark.capability("A039.1", "A039.2")
def test_who_is_both_switches_and_the_choice_is_remembered(board, both):
    furnish(board)
    first = both.get("/")
    assert "portal/home_student.html" in [template.name for template in first.templates]
    assert "切换到教工界面" in first.content.decode()
    assert both.post("/preferences/face/staff").status_code == 302
    second = both.get("/")
    assert "portal/home_staff.html" in [template.name for template in second.templates]
    assert "工资明细" in second.content.decode()
    assert "我的课表" not in second.content.decode()
    tiles = [
        [one for one in ("操作系统 3-205", "在研课题") if one in page.content.decode()] for page in (first, second)
    ]
    assert tiles == [["操作系统 3-205"], ["在研课题"]], "never the other face's"
    again = signed_in("20250999")
    assert "工资明细" in again.get("/").content.decode()
    assert "portal/home_staff.html" in [template.name for template in again.get("/").templates]


@pytest.mark.capability("A039.2")
def test_who_has_one_face_is_offered_no_switch_and_cannot_force_one(board, student):
    furnish(board)
    assert "切换到" not in student.get("/").content.decode()
    assert student.post("/preferences/face/staff").status_code == 404
    assert "我的课表" in student.get("/").content.decode()
    assert "工资明细" not in student.get("/").content.decode()


def test_the_home_asks_strangers_to_sign_in(client, db):
    assert client.get("/").status_code == 302
    assert client.get("/").headers["Location"].startswith("/sign-in")
    assert client.get("/apps/").status_code == 302


@pytest.mark.capability("A035.1")
def test_the_home_shows_who_one_is_and_where_each_fact_comes_from(db):
    join("白若溪", student="20230107")
    home = signed_in("20230107").get("/").content.decode()
    for fact in ("白若溪", "20230107", "计算机学院", "统招本科", "在读", "学生处名册"):
        assert fact in home, fact
    join("秦望舒", staff="0020190107")
    home = signed_in("0020190107").get("/").content.decode()
    for fact in ("秦望舒", "0020190107", "计算机学院", KINDS["staff"][0], KINDS["staff"][1]):
        assert fact in home, fact
    assert not any(fact in home for fact in ("白若溪", "20230107", "统招本科"))
    join("苏映雪", student="20230108", staff="0020190108")
    Affiliation.objects.filter(campus_no="0020190108").update(state="ended", ends_on=date(2026, 10, 1))
    home = signed_in("20230108").get("/").content.decode()
    assert ("20230108" in home, "0020190108" in home) == (True, False), "what is over stands beside nothing that lives"


@pytest.mark.capability("A035.1")
def test_a_state_without_the_offices_word_is_said_in_the_language_one_chose(db):
    join("白若溪", student="20230107")
    Affiliation.objects.filter(campus_no="20230107").update(status_name="")
    browser = signed_in("20230107")
    assert "统招本科 · 正常" in " ".join(browser.get("/").content.decode().split())
    browser.post("/preferences/language/en")
    assert "Undergraduate · Normal" in " ".join(browser.get("/").content.decode().split())
    Affiliation.objects.filter(campus_no="20230107").update(state="suspended")
    assert "Undergraduate · Suspended" in " ".join(browser.get("/").content.decode().split())


PHOTO = re.compile(r'class="person-photo"[^>]*>(?:<img src="([^"]*)")?')


@pytest.mark.capability("A035.2")
def test_the_photo_is_on_the_home_when_there_is_one_and_only_then(db):
    join("白若溪", student="20230107")
    browser = signed_in("20230107")
    assert PHOTO.search(browser.get("/").content.decode())[1] is None
    out = io.BytesIO()
    Image.new("RGB", (358, 441), "teal").save(out, "JPEG")
    person_id = people.find_person_by_campus_no("20230107")
    people.set_photo(by=TEST, person_id=person_id, content=out.getvalue())
    join("秦望舒", staff="0020190107")
    later = io.BytesIO()
    Image.new("RGB", (358, 441), "crimson").save(later, "JPEG")
    people.set_photo(by=TEST, person_id=people.find_person_by_campus_no("0020190107"), content=later.getvalue())
    address = PHOTO.search(browser.get("/").content.decode())[1]
    shown = browser.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).getpixel((9, 9))[0] < 20, "hers and no other's"
    assert signed_in("0020190107").get(address).status_code == 404, "and nobody else opens it"
    people.set_photo(by=TEST, person_id=person_id, content=later.getvalue())
    renewed = PHOTO.search(browser.get("/").content.decode())[1]
    assert renewed != address, "a browser that kept the former one asks for the new one"
    newest = b"".join(browser.get(renewed).streaming_content)
    assert Image.open(io.BytesIO(newest)).getpixel((9, 9))[0] > 200
    Person.objects.filter(pk=person_id).update(photo_path="")
    assert PHOTO.search(browser.get("/").content.decode())[1] is None
    assert browser.get(renewed).status_code == 404


def test_the_home_stays_within_seventeen_queries(db):
    """The baseline: everything the rooms really declare, for somebody with a class, a card and a notice.

    Savepoints exist only inside a test's transaction. The school's list is read every fifteen seconds by a process.
    """
    join("林小雨", student="20240518")
    deliver_pending()
    browser = signed_in("20240518")
    browser.get("/")
    asked = queries_of(browser, "/")
    assert len(asked) <= 17, "\n".join(asked)
