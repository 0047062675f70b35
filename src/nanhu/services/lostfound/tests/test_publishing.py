"""Publishing (A072): what is asked, where it goes, what of a photo is kept, what may not be said."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.files.services import remove_overdue
from nanhu.kernel.models import AuditEntry
from nanhu.services.lostfound.models import Item, Photo
from nanhu.services.lostfound.services import keeping, reviewing
from nanhu.services.lostfound.tests.conftest import HOME, picture, with_place
from nanhu.testing.pages import without_tokens
from nanhu.testing.structure import structure_faults

pytestmark = pytest.mark.django_db


@pytest.mark.capability("A072.1", "A072.2", "A072.3")
def test_what_was_found_is_published_with_photo_place_time_and_contact_and_waits_for_its_review(school):
    author = school.client("S1")
    form = author.get(f"{HOME}found/").content.decode()
    ahead = {"happened_at": f"{campus_time(now()) + timedelta(minutes=30):%Y-%m-%dT%H:%M}"}
    assert author.post(f"{HOME}found/", school.said(**ahead)).status_code == 422, "not what is still to happen"
    assert all(f'name="{name}"' in form for name in ("photos", "category", "words", "place", "happened_at", "phone"))
    assert structure_faults(form) == []
    at = (campus_time(now()) - timedelta(days=1, minutes=7)).replace(second=0, microsecond=0)
    said = school.said(
        place="lib-301",
        place_words="靠窗",
        happened_at=f"{at:%Y-%m-%dT%H:%M}",
        phone="139 0000 1111",
        mark="伞柄刻了 LXM",
        photos=[picture(), picture()],
    )
    answer = author.post(f"{HOME}found/", said)
    assert answer.status_code == 302, answer.context["form"].errors
    [item] = Item.objects.all()
    assert answer["Location"] == f"{HOME}items/{item.public_id}/"
    assert (item.state, item.kind, item.category, item.where) == ("pending", "found", "umbrella", "图书馆 301 靠窗")
    assert (item.phone, item.phone_masked, item.photos.count()) == ("13900001111", "139****1111", 2)
    assert item.happened_at == at
    page = author.get(answer["Location"]).content.decode()
    assert "等审核" in page
    shown = ["黑色折叠伞，木柄", "图书馆 301 靠窗", f"<dd>{item.get_category_display()}</dd>", f"{at:%H:%M}"]
    shown += [str(one.public_id) for one in item.photos.all()]
    assert [one for one in shown if one not in page] == []
    board = school.client("R1").get(f"{HOME}review/items/{item.public_id}/").content.decode()
    assert [one for one in shown if one not in board] == [], "whoever reviews it sees the same"
    assert "LXM" not in without_tokens(page), "the mark is shown to nobody"
    assert "黑色折叠伞" not in school.client("S2").get(HOME).content.decode()
    assert school.client("S2").get(answer["Location"]).status_code == 404
    assert AuditEntry.objects.get(action="lostfound.publish").actor == "林小满"
    reviewing.approve(by=school.actor("R1"), item=item)
    for words, is_found in (("雨伞", True), ("图书馆", True), ("钥匙", False)):
        found = school.client("S2").get(HOME, {"q": words}).content.decode()
        assert ("黑色折叠伞" in found) is is_found, "by place and category too"


@pytest.mark.capability("A072.1")
def test_what_was_lost_asks_for_neither_mark_nor_keeper(school):
    author = school.client("S1")
    assert 'name="mark"' not in author.get(f"{HOME}lost/").content.decode()
    assert author.post(f"{HOME}lost/", school.said()).status_code == 302
    assert (Item.objects.get().kind, Item.objects.get().keeper) == ("lost", "self")


@pytest.mark.capability("A072.4")
def test_of_a_photo_only_the_pixels_are_kept(school):
    school.client("S1").post(f"{HOME}found/", school.said(photos=[with_place()]))
    photo = Photo.objects.get()
    for address in (f"{HOME}photos/{photo.public_id}/", f"{HOME}photos/{photo.public_id}/small/"):
        answer = school.client("S1").get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert b"taken at home" not in answer.content
        assert dict(Image.open(io.BytesIO(answer.content)).getexif()) == {}
        assert school.client("S2").get(address).status_code == 404, "it is not reviewed"
    assert school.client("S1").get(f"/files/{photo.large.public_id}/").status_code == 404
    large = picture(size=(3000, 2000))
    school.client("S1").post(f"{HOME}found/", school.said(photos=[large]))
    shown = school.client("S1").get(f"{HOME}photos/{Photo.objects.last().public_id}/")
    assert Image.open(io.BytesIO(shown.content)).size == (1280, 853)


def bomb():
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    return SimpleUploadedFile("bomb.png", out.getvalue())


@pytest.mark.parametrize(
    "bad",
    [
        {"photos": [SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>")]},
        {"photos": [SimpleUploadedFile("a.jpg", b"\xff\xd8\xff cut")]},
        {"words": "请打 13800138000"},
        {"words": "失主学号 14231200001"},
        {"place": "", "place_words": "138-0013-8000"},
        {"words": ""},
        {"words": "伞" * 301},
        {"words": "伞\0"},
        {"place": "", "place_words": ""},
        {"place": "nowhere"},
        {"category": "ship"},
        {"category": "cash"},
        {"category": "cash", "amount_fen": "-5"},
        {"phone": "12"},
        {"card_number": "12345"},
        {"card_number": "1000234567"},
        {"keeper": "nobody"},
        {"happened_at": "2999-01-01T00:00"},
        {"happened_at": "1999-01-01T00:00"},
        {"happened_at": "yesterday"},
    ],
)
@pytest.mark.capability("A072.1", "A072.3")
def test_what_cannot_be_published_is_said_beside_its_field(school, bad):
    answer = school.client("S1").post(f"{HOME}found/", school.said(**bad))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) & set(bad) or "amount_fen" in answer.context["form"].errors
    assert not Item.objects.exists()


def test_a_bomb_and_a_seventh_photo_are_refused(school):
    author = school.client("S1")
    for photos in ([bomb()], [picture() for _one in range(7)]):
        assert author.post(f"{HOME}found/", school.said(photos=photos)).status_code == 422
    assert not Item.objects.exists()


def test_a_found_card_has_no_photo(school):
    said = school.said(category="card", words="校园卡一张", photos=[picture()])
    answer = school.client("S1").post(f"{HOME}found/", said)
    assert answer.status_code == 422
    assert "不放照片" in answer.content.decode()
    assert not Item.objects.exists()
    assert school.client("S1").post(f"{HOME}lost/", said | {"photos": [picture()]}).status_code == 302


@pytest.mark.capability("A072.1", "A072.2")
def test_a_mend_takes_photos_away_and_their_content_goes_while_the_shelf_keeps_its_own(school, later):
    card = school.post(category="other", photos=[picture().read()], phone="13900001111")
    face = school.post(photos=[picture(colour="#ff0000").read()], phone="13900001111")
    kept = school.shown(keeper="desk", photos=[picture(colour="#00ff00").read()])
    keeping.hand_in(by=school.actor("K1"), item=kept, shelf="A-1")
    for item in (card, face):
        reviewing.reject(by=school.actor("R1"), item=item, reason="照片里有人脸、号码")
    author = school.client("S1")
    said = school.said(category="card", words="校园卡一张", card_number="1000234567")
    assert author.post(f"{HOME}items/{card.public_id}/mend-found/", said).status_code == 302
    assert author.post(f"{HOME}items/{face.public_id}/mend-found/", school.said(drops_photos="on")).status_code == 302
    assert {one.item for one in Photo.objects.all()} == {kept}
    mended = Item.objects.filter(pk__in=[card.pk, face.pk])
    assert set(mended.values_list("state", "phone", "phone_masked")) == {("pending", None, "")}, (
        "reviewed anew, without the phone that is said no more"
    )
    assert school.client("K1").get(f"{HOME}photos/{Photo.objects.get().public_id}/").status_code == 200
    later(timedelta(days=400))
    assert remove_overdue() == 4
    school.clients.clear()
    assert school.client("S1").get(f"{HOME}photos/{Photo.objects.get().public_id}/").status_code == 200
    waiting = school.post("S2", photos=[picture().read()])
    photo = Photo.objects.get(item=waiting)
    assert school.client("K1").get(f"{HOME}photos/{photo.public_id}/").status_code == 404, "not the desk's"


def test_what_nobody_sees_is_no_text_and_no_sign_turns_the_line(school):
    author = school.client("S1")
    assert author.post(f"{HOME}found/", school.said(words="\u200b\u200b")).status_code == 422
    author.post(f"{HOME}found/", school.said(words="伞\u202e黑"))
    assert Item.objects.get().words == "伞黑"


def test_text_is_text_and_half_a_sign_is_no_fault_of_ours(school):
    words = "<script>alert(1)</script>伞\n第二行"
    item = school.shown(words=words, place_words="<b>三楼</b>")
    reader = school.client("S2")
    for address in (HOME, f"{HOME}?q=script", f"{HOME}items/{item.public_id}/"):
        page = reader.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>三楼" not in page
    lone = f"category=umbrella&words=%ED%A0%80&place=lib&happened_at={campus_today()}T00%3A00&keeper=self"
    answer = reader.post(f"{HOME}found/", lone.encode(), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert Item.objects.latest("pk").words == "\ufffd" * 3, "what is no text is shown as such"


@pytest.mark.capability("A072.1")
@pytest.mark.parametrize("typed", ["１２３４５６７８９０", "12345 67890", "12345-67890"])
def test_a_card_number_is_read_as_it_is_typed(school, typed):
    said = school.said(category="card", card_number=typed)
    assert school.client("S1").post(f"{HOME}found/", said).status_code == 302
    desk = {"tail": typed[-4:], "name": "林小满", "shelf": "A-1"}
    assert school.client("K1").post(f"{HOME}keeping/card/", desk).status_code == 302


def test_the_same_form_twice_is_one_item_and_the_eleventh_of_a_day_is_refused(school):
    author = school.client("S1")
    token = "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"
    first, again = (author.post(f"{HOME}lost/", school.said(form_token=token))["Location"] for _twice in range(2))
    assert first == again
    assert Item.objects.count() == 1
    for _one in range(9):
        school.post()
    assert author.post(f"{HOME}lost/", school.said()).status_code == 429
    Item.objects.update(created_at=now() - timedelta(days=2))
    assert author.post(f"{HOME}lost/", school.said()).status_code == 302


@pytest.mark.capability("A073.2")
def test_a_large_sum_of_cash_goes_to_the_security_office_and_never_to_the_board(school):
    author, keeper = school.client("S1"), school.client("K1")
    for amount, state in (("500", "pending"), ("500.01", "guarded")):
        answer = author.post(f"{HOME}found/", school.said(category="cash", amount_fen=amount, words="一沓现金"))
        item = Item.objects.latest("pk")
        assert (item.state, answer.status_code) == (state, 302)
    assert "请尽快把它交到保卫处" in author.get(f"{HOME}items/{item.public_id}/").content.decode()
    assert school.client("S2").get(f"{HOME}items/{item.public_id}/").status_code == 404
    assert school.client("R1").get(f"{HOME}review/items/{item.public_id}/").status_code == 404
    assert "¥ 500.01" in keeper.get(f"{HOME}keeping/?show=cash").content.decode()
    assert "失物保管" in keeper.get("/flows/").content.decode(), "it waits for the desk"
    assert [text for text in school.texts_to("K1") if "大额现金" in text]
    small = school.shown(category="cash", amount_fen=32_000, words="一沓现金")
    board = school.client("S2").get(f"{HOME}items/{small.public_id}/").content.decode()
    assert "320" not in without_tokens(board)
    assert "¥ 320" in author.get(f"{HOME}items/{small.public_id}/").content.decode()


def test_the_database_holds_what_an_item_is(school):
    item = school.post(phone="13900001111")
    for wrong in (
        {"words": ""},
        {"category": "cash"},
        {"state": "rejected"},
        {"state": "closed"},
        {"phone_masked": ""},
        {"reviewer_id": item.author_id},
        {"place": None},
        {"hidden_at": now(), "review_due_at": None},
        {"state": "open", "review_due_at": None},
        {"handed_in_at": now(), "shelf": "A-1"},
        {"kind": "lost", "keeper": "desk"},
        {"reviewed_at": now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(**wrong)
