"""The one search over all rooms as they register: service, notice, answer and phone in one box."""

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows.models import Definition
from nanhu.platforms.messages import api as messages
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.services.directory.models import Answer, Phone
from nanhu.services.directory.tests.conftest import school  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
BOOK = "/directory/"


@pytest.mark.capability("A031.1")
def test_one_box_finds_service_notice_answer_and_phone(school):  # noqa: F811
    school.phone("校园卡管理办公室", hours="08:30-12:00")
    school.answer("校园卡丢了怎么办？")
    messages.publish_notice(by=school.actor("T0001"), title="校园卡系统升级", body="周六停机。", office_code="20")
    index_all()
    groups = school.client("T0003").get("/search/", {"q": "校园卡"}).context["groups"]
    found = {group.key: [(str(hit.title), str(hit.detail), hit.url) for hit in group.hits] for group in groups}
    assert "校园卡" in [title for title, _detail, _url in found["applications"]]
    [phone], [answer] = Phone.objects.all(), Answer.objects.all()
    assert found["directory.phones"] == [
        ("校园卡管理办公室", "8703568 · 财务处 · 08:30–12:00", f"{BOOK}{phone.public_id}/")
    ]
    assert found["directory.answers"] == [("校园卡丢了怎么办？", "财务处", f"{BOOK}answers/{answer.public_id}/")]
    assert found["messages.notices"][0][0] == "校园卡系统升级"
    groups = school.client("T0003").get("/search/", {"q": "caiwuchu"}).context["groups"]
    [unit] = next(group.hits for group in groups if group.key == "directory.units")
    assert (unit.title, "校园卡管理办公室" in school.client("T0003").get(unit.url).content.decode()) == ("财务处", True)
    Phone.objects.update(removed_at=now())
    index_all()
    groups = school.client("T0003").get("/search/", {"q": "校园卡"}).context["groups"]
    assert "directory.phones" not in [group.key for group in groups], "what is taken out of the book is found no more"


def test_a_service_that_answers_by_any_of_its_words_stands_first_then_answer_phone_and_notice(school):  # noqa: F811
    """portal2.md, section 3: 补卡 gives 校园卡补办, then the question, then the phone."""
    flow = Definition.objects.filter(is_offered=True, categories=[]).exclude(faces=[]).first()
    Definition.objects.filter(pk=flow.pk).update(name="校园卡补办", summary="补卡，收工本费", units=[])
    school.phone("校园卡管理办公室", keywords="补卡")
    school.answer("怎么补卡？")
    messages.publish_notice(by=school.actor("T0001"), title="补卡机迁移", body="搬到东院。", office_code="20")
    index_all()
    groups = school.client("T0003").get("/search/", {"q": "补卡"}).context["groups"]
    order = [group.key for group in groups]
    wanted = [
        "applications",
        "flows.services",
        "messages.notices",
        "directory.answers",
        "directory.phones",
        "portal.help",
    ]
    assert order[: len(wanted)] == wanted, "what begins with it, has it in its name, has it among its words"


def test_what_a_desk_writes_is_found_at_once_and_what_it_takes_away_no_more(school):  # noqa: F811
    def found():
        groups = school.client("T0003").get("/search/", {"q": "报销大厅"}).context.get("groups", ())
        return [str(hit.title) for group in groups if group.key == "directory.phones" for hit in group.hits]

    desk = school.client("T0001")
    desk.post(f"{BOOK}desk/new/", {"unit": "20 财务处", "name": "报销大厅", "number": "8703569"})
    assert found() == []
    deliver_pending()
    assert found() == ["报销大厅"]
    desk.post(f"{BOOK}desk/{Phone.objects.get().public_id}/remove/")
    deliver_pending()
    assert found() == []


def test_a_room_is_found_by_the_name_of_either_language_and_leads_to_its_week(school):  # noqa: F811
    building = campus.PlaceOrder(key="t9", name="南院9号教学楼", kind="teaching")
    room = campus.PlaceOrder(key="t9-201", name="南院9号201", kind="room", parent="t9")
    campus.set_up_places(by=school.actor("T0001"), places=[building, room])
    campus.Room.objects.create(place=campus.Place.objects.get(key="t9-201"), floor=2, kind="media", seats=90)
    index_all()
    client = school.client("T0003")
    for language, title in (
        ("zh-hans", "南院9号教学楼 南院9号201"),
        ("en", "South Campus Teaching Building 9 South Campus 9-201"),
    ):
        client.post(f"/preferences/language/{language}")
        for typed in ("南院9号201", "south campus 9-201", "teaching building 9"):
            groups = client.get("/search/", {"q": typed}).context["groups"]
            [hit] = next(group.hits for group in groups if group.key == "campus.rooms")
            assert (hit.title, "201" in client.get(hit.url).content.decode()) == (title, True)
