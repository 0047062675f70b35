"""The door of phones: who may bring rows, what is refused, cut in the middle, sent twice, sent at once."""

import json
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import msgspec
import pytest
from django.db import connection
from PIL import Image

from nanhu.kernel.clock import now
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.counting.queries import verdicts_of
from nanhu.systems.assets.counting.services import concluding, planning
from nanhu.systems.assets.counting.tests.conftest import make_school
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, planned, row
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.services import photographing


def sent(rows, **more):
    return json.loads(msgspec.json.encode({"sent_at": now(), "rows": rows} | more))


def post(client, take, said):
    body = said if isinstance(said, (str, bytes)) else json.dumps(said)
    return client.post(f"/assets/count/{take.public_id}/rows/", body, content_type="application/json")


@pytest.fixture
def take(school):
    school.things("b1-101", 3)
    return backdated(opened(school))


@pytest.fixture
def phone(school):
    return school.client("T2")


@pytest.mark.capability("A014.1")
@pytest.mark.django_db
def test_a_batch_is_taken_once_however_often_it_comes(school, take, phone):
    rows = [row("2026-A02-000001-0", ago=n) for n in range(4)]
    for size in (2, 4, 4):
        answer = post(phone, take, sent(rows[:size]))
        assert answer.status_code == 200
        assert sorted(answer.json()["ids"]) == sorted(str(one.client_id) for one in rows[:size])
    assert CountRow.objects.count() == 4
    changed = row("2026-A02-000002-8")
    changed.client_id = rows[0].client_id
    post(phone, take, sent([changed]))
    assert CountRow.objects.get(client_id=rows[0].client_id).number == "2026-A02-000001-0"


@pytest.mark.django_db
def test_a_batch_that_was_cut_is_refused_whole(take, phone):
    body = json.dumps(sent([row(f"x{n}") for n in range(40)]))
    for length in range(1, len(body), len(body) // 17):
        assert post(phone, take, body[:length]).status_code == 400
    assert CountRow.objects.count() == 0
    assert len(post(phone, take, body).json()["ids"]) == 40


BAD = [
    lambda: {"rows": []},
    lambda: {"rows": [row("x")] * 501},
    lambda: {"rows": [{"number": "x"}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "take_id": 1}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "number": "数\n1"}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "number": "9" * 81}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "method": "list"}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "round": 0}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "seen_at": "2026-11-28T10:00:00"}]},
    lambda: {"rows": [{**msgspec.to_builtins(row("x")), "room": "\0"}]},
    lambda: {"sent_at": "9999-12-31T23:59:59Z"},
    lambda: {"sent_at": "yesterday"},
    lambda: {"more": 1},
]


@pytest.mark.django_db
@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_batch_is_refused_with_a_word_and_leaves_nothing(take, phone, bad):
    said = sent([row("x")]) | json.loads(msgspec.json.encode(bad()))
    assert post(phone, take, said).status_code == 400
    assert post(phone, take, '{"sent_at": 1, "sent_at": 2}').status_code == 400
    assert CountRow.objects.count() == 0


@pytest.mark.capability("A014.1")
@pytest.mark.django_db
def test_who_is_in_no_team_finds_no_count_and_nothing_of_it(school, take, phone):
    stranger = school.client("T8")
    for address in ("", "rows/", "things.json"):
        assert stranger.get(f"/assets/count/{take.public_id}/{address}").status_code == 404
        assert stranger.get(f"/assets/count/{uuid4()}/{address}").status_code == 404
        assert phone.get(f"/assets/count/{take.public_id}/{address}").status_code == 200
    assert post(stranger, take, sent([row("x")])).status_code == 404
    assert CountRow.objects.count() == 0
    assert "去盘点" in phone.get("/assets/count/").content.decode()
    assert "现在没有要您盘点的" in stranger.get("/assets/count/").content.decode()


@pytest.mark.capability("A014.1")
@pytest.mark.django_db
def test_nobody_claims_the_rows_of_another(school, take):
    mine = row("x")
    bring(school, take, [mine], who="T2")
    assert bring(school, take, [mine], who="T3").ids == []
    assert CountRow.objects.get().person_id == school["T2"]


@pytest.mark.django_db
def test_a_count_that_has_not_begun_takes_nothing(school):
    school.things("b1-101", 1)
    before = planned(school)
    assert post(school.client("T2"), before, sent([row("x")])).status_code == 409
    assert CountRow.objects.count() == 0


@pytest.mark.django_db
def test_a_clock_that_is_wrong_is_set_right_and_nothing_is_from_before_the_opening(school, take, phone):
    ahead, began = timedelta(days=3, seconds=7), now()
    one = row("x", ago=60)
    one.seen_at, one.room_at = one.seen_at + ahead, one.room_at + ahead
    post(phone, take, sent([one], sent_at=(now() + ahead).isoformat()))
    kept = CountRow.objects.get()
    assert began - timedelta(minutes=2) <= kept.seen_at <= began
    assert kept.has_room_code
    old = row("y", ago=10 * 86_400)
    post(phone, take, sent([old]))
    kept = CountRow.objects.get(number="Y")
    assert (kept.seen_at, kept.has_room_code) == (take.opened_at, False)


@pytest.mark.django_db
def test_the_list_of_a_team_is_of_its_place_and_names_keepers(school, phone):
    here, there = school.things("b1-101", 1), school.things("b1-102", 1)
    wide = backdated(opened(school, places=("b1",)))
    planning.set_team(by=school.actor("T5"), take=wide, name="一组", members=["T2"], place=campus.place_with("b1-102"))
    planning.set_team(by=school.actor("T5"), take=wide, name="二组", members=["T3"])
    given = phone.get(f"/assets/count/{wide.public_id}/things.json").json()
    assert given["things"] == [[there[0].number, "台式计算机", "b1-102", "李老师", True, "", ""]]
    assert given["rooms"] == {"b1-102": "102 库房"}
    everything = school.client("T3").get(f"/assets/count/{wide.public_id}/things.json").json()
    assert {one[0] for one in everything["things"]} == {here[0].number, there[0].number}


@pytest.mark.django_db
def test_whoever_counts_sees_the_picture_of_what_he_scans_and_nobody_else_does(school, take, phone):
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    thing = take.items.order_by("asset__number").first().asset
    photographing.photograph(by=school.actor("T5"), asset=thing, picture=out.getvalue())
    given = phone.get(f"/assets/count/{take.public_id}/things.json").json()["things"]
    address = next(one[6] for one in given if one[0] == thing.number)
    Asset.objects.filter(pk=thing.pk).update(keeper=school["T8"])
    opened_by = [school.client(number).get(address).status_code for number in ("T2", "T3", "T8")]
    assert opened_by == [200, 200, 200]
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T3"])
    assert (phone.get(address).status_code, school.client("T3").get(address).status_code) == (404, 200)


@pytest.mark.django_db
def test_a_phone_takes_small_pictures_of_what_it_counts_along_and_of_nothing_else(school, phone):
    noise = Image.effect_noise((1600, 1200), 90)
    out = BytesIO()
    Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)]).save(out, "JPEG")
    here, there = school.things("b1-101", 1)[0], school.things("b1-102", 1)[0]
    for thing in (here, there):
        photographing.photograph(by=school.actor("T5"), asset=thing, picture=out.getvalue())
    take = backdated(opened(school, places=("b1",)))
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T2"], place=campus.place_with("b1-101"))
    address = f"/assets/count/{take.public_id}/pictures.json"
    asked = {"of": ["rubbish", *StoredFile.objects.values_list("public_id", flat=True)]}
    told = AuditEntry.objects.filter(action="assets.take_pictures")
    answer = phone.get(address, asked)
    [(shown, text)] = answer.json()["pictures"].items()
    small = b64decode(text)
    with Image.open(BytesIO(small)) as picture:
        assert (picture.format, picture.width > picture.height, len(small) <= 4096) == ("JPEG", True, True)
    assert shown.strip("/").endswith(str(Asset.objects.get(pk=here.pk).picture.public_id))
    assert ("no-store" in answer.headers["Cache-Control"], told.count()) == (True, 1)
    assert phone.get(address, {"of": [uuid4()] * 40 + asked["of"]}).json() == {"pictures": {}}, "forty at once"
    assert school.client("T8").get(address, asked).status_code == 404
    concluding.ask(by=school.actor("T5"), take=take)
    assert phone.get(address, asked).json() == {"pictures": {}}
    assert told.count() == 1


@pytest.mark.django_db
def test_who_was_taken_off_a_team_brings_what_his_phone_holds_and_reads_no_list(school, take, phone):
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T3"])
    assert phone.get(f"/assets/count/{take.public_id}/things.json").json() == {"things": None}
    assert "现在没有要您盘点的" in phone.get("/assets/count/").content.decode()
    assert phone.get(f"/assets/count/{take.public_id}/").status_code == 200, "the page that uploads"
    one = row("2026-A02-000001-0")
    assert post(phone, take, sent([one])).json()["ids"] == [str(one.client_id)]
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T2", "T3"])
    assert len(phone.get(f"/assets/count/{take.public_id}/things.json").json()["things"]) == 3


@pytest.mark.django_db
def test_a_phone_that_woke_in_1970_loses_nothing_and_proves_nothing(take, phone):
    for year in ("0001", "1970", "9999"):
        one = {
            **msgspec.to_builtins(row(f"x{year}")),
            "seen_at": f"{year}-06-01T00:00:00Z",
            "room_at": f"{year}-06-01T00:00:00Z",
        }
        assert (
            len(post(phone, take, sent([row("y")]) | {"rows": [json.loads(msgspec.json.encode(one))]}).json()["ids"])
            == 1
        )
    assert set(CountRow.objects.values_list("has_room_code", flat=True)) == {False}


@pytest.mark.django_db
def test_a_label_of_the_system_before_may_say_anything_and_no_label_is_another_thing(school, take, phone):
    thing, other = take.items.order_by("pk")[0].asset, take.items.order_by("pk")[1].asset
    Asset.objects.filter(pk=thing.pk).update(former_number="设 2019-001")
    said = [row("设 2019-001"), row(other.number), row(f"#{other.pk}")]
    assert len(post(phone, take, sent(said)).json()["ids"]) == 3
    verdicts = {one["number"]: one["verdict"] for one in verdicts_of(take)}
    assert (verdicts[thing.number], verdicts[other.number], verdicts[f"#{other.pk}"]) == ("match", "match", "unknown")


@pytest.mark.django_db
def test_after_the_end_nobody_reads_the_list(school, take, phone):
    concluding.ask(by=school.actor("T5"), take=take)
    assert phone.get(f"/assets/count/{take.public_id}/things.json").json() == {"things": None}
    assert post(phone, take, sent([row("x")])).json()["is_late"] is True


@pytest.mark.django_db
def test_a_phone_is_told_which_doors_prove_nothing_and_what_others_saw(school, phone):
    school.things("b1-101", 1)
    wide = backdated(opened(school, places=("b1",)))
    for name, member, place in (("一组", "T2", "b1-101"), ("二组", "T3", "b1")):
        planning.set_team(by=school.actor("T5"), take=wide, name=name, members=[member], place=campus.place_with(place))
    made_up, other_door, own = row("x1"), row("x2", room="b1-102"), row("x3")
    made_up.room = "R.b1-101.0123456789ab"
    answer = post(phone, wide, sent([made_up, other_door, own, row("x4", room="")])).json()
    assert set(answer["said"]) == {str(made_up.client_id), str(other_door.client_id)}
    assert answer["twice"] == []
    assert list(CountRow.objects.filter(has_room_code=True).values_list("number", flat=True)) == ["X3"]
    again = post(school.client("T3"), wide, sent([row("x2", room="b1-102"), row("x3")])).json()
    assert (again["said"], sorted(again["twice"])) == ([], ["X2", "X3"])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_phones_at_once_with_the_same_things_lose_and_double_nothing():
    school = make_school()
    things = school.things("b1-101", 40) + school.things("b1-102", 40)
    take = backdated(opened(school))
    rows = [row(one.number, ago=n % 50 + 1) for n, one in enumerate(things * 4)]

    def bring_all(which):
        try:
            for at in range(0, len(rows), 20):
                shift = (at + which * 40) % len(rows)
                bring(school, take, [*rows[shift : shift + 20], row(things[which].number)], who="T2")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bring_all, range(8)))
    assert CountRow.objects.filter(client_id__in=[one.client_id for one in rows]).count() == len(rows)
    assert CountRow.objects.count() == len(rows) + 8 * 16
    assert take.items.count() == 80
