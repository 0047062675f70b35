"""Theme, type size and language are the account's, on every device."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from nanhu.platforms.portal.models import Preference, Shortcut

from .conftest import join, says, signed_in


def test_a_choice_is_on_the_page_and_follows_to_another_device(board, student):
    assert 'data-theme="system"' in student.get("/").content.decode()
    student.post("/preferences/theme/dark")
    student.post("/preferences/type_size/large")
    other = signed_in("20240518")
    page = other.get("/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-type="large"' in page


def test_the_language_follows_the_account(board, student):
    student.post("/preferences/language/en")
    page = signed_in("20240518").get("/").content.decode()
    assert '<html lang="en"' in page
    student.post("/language", {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-Hans"' in student.get("/").content.decode()


def test_the_door_looks_as_its_last_user_likes_it(board, student):
    student.post("/preferences/theme/dark")
    student.post("/sign-out")
    assert 'data-theme="dark"' in student.get("/sign-in").content.decode()
    assert 'data-theme="system"' in Client().get("/sign-in").content.decode()


@pytest.mark.parametrize("address", ["theme/pink", "colour/dark", "type_size/huge", "language/xx"])
def test_what_cannot_be_chosen_changes_nothing(board, student, address):
    assert student.post(f"/preferences/{address}").status_code == 400
    assert Preference.objects.count() == 0


def test_strangers_have_no_preferences(client, db):
    assert client.post("/preferences/theme/dark").status_code == 302
    assert Preference.objects.count() == 0


def test_the_database_refuses_other_values(db):
    account_id = join("林小雨", student="20240518")
    for row in ({"theme": "pink"}, {"type_size": "huge"}, {"face": "parent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(account_id=account_id, **row)


def test_the_database_keeps_a_shortcut_once_and_with_a_use(db):
    account_id = join("林小雨", student="20240518")
    Shortcut.objects.create(account_id=account_id, application_key="card", position=0)
    for row in (
        {"application_key": "card", "position": 1},
        {"application_key": "", "position": 1},
        {"application_key": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Shortcut.objects.create(account_id=account_id, **row)


def test_the_page_of_me_offers_every_choice(board, student):
    page = student.get("/me/").content.decode()
    for address in ("theme/system", "theme/light", "theme/dark", "type_size/normal", "type_size/large", "language/en"):
        assert f'action="/preferences/{address}"' in page
    assert "退出登录" in page


def test_what_one_chose_is_in_ones_own_data_without_the_secret_of_an_address(board, student, teacher):
    board.application("canteen", "食堂")
    board.tile("a", says("卡片a"))
    student.post("/preferences/theme/dark")
    student.post("/apps/canteen/favourite")
    student.post("/me/home/?on=wide", {"do": "hide", "tile": "a"})
    made = student.post("/calendar/subscription/make/", {"feeds": ["portal.integrations"]})
    secret = made.context["url"].rpartition("/")[2].removesuffix(".ics")
    mine, hers = own_data(student), own_data(teacher)
    assert {one["what"]: one for one in mine}.keys() == {"look", "home", "application", "calendar address"}
    assert [one["theme"] for one in mine if one["what"] == "look"] == ["dark"]
    assert [one["hidden"] for one in mine if one["what"] == "home"] == [["a"]]
    assert [one["favourite"] for one in mine if one["what"] == "application"] == [True]
    assert secret not in str(mine)
    assert hers == []


def own_data(browser):
    form = {"name": "脚本", "scopes": ["portal.choices"], "days": "30"}
    token = browser.post("/account/tokens/make", form).context["new_token"]
    return Client().get("/api/me/portal.choices", headers={"Authorization": f"Bearer {token}"}).json()["records"]
