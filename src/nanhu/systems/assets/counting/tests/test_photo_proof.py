"""A photo as proof: the labels in it are read by the school, and it proves what a scan would, or is refused in words."""

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import msgspec
import pytest
import segno
from PIL import Image

from nanhu.kernel.clock import now
from nanhu.kernel.files.models import StoredFile
from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.counting.queries import figures_of, verdicts_of
from nanhu.systems.assets.counting.tests.counts import backdated, opened, row
from nanhu.systems.assets.labels import address_of, room_code
from nanhu.systems.assets.models import Asset

pytestmark = pytest.mark.django_db


def photo_of(*codes, shade=150):
    """Labels side by side, with the place where it was taken in its EXIF."""
    labels = []
    for code in codes:
        out = BytesIO()
        segno.make(address_of(code), error="m").save(out, kind="png", scale=6, border=4)
        labels.append(Image.open(out).convert("RGB"))
    picture = Image.new("RGB", (300 * max(len(labels), 1) + 40, 640), (shade, 150, 140))
    for at, label in enumerate(labels):
        picture.paste(label.rotate(5, expand=True, fillcolor=(150, 150, 140)), (20 + 300 * at, 120))
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def facts_of(**more):
    """As the phone says it of a photo; without the code of a door."""
    said = msgspec.to_builtins(row("x", room="", ago=more.pop("ago", None)))
    return {**said, "number": "", "method": "photo", "sent_at": now().isoformat(), **more}


def hand_in(client, take, content, **more):
    said = {"facts": json.dumps(facts_of(**more))}
    if content is not None:
        said["photo"] = BytesIO(content)
        said["photo"].name = "1.jpg"
    return client.post(f"/assets/count/{take.public_id}/photos/", said)


@pytest.fixture
def things(school):
    return school.things("b1-101", 3)


@pytest.fixture
def take(school, things):
    return backdated(opened(school))


@pytest.fixture
def phone(school):
    return school.client("T2")


def test_a_photo_of_label_and_door_proves_the_thing_and_is_kept_without_its_exif(school, take, things, phone):
    sent = photo_of(things[0].number, room_code("b1-101"))
    answer = hand_in(phone, take, sent).json()
    assert (answer["numbers"], answer["room"], answer["is_proven"]) == ([things[0].number], "b1-101", True)
    one = CountRow.objects.get()
    assert (one.method, one.has_room_code, one.room_id) == ("photo", True, school.rooms["b1-101"])
    figures = figures_of(take)
    assert (figures["match"], figures["not_seen"], figures["unproven"]) == (1, 2, 0)
    office, address = school.client("T5"), f"/files/{one.photo.public_id}/"
    assert address in office.get(f"/assets/counts/{take.public_id}/verdicts/").content.decode()
    kept = office.get(address).content
    assert (b"taken at home" in sent, b"taken at home" in kept) == (True, False)
    assert not Image.open(BytesIO(kept)).getexif()
    assert [school.client(who).get(address).status_code for who in ("T2", "T3", "T8")] == [200, 404, 404]


def test_after_the_door_was_read_a_photo_of_the_label_proves_and_without_a_door_none_does(school, take, things, phone):
    moment = (now() - timedelta(seconds=70)).isoformat()
    assert hand_in(phone, take, photo_of(things[0].number), room=room_code("b1-101"), room_at=moment, ago=60).json()[
        "is_proven"
    ]
    assert not hand_in(phone, take, photo_of(things[1].number), ago=40).json()["is_proven"]
    proven = {one["number"]: (one["verdict"], one["is_proven"]) for one in verdicts_of(take)}
    assert proven[things[0].number] == ("match", True)
    assert proven[things[1].number] == ("unplaced", False)


def test_a_photo_of_several_labels_at_a_desk_proves_none_of_them(school, take, things, phone):
    answer = hand_in(phone, take, photo_of(things[0].number, things[1].number, room_code("b1-101"))).json()
    assert (answer["is_proven"], sorted(answer["numbers"])) == (False, sorted(one.number for one in things[:2]))
    assert figures_of(take)["unproven"] == 2
    assert CountRow.objects.filter(has_room_code=True).count() == 2, "it is the one moment that gives them away"


def test_a_photo_that_shows_no_label_or_another_things_is_refused_in_words_and_leaves_nothing(take, things, phone):
    said = {
        "照片里没有读出资产标签": hand_in(phone, take, photo_of()),
        f"照片里的标签是 {things[1].number}，不是 {things[0].number}": hand_in(
            phone, take, photo_of(things[1].number), number=things[0].number
        ),
        "只收": hand_in(phone, take, b"MZ no picture"),
        "没有收这个文件": hand_in(phone, take, None),
        "一条也没有收": hand_in(phone, take, photo_of(things[0].number), method="scan"),
    }
    for words, answer in said.items():
        assert 400 <= answer.status_code < 500
        assert words in answer.json()["message"]
    assert (CountRow.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_photo_is_one_row_however_often_it_comes_and_an_old_one_proves_nothing_again(take, things, phone):
    content, client_id = photo_of(things[0].number, room_code("b1-101")), str(uuid4())
    for _time in range(3):
        assert hand_in(phone, take, content, client_id=client_id).json()["ids"] == [client_id]
    assert (CountRow.objects.count(), StoredFile.objects.count()) == (1, 1)
    again = hand_in(phone, take, content)
    assert (again.status_code, CountRow.objects.count()) == (409, 1)
    assert "这张照片以前交过" in again.json()["message"]


def test_the_label_of_the_system_before_is_read_and_a_makers_own_code_is_not(take, things, phone):
    Asset.objects.filter(pk=things[0].pk).update(former_number="old-17")
    answer = hand_in(phone, take, photo_of("OLD-17", "SN123456"), number=things[0].number).json()
    assert answer["numbers"] == ["OLD-17"]
    assert CountRow.objects.get().asset_id == things[0].pk


def test_who_is_in_no_team_hands_in_nothing(school, take, things):
    assert hand_in(school.client("T8"), take, photo_of(things[0].number)).status_code == 404
    assert CountRow.objects.count() == 0
