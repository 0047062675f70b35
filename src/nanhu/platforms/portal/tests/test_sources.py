"""The home stands when a source falls (A003: loads when one source is down)."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Fact, HomeNotices, MenuSource, PersonalFacts, TileContent
from nanhu.platforms.portal import guard

from .conftest import says


def breaks(_viewer):
    raise ConnectionError("the canteen's cable was cut")


@pytest.mark.capability("A003.3")
def test_a_broken_tile_shows_a_number_and_the_others_stand(board, student):
    board.tile("broken", breaks, title="天气")
    board.tile("whole", says("¥ 86.40"), title="余额")
    home = student.get("/")
    page = home.content.decode()
    assert home.status_code == 200
    assert "¥ 86.40" in page
    assert "暂时取不到" in page
    assert "编号" in page
    assert "cable" not in page


@pytest.mark.capability("A003.3")
def test_a_menu_that_a_room_cannot_tell_costs_its_entries_and_not_the_page(board, student, monkeypatch):
    monkeypatch.setattr(registry.menu_sources, "_entries", {})
    registry.menu_sources.add(MenuSource(key="broken", load=breaks))
    board.application("library", "图书馆")
    for address in ("/", "/apps/"):
        answer = student.get(address)
        assert (answer.status_code, "图书馆" in answer.content.decode()) == (200, True), address


def test_a_source_that_breaks_its_statement_does_not_spoil_the_next(board, student):
    def asks_wrongly(_viewer):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    board.tile("broken", asks_wrongly, order=1)
    board.tile("whole", lambda viewer: TileContent(value=str(registry.tiles.get("whole") is not None)), order=2)
    page = student.get("/").content.decode()
    assert "暂时取不到" in page
    assert "True" in page


@pytest.mark.capability("A003.3")
def test_broken_notices_and_facts_leave_the_page_standing(board, student):
    registry.home_notices.add(HomeNotices(key="broken", load=lambda _viewer, _limit: breaks(None)))
    registry.personal_facts.add(PersonalFacts(key="broken", load=breaks))
    registry.personal_facts.add(
        PersonalFacts(key="whole", load=lambda _viewer: [Fact(label="宿舍", value="北苑 3 栋")])
    )
    page = student.get("/").content.decode()
    assert "公告暂时取不到" in page
    assert "北苑 3 栋" in page
    assert "有一部分暂时取不到" in page


@pytest.mark.capability("A003.3")
def test_a_slow_source_is_loaded_after_the_page_from_then_on(board, student, monkeypatch):
    monkeypatch.setattr(guard, "SLOW_SECONDS", 0.0)
    asked = []

    def dawdles(_viewer):
        asked.append(1)
        return TileContent(value="终于好了")

    board.tile("slow", dawdles)
    assert "终于好了" in student.get("/").content.decode()
    page = student.get("/").content.decode()
    assert len(asked) == 1
    assert 'hx-get="/tiles/slow/"' in page
    assert "终于好了" in student.get("/tiles/slow/").content.decode()


@pytest.mark.capability("A027.2")
def test_a_tile_says_its_source_and_time(board, student):
    at = datetime(campus_today().year, 1, 20, 3, 42, tzinfo=UTC)
    board.tile("card", lambda _viewer: TileContent(value="¥ 1.00", source="校园卡系统", as_of=at))
    page = student.get("/").content.decode()
    assert "校园卡系统" in page
    assert f"截至 1月20日 周{'一二三四五六日'[at.weekday()]} 11:42" in page


def test_a_tile_leads_to_who_answers_by_its_title_alone_and_one_that_is_old_is_asked_again(board, student):
    at = datetime(campus_today().year, 1, 20, 3, 42, tzinfo=UTC)
    said = TileContent(value="¥ 1.00", source="校园卡系统", as_of=at, tone="stale")
    board.tile("card", lambda _viewer: said, title="余额" * 40)
    board.tile("words", says("没有来源的话"))
    page = student.get("/").content.decode()
    assert ("再取一次" in page, page.count("/wrong/")) == (True, 1)
    answer = student.get("/tiles/card/wrong/", follow=True)
    ((address, _status),) = answer.redirect_chain
    assert "首页上的“余额余额" in answer.content.decode()
    assert "1.00" not in address, "what it says of its reader stands in no address"
    assert len(address) < 1000
    assert student.get("/tiles/words/wrong/").status_code == student.get("/tiles/none/wrong/").status_code == 404


def test_a_tile_with_nothing_to_say_is_left_out(board, student):
    board.tile("silent", lambda _viewer: None, title="沉默")
    assert "沉默" not in student.get("/").content.decode()


@pytest.mark.capability("A037.4")
@pytest.mark.parametrize("failing", ["address", "in_maintenance"])
def test_an_application_that_cannot_be_told_is_shown_as_resting(board, student, failing):
    def fails():
        raise RuntimeError

    board.application("odd", "怪应用", **{"url" if failing == "address" else failing: fails})
    page = student.get("/apps/").content.decode()
    assert "怪应用" in page
    assert "维护中" in page
