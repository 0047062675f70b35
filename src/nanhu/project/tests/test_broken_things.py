"""A broken thing of the school (报修): whoever has it says so on his phone, the service hall sends a crew, and the card says how far it is."""

import pytest

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.tests.counting import statements_of
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity import api as identity
from nanhu.services.requests.models import FaultClass, Request
from nanhu.services.requests.services import filing, things, working
from nanhu.services.requests.services.settings import set_crew
from nanhu.services.requests.tests.conftest import picture
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.publishing import publish_everything
from nanhu.systems.assets.services import lending
from nanhu.systems.assets.tests.conftest import SYSTEM, school  # noqa: F401 - a fixture
from nanhu.testing.inboxes import texts_to

pytestmark = pytest.mark.django_db
WORK, HALL = "/requests/work/", "/requests/mine/"
MENDED = {"is_repaired": "1", "cost": "20", "reason": "修好了"}


@pytest.fixture
def crew(school):  # noqa: F811
    """Of one who mends whatever is no pipe and no wire."""
    account = identity.account_of(school["T8"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="requests.worker")
    classes = list(FaultClass.objects.filter(key__in=["furniture", "other"]))
    return set_crew(by=SYSTEM, name="综合维修班", classes=classes, leader=school["T8"])


def report(school, thing, fault="不开机", number="T2"):  # noqa: F811
    page = f"/assets/mine/{thing.public_id}/broken/" if number == "T2" else f"/assets/unit/{thing.public_id}/broken/"
    person = school.client(number)
    assert person.post(page, {"reason": fault}).status_code == 302
    deliver_pending()
    return person


def test_nobody_is_sent_where_nobody_knows_the_room(school, crew):  # noqa: F811
    thing = school.thing()
    Asset.objects.filter(pk=thing.pk).update(room=None)
    report(school, thing, number="T1")
    assert [row.place for row in datahub.rows(things.TABLE)] == [""]
    assert not Request.objects.exists()


def test_a_crew_comes_and_the_card_says_when_it_is_done(school, crew):  # noqa: F811
    thing = school.thing("台式计算机", keeper="T2")
    person, keeper, worker = report(school, thing), school.client("T1"), school.client("T8")
    one = Request.objects.get()
    assert (one.person_id, one.place.key, one.fault_class.key, one.crew) == (school["T2"], "b1-101", "other", crew)
    assert f"台式计算机 {thing.number}：不开机" in worker.get(f"{WORK}{one.public_id}/").content.decode()
    card, waiting = f"/assets/unit/{thing.public_id}/", "/assets/unit/?show=mended"
    assert f"{one.number} 已派单" in person.get(f"/assets/mine/{thing.public_id}/").content.decode()
    worker.post(f"{WORK}{one.public_id}/done/", {"cause": "wear", "words": "换了电源", "photos": picture()})
    things.publish_requests()
    deliver_pending()
    assert f"{one.number} 已办" in keeper.get(card).content.decode()
    assert thing.number in keeper.get(waiting).content.decode()
    assert keeper.post(f"{card}repaired/", MENDED).status_code == 302
    assert thing.number not in keeper.get(waiting).content.decode()
    deliver_pending()
    one.refresh_from_db()
    assert one.state == "done", "whoever reported it still says how it was"


def test_what_its_keeper_has_mended_meanwhile_calls_nobody(school, crew):  # noqa: F811
    thing = school.thing("办公桌", code="A0501", keeper="T2")
    keeper = report(school, thing, "桌腿断了", number="T1")
    one = Request.objects.get()
    assert (one.fault_class.key, one.person_id, one.state) == ("furniture", school["T1"], "assigned")
    assert keeper.post(f"/assets/unit/{thing.public_id}/repaired/", MENDED).status_code == 302
    deliver_pending()
    one.refresh_from_db()
    assert (one.state, one.due_at) == ("withdrawn", None)
    assert "资产系统登记了维修结果" in keeper.get(f"{HALL}{one.public_id}/").content.decode()
    assert any("已撤回：资产系统登记了维修结果" in text for text in texts_to(school["T1"])), "who reported it hears so"
    report(school, thing, "桌面裂了", number="T1")
    assert Request.objects.filter(state="assigned").count() == 1, "the next time it is another request"


def test_what_the_system_of_assets_takes_back_is_called_off_in_true_words(school, crew):  # noqa: F811
    report(school, school.thing(keeper="T2"))
    [row] = datahub.rows(things.TABLE)
    datahub.remove(things.TABLE, [(row.repair,)], by=SYSTEM)
    deliver_pending()
    one = Request.objects.get()
    page = school.client("T2").get(f"{HALL}{one.public_id}/").content.decode()
    assert ("资产系统撤了这次报修" in page, "资产系统登记了维修结果" in page) == (True, False)


def test_however_often_it_is_told_it_is_one_request_and_withdrawn_it_does_not_come_back(school, crew):  # noqa: F811
    thing = school.thing(keeper="T2")
    report(school, thing)
    one = Request.objects.get()
    [row] = datahub.rows(things.TABLE)
    things.keep_up([row.repair, row.repair])
    assert Request.objects.count() == 1
    working.withdraw(by=school.actor("T2"), request=one, person_id=school["T2"])
    things.keep_up([row.repair])
    publish_everything()
    deliver_pending()
    assert Request.objects.get().state == "withdrawn"


def test_a_room_full_of_computers_is_reported_whole_and_counts_for_no_bound_of_its_keeper(school, crew, monkeypatch):  # noqa: F811
    monkeypatch.setattr(filing, "MOST_A_DAY", 2)
    computers = [school.thing() for _each in range(3)]
    for thing in computers:
        lending.report_broken(by=school.actor("T1"), asset=thing, fault="进水")
    asked = statements_of(deliver_pending)
    assert Request.objects.count() == len(computers)
    assert len([one for one in asked if "FROM datahub_shared_table" in one and "FOR NO KEY UPDATE" in one]) == 4, (
        "each of two tables is locked for one write of them all, not once a thing"
    )
    form = {"place": "b1-101 101", "fault_class": "other", "words": "讲台松了", "phone": "13907300001", "twin": "other"}
    assert school.client("T1").post("/requests/repair/", form).status_code == 302
    assert Request.objects.filter(origin="").count() == 1
