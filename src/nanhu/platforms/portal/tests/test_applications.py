"""The application menu: sections, search, favourites, recently used, maintenance (A037's surroundings)."""

import re

import pytest

from nanhu.kernel import registry
from nanhu.platforms.portal.models import Shortcut

HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
FOUR = ("个人事务", "工作生活", "学习生活", "服务大厅")


@pytest.mark.capability("A030.1")
def test_the_menu_is_in_four_sections_and_hides_empty_ones(board, teacher):
    board.application("pay", "工资明细", section="personal")
    board.application("repair", "后勤报修", section="service")
    page = teacher.get("/apps/").content.decode()
    assert page.index("个人事务") < page.index("工资明细") < page.index("服务大厅") < page.index("后勤报修")
    assert "工作生活" not in page
    board.application("duty", "我的值班", section="work")
    board.application("lessons", "我的课表", section="study")
    headings = [re.sub(r"<[^>]*>", "", one).strip() for one in HEADING.findall(teacher.get("/apps/").content.decode())]
    assert [one for one in headings if one in FOUR] == list(FOUR)


@pytest.mark.capability("A037.1")
def test_one_click_leads_straight_into_the_application(board, student):
    board.application("oa", "OA 办公系统", url="https://oa.example.edu.cn/", external=True, single_sign_on=True)
    page = student.get("/apps/").content.decode()
    assert 'href="https://oa.example.edu.cn/"' in page
    assert "免登录" in page


@pytest.mark.capability("A037.3")
def test_search_knows_names_pinyin_and_initials(board, student):
    board.application("card", "校园卡", description="余额和交易")
    board.application("library", "图书馆")
    for typed in ("校园", "xyk", "xiaoyuanka", "余额", "XYK"):
        page = student.get("/apps/", {"q": typed}).content.decode()
        assert "校园卡" in page, typed
        assert "图书馆" not in page, typed
    assert "没有找到" in student.get("/apps/", {"q": "核反应堆"}).content.decode()


@pytest.mark.capability("A037.4")
def test_an_application_in_maintenance_is_marked_and_has_no_link(board, student, teacher):
    board.application("venue", "场地申请", url="/venue/", in_maintenance=lambda: True)
    for key, rests in (("pay", True), ("leave", False)):
        board.application(
            key, f"个人{key}", section="personal", url=f"/{key}/", in_maintenance=lambda rests=rests: rests
        )
    own = teacher.get("/me/").content.decode()
    assert ("个人pay" in own, "个人leave" in own) == (False, True), "what can be done now"
    page = student.get("/apps/").content.decode()
    assert "维护中" in page
    assert 'href="/venue/"' not in page


@pytest.mark.capability("A037.4")
def test_an_entry_speaks_the_readers_language_and_shows_the_state_of_now(board, student):
    rests = [True]
    board.application("venue", "场地申请", url="/venue/", in_maintenance=lambda: rests[0])
    assert "维护中" in student.get("/").content.decode()
    student.post("/preferences/language/en")
    english = student.get("/").content.decode()
    assert "维护中" not in english
    assert "In maintenance" in english
    assert 'href="/venue/"' not in english
    rests[0] = False
    assert 'href="/venue/"' in student.get("/").content.decode()


@pytest.mark.capability("A037.2")
def test_a_favourite_is_kept_ordered_and_taken_back(board, student):
    for key in ("a", "b", "c"):
        board.application(key, f"应用{key}")
    board.application("staff", "教工应用", faces=frozenset({"staff"}))
    assert student.post("/apps/staff/favourite").status_code == 404
    student.post("/apps/c/opened")
    for key in ("a", "b", "c"):
        student.post(f"/apps/{key}/favourite")
    assert favourites() == ["a", "b", "c"], "the last one stands last, whenever it was opened"
    student.post("/apps/c/move/earlier")
    assert favourites() == ["a", "c", "b"]
    student.post("/apps/a/move/earlier")
    assert favourites() == ["a", "c", "b"]
    student.post("/apps/a/favourite")
    assert favourites() == ["c", "b"]
    assert Shortcut.objects.count() == 2
    assert student.post("/apps/c/move/sideways").status_code == 404


@pytest.mark.capability("A037.2")
def test_favourites_stand_first_at_home_and_are_each_account_s_own(board, student, teacher):
    for key in ("a", "b", "c"):
        board.application(key, f"应用{key}")
    student.post("/apps/c/favourite")
    of_student, of_teacher = student.get("/").content.decode(), teacher.get("/").content.decode()
    assert of_student.index("应用c") < of_student.index("应用a")
    assert of_teacher.index("应用a") < of_teacher.index("应用c")
    teacher.post("/apps/c/favourite")
    for browser in (student, teacher):
        page = browser.get("/").content.decode()
        assert page.index("应用c") < page.index("应用a"), "what one likes takes nothing from another"
        browser.post("/apps/a/favourite")
    student.post("/apps/a/move/earlier")
    of_student, of_teacher = student.get("/").content.decode(), teacher.get("/").content.decode()
    assert of_student.index("应用a") < of_student.index("应用c")
    assert of_teacher.index("应用c") < of_teacher.index("应用a"), "one moves one's own"


@pytest.mark.capability("A037.2")
def test_what_was_opened_is_offered_again(board, student):
    board.application("a", "应用甲")
    assert "最近用过" not in student.get("/apps/").content.decode()
    assert student.post("/apps/a/opened").status_code == 204
    assert "最近用过" in student.get("/apps/").content.decode()
    board.application("b", "应用乙")
    for last, before in (("b", "a"), ("a", "b")):
        student.post(f"/apps/{last}/opened")
        recent = student.get("/apps/").content.decode().partition("最近用过")[2]
        names = {"a": "应用甲", "b": "应用乙"}
        assert recent.index(names[last]) < recent.index(names[before]), "the last one first"


@pytest.mark.capability("A037.2")
def test_a_favourite_survives_losing_the_right_but_is_not_shown(board, student, monkeypatch):
    board.application("a", "应用甲")
    student.post("/apps/a/favourite")
    board.application("b", "应用乙")
    monkeypatch.delitem(registry.applications._entries, "a")
    assert "应用甲" not in student.get("/apps/").content.decode()
    home = student.get("/")
    assert home.status_code == 200
    assert "应用甲" not in home.content.decode()


@pytest.mark.capability("A037.2")
def test_the_menu_and_the_favourite_take_no_get_for_a_write(board, student):
    board.application("a", "应用甲")
    assert student.get("/apps/a/favourite").status_code == 405
    assert Shortcut.objects.count() == 0


def test_back_leads_nowhere_else(board, student):
    board.application("a", "应用甲")
    answer = student.post("/apps/a/favourite", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/apps/"


def favourites() -> list[str]:
    rows = Shortcut.objects.filter(position__isnull=False).order_by("position", "id")
    return list(rows.values_list("application_key", flat=True))
