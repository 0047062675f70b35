"""The home as one likes it: order and hiding of tiles (A029), a width apart, one step back; and the tile an office places there."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import TileContent
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.homes import placing
from nanhu.platforms.portal.models import HomeLayout, PlacedTile
from nanhu.platforms.portal.rules import arranged

from .conftest import ORIGIN, TEST, UNITS, Board, join, says, signed_in

PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
SHOWN = re.compile(r'id="tile-([\w-]+)"')


def at_home(browser: Client, **headers: str) -> list[str]:
    return [
        key
        for key in SHOWN.findall(browser.get("/", headers=headers).content.decode())
        if key in {"a", "b", "c", "d", "e"}
    ]


def press(browser: Client, how: str, tile: str = "", on: str = "wide") -> int:
    return browser.post(f"/me/home/?on={on}", {"do": how, "tile": tile}).status_code


@pytest.fixture
def letters(board: Board) -> Board:
    for order, key in enumerate("abcd"):
        board.tile(key, says(f"卡片{key}"), order=order)
    return board


def test_tiles_move_hide_and_come_back_and_one_step_is_taken_back(letters, student):
    assert at_home(student) == ["a", "b", "c", "d"]
    assert press(student, "up", "c") == 302
    assert at_home(student) == ["a", "c", "b", "d"]
    press(student, "hide", "a")
    assert at_home(student) == ["c", "b", "d"]
    press(student, "undo")
    assert at_home(student) == ["a", "c", "b", "d"]
    press(student, "undo")
    assert at_home(student) == ["a", "c", "b", "d"], "one step, not two"
    press(student, "hide", "a")
    press(student, "show", "a")
    assert at_home(student) == ["a", "c", "b", "d"], "it comes back to where it stood"
    press(student, "reset")
    assert at_home(student) == ["a", "b", "c", "d"]
    press(student, "undo")
    assert at_home(student) == ["a", "c", "b", "d"], "what was reset by mistake is not lost"


def test_the_phone_has_an_order_of_its_own_and_nobody_elses_home_moves(letters, student, both):
    press(student, "down", "a", on="narrow")
    assert at_home(student, user_agent=PHONE) == ["b", "a", "c", "d"]
    assert at_home(student) == ["a", "b", "c", "d"]
    assert at_home(both, user_agent=PHONE) == ["a", "b", "c", "d"]


@pytest.mark.capability("A039.2")
def test_what_one_face_arranges_leaves_the_tiles_of_the_other_where_they_were(letters, both):
    letters.tile("e", says("只给教工"), faces=frozenset({"staff"}), order=9)
    both.post("/preferences/face/staff")
    press(both, "up", "e")
    assert at_home(both) == ["a", "b", "c", "e", "d"]
    both.post("/preferences/face/student")
    press(both, "down", "a")
    assert at_home(both) == ["b", "a", "c", "d"]
    both.post("/preferences/face/staff")
    assert at_home(both) == ["b", "a", "c", "e", "d"]


def test_at_the_ends_and_for_foreign_tiles_nothing_moves(letters, student):
    letters.tile("e", says("只给教工"), faces=frozenset({"staff"}))
    assert press(student, "up", "a") == 302
    assert at_home(student) == ["a", "b", "c", "d"]
    assert [press(student, "hide", "e"), press(student, "hide", "x\x00"), press(student, "burn", "a")] == [
        404,
        404,
        404,
    ]


def test_a_tile_for_a_role_is_not_there_for_who_has_it_not(letters, student):
    letters.tile("e", says("只给工程师"), title="工程师的卡片", roles=frozenset({"campus.admin"}))
    assert at_home(student) == ["a", "b", "c", "d"]
    assert "工程师的卡片" not in student.get("/me/home/?on=wide").content.decode()
    assert press(student, "hide", "e") == 404
    assert student.get("/tiles/e/").status_code == 404


def test_what_is_urgent_is_shown_though_it_was_hidden_and_among_the_first_three(letters, student):
    tones = {"now": "plain"}
    letters.tile(
        "e",
        lambda _viewer: TileContent(value="卡", tone=tones["now"]),
        order=99,
        insists=lambda said: said.tone == "danger",
    )
    press(student, "hide", "e")
    assert at_home(student) == ["a", "b", "c", "d"]
    tones["now"] = "danger"
    assert at_home(student) == ["a", "b", "e", "c", "d"]


@pytest.mark.parametrize(
    ("order", "hidden", "insisting", "shown"),
    [
        ((), (), (), "abcd"),
        (("d", "gone", "a"), (), (), "dabc"),
        (("d", "c", "b", "a"), ("c",), (), "dba"),
        (("d", "c", "b", "a"), ("a",), ("a",), "dcab"),
        ((), (), ("c", "d"), "acdb"),
    ],
)
def test_the_rule_of_the_order(order, hidden, insisting, shown):
    assert "".join(arranged("abcd", order, hidden, insisting)) == shown


def test_the_page_says_which_are_hidden_and_has_a_button_for_each_move(letters, student):
    press(student, "hide", "b")
    page = student.get("/me/home/?on=wide").content.decode()
    shown, hidden = page.split("隐藏的", 1)
    assert "b：隐藏" not in shown
    assert 'value="show"' in hidden
    assert page.count('value="up"') == 3
    part = student.post("/me/home/?on=wide", {"do": "up", "tile": "c"}, headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="layout"')


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_both_kept():
    join("林小雨", student="20240518")
    keys = [re.search(r'name="tile" value="([^"]+)"', row)[1] for row in layout_rows(signed_in("20240518"))][:2]

    def press_and_close(browser: Client, key: str) -> None:
        press(browser, "hide", key)
        connection.close()

    presses = [Thread(target=press_and_close, args=(signed_in("20240518"), key)) for key in keys]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert set(HomeLayout.objects.get(width="wide").hidden) == set(keys)


def layout_rows(browser: Client) -> list[str]:
    return browser.get("/me/home/?on=wide").content.decode().split('class="layout-name"')[1:]


# ── placed by an office ──


@pytest.fixture
def placer(db) -> Client:
    join("高岚", staff="T00400", roles=("portal.placer",))
    return signed_in("T00400")


def form(**changed: object) -> dict[str, object]:
    today = campus_today()
    said = {
        "unit": "08",
        "title": "期末评教",
        "words": "周五前评完",
        "url": "/apps/",
        "faces": ["student"],
        "units": "",
    }
    return said | {"first_day": today.isoformat(), "last_day": (today + timedelta(days=13)).isoformat()} | changed


def test_an_office_places_one_tile_for_a_fortnight_and_takes_it_back(letters, placer, student, teacher):
    assert placer.post("/placed/new/", form()).status_code == 302
    home = student.get("/").content.decode()
    assert home.index("期末评教") < home.index("卡片a"), "before all others"
    assert "计算机学院" in home
    assert "期末评教" not in teacher.get("/").content.decode()
    assert "已经有一张卡片" in placer.post("/placed/new/", form(title="又一张")).content.decode()
    made = PlacedTile.objects.get()
    answer = placer.post(f"/placed/{made.public_id}/take-back/", follow=True)
    assert "已收回" in answer.content.decode()
    assert "期末评教" not in student.get("/").content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_day": 14}, "last_day"),
        ({"last_day": -1}, "last_day"),
        ({"url": "//evil.example/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "/\\evil.example"}, "url"),
        ({"url": "http://news.example/"}, "url"),
        ({"title": "长" * 21}, "title"),
    ],
)
def test_what_an_office_may_not_place(placer, changed, field):
    if "last_day" in changed:
        changed = {"last_day": (campus_today() + timedelta(days=changed["last_day"])).isoformat()}
    answer = placer.post("/placed/new/", form(**changed))
    assert answer.status_code == 422 or b"errorlist" in answer.content or b"field-error" in answer.content
    assert not PlacedTile.objects.exists(), field


def test_only_its_unit_sees_it_and_strangers_may_not_place(placer, student, db):
    elsewhere = people.UnitRecord(code="99", name="体育部", parent_code="00")
    people.apply_units(by=TEST, records=[*UNITS, elsewhere], origin=ORIGIN)
    placer.post("/placed/new/", form(units="体育部"))
    assert PlacedTile.objects.count() == 1
    assert "期末评教" not in student.get("/").content.decode()
    assert student.get("/placed/").status_code == 404
    assert student.post("/placed/new/", form()).status_code == 404


def test_the_database_holds_the_fortnight_and_the_one_an_office(placer):
    placer.post("/placed/new/", form())
    made = PlacedTile.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PlacedTile.objects.filter(pk=made.pk).update(last_day=made.first_day + timedelta(days=14))
    made.pk = made.id = None
    made.public_id = "00000000-0000-4000-8000-000000000001"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)
    placing.placed.forget()
