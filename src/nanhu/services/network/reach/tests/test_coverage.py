"""Where Wi-Fi is: buildings with their access points on a map, 未覆盖 where none hangs, both networks' names, health in words."""

import plistlib
from datetime import timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
from nanhu.services.network.reach import queries, rules
from nanhu.services.network.reach.models import AccessPoint, CoveredArea
from nanhu.services.network.reach.sample import draw_outlines
from nanhu.services.network.reach.services import outlines

PAGE = "/network/coverage/"
POINTS = "/network/reach/points/import/"
AREAS = "/network/reach/areas/import/"
RING = "[[113.1,29.3],[113.101,29.3],[113.101,29.301],[113.1,29.301],[113.1,29.3]]"


def upload(text):
    return {"file": SimpleUploadedFile("清单.csv", text.encode())}


def seen(**ago):
    return f"{campus_time(now() - timedelta(**ago)):%Y-%m-%d %H:%M}"


@pytest.fixture
def hung(school):
    lines = [
        "名称,地点代码,频段,最近上报,MAC",
        f"LIB-1,lib.101,2.4 5,{seen(minutes=5)},00:1A:2B:3C:4D:5E",
        f"LIB-2,lib,5,{seen(hours=3)},",
        f"OFF-1,office,2.4GHz,{seen(minutes=1)},",
    ]
    assert school.client("K1").post(POINTS, upload("\n".join(lines))).status_code == 302
    return school


def of_library(school):
    page = school.client("S1").get(PAGE).content.decode()
    return page[page.index("<strong>图书馆</strong>") :][:300]


@pytest.mark.capability("A170.1")
@pytest.mark.capability("A170.2")
@pytest.mark.capability("A170.3")
def test_the_map_says_what_is_covered_what_is_not_and_what_is_silent(hung):
    ring = RING.replace('"', '""')
    outline = f'地点代码,楼层,轮廓（GeoJSON）\nlib,,"{{""type"":""Polygon"",""coordinates"":[{ring}]}}"\n'
    assert hung.client("K1").post(AREAS, upload(outline)).status_code == 302
    page = hung.client("S1").get(PAGE).content.decode()
    library, office, dormitory = (
        page[page.index(f"<strong>{one}</strong>") :][:300] for one in ("图书馆", "东院办公楼", "北院宿舍")
    )
    assert "已覆盖，2 个接入点里 1 个没有消息" in library
    assert "2.4 GHz、5 GHz" in library
    assert "已覆盖，1 个接入点都正常" in office
    assert "未覆盖" in dormitory
    assert '<polygon class="reach-warn" points="' in page
    assert ("2 栋里 2 栋有无线网" in page, "1 栋里 0 栋有无线网" in page) == (True, True)
    desk = hung.client("K1").get("/network/reach/points/").content.decode()
    assert "有消息" in desk
    assert "起没有消息" in desk
    assert network.ApPlace.objects.get(mac="00:1a:2b:3c:4d:5e").place.key == "lib.101"


@pytest.mark.capability("A170.3")
@pytest.mark.parametrize(("minutes", "said"), [(29, "2 个接入点都正常"), (31, "2 个接入点里 1 个没有消息")])
def test_a_point_is_silent_that_the_list_had_not_heard_of_for_half_an_hour(hung, minutes, said):
    AccessPoint.objects.filter(name="LIB-2").update(seen_at=F("listed_at") - timedelta(minutes=minutes))
    assert f"已覆盖，{said}" in of_library(hung)


@pytest.mark.capability("A170.3")
def test_a_list_that_no_longer_comes_makes_no_silence_and_says_how_old_it_is(hung):
    """Tried: half an hour after the last list the whole campus was said to be without Wi-Fi."""
    aged = {"seen_at": F("seen_at") - timedelta(days=1), "listed_at": F("listed_at") - timedelta(days=1)}
    AccessPoint.objects.update(**aged)
    AccessPoint.objects.filter(name="LIB-2").update(seen_at=F("listed_at"))
    assert "已覆盖，2 个接入点都正常" in of_library(hung)
    for face, page in (("S1", PAGE), ("K1", "/network/reach/points/"), ("K1", "/network/reach/points/map/")):
        assert "接入点清单旧了" in hung.client(face).get(page).content.decode()


@pytest.mark.capability("A170.3")
def test_whose_people_are_on_line_is_heard_whatever_an_old_list_says(hung):
    AccessPoint.objects.filter(name="LIB-1").update(seen_at=F("listed_at") - timedelta(hours=5))
    assert "没有消息" in of_library(hung)
    AccessPoint.objects.filter(name="LIB-2").update(seen_at=F("listed_at"))
    controller = network.Nas.objects.create(name="AC", address="192.0.2.9", kind="ac", interim_seconds=300)
    Session.objects.create(nas=controller, sid="1", service="wifi", ap="00:1a:2b:3c:4d:5e", started_at=now())
    assert "已覆盖，2 个接入点都正常" in of_library(hung)
    assert "LIB-1" not in hung.client("K1").get("/network/reach/points/?show=silent").content.decode()


def test_who_shows_where_buildings_are_reads_no_access_point(hung):
    """A worker's list does, each time it is opened; there are thousands of them."""
    draw_outlines({"lib": (113.1, 29.3, 113.101, 29.301)})
    with CaptureQueriesContext(connection) as asked:
        [sheet] = queries.map_sheets()
    assert [(one.place, len(one.rings)) for one in sheet.outlines] == [("lib", 1)]
    assert not [one["sql"] for one in asked if AccessPoint._meta.db_table in one["sql"]]


@pytest.mark.capability("A171.1")
def test_both_networks_stand_in_the_schools_file_and_on_the_pages(school, client):
    page = school.client("S1").get(PAGE).content.decode()
    for words in ("hnist", "2.4 GHz", "湖南理工学院-校园网", "5 GHz"):
        assert words in page
        assert words in client.get("/help/wifi").content.decode()
    assert "湖南理工学院-校园网" in client.get("/help/wifi/wifi.mobileconfig").content.decode()


@pytest.mark.capability("A171.1")
def test_another_schools_names_stand_wherever_ours_did(school, client, school_file):
    school_file(
        {'ssid = "hnist"': 'ssid = "reedlake"', 'ssid_5ghz = "湖南理工学院-校园网"': 'ssid_5ghz = "reedlake-5G"'}
    )
    profile = client.get("/help/wifi/wifi.mobileconfig").content
    told = [one["SSID_STR"] for one in plistlib.loads(profile)["PayloadContent"] if "SSID_STR" in one]
    assert told == ["reedlake", "reedlake-5G"]
    poster = client.get("/wifi/poster/").content.decode()
    for page in (school.client("S1").get(PAGE).content.decode(), client.get("/help/wifi").content.decode(), poster):
        assert "reedlake-5G" in page
        assert "reedlake" in page.replace("reedlake-5G", ""), "the other network's name too"
        assert "湖南理工学院-校园网" not in page


WRONG_LINES = (
    "LIB-1,nowhere,5,,",
    "LIB-1,lib,7,,",
    "LIB-1,lib,,,",
    ",lib,5,,",
    "LIB-1,lib,5,yesterday,",
    "LIB-1,lib,5,,zz:zz",
    "LIB-1,lib,5,,\nLIB-1,lib,5,,",
)
NO_OUTLINES = (
    "{}",
    "[]",
    "x",
    "[" * 3000,
    '{"type":"Point","coordinates":[1,2]}',
    '{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}',
)


def test_a_wrong_line_keeps_the_whole_list_out(school):
    keeper = school.client("K1")
    for line in WRONG_LINES:
        answer = keeper.post(POINTS, upload(f"名称,地点代码,频段,最近上报,MAC\nOK,lib,5,,\n{line}\n"))
        assert answer.status_code == 422, line
    later = keeper.post(POINTS, upload(f"名称,地点代码,频段,最近上报,MAC\nOK,lib,5,{seen(hours=-2)},\n"))
    assert (later.status_code, "最近上报在将来" in later.content.decode()) == (422, True)
    assert not AccessPoint.objects.exists()


def test_what_is_no_outline_is_refused(school):
    keeper = school.client("K1")
    for outline in NO_OUTLINES:
        text = '地点代码,楼层,轮廓（GeoJSON）\nlib,1,"{}"\n'.format(outline.replace('"', '""'))
        assert keeper.post(AREAS, upload(text)).status_code == 422, outline
    assert not CoveredArea.objects.exists()
    corners = "[113,29],[113.001,29],[113,29],[113.001,29.001],[113.001,29],[113,29.001],[113,29]"
    bow = corners.replace("[113,29],[113.001,29],", "", 1)
    for ring in (corners, bow):
        text = f'地点代码,楼层,轮廓（GeoJSON）\nlib,1,"{{""type"":""Polygon"",""coordinates"":[[{ring}]]}}"\n'
        answer = keeper.post(AREAS, upload(text))
        assert (answer.status_code, "轮廓自己相交" in answer.content.decode()) == (422, True)
        assert "lib" in [fault.said for fault in answer.context["error"].facts["faults"]]
    assert rules.ring_of({"type": "Polygon", "coordinates": [[[1, 2], [1, 2], [3, 2], [3, 4], [1, 2]]]}) == [
        (1, 2),
        (3, 2),
        (3, 4),
        (1, 2),
    ]


@pytest.mark.capability("A170.3")
def test_an_older_list_does_not_take_back_what_a_newer_one_saw(hung):
    before = AccessPoint.objects.get(name="LIB-1").seen_at
    hung.client("K1").post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-1,lib.101,5,{seen(days=2)}\n"))
    point = AccessPoint.objects.get(name="LIB-1")
    assert (point.seen_at, point.bands) == (before, ["5"])


def test_a_year_that_was_mistyped_before_is_put_right_by_the_next_list(hung):
    AccessPoint.objects.update(seen_at=now() + timedelta(days=9000), listed_at=now() + timedelta(days=9000))
    hung.client("K1").post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-1,lib.101,5,{seen(minutes=1)}\n"))
    point = AccessPoint.objects.get(name="LIB-1")
    assert max(point.seen_at, point.listed_at) <= now()


def test_a_list_says_by_its_newest_word_when_it_was_made_and_an_older_one_says_it_of_nothing_newer(hung):
    hung.client("K1").post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-1,lib.101,5,{seen(days=2)}\n"))
    newest = AccessPoint.objects.get(name="OFF-1").seen_at
    assert network.ApPlace.objects.get(name="LIB-1").listed_at == newest


@pytest.mark.parametrize("corner", [[float("nan"), 1], [181, 1], ["1", 2], [True, 2], [1], None])
def test_a_corner_is_two_numbers_on_earth(corner):
    ring = [corner, [1, 2], [3, 4], corner]
    with pytest.raises(ValueError, match="corner"):
        rules.ring_of({"type": "Polygon", "coordinates": [ring]})


def test_a_drawing_fits_its_sheet():
    ring = [[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]
    scale = rules.scale_of([ring])
    corners = [tuple(map(float, one.split(","))) for one in scale.points_of(ring).split()]
    assert all(0 <= x <= rules.WIDTH and 0 <= y <= scale.height for x, y in corners)
    assert scale.middle_of(ring) == scale.at((1, 0.5))
    assert rules.scale_of([]).height == 0


@pytest.mark.parametrize(
    ("floors", "floor", "drawn"),
    [
        ([None, 1, 2], None, None),
        ([None, 1, 2], 2, 2),
        ([None, 1, 2], 3, None),
        ([1, 2], 3, "nothing"),
        ([-1, 2, 1], None, 1),
        ([-2, -1], None, -1),
        ([None], 3, None),
    ],
)
def test_one_outline_of_a_building_is_drawn(floors, floor, drawn):
    assert rules.ring_on({one: f"ring {one}" for one in floors}, floor) == (
        None if drawn == "nothing" else f"ring {drawn}"
    )


@pytest.fixture
def floors(hung):
    """The library has a whole outline and one of its second floor; room 101 is on the first."""
    campus.Room.objects.create(place=campus.place_with("lib.101"), floor=1, kind="other")
    draw_outlines({"lib": (113.1, 29.3, 113.102, 29.302)})
    draw_outlines({"lib": (113.1, 29.3, 113.101, 29.301)}, floors=(2,))
    draw_outlines({"office": (113.103, 29.3, 113.104, 29.302)})
    return hung


@pytest.mark.capability("A170.1")
@pytest.mark.capability("A170.2")
def test_one_floor_is_looked_at_with_its_own_outline_and_access_points(floors):
    reader = floors.client("S1")
    whole = reader.get(PAGE).content.decode()
    assert whole.count("<polygon") == 2, "floors do not lie over each other"
    assert [f'href="?floor={one}"' in whole for one in (1, 2, 3)] == [True, True, False]
    first = reader.get(f"{PAGE}?floor=1").content.decode()
    assert "有 1 层的 1 栋里，这一层 1 栋有无线网" in first
    assert "<strong>图书馆</strong>" in first
    assert "<strong>东院办公楼</strong>" not in first, "of it no first floor is known"
    second = reader.get(f"{PAGE}?floor=2").content.decode()
    assert "这栋楼有 1 个接入点没写楼层" in second
    for nonsense in ("3", "x", "１", "999", "-"):
        assert reader.get(f"{PAGE}?floor={nonsense}").content.decode().count('aria-current="true"') == 1


def point_form(**said):
    given = {
        "name": "LIB-9",
        "place": "图书馆",
        "floor": "2",
        "bands": ["2.4", "5"],
        "mac": "",
        "longitude": "",
        "latitude": "",
    }
    return given | {"form_token": str(uuid4())} | said


NEW_POINT = "/network/reach/points/new/"
MAP = "/network/reach/points/map/"


@pytest.mark.capability("A170.1")
def test_an_engineer_hangs_moves_and_takes_down_an_access_point(floors):
    keeper = floors.client("K1")
    said = {"mac": "00-1A-2B-00-00-09", "longitude": "113.1005", "latitude": "29.3005"}
    assert keeper.post(NEW_POINT, point_form(**said)).status_code == 302
    hung = AccessPoint.objects.get(name="LIB-9")
    assert (hung.place.key, hung.floor, hung.bands, hung.mac) == ("lib", 2, ["2.4", "5"], "00:1a:2b:00:00:09")
    assert network.ApPlace.objects.get(mac=hung.mac).place.key == "lib", "who is on line by it stands there"
    address = f"/network/reach/points/{hung.public_id}/"
    assert f'href="{address}"' in keeper.get(f"{MAP}?floor=2").content.decode()
    assert f'href="{address}"' not in keeper.get(f"{MAP}?floor=1").content.decode()
    assert 'value="113.1005"' in keeper.get(address).content.decode()

    moved = point_form(place="lib.101", floor="", mac="00:1a:2b:00:00:10", longitude="113.1006", latitude="29.3006")
    assert keeper.post(address, moved).status_code == 302
    assert list(network.ApPlace.objects.filter(name="LIB-9").values_list("mac", "place__key")) == [
        ("00:1a:2b:00:00:10", "lib.101")
    ]
    assert f'href="{address}"' in keeper.get(f"{MAP}?floor=1").content.decode(), "the floor of its room"
    assert keeper.post(f"{address}remove/", {"form_token": str(uuid4())}).status_code == 302
    assert keeper.get(address).status_code == 404
    assert not network.ApPlace.objects.filter(name="LIB-9").exists()
    assert f'href="{address}"' not in keeper.get(MAP).content.decode()
    assert keeper.post(NEW_POINT, point_form()).status_code == 302, "it hangs again"
    assert AccessPoint.objects.get(name="LIB-9").removed_at is None


@pytest.mark.capability("A170.1")
def test_what_is_no_access_point_is_refused_beside_its_field(floors):
    keeper = floors.client("K1")
    for wrong in (
        {"place": "月球"},
        {"bands": ["7"]},
        {"bands": []},
        {"mac": "zz"},
        {"floor": "200"},
        {"longitude": "113.1"},
        {"longitude": "nan", "latitude": "nan"},
        {"longitude": "181", "latitude": "29"},
    ):
        assert keeper.post(NEW_POINT, point_form(**wrong)).status_code == 422, wrong
    assert keeper.post(NEW_POINT, point_form(name="LIB-1")).status_code == 409, "it hangs already"
    taken = keeper.post(NEW_POINT, point_form(mac="00:1A:2B:3C:4D:5E"))
    assert (taken.status_code, "LIB-1" in taken.content.decode()) == (409, True)
    other = AccessPoint.objects.get(name="LIB-2")
    renamed = point_form(name="LIB-1")
    assert keeper.post(f"/network/reach/points/{other.public_id}/", renamed).status_code == 409
    assert sorted(AccessPoint.objects.values_list("name", flat=True)) == ["LIB-1", "LIB-2", "OFF-1"]
    stranger = floors.client("T1")
    assert [stranger.get(one).status_code for one in (NEW_POINT, MAP)] == [404, 404]


def test_a_list_keeps_what_was_set_by_hand_until_it_says_another_building(floors):
    keeper = floors.client("K1")
    spot = {"floor": "2", "longitude": "113.1005", "latitude": "29.3005"}
    assert keeper.post(NEW_POINT, point_form(**spot, mac="00:1a:2b:00:00:09")).status_code == 302

    def now_is():
        return AccessPoint.objects.values_list("floor", "longitude", "mac").get(name="LIB-9")

    keeper.post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-9,lib.101,5,{seen(minutes=1)}\n"))
    assert now_is() == (2, 113.1005, "00:1a:2b:00:00:09")
    keeper.post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-9,office,5,{seen(minutes=1)}\n"))
    assert now_is() == (None, None, "00:1a:2b:00:00:09")


def test_a_list_without_macs_gives_none_back_that_another_access_point_has_by_now(floors):
    keeper, mac = floors.client("K1"), "00:1a:2b:3c:4d:5e"
    remove = f"/network/reach/points/{AccessPoint.objects.get(name='LIB-1').public_id}/remove/"
    assert keeper.post(remove, {"form_token": str(uuid4())}).status_code == 302
    assert keeper.post(NEW_POINT, point_form(mac=mac)).status_code == 302
    keeper.post(POINTS, upload(f"名称,地点代码,频段,最近上报\nLIB-1,lib.101,5,{seen(minutes=1)}\n"))
    hung = AccessPoint.objects.filter(removed_at=None, name__startswith="LIB")
    assert dict(hung.values_list("name", "mac")) == {"LIB-1": "", "LIB-2": "", "LIB-9": mac}
    assert network.ApPlace.objects.get(mac=mac).name == "LIB-9"


def test_a_list_of_access_points_asks_the_database_as_often_for_many_lines_as_for_a_few(school):
    keeper = school.client("K1")

    def queries_of(count, place="lib.101", mac="0a"):
        lines = [f"AP-{n},{place},5,{seen(minutes=1)},00-1A-2B-{mac}-00-{n:02X}" for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            answer = keeper.post(POINTS, upload("\n".join(["名称,地点代码,频段,最近上报,MAC", *lines])))
        assert answer.status_code == 302
        return len(asked)

    first = queries_of(2)
    assert queries_of(40) < first + 10, "new ones, and known ones as well"
    assert queries_of(40, "office", "0b") < first + 10
    assert set(AccessPoint.objects.values_list("place__key", flat=True)) == {"office"}
    there = list(network.ApPlace.objects.values_list("mac", "place__key"))
    assert len(there) == 40, "none of the former MACs"
    assert {(mac[9:11], place) for mac, place in there} == {("0b", "office")}


OUTLINES = "/network/reach/areas/"
CORNERS = "113.1005, 29.3005\n113.1015, 29.3005\n113.1015, 29.3015\n113.1005, 29.3015"


def outline_form(**said):
    return {"place": "图书馆", "floor": "", "corners": CORNERS, "form_token": str(uuid4())} | said


@pytest.mark.capability("A170.1")
def test_an_engineer_draws_adjusts_and_takes_away_an_outline(hung):
    keeper, reader = hung.client("K1"), hung.client("S1")
    assert "<polygon" not in reader.get(PAGE).content.decode()
    assert keeper.post(f"{OUTLINES}new/", outline_form()).status_code == 302
    [drawn] = CoveredArea.objects.all()
    square = [[113.1005, 29.3005], [113.1015, 29.3005], [113.1015, 29.3015], [113.1005, 29.3015]]
    assert drawn.ring == [*square, square[0]]
    assert reader.get(PAGE).content.decode().count("<polygon") == 1
    address = f"{OUTLINES}{drawn.public_id}/"
    assert f'href="{address}"' in keeper.get(OUTLINES).content.decode()
    page = keeper.get(address).content.decode()
    assert "113.1005, 29.3005" in page
    assert "<polygon" not in page, "what is drawn stands in the form alone"

    closed = f"{CORNERS};113.1000，29.3010\n113.1005, 29.3005"
    read = {"revision": revision_of(drawn, outlines.CHANGED)}
    assert keeper.post(address, outline_form(floor="2", corners=closed, **read)).status_code == 302
    assert keeper.post(address, outline_form(floor="3", **read)).status_code == 409, "in a second tab"
    drawn.refresh_from_db()
    assert (drawn.floor, len(drawn.ring), drawn.ring[0]) == (2, 6, drawn.ring[-1])
    assert keeper.post(f"{OUTLINES}new/", outline_form(floor="2")).status_code == 409, "it has one of that floor"
    assert keeper.post(f"{address}remove/", {"form_token": str(uuid4())}).status_code == 302
    assert not CoveredArea.objects.exists()
    assert [keeper.get(address).status_code, keeper.post(address, outline_form()).status_code] == [404, 404]
    kept = AuditEntry.objects.filter(target=f"covered-area:{drawn.public_id}").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in kept] == ["draw_outline", "change_outline", "remove_outline"]


@pytest.mark.capability("A170.1")
def test_what_is_no_outline_of_a_building_is_refused_beside_its_field(hung):
    keeper = hung.client("K1")
    for wrong in (
        {"place": "月球"},
        {"place": "南院"},
        {"floor": "200"},
        {"corners": ""},
        {"corners": "113.1, 29.3\n113.2, 29.3"},
        {"corners": "113.1, 29.3\n113.2, 29.3\n113.3, 29.3"},
        {"corners": CORNERS.replace("113.1015, 29.3005", "x, 29.3005")},
        {"corners": CORNERS.replace("113.1015, 29.3005", "113.1015")},
        {"corners": CORNERS.replace("113.1015, 29.3005", "113.1015, 91")},
        {"corners": "113.1, 29.3\n113.2, 29.4\n113.2, 29.3\n113.1, 29.4"},
        {"corners": "\n".join(f"113.{n}, 29.3" for n in range(100, 600))},
    ):
        assert keeper.post(f"{OUTLINES}new/", outline_form(**wrong)).status_code == 422, wrong
    assert not CoveredArea.objects.exists()
    stranger = hung.client("T1")
    assert stranger.post(f"{OUTLINES}new/", outline_form()).status_code == 404
    draw_outlines({"lib": (113.1, 29.3, 113.102, 29.302)})
    address = f"{OUTLINES}{CoveredArea.objects.get().public_id}/"
    assert [stranger.get(address).status_code, stranger.post(f"{address}remove/").status_code] == [404, 404]
    assert CoveredArea.objects.exists()


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=6, unique=True))
def test_an_outline_crosses_itself_where_two_of_its_sides_have_a_point_in_common(corners):
    """Against sides cut into small steps: those that are no neighbours stay apart."""
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))

    def points(side, parts=60):
        (ax, ay), (bx, by) = side
        return {
            (Fraction(ax * (parts - n) + bx * n, parts), Fraction(ay * (parts - n) + by * n, parts))
            for n in range(parts + 1)
        }

    touching = any(
        points(one) & points(other)
        for number, one in enumerate(sides)
        for at, other in enumerate(sides)
        if number + 1 < at and (number, at) != (0, len(sides) - 1)
    )
    if touching:
        assert rules.crosses_itself(corners)


@pytest.mark.parametrize(
    ("corners", "is_crossing"),
    [
        ([(0, 0), (2, 0), (2, 2), (0, 2)], False),
        ([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)], False),
        ([(0, 0), (4, 0), (2, 1), (4, 4), (0, 4)], False),
        ([(0, 0), (2, 2), (2, 0), (0, 2)], True),
        ([(0, 0), (4, 0), (4, 2), (2, 0), (0, 2)], True),
        ([(0, 0), (1, 1), (2, 2)], True),
    ],
)
def test_walls_of_a_building_do_not_cross(corners, is_crossing):
    assert rules.crosses_itself(corners) == is_crossing
    assert rules.crosses_itself(corners[::-1]) == is_crossing


def test_a_map_to_draw_on_has_room_around_what_stands(school):
    draw_outlines({"lib": (113.1, 29.3, 113.102, 29.302)})
    [area] = [one for one in queries.to_draw_on(None) if one.height]
    for corner in ((113.0996, 29.2996), (113.1024, 29.3024)):
        x, y = area.scale.at(corner)
        assert 0 < x < area.width
        assert 0 < y < area.height
