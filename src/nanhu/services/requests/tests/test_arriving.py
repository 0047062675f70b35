"""地点码: who scans what hangs in the room has proved that he stood there, and nobody else."""

import pytest

from nanhu.services.requests.models import Entry, Request
from nanhu.services.requests.services.arriving import address_of, code_of

pytestmark = pytest.mark.django_db
WORK, DISPATCH = "/requests/work/", "/requests/dispatch/"


def path_of(place):
    return "/" + address_of(place).split("/", 3)[3]


def test_a_worker_who_scans_the_room_has_come_and_its_requester_reads_so(school):
    school.crew()
    one = school.repair()
    worker = school.client("W2")
    page = worker.get(path_of(one.place)).content.decode()
    arrive = f"{WORK}{one.pk}/here/{code_of(one.place)}/"
    assert arrive in page
    assert worker.post(arrive).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.is_proved) == (Request.State.WORKING, True)
    seen = school.client("S1").get(f"/requests/mine/{one.pk}/").content.decode()
    assert "扫了现场的地点码" in seen
    assert "到了这里" in worker.get(path_of(one.place)).content.decode()
    assert arrive not in worker.get(path_of(one.place)).content.decode(), "he is there already"


def test_another_rooms_code_proves_nothing_and_a_press_without_one_says_so(school):
    school.crew()
    one, other = school.repair(), school.place("d1-102")
    worker = school.client("W2")
    assert worker.post(f"{WORK}{one.pk}/here/{code_of(other)}/").status_code == 409
    assert worker.post(f"{WORK}{one.pk}/here/aaaaaaaaaa/").status_code == 409
    assert worker.get(path_of(other)).status_code == 200, "a room without a job of his"
    assert worker.get(f"{WORK}at/{one.place.key}/{code_of(other)}/").status_code == 404
    assert Request.objects.get().state == Request.State.ASSIGNED
    assert worker.post(f"{WORK}{one.pk}/arrive/").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.is_proved) == (Request.State.WORKING, False)
    assert Entry.objects.get(what="arrived").words == ""


def test_nobody_of_another_crew_arrives_by_it(school):
    school.crew()
    one = school.repair()
    for number in ("S1", "T1"):
        assert school.client(number).get(path_of(one.place)).status_code in {403, 404}
    assert Request.objects.get().state == Request.State.ASSIGNED


def test_the_desk_prints_them_for_a_building_and_nobody_else_does(school):
    school.crew()
    desk = school.client("D1")
    page = desk.post(f"{DISPATCH}codes/", {"place": "d1"}).content.decode()
    assert page.count("data:image/svg+xml") == 3, "the building and its two rooms"
    assert school.client("W2").get(f"{DISPATCH}codes/").status_code in {403, 404}
