"""Transfers, disposals, receipts, losses, lettings and arguments in 待办 (流程): who is asked, who answers in whose place, and that the room does what was decided there."""

from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction

from nanhu.kernel import proposals
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.kit.cases import expire_proposals
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.platforms.flows.api import resolvers
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.elsewhere import occurrences
from nanhu.systems.assets.errors import ArgumentMissingError, BeyondArgumentError, NotLargeError
from nanhu.systems.assets.models import Argument, Asset, Disposal, Letting, Loss, Receipt, Transfer
from nanhu.systems.assets.models.disposing import TO_ANSWER
from nanhu.systems.assets.rules import Terms, month_of
from nanhu.systems.assets.services import (
    arguing,
    deciding,
    lending,
    losing,
    rolling_back,
    setting,
    transferring,
)
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.services.letting import ask_to_let
from nanhu.systems.assets.services.moving import move
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school, token
from nanhu.systems.assets.tests.test_elsewhere import viewer
from nanhu.systems.assets.tests.test_losing import lost, lot_of, ruled, to_scrap
from nanhu.systems.assets.tests.test_moving import asked, confirmed, fresh
from nanhu.systems.assets.tests.test_races import attempt
from nanhu.systems.assets.tests.test_receiving import opened
from nanhu.systems.assets.views.cases import standing_of_loan
from nanhu.testing.killing import at_once

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
    deciding.refuse(by=school.actor("T6"), found=lot, answer=WITHDRAWN)
    lot.refresh_from_db()
    assert (lot.state, lot.approver_name, lot.is_withdrawn) == ("refused", "孙科长", False)


def test_a_process_that_an_office_made_for_something_else_may_ask_whom_the_room_finds(school):
    case = apps.get_model("flows", "Case")(applicant_id=school["T6"])
    assert list(resolvers["assets.clerks"](case)) == [school["T5"]]
    assert list(resolvers["assets.other_keepers"](case)) == []


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


@pytest.mark.capability("A014.1")
def test_both_inspectors_sign_in_their_todos_and_the_second_word_puts_the_things_in_stock(school):
    receipt = opened(school)
    first, second = school.client("T2"), school.client("T3")
    task = task_of(receipt, school["T2"])
    assert first.get("/flows/").content.decode().count("机房电脑") == 1, "once, and not as a list as well"
    assert (
        f"/assets/mine/receipts/{receipt.public_id}/" in first.get(f"/flows/tasks/{task.public_id}/").content.decode()
    )
    assert decide(first, task).status_code == 302
    assert decide(first, task).status_code == 409, "once"
    receipt.refresh_from_db()
    assert (receipt.state, receipt.first_signed_at is None, Asset.objects.count()) == ("waiting", False, 0)
    assert "机房电脑" not in first.get("/flows/").content.decode()
    assert school.client("T1").post(f"/assets/unit/receipts/{receipt.public_id}/lines/", {}).status_code in {409, 422}
    assert decide(second, task_of(receipt, school["T3"])).status_code == 302
    receipt.refresh_from_db()
    assert (receipt.state, receipt.case.outcome, Asset.objects.count()) == ("received", "granted", 2)


def test_a_line_that_came_after_an_inspector_opened_the_receipt_is_not_signed_unseen(school):
    receipt, inspector, keeper = opened(school), school.client("T2"), school.client("T1")
    page, before = f"/assets/mine/receipts/{receipt.public_id}/", task_of(receipt, school["T2"])
    line = {"classification": "A0201", "name": "服务器", "quantity": "1", "price_yuan": "6000", "use": "teaching"}
    line |= {"put_into_use_on": "2026-09-17"}
    assert 'name="lines" value="1"' in inspector.get(page).content.decode()
    assert keeper.post(f"/assets/unit/receipts/{receipt.public_id}/lines/", line).status_code == 302
    for seen in ({"lines": "1"}, {}, {"lines": "²"}):
        assert inspector.post(f"{page}sign/", seen).status_code == 409
    assert decide(inspector, before).status_code == 409, "nor in 待办"
    assert Receipt.objects.get().first_signed_at is None
    assert 'name="lines" value="2"' in inspector.get(page).content.decode()
    assert inspector.post(f"{page}sign/", {"lines": "2"}).status_code == 302
    assert decide(school.client("T3"), task_of(receipt, school["T3"])).status_code == 302
    assert Asset.objects.count() == 3


def test_a_receipt_that_is_refused_in_the_todos_says_why_and_its_invoice_is_free(school):
    receipt = opened(school, invoice_fen=1_399_800)
    assert decide(school.client("T3"), task_of(receipt, school["T3"]), "refuse", "到货少一台").status_code == 302
    receipt.refresh_from_db()
    assert (receipt.state, receipt.answer, receipt.case.outcome) == ("refused", "到货少一台", "refused")
    assert opened(school, invoice_fen=1_399_800).state == "waiting"


def test_a_receipt_is_taken_back_among_ones_applications_until_somebody_signed(school):
    back, signed = opened(school), opened(school, head={"invoice": "2645"})
    assert decide(school.client("T2"), task_of(signed, school["T2"])).status_code == 302
    keeper = school.client("T1")
    for receipt, status in ((back, 302), (signed, 409)):
        assert keeper.post(f"/flows/cases/{receipt.case.public_id}/withdraw/").status_code == status
    deliver_pending()
    assert list(Receipt.objects.order_by("pk").values_list("state", flat=True)) == ["taken_back", "waiting"]
    assert decide(school.client("T3"), task_of(signed, school["T3"])).status_code == 302


def test_an_inspection_that_was_handed_on_is_no_signature_of_another(school):
    receipt = opened(school)
    task = task_of(receipt, school["T2"])
    handed = {"person": "T9", "comment": "", "revision": task.revision}
    school.client("T2").post(f"/flows/tasks/{task.public_id}/transfer/", handed)
    task.refresh_from_db()
    assert task.person_id == school["T9"]
    assert decide(school.client("T9"), task).status_code == 409
    assert Receipt.objects.get().first_signed_at is None
    page = f"/assets/mine/receipts/{receipt.public_id}/sign/"
    assert school.client("T2").post(page, {"lines": "1"}).status_code == 302, "he may still, on the page of the room"


def test_a_keeper_who_inspects_himself_is_asked_as_well_and_takes_back_what_nobody_signed(school):
    own, back = opened(school, first="T1"), opened(school, first="T1", head={"invoice": "2645"})
    keeper = school.client("T1")
    assert keeper.post(f"/assets/unit/receipts/{back.public_id}/take-back/").status_code == 302
    assert Receipt.objects.get(pk=back.pk).case.outcome == "cancelled"
    for number in ("T1", "T3"):
        assert decide(school.client(number), task_of(own, school[number])).status_code == 302
    assert Receipt.objects.get(pk=own.pk).state == "received"


@pytest.mark.capability("A014.1")
def test_who_is_to_pay_is_told_and_answers_before_the_office_decides_in_its_todos(school):
    asset = lost(school, keeper="T2")
    loss = ruled(school, asset, is_heard=False)
    holder, office = school.client("T2"), school.client("T6")
    page = f"/assets/mine/losses/{loss.public_id}/"
    assert "请责任人说明" in holder.get("/messages/").content.decode()
    assert page in holder.get("/assets/mine/losses/").content.decode()
    assert page not in school.client("T3").get("/assets/mine/losses/").content.decode()
    assert school.client("T3").post(page, {"reason": "不是我"}).status_code == 404
    assert task_of(loss, school["T6"]).due_at > loss.heard_at, "nothing is late that may not be decided yet"
    opened_before = task_of(loss, school["T6"])
    early = decide(office, opened_before)
    assert (early.status_code, "说明" in early.content.decode()) == (409, True)
    assert holder.post(page, {"reason": "报过案，车站还在找"}).status_code == 302
    assert holder.post(page, {"reason": "再说一次"}).status_code == 404, "once"
    task = task_of(loss, school["T6"])
    for told in (f"/assets/losses/{loss.public_id}/", f"/flows/tasks/{task.public_id}/"):
        assert "报过案" in office.get(told).content.decode(), "wherever it is decided"
    with pytest.raises(IntegrityError, match="answered"), transaction.atomic():
        Loss.objects.update(statement="改一改")
    assert decide(office, opened_before).status_code == 409, "not on a page that does not say it yet"
    told = f"/assets/losses/{loss.public_id}/"
    for seen in ("", "x"):
        assert office.post(f"{told}approve/", {"seen": seen}).status_code == 409, "nor on the room's own"
    assert Loss.objects.get().state == "asked"
    assert 'name="seen" value="statement"' in office.get(told).content.decode()
    assert decide(office, task_of(loss, school["T6"])).status_code == 302
    done = Loss.objects.get()
    assert (done.state, done.bill.person_id, fresh(asset).state) == ("done", school["T2"], "disposed")
    assert holder.get(page).status_code == 404


def test_after_three_days_the_office_decides_without_an_answer_and_nobody_waits_where_nobody_pays(school):
    silent, free = ruled(school, lost(school, keeper="T2"), is_heard=False), ruled(school, lost(school), "none")
    Loss.objects.filter(pk=silent.pk).update(created_at=now() - TO_ANSWER)
    for one in (silent, free):
        assert decide(school.client("T6"), task_of(one, school["T6"])).status_code == 302
        one.refresh_from_db()
        assert (one.state, one.bill is None) == ("done", one is free)


def test_a_ruling_is_not_closed_before_it_may_be_decided_however_soon_the_school_closes_others(school, monkeypatch):
    monkeypatch.setattr(proposals, "days_to_decide", lambda _day: 1)
    silent, free = ruled(school, lost(school, keeper="T2"), is_heard=False), ruled(school, lost(school), "none")
    Loss.objects.update(created_at=now() - TO_ANSWER)
    expire_proposals()
    assert decide(school.client("T6"), task_of(silent, school["T6"])).status_code == 302
    states = [Loss.objects.get(pk=one.pk).state for one in (silent, free)]
    assert states == ["done", "refused"]


def test_a_ruling_that_was_refused_taken_back_or_not_decided_in_time_is_made_anew(school):
    asset = lost(school, keeper="T2")
    refused = ruled(school, asset)
    assert decide(school.client("T6"), task_of(refused, school["T6"]), "refuse", "再查一查监控").status_code == 302
    back = ruled(school, asset)
    assert school.client("T5").post(f"/flows/cases/{back.case.public_id}/withdraw/").status_code == 302
    deliver_pending()
    late = ruled(school, asset)
    Loss.objects.filter(pk=late.pk).update(created_at=now() - timedelta(days=400))
    expire_proposals()
    for one in (refused, back, late):
        one.refresh_from_db()
    assert [refused.answer, back.is_withdrawn, late.is_expired] == ["再查一查监控", True, True]
    assert late.case.outcome == "cancelled"
    assert ruled(school, asset).state == "asked"


def to_let(school, asset, by="T1", **said):
    given = {"due_on": campus_today(), "rent_fen": 50_000, "contract": "ZL-07", "payer_id": school["T8"]}
    terms, taker = Terms(**given | said), "岳阳市一中 0730-8640996"
    return ask_to_let(by=school.actor(by), token=token(), asset=asset, taker=taker, terms=terms, reason="运动会")


@pytest.mark.capability("A014.1")
def test_a_keeper_lets_a_thing_to_somebody_outside_once_the_office_agreed_in_its_todos(school):
    asset, keeper, office = confirmed(school), school.client("T1"), school.client("T5")
    card = f"/assets/unit/{asset.public_id}/"
    said = {"token": str(token()), "taker": "岳阳市一中", "due_on": campus_today().isoformat(), "rent_fen": "500"}
    said |= {"contract": "ZL-07", "reason": "运动会", "rent_months": "0", "payer": "T8"}
    for _twice in range(2):
        assert keeper.post(f"{card}let/", said).status_code == 302
    letting = Letting.objects.get()
    assert fresh(asset).state == "in_use", "not before the office agreed"
    transfer = {"token": str(token()), "unit": "13", "keeper": "T8", "room": "b1-102", "reason": "专业调整"}
    assert keeper.post(f"{card}transfer/", transfer).status_code == 409, "it goes one way at a time"
    page = office.get(f"/flows/tasks/{task_of(letting, school['T5']).public_id}/").content.decode()
    assert f"/assets/lettings/{letting.public_id}/" in page
    assert decide(office, task_of(letting, school["T5"])).status_code == 302
    letting.refresh_from_db()
    assert (letting.state, fresh(asset).state) == ("done", "lent")
    assert "岳阳市一中" in keeper.get(card).content.decode()
    days = occurrences(viewer(school, "T1"), campus_today(), campus_today())
    [due] = [one for one in days if one.url == card]
    assert "归还" in due.title
    assert losing.answerable(fresh(asset)) is None, "nobody of the school has it"
    assert "借用中" in office.get("/assets/lettings/").content.decode()
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert standing_of_loan(letting) == "late"
    assert keeper.post(f"{card}returned/", {"reason": "完好"}).status_code == 302
    assert fresh(asset).state == "in_use"
    assert "已还回" in office.get(f"/assets/lettings/{letting.public_id}/").content.decode()


def test_what_was_let_and_is_lost_out_there_is_not_called_back(school):
    asset, office = school.thing(used=campus_today()), school.client("T5")
    letting = to_let(school, asset)
    assert decide(office, task_of(letting, school["T5"])).status_code == 302
    losing.report_lost(by=school.actor("T1"), asset=fresh(asset), reason="借用方说找不到了")
    gone = ruled(school, fresh(asset), "none")
    assert decide(school.client("T6"), task_of(gone, school["T6"])).status_code == 302
    for page in ("/assets/lettings/", f"/assets/lettings/{letting.public_id}/"):
        shown = office.get(page).content.decode()
        assert ("已丢失" in shown, "已还回" in shown) == (True, False)


def test_what_is_let_from_the_council_s_sum_on_names_its_paper_also_where_its_value_grew_meanwhile(school):
    dear, keeper = school.thing(fen=10_000_000), school.client("T1")
    said = {"token": str(token()), "taker": "岳阳市一中", "due_on": campus_today().isoformat(), "rent_fen": "500"}
    said |= {"contract": "ZL-07", "reason": "运动会", "rent_months": "0", "payer": "T8"}
    answer = keeper.post(f"/assets/unit/{dear.public_id}/let/", said)
    assert (answer.status_code, "校长办公会" in answer.content.decode()) == (409, True)
    assert (
        keeper.post(f"/assets/unit/{dear.public_id}/let/", said | {"approval": "湘理工〔2026〕8 号"}).status_code == 302
    )
    letting = Letting.objects.get()
    told = school.client("T5").get(f"/flows/tasks/{task_of(letting, school['T5']).public_id}/").content.decode()
    assert "校长办公会审批" in told
    assert "湘理工〔2026〕8 号" in told
    assert decide(school.client("T5"), task_of(letting, school["T5"])).status_code == 302
    grown = to_let(school, school.thing(fen=9_999_900))
    with transaction.atomic():
        move(by=SYSTEM, asset=grown.asset, kind="improved", reason="加装", value_fen=10_000_000)
    assert decide(school.client("T5"), task_of(grown, school["T5"])).status_code == 409
    with pytest.raises(IntegrityError, match="paper_by_sum"), transaction.atomic():
        grown.pk, grown.level = None, "council"
        grown.save(force_insert=True)


def test_a_letting_is_refused_taken_back_or_closed_in_time_and_asked_for_anew(school):
    asset, keeper = confirmed(school), school.client("T1")
    refused = to_let(school, asset)
    assert decide(school.client("T5"), task_of(refused, school["T5"]), "refuse", "校内也要用").status_code == 302
    back = to_let(school, asset)
    assert keeper.post(f"/assets/unit/{asset.public_id}/withdraw/").status_code == 302
    late = to_let(school, asset)
    Letting.objects.filter(pk=late.pk).update(created_at=now() - timedelta(days=400))
    expire_proposals()
    for one in (refused, back, late):
        one.refresh_from_db()
    assert [refused.answer, back.is_withdrawn, late.is_expired] == ["校内也要用", True, True]
    assert (back.case.outcome, to_let(school, asset).state, fresh(asset).state) == ("withdrawn", "asked", "in_use")


def test_what_was_lent_meanwhile_is_not_let_and_nobody_agrees_to_let_what_he_has(school):
    asset = confirmed(school)
    letting = to_let(school, asset)
    lending.lend(by=school.actor("T1"), asset=asset, borrower_id=school["T3"], due_on=campus_today())
    assert decide(school.client("T5"), task_of(letting, school["T5"])).status_code == 409
    assert (Letting.objects.get().state, asset.loans.count()) == ("asked", 1)
    identity.grant_role(by=SYSTEM, account_id=school.actor("T2").account_id, role="assets.office")
    own = to_let(school, confirmed(school))
    assert school.client("T2").post(f"/assets/lettings/{own.public_id}/approve/").status_code == 409


@pytest.mark.parametrize("way", [to_let, lambda school, asset: asked(school, asset, is_accepted=False)])
def test_what_waits_for_the_office_is_neither_split_nor_void_meanwhile(school, way):
    batch = school.thing(quantity=10)
    way(school, batch)
    keeper, office = school.client("T1"), school.client("T5")
    for who, page, said in (
        (keeper, f"/assets/unit/{batch.public_id}/split/", {"quantity": "4"}),
        (office, f"/assets/office/{batch.public_id}/void/", {"reason": "登记错了"}),
    ):
        answer = who.post(page, said)
        assert (answer.status_code, "现在是“待" in answer.content.decode()) == (409, True)
    assert (fresh(batch).quantity, fresh(batch).state) == (10, "in_stock")
    assert keeper.post(f"/assets/unit/{batch.public_id}/withdraw/").status_code == 302
    assert office.post(f"/assets/office/{batch.public_id}/void/", {"reason": "登记错了"}).status_code == 302


def test_what_is_asked_to_be_let_keeps_its_import_from_being_rolled_back(school):
    asset = school.thing()
    assert rolling_back.stood_on([asset.pk]) == []
    to_let(school, asset)
    assert rolling_back.stood_on([asset.pk]) == [asset.number]


LARGE = {"price_fen": 50_000_000, "quantity": 1, "code": "A0210"}


def argued(school, by="T1", **said):
    given = {"title": "质谱仪", "unit_id": school.units["12"], "quantity": 1, "price_fen": 50_000_000}
    given |= {"reason": "现有的一台已满负荷", "sharing": "放测试中心，全校可约"}
    experts = [school[one] for one in said.pop("experts", ("T2", "T3", "T8"))]
    return arguing.argue(by=school.actor(by), token=token(), experts=experts, **given | said)


def agreed(school, argument):
    for number in ("T2", "T3", "T5"):
        assert decide(school.client(number), task_of(argument, school[number])).status_code == 302
    argument.refresh_from_db()
    return argument


@pytest.mark.capability("A014.1")
def test_a_large_instrument_is_argued_for_in_the_todos_of_experts_and_office_before_it_is_received(school):
    keeper, office = school.client("T1"), school.client("T5")
    said = {"token": str(token()), "title": "质谱仪", "unit": "12", "quantity": "1", "price_fen": "500000"}
    said |= {"reason": "已满负荷", "sharing": "测试中心", "first": "T2", "second": "T3", "third": "T8"}
    assert keeper.post("/assets/unit/arguments/new/", said | {"price_fen": "399999.99"}).status_code == 409
    assert keeper.post("/assets/unit/arguments/new/", said | {"third": "T2"}).status_code == 409
    assert keeper.post("/assets/unit/arguments/new/", said | {"third": "T1"}).status_code == 409
    assert keeper.post("/assets/unit/arguments/new/", said | {"unit": "13"}).status_code == 409
    for _twice in range(2):
        assert keeper.post("/assets/unit/arguments/new/", said).status_code == 302
    argument = Argument.objects.get()
    assert "等专家论证" in keeper.get("/assets/unit/arguments/").content.decode()
    page = f"/assets/arguments/{argument.public_id}/"
    assert office.post(f"{page}approve/").status_code == 409, "the experts come first"
    assert "质谱仪" not in office.get("/flows/").content.decode()
    agreed(school, argument)
    assert (argument.state, argument.case.outcome) == ("done", "granted")
    assert "已同意" in keeper.get("/assets/unit/arguments/").content.decode()
    money = {"invoice_fen": 200_000_000, "used": campus_today()}
    head = {"acquired_on": campus_today()}
    with pytest.raises(ArgumentMissingError):
        opened(school, **LARGE, **money, head=head)
    received = opened(school, **LARGE, **money, head=head | {"argument": argument})
    for number in ("T2", "T3"):
        assert decide(school.client(number), task_of(received, school[number])).status_code == 302
    assert Asset.objects.get().receipt_line.receipt.argument == argument
    with pytest.raises(BeyondArgumentError):
        opened(school, **LARGE, **money, head=head | {"argument": argument, "invoice": "2"})


def test_who_argued_for_it_himself_or_in_the_place_of_an_expert_does_not_agree_for_the_office_as_well(school):
    argument = argued(school)
    identity.grant_role(by=SYSTEM, account_id=school.actor("T2").account_id, role="assets.office")

    def hand_on(giver, taker):
        task = task_of(argument, school[giver])
        said = {"person": taker, "comment": "", "revision": task.revision}
        assert school.client(giver).post(f"/flows/tasks/{task.public_id}/transfer/", said).status_code == 302

    hand_on("T3", "T6")
    for number in ("T2", "T6"):
        assert decide(school.client(number), task_of(argument, school[number])).status_code == 302
    hand_on("T5", "T2")
    for number in ("T2", "T6"):
        assert decide(school.client(number), task_of(argument, school[number])).status_code == 409
    assert Argument.objects.get().state == "asked"
    assert school.client("T5").post(f"/assets/arguments/{argument.public_id}/approve/").status_code == 302
    assert Argument.objects.get().state == "done"


@pytest.mark.parametrize(
    ("line", "head", "error"),
    [
        ({"price_fen": 50_000_001}, {}, BeyondArgumentError),
        ({"quantity": 2}, {}, BeyondArgumentError),
        ({}, {"acquired_on": date(2026, 1, 5)}, ArgumentMissingError),
        ({}, {"unit": "13"}, ArgumentMissingError),
        ({}, {"acquired": "donated", "argument": None}, None),
        ({"code": "A0301"}, {"argument": None}, None),
    ],
)
def test_a_receipt_keeps_to_what_was_agreed_for_its_unit_before_it_was_bought(school, line, head, error):
    argument = agreed(school, argued(school))
    head = {"acquired_on": campus_today(), "argument": argument} | head
    if "unit" in head:
        head["unit_id"] = school.units[head.pop("unit")]
    order = {**LARGE, "invoice_fen": 200_000_000, "used": campus_today(), "head": head} | line
    if error is None:
        assert opened(school, **order).state == "waiting"
    else:
        with pytest.raises(error):
            opened(school, **order)


def test_the_figure_of_a_large_instrument_is_dated(school):
    setting.set_figure(by=SYSTEM, name="large_fen", starts_on=campus_today(), reason="新办法", sum_fen=60_000_000)
    with pytest.raises(NotLargeError, match="600,000"):
        argued(school)
    assert opened(school, **LARGE, invoice_fen=50_000_000).state == "waiting"


def test_two_experts_who_refuse_end_an_argument_and_one_does_not(school):
    ended, goes_on, office = argued(school), argued(school), argued(school)
    for number, argument, word in (
        ("T2", ended, "refuse"),
        ("T3", ended, "refuse"),
        ("T2", goes_on, "refuse"),
        ("T3", goes_on, "agree"),
        ("T8", goes_on, "agree"),
    ):
        task = task_of(argument, school[number])
        assert decide(school.client(number), task, word, "先用测试中心的").status_code == 302
    assert (
        school.client("T5").post(f"/assets/arguments/{office.public_id}/refuse/", {"answer": "没有钱"}).status_code
        == 302
    )
    for one in (ended, goes_on, office):
        one.refresh_from_db()
    assert (ended.state, ended.approver_name, ended.case.outcome) == ("refused", "王老师", "refused")
    assert (goes_on.state, goes_on.argued_at is None) == ("asked", False)
    assert (office.state, office.answer, office.case.outcome) == ("refused", "没有钱", "cancelled")
    assert task_of(goes_on, school["T5"])


def test_an_argument_is_taken_back_by_who_asked_or_closes_itself_in_time(school):
    back, late = argued(school), argued(school)
    assert school.client("T1").post(f"/flows/cases/{back.case.public_id}/withdraw/").status_code == 302
    deliver_pending()
    Argument.objects.filter(pk=late.pk).update(created_at=now() - timedelta(days=400))
    expire_proposals()
    for one in (back, late):
        one.refresh_from_db()
    assert (back.is_withdrawn, late.is_expired, late.case.outcome) == (True, True, "cancelled")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_thing_that_is_let_and_lent_at_once_goes_one_way():
    school = make_school()
    asset = confirmed(school)
    letting = to_let(school, asset)
    lend = {"by": school.actor("T1"), "asset": asset, "borrower_id": school["T3"], "due_on": campus_today()}
    let = lambda: attempt(lambda: deciding.agree(by=school.actor("T5"), found=letting))  # noqa: E731
    assert sum(at_once([let, lambda: attempt(lambda: lending.lend(**lend))])) == 1
    assert (asset.loans.count(), fresh(asset).state) == (1, "lent")
