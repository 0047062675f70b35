"""From when to when a VPN account stands: asked for anew before its end, closed at its end, told of both; and who says "是我" in another's place."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, end_of, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages.models import Message
from nanhu.platforms.people import api as people
from nanhu.services.network.models import Grant
from nanhu.services.network.reach import jobs
from nanhu.services.network.reach.models import VpnGrant, VpnUse
from nanhu.services.network.reach.services import granting, watching
from nanhu.services.network.reach.tests.conftest import PASSWORD, SYSTEM, filled, give_totp
from nanhu.services.network.reach.tests.test_vpn import HOME, HOTEL, VPN, code, leave, let_in

APPLY = f"{VPN}apply/"


def told(template):
    return Message.objects.filter(template=template)


@pytest.mark.capability("A156.2")
def test_an_account_that_ends_soon_is_renewed_without_a_gap(school):
    former = school.opened("T1", days=40)
    teacher = school.client("T1")
    assert "续期" not in teacher.get(VPN).content.decode()
    assert teacher.post(APPLY, filled()).status_code == 409
    with time_machine.travel(now() + timedelta(days=25)):
        assert f'href="{APPLY}"' not in school.client("T1").get(VPN).content.decode(), "more than fourteen days"
    with time_machine.travel(now() + timedelta(days=26)):
        inside = let_in(school, "T1")
        teacher = school.client("T1")
        assert f'href="{APPLY}"' in teacher.get(VPN).content.decode()
        assert 'name="purpose"' in teacher.get(APPLY).content.decode()
        assert teacher.post(APPLY, filled(until=f"{campus_today() + timedelta(days=200)}")).status_code == 302
        page = teacher.get(VPN).content.decode()
        assert "在等单位负责人同意" in page
        assert "已开通" in page, "the one before still stands"
        assert teacher.post(APPLY, filled()).status_code == 409, "once"
        renewed = school.agree(VpnGrant.objects.get(state="asked"))
        former.refresh_from_db()
        inside.refresh_from_db()
        assert (renewed.state, former.state, former.cause) == ("open", "closed", "renewed")
        assert inside.ended_at is None, "who is inside stays"
        assert not told("network.vpn_closed").exists()
        assert granting.open_grant_of(school["T1"]) == renewed


@pytest.mark.capability("A156.2", "A160.2")
def test_what_the_centre_takes_back_is_not_opened_by_a_renewal_that_waits(school):
    school.opened("T1", days=10)
    renewal = school.asked("T1")
    [held] = VpnGrant.objects.filter(state="open")
    keeper = school.client("K1")
    assert keeper.post(f"/network/reach/{held.public_id}/", {"reason": "账号外借"}).status_code == 302
    deliver_pending()
    renewal.refresh_from_db()
    assert renewal.state == "refused"
    anew = school.asked("T1")
    task = Task.objects.get(case_id=anew.case_id)
    assert "账号外借" in school.client("H1").get(f"/flows/tasks/{task.public_id}/").content.decode()
    assert Case.objects.get(pk=renewal.case_id).outcome == "cancelled", "nobody is asked to agree to it any more"
    assert granting.open_grant_of(school["T1"]) is None


@pytest.mark.capability("A160.2")
def test_who_holds_an_account_is_told_before_it_ends_unless_the_next_is_asked_for(school):
    school.opened("T1", days=20)
    school.opened("T2", days=20)
    for days in range(1, 21):
        with time_machine.travel(now() + timedelta(days=days)):
            if days == 10:
                school.asked("T2")
            jobs.close_due_grants()
    whom = [entry.person_id for one in told("network.vpn_ending") for entry in one.entries.all()]
    assert sorted(whom) == sorted([school["T1"], school["T1"], school["T2"]])


@pytest.mark.capability("A160.2")
def test_an_account_whose_last_day_is_over_is_not_shown_as_open_and_may_be_asked_for(school):
    """Before the job of the night, or where no worker runs."""
    grant = school.opened("T1", days=2)
    with time_machine.travel(end_of(grant.until) + timedelta(minutes=5)):
        teacher = school.client("T1")
        assert "怎么登录" not in teacher.get(VPN).content.decode()
        assert teacher.post(APPLY, filled()).status_code == 302
        assert VpnGrant.objects.get(state="asked").until > campus_today()
        assert school.agree(VpnGrant.objects.get(state="asked")).state == "open"


@pytest.mark.capability("A156.2", "A160.2")
@pytest.mark.parametrize("why", ["late", "left"])
def test_who_was_agreed_to_and_gets_none_is_told_why(school, why):
    asked = school.asked("T1", days=5)
    with time_machine.travel(now() + timedelta(days=6 if why == "late" else 0)):
        if why == "left":
            leave(school)
        assert school.agree(asked).state == "refused"
        [note] = told("network.vpn_not_opened") if why == "late" else [None]
        words = "申请的期限已过" if why == "late" else "不再是教职工"
        assert words in asked.reason
        if note:
            assert words in note.text
            assert words in school.client("T1").get(VPN).content.decode()


def test_the_form_of_a_teacher_who_studies_names_the_teacher(school):
    tie = people.AffiliationRecord(
        kind="student", campus_no="G9", starts_on=campus_today() - timedelta(days=5), unit_code="1032", state="active"
    )
    record = people.PersonRecord(key="T1", person_id=school["T1"], name="王老师", affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
    assert school.client("T1").post(APPLY, filled()).status_code == 302
    assert Case.objects.get().data["campus_no"] == "T1"
    assert Case.objects.get().data["unit"] == "计算机学院"


@pytest.mark.capability("A160.1")
def test_not_me_can_still_be_said_where_whoever_came_in_has_said_that_it_was_me(school):
    school.opened()
    watching.note_use(person_id=school["T1"], station=HOME, grant_key="1")
    with time_machine.travel(now() + timedelta(hours=3)):
        odd = watching.note_use(person_id=school["T1"], station=HOTEL, grant_key="2")
    page = f"{VPN}uses/{odd.public_id}/"
    assert school.client("T1").post(f"{page}mine/").status_code == 302
    owner = school.client("T1")
    assert f"{page}not-mine/" in owner.get(page).content.decode()
    assert page in owner.get(VPN).content.decode()
    assert owner.post(f"{page}not-mine/", {}).status_code == 302
    assert VpnUse.objects.get(pk=odd.pk).answer == "not_mine"
    assert identity.account_with("T1").state == "must_complete"
    again = school.client("T1")
    assert again.post(f"{page}mine/").status_code in {302, 409}
    assert VpnUse.objects.get(pk=odd.pk).answer == "not_mine", "and that is the last word"


@pytest.mark.parametrize("written", ["{}[4500]", "::ffff:{}"])
@pytest.mark.capability("A160.1")
def test_an_address_is_judged_however_the_gateway_writes_it(school, door, clock_stands, written):
    """strongSwan writes the port behind it; a gateway that listens on IPv6 alone writes IPv4 within IPv6."""
    give_totp("T1")
    school.opened()
    moment = now()
    for days, station in enumerate((HOME, HOTEL)):
        with time_machine.travel(moment + timedelta(days=days), tick=False):
            assert door.knocks("T1", PASSWORD + code(), written.format(station)).status_code == 200
    uses = VpnUse.objects.order_by("pk").values_list("network", "oddity")
    assert list(uses) == [("203.0.113.0/24", ""), ("198.51.100.0/24", "new_network")]
    assert set(Grant.objects.values_list("station", flat=True)) == {HOME, HOTEL}
