"""Transfers and disposals in 待办 (流程): who is asked, who answers in whose place, and that the room does what was decided there."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Disposal, Transfer
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import disposing, transferring
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_losing import lot_of, to_scrap
from nanhu.systems.assets.tests.test_moving import asked, confirmed, fresh

pytestmark = pytest.mark.django_db


def task_of(found, person_id=None):
    waiting = apps.get_model("flows", "Task").objects.filter(case=found.case_id, state="open")
    return waiting.filter(person=person_id).get() if person_id else waiting.get()


def decide(client, task, decision="agree", comment=""):
    said = {"decision": decision, "revision": task.revision, "comment": comment}
    answer = client.post(f"/flows/tasks/{task.public_id}/decide/", said)
    deliver_pending()
    return answer


def shut_out(school, number):
    identity.Account.objects.filter(person_id=school[number]).update(state="suspended")


@pytest.mark.capability("A014.1")
def test_a_post_holder_without_the_role_answers_in_his_todos_and_the_office_decides_in_its_own(school):
    identity.revoke_role(by=SYSTEM, account_id=school.actor("T7").account_id, role="assets.keeper", reason="换岗")
    transfer = asked(school, confirmed(school), is_accepted=False)
    other, office = school.client("T7"), school.client("T5")
    assert other.get("/assets/unit/transfers/").status_code in {403, 404}
    assert transfer.asset.number in other.get("/flows/").content.decode()
    assert transfer.asset.number not in office.get("/flows/").content.decode(), "the office is asked after him"
    assert decide(other, task_of(transfer)).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, transfer.accepted_by_name) == ("asked", "周资产")
    assert office.get("/flows/").content.decode().count(transfer.asset.number) == 1, "once, and not as a list as well"
    assert decide(office, task_of(transfer, school["T5"])).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, transfer.approver_id) == ("done", school.actor("T5").account_id)
    assert (fresh(transfer.asset).unit_id, fresh(transfer.asset).keeper_id) == (school.units["13"], school["T8"])
    told = office.get(f"/assets/transfers/{transfer.public_id}/").content.decode()
    assert f"/flows/cases/{transfer.case.public_id}/" in told


def test_a_keeper_answers_on_the_page_also_for_what_is_to_be_his_own_and_so_does_who_keeps_the_unit_above(school):
    own = asked(school, confirmed(school), to="T7", is_accepted=False)
    below = asked(school, confirmed(school), is_accepted=False)
    said = {"office": "asset_keeper", "starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
    people.appoint(by=SYSTEM, unit_id=school.units["1000"], person_id=school["T3"], **said)
    identity.grant_role(by=SYSTEM, account_id=school.actor("T3").account_id, role="assets.keeper")
    for number, transfer in (("T7", own), ("T3", below)):
        keeper, page = school.client(number), f"/assets/unit/transfers/{transfer.public_id}/"
        assert page in keeper.get("/assets/unit/transfers/").content.decode()
        assert keeper.post(page, {"is_accepted": "1"}).status_code == 302
        transfer.refresh_from_db()
        assert (transfer.state, transfer.accepted_by_id) == ("asked", school.actor(number).account_id)


def test_where_the_keeper_cannot_sign_in_the_one_of_the_unit_above_answers_else_the_office_alone(school):
    shut_out(school, "T7")
    alone = asked(school, confirmed(school), is_accepted=False)
    assert (alone.accepted_at is not None, alone.accepted_by_id) == (True, None)
    assert school.client("T5").post(f"/assets/transfers/{alone.public_id}/approve/").status_code == 302
    said = {"office": "asset_keeper", "starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
    people.appoint(by=SYSTEM, unit_id=school.units["1000"], person_id=school["T3"], **said)
    above = asked(school, confirmed(school), is_accepted=False)
    assert above.accepted_at is None
    assert decide(school.client("T3"), task_of(above)).status_code == 302
    above.refresh_from_db()
    assert above.accepted_by_name
    assert Transfer.waiting_for(school.actor("T5").account_id).filter(pk=above.pk).exists()


def test_what_is_refused_or_taken_back_in_the_process_is_so_in_the_room(school):
    refused, back = asked(school, confirmed(school)), asked(school, confirmed(school))
    office, task = school.client("T6"), task_of(refused, school["T6"])
    sessions = apps.get_model("identity", "SsoSession").objects
    sessions.update(authenticated_at=now() - timedelta(minutes=11))
    assert decide(office, task, "refuse", "先用完手里的").status_code == 403, "he proves first who he is"
    assert decide(office, task).status_code == 403
    sessions.update(authenticated_at=now())
    assert decide(office, task, "refuse", "先用完手里的").status_code == 302
    refused.refresh_from_db()
    assert (refused.state, refused.answer, refused.approver_name) == ("refused", "先用完手里的", "孙科长")
    assert school.client("T1").post(f"/flows/cases/{back.case.public_id}/withdraw/").status_code == 302
    deliver_pending()
    back.refresh_from_db()
    assert (back.is_withdrawn, back.approver_id) == (True, None)
    assert asked(school, refused.asset).state == "asked", "it may be asked for anew"


def test_the_task_that_was_handed_on_is_no_right_to_give_away_what_is_the_schools(school):
    transfer = asked(school, confirmed(school))
    task = task_of(transfer, school["T5"])
    handed = {"person": "T4", "comment": "", "revision": task.revision}
    school.client("T5").post(f"/flows/tasks/{task.public_id}/transfer/", handed)
    task.refresh_from_db()
    assert task.person_id == school["T4"]
    assert decide(school.client("T4"), task).status_code == 409
    assert (fresh(transfer.asset).unit_id, Transfer.objects.get().state) == (school.units["12"], "asked")


def test_who_has_the_role_only_since_it_was_asked_decides_on_the_page_of_the_room(school):
    transfer = asked(school, confirmed(school))
    identity.grant_role(by=SYSTEM, account_id=school.actor("T4").account_id, role="assets.office")
    assert school.client("T4").post(f"/assets/transfers/{transfer.public_id}/approve/").status_code == 302
    assert Transfer.objects.get().approver_name == "赵采购"


@pytest.mark.capability("A014.1")
def test_a_lot_leaves_the_books_by_the_last_word_in_the_todos_and_an_error_of_the_room_refuses_it(school):
    thing = to_scrap(school, used=date(2010, 1, 1))
    lot, office = lot_of(school, thing), school.client("T6")
    task = task_of(lot, school["T6"])
    page = office.get(f"/flows/tasks/{task.public_id}/").content.decode()
    assert f"/assets/disposals/{lot.public_id}/" in page
    assert decide(office, task).status_code == 409, "months are missing"
    assert (Disposal.objects.get().state, fresh(thing).state, lot.case.state) == ("asked", "to_scrap", "running")
    depreciate(by=SYSTEM, month=month_of(month_of(campus_today()) - timedelta(days=1)))
    assert decide(office, task).status_code == 302
    done = Disposal.objects.get()
    assert (done.state, done.approver_name, fresh(thing).state) == ("done", "孙科长", "disposed")
    lot.case.refresh_from_db()
    assert lot.case.outcome == "granted"


def test_a_lot_that_was_refused_in_the_todos_sets_its_things_free(school):
    thing = to_scrap(school, used=date(2010, 1, 1))
    lot = lot_of(school, thing)
    assert decide(school.client("T6"), task_of(lot), "refuse", "先在校内调剂").status_code == 302
    assert Disposal.objects.get().state == "refused"
    assert lot_of(school, thing).state == "asked"


def test_what_is_refused_in_the_todos_after_its_time_is_over_in_the_room_as_well(school):
    thing = to_scrap(school, used=date(2010, 1, 1))
    late, lot = asked(school, confirmed(school)), lot_of(school, thing)
    for one in (late, lot):
        type(one).objects.update(created_at=now() - timedelta(days=400))
        assert decide(school.client("T6"), task_of(one, school["T6"]), "refuse", "先用完手里的").status_code == 302
        one.refresh_from_db()
        assert (one.state, one.approver_id, one.is_expired, one.answer) == ("refused", None, True, "先用完手里的")
    assert asked(school, late.asset).state == lot_of(school, thing).state == "asked", "both may be asked for anew"


def test_a_clerk_refuses_also_what_is_his_own_and_in_whatever_words(school):
    identity.grant_role(by=SYSTEM, account_id=school.actor("T4").account_id, role="assets.office")
    lot = lot_of(school, to_scrap(school, used=date(2010, 1, 1), keeper="T6"))
    assert task_of(lot).person_id == school["T4"], "whose own it is is not asked"
    disposing.refuse(by=school.actor("T6"), lot=lot, answer=WITHDRAWN)
    lot.refresh_from_db()
    assert (lot.state, lot.approver_name, lot.is_withdrawn) == ("refused", "孙科长", False)


def test_a_form_that_made_another_case_lends_it_to_nothing(school):
    lot = lot_of(school, to_scrap(school, used=date(2010, 1, 1)))
    [case] = apps.get_model("flows", "Case").objects.filter(pk=lot.case_id)
    with_its_token = transferring.ask(
        by=school.actor("T5"),
        token=case.token,
        asset=confirmed(school),
        to_unit_id=school.units["13"],
        to_keeper_id=school["T8"],
        to_room_id=school.rooms["b1-102"],
        reason="专业调整",
    )
    assert with_its_token.case_id != lot.case_id
