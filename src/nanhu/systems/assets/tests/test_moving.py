"""Who has a thing (领用、移交、调拨、借用、维修): two acts, one way from state to state, held by the database."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError, NotFoundError, ReasonMissingError, SamePersonError, WrongStateError
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import (
    CodeOverError,
    DuePastError,
    MovedSinceError,
    NotAcceptedError,
    NotOfUnitError,
    NotYoursError,
    OutdatedTransferError,
    OwnCodeError,
    SameUnitError,
    SplitError,
)
from nanhu.systems.assets.models import Asset, HandOver, Movement, Transfer
from nanhu.systems.assets.printing import transfer_facts
from nanhu.systems.assets.registrations import outstanding
from nanhu.systems.assets.services import handing, keeping, lending, losing, transferring
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM, token


def fresh(asset):
    return Asset.objects.get(pk=asset.pk)


def assigned(school, number="T2", **thing):
    asset = school.thing(**thing)
    return keeping.assign(by=school.actor("T1"), asset=asset, keeper_id=school[number], room_id=school.rooms["b1-101"])


def confirmed(school, number="T2"):
    asset = assigned(school, number)
    keeping.confirm(by=school.actor(number), person_id=school[number], public_ids=[asset.public_id])
    return asset


@pytest.mark.capability("A014.1")
def test_what_is_assigned_waits_for_its_person_who_confirms_many_at_once(school):
    things = [assigned(school), assigned(school)]
    ids = [one.public_id for one in things]
    assert keeping.confirm(by=school.actor("T2"), person_id=school["T2"], public_ids=ids) == 2
    assert keeping.confirm(by=school.actor("T2"), person_id=school["T2"], public_ids=ids) == 0
    assert all(fresh(one).confirmed_at for one in things)


@pytest.mark.capability("A014.1")
def test_another_confirms_nothing_for_its_person(school):
    asset = assigned(school)
    with pytest.raises(NotYoursError):
        keeping.confirm(by=school.actor("T3"), person_id=school["T3"], public_ids=[asset.public_id])
    assert fresh(asset).confirmed_at is None


@pytest.mark.capability("A014.1")
def test_it_stays_in_its_unit(school):
    with pytest.raises(NotOfUnitError):
        assigned(school, "T8")
    assert Asset.objects.get().state == "in_stock"


@pytest.mark.capability("A014.1")
def test_who_never_confirmed_it_says_that_it_is_not_there(school):
    asset = assigned(school)
    with pytest.raises(ReasonMissingError):
        keeping.decline(by=school.actor("T2"), asset=asset, person_id=school["T2"], reason=" ")
    keeping.decline(by=school.actor("T2"), asset=asset, person_id=school["T2"], reason="没有领过")
    assert (fresh(asset).state, fresh(asset).keeper_id) == ("in_stock", None)
    late = confirmed(school)
    with pytest.raises(NotYoursError):
        keeping.decline(by=school.actor("T2"), asset=late, person_id=school["T2"], reason="没有领过")


@pytest.mark.capability("A014.1")
def test_handing_over_takes_two_people_and_one_code(school):
    asset = confirmed(school)
    shown = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id])
    assert fresh(asset).keeper_id == school["T2"]
    with pytest.raises(OwnCodeError):
        handing.take(by=school.actor("T2"), code=shown.code, person_id=school["T2"])
    handing.take(by=school.actor("T3"), code=shown.code, person_id=school["T3"])
    assert fresh(asset).keeper_id == school["T3"]
    with pytest.raises(CodeOverError):
        handing.take(by=school.actor("T1"), code=shown.code, person_id=school["T1"])


@pytest.mark.capability("A014.1")
def test_a_code_lives_for_minutes(school):
    asset = confirmed(school)
    shown = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id])
    HandOver.objects.filter(pk=shown.pk).update(expires_at=shown.expires_at - timedelta(minutes=11))
    with pytest.raises(CodeOverError):
        handing.take(by=school.actor("T3"), code=shown.code, person_id=school["T3"])
    assert fresh(asset).keeper_id == school["T2"]


@pytest.mark.capability("A014.1")
def test_a_code_hands_over_nothing_that_left_meanwhile(school):
    asset = confirmed(school)
    shown = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id])
    keeping.take_into_stock(by=school.actor("T1"), asset=asset, reason="调整")
    keeping.assign(by=school.actor("T1"), asset=asset, keeper_id=school["T1"], room_id=school.rooms["b1-102"])
    with pytest.raises(NotYoursError):
        handing.take(by=school.actor("T3"), code=shown.code, person_id=school["T3"])
    assert fresh(asset).keeper_id == school["T1"]


@pytest.mark.capability("A014.1")
def test_nobody_hands_over_to_another_unit(school):
    asset = confirmed(school)
    shown = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id])
    with pytest.raises(NotOfUnitError):
        handing.take(by=school.actor("T8"), code=shown.code, person_id=school["T8"])


def asked(school, asset, by="T1", *, to="T8", is_accepted=True):
    transfer = transferring.ask(
        by=school.actor(by),
        token=token(),
        asset=asset,
        to_unit_id=school.units["13"],
        to_keeper_id=school[to],
        to_room_id=school.rooms["b1-102"],
        reason="专业调整",
    )
    return transferring.accept(by=school.actor("T7"), transfer=transfer) if is_accepted else transfer


@pytest.mark.capability("A014.1")
def test_a_transfer_between_units_is_agreed_by_the_office_and_confirmed_by_the_new_keeper(school):
    asset = confirmed(school)
    transfer = asked(school, asset)
    assert fresh(asset).unit_id == school.units["12"]
    transferring.agree(by=school.actor("T5"), transfer=transfer)
    moved = fresh(asset)
    assert (moved.unit_id, moved.keeper_id, moved.confirmed_at) == (school.units["13"], school["T8"], None)


@pytest.mark.capability("A014.1")
def test_the_keeper_of_the_other_unit_accepts_it_first_and_may_say_no(school):
    transfer = asked(school, confirmed(school), is_accepted=False)
    with pytest.raises(NotAcceptedError):
        transferring.agree(by=school.actor("T5"), transfer=transfer)
    assert not Transfer.waiting_for(school.actor("T5").account_id).exists()
    page, keeper = f"/assets/unit/transfers/{transfer.public_id}/", school.client("T7")
    assert page in keeper.get("/assets/unit/transfers/").content.decode()
    assert page not in school.client("T1").get("/assets/unit/transfers/").content.decode(), "who asked"
    assert school.client("T1").post(page, {"is_accepted": "1"}).status_code == 404
    assert keeper.post(page, {"is_accepted": "0"}).status_code == 422, "for a reason"
    assert keeper.post(page, {"is_accepted": "1"}).status_code == 302
    assert keeper.post(page, {"is_accepted": "1"}).status_code == 404, "once"
    assert Transfer.waiting_for(school.actor("T5").account_id).exists()
    assert not Transfer.waiting_for(school.actor("T7").account_id).exists(), "who accepted does not agree as well"
    with pytest.raises(SamePersonError):
        transferring.agree(by=school.actor("T7"), transfer=transfer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.update(accepted_at=None, accepted_by=None)
    told = school.client("T5").get(f"/assets/transfers/{transfer.public_id}/").content.decode()
    assert "周资产" in told
    second = asked(school, confirmed(school), is_accepted=False)
    page = f"/assets/unit/transfers/{second.public_id}/"
    assert keeper.post(page, {"is_accepted": "0", "answer": "库房没地方放"}).status_code == 302
    second.refresh_from_db()
    assert (second.state, second.answer, fresh(second.asset).unit_id) == ("refused", "库房没地方放", school.units["12"])


def test_where_a_unit_has_no_keeper_the_office_alone_agrees(school):
    transfer = transferring.ask(
        by=school.actor("T1"),
        token=token(),
        asset=confirmed(school),
        to_unit_id=school.units["1001"],
        to_keeper_id=school["T9"],
        to_room_id=school.rooms["b1-102"],
        reason="集中管理",
    )
    assert transferring.agree(by=school.actor("T5"), transfer=transfer).state == "done"


def test_where_its_keeper_left_the_post_before_the_answer_the_office_alone_agrees(school):
    transfer = asked(school, confirmed(school), is_accepted=False)
    page, office = f"/assets/transfers/{transfer.public_id}/", school.client("T5")
    assert office.post(f"{page}approve/").status_code == 409
    assert "等资产员答复" in office.get(page).content.decode()
    post = apps.get_model("people", "Post").objects.get(person_id=school["T7"])
    people.end_post(by=SYSTEM, post=post, reason="退休")
    assert office.post(f"{page}approve/").status_code == 302
    told = office.get(page).content.decode()
    assert ("没有资产员" in told, fresh(transfer.asset).unit_id) == (True, school.units["13"])
    assert {"label": "对方单位", "value": "没有资产员"} in transfer_facts(Transfer.objects.get())["head"]


@pytest.mark.capability("A014.1")
def test_who_asked_does_not_agree(school):
    asset = confirmed(school)
    transfer = asked(school, asset)
    with pytest.raises(SamePersonError):
        transferring.agree(by=school.actor("T1"), transfer=transfer)
    assert fresh(asset).unit_id == school.units["12"]


@pytest.mark.capability("A014.1")
def test_nothing_is_transferred_while_it_is_lent(school):
    asset = confirmed(school)
    transfer = asked(school, asset)
    lending.lend(by=school.actor("T1"), asset=asset, borrower_id=school["T3"], due_on=campus_today())
    with pytest.raises(WrongStateError):
        transferring.agree(by=school.actor("T5"), transfer=transfer)
    with pytest.raises(WrongStateError):
        asked(school, asset)
    assert fresh(asset).unit_id == school.units["12"]


@pytest.mark.capability("A014.1")
def test_two_transfers_of_one_thing_do_not_wait_at_once(school):
    asset = confirmed(school)
    asked(school, asset)
    with pytest.raises(WrongStateError):
        asked(school, asset)


def test_until_when_a_thing_is_lent_is_kept_in_one_language(school):
    asset = confirmed(school)
    with translation.override("en"):
        lending.lend(by=SYSTEM, asset=asset, borrower_id=school["T3"], due_on=campus_today())
    kept = Movement.objects.get(asset=asset, kind=Movement.Kind.LENT).reason
    assert kept == dates.short_day(campus_today(), None)


@pytest.mark.capability("A014.1")
def test_a_loan_ends_where_it_began(school):
    asset = confirmed(school)
    with pytest.raises(DuePastError):
        lending.lend(by=SYSTEM, asset=asset, borrower_id=school["T3"], due_on=campus_today() - timedelta(days=1))
    lending.lend(by=SYSTEM, asset=asset, borrower_id=school["T3"], due_on=campus_today())
    assert fresh(asset).state == "lent"
    lending.take_back(by=SYSTEM, asset=asset)
    assert (fresh(asset).state, fresh(asset).keeper_id) == ("in_use", school["T2"])


@pytest.mark.capability("A014.1")
@pytest.mark.parametrize(("is_repaired", "state"), [(True, "in_use"), (False, "to_scrap")])
def test_a_repair_ends_in_use_or_to_be_scrapped(school, is_repaired, state):
    asset = confirmed(school)
    lending.report_broken(by=school.actor("T2"), asset=asset, fault="不开机")
    lending.end_repair(by=SYSTEM, asset=asset, is_repaired=is_repaired, cost_fen=12_000, reason="换电源")
    assert fresh(asset).state == state
    assert asset.maintenance.get().cost_fen == 12_000


def test_a_batch_of_ten_is_not_split_into_eleven(school):
    asset = school.thing("实验凳", code="A0501", fen=200_000, quantity=10, used=campus_today())
    for quantity in (10, 11):
        with pytest.raises(SplitError):
            keeping.split(by=SYSTEM, asset=asset, quantity=quantity)
    assert Asset.objects.count() == 1


def test_a_batch_is_split_into_rooms_in_one_act_or_not_at_all(school, clock):
    clock("2026-11-30")
    asset = school.thing("实验凳", code="A0501", fen=200_003, quantity=10, used=date(2026, 9, 1))
    depreciate(by=SYSTEM, month=date(2026, 11, 1))
    clock("2026-12-05")
    keeper, page = school.client("T1"), f"/assets/unit/{asset.public_id}/split/rooms/"
    assert page in keeper.get(f"/assets/unit/{asset.public_id}/").content.decode()
    refused = {
        "4 b1-101\n7 b1-102": (409, "最多拆出 9 件"),
        "4 b1-101\n6 b1-102": (409, "最多拆出 9 件"),
        "4 b1-101\n3 nowhere": (422, "3 nowhere"),
        "0 b1-101": (422, "0 b1-101"),
        "b1-101": (422, "b1-101"),
    }
    for parts, (status, words) in refused.items():
        answer = keeper.post(page, {"parts": parts})
        assert (answer.status_code, words in str(answer.context["form"].errors)) == (status, True), parts
    assert Asset.objects.count() == 1
    assert keeper.post(page, {"parts": "4 b1-101\n３　b1-102\n"}).status_code == 302
    cards = Asset.objects.order_by("pk").values_list("quantity", "room__key")
    assert list(cards) == [(3, fresh(asset).room.key), (4, "b1-101"), (3, "b1-102")]
    assert sum(Asset.objects.values_list("value_fen", flat=True)) == 200_003
    clock("2026-12-31")
    lost = depreciate(by=SYSTEM, month=date(2026, 12, 1))
    assert lost == 3, "each card goes on"


def test_a_number_is_voided_only_before_any_movement(school):
    asset = school.thing()
    keeping.void_number(by=SYSTEM, asset=asset, reason="重复登记")
    assert fresh(asset).state == "void"
    moved = school.thing()
    keeping.put_elsewhere(by=SYSTEM, asset=moved, room_id=school.rooms["b1-102"])
    with pytest.raises(MovedSinceError):
        keeping.void_number(by=SYSTEM, asset=moved, reason="重复登记")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "disposed", "disposed_on": date(2026, 10, 1)},
        {"number": "2026-A02-000001-0"},
        {"quantity": 0},
        {"value_fen": 0},
        {"state": "in_use", "keeper": None},
        {"put_into_use_on": date(2020, 1, 1)},
    ],
)
def test_the_database_holds_states_and_what_a_card_says(school, change):
    asset = school.thing()
    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(**change)


def test_things_and_movements_never_go(school):
    asset = school.thing()
    for rows in (Movement.objects.filter(asset=asset), Asset.objects.filter(pk=asset.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


@pytest.mark.capability("A014.1")
def test_what_was_transferred_and_never_came_goes_back_to_the_giver(school):
    asset = confirmed(school)
    transferring.agree(by=school.actor("T5"), transfer=asked(school, asset))
    keeping.decline(by=school.actor("T8"), asset=asset, person_id=school["T8"], reason="没有送到")
    back = fresh(asset)
    assert (back.state, back.unit_id, back.keeper_id) == ("in_stock", school.units["12"], None)


@pytest.mark.capability("A014.1")
def test_nothing_is_transferred_within_its_unit(school):
    asset = confirmed(school)
    with pytest.raises(SameUnitError):
        transferring.ask(
            by=school.actor("T1"),
            token=token(),
            asset=asset,
            to_unit_id=school.units["12"],
            to_keeper_id=school["T3"],
            to_room_id=school.rooms["b1-102"],
            reason="换人",
        )


def test_a_leaver_is_freed_of_what_is_lent_or_in_repair_and_told_how(school):
    lent, broken, gone = (confirmed(school) for _each in range(3))
    lending.lend(by=school.actor("T1"), asset=lent, borrower_id=school["T3"], due_on=campus_today())
    lending.report_broken(by=school.actor("T2"), asset=broken, fault="不开机", person_id=school["T2"])
    losing.report_lost(by=school.actor("T2"), asset=gone, reason="找不到", person_id=school["T2"])
    told = [str(one.how) for one in outstanding([school["T2"]], "leaving")[school["T2"]]]
    assert [word in how for word, how in zip(("借出去了", "在维修", "已报失"), told, strict=True)] == [True] * 3
    [borrowed] = outstanding([school["T3"]], "leaving")[school["T3"]]
    assert dates.short_day(campus_today(), campus_today().year) + " 前还给单位资产员" in str(borrowed.how)
    for asset in (lent, broken):
        keeping.take_into_stock(by=school.actor("T1"), asset=asset, reason="离校")
    assert len(outstanding([school["T2"]], "leaving")[school["T2"]]) == 1
    lending.end_repair(by=school.actor("T1"), asset=broken, is_repaired=True, cost_fen=0, reason="换电源")
    lending.take_back(by=school.actor("T1"), asset=lent)
    assert (fresh(lent).state, fresh(broken).state) == ("in_stock", "in_stock")


@pytest.mark.capability("A014.1")
def test_only_its_keeper_reports_a_thing_of_his_own(school):
    asset = confirmed(school)
    with pytest.raises(NotYoursError):
        losing.report_lost(by=school.actor("T3"), asset=asset, reason="不见了", person_id=school["T3"])
    with pytest.raises(NotYoursError):
        lending.report_broken(by=school.actor("T3"), asset=asset, fault="坏了", person_id=school["T3"])
    assert fresh(asset).state == "in_use"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assets_transfer SET reason = 'x'",
        "DELETE FROM assets_transfer",
        "UPDATE assets_loan SET due_on = due_on + 99",
        "DELETE FROM assets_loan",
        "UPDATE assets_hand_over SET giver_id = taker_id, taker_id = giver_id",
    ],
)
def test_the_database_keeps_what_was_asked_lent_and_handed_over(school, statement):
    asset = confirmed(school)
    shown = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id])
    handing.take(by=school.actor("T3"), code=shown.code, person_id=school["T3"])
    asked(school, asset)
    lending.lend(by=school.actor("T1"), asset=confirmed(school), borrower_id=school["T3"], due_on=campus_today())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_never_came_goes_back_to_the_giver_also_where_it_was_marked_idle_since(school):
    transfer = asked(school, confirmed(school))
    transferring.agree(by=school.actor("T5"), transfer=transfer)
    asset = fresh(transfer.asset)
    keeping.mark_idle(by=school.actor("T1"), asset=asset, reason="暂时不用")
    keeping.decline(by=school.actor("T8"), asset=fresh(asset), person_id=school["T8"], reason="没有送到")
    assert (fresh(asset).unit_id, fresh(asset).state) == (school.units["12"], "in_stock")


def test_what_is_idle_no_more_is_not_given_away(school):
    asset = confirmed(school)
    keeping.mark_idle(by=school.actor("T1"), asset=asset, reason="换新")
    transfer = transferring.ask(
        by=school.actor("T8"),
        token=token(),
        asset=asset,
        to_unit_id=school.units["13"],
        to_keeper_id=school["T8"],
        to_room_id=school.rooms["b1-102"],
        reason="实验要用",
        wants_idle=True,
    )
    transferring.accept(by=school.actor("T1"), transfer=transfer)
    Asset.objects.filter(pk=asset.pk).update(is_idle=False)
    with pytest.raises(OutdatedTransferError):
        transferring.agree(by=school.actor("T5"), transfer=transfer)
    assert fresh(asset).unit_id == school.units["12"]


def test_a_keeper_moves_many_at_once_all_or_none(school):
    things = [school.thing(), school.thing(keeper="T2")]
    there = school.thing()
    keeping.put_elsewhere(by=SYSTEM, asset=there, room_id=school.rooms["b1-102"])
    foreign, keeper = school.thing(unit="13"), school.client("T1")
    ids = [str(one.public_id) for one in (*things, there)]
    assert things[0].number in keeper.post("/assets/unit/many/", {"chosen": ids}).content.decode(), "said first"
    said = {"chosen": ids, "confirmed": "1", "act": "moved", "room": "b1-102"}
    assert keeper.post("/assets/unit/many/", said | {"room": ""}).status_code == 422
    assert keeper.post("/assets/unit/many/", said | {"room": "nowhere"}).status_code == 422
    assert school.client("T2").post("/assets/unit/many/", said).status_code in {403, 404}
    assert keeper.post("/assets/unit/many/", said | {"chosen": [*ids, str(foreign.public_id)]}).status_code == 409
    assert set(Asset.objects.values_list("room__key", flat=True)) == {"b1-101", "b1-102"}
    assert Movement.objects.filter(kind="moved").count() == 1
    assert keeper.post("/assets/unit/many/", said).status_code == 302
    rooms = dict(Asset.objects.values_list("pk", "room__key"))
    assert {rooms[one.pk] for one in (*things, there)} == {"b1-102"}
    assert rooms[foreign.pk] == "b1-101"
    assert Movement.objects.filter(kind="moved").count() == 3, "what was there stays without a word"


def test_many_are_taken_back_offered_and_scrapped_at_once_for_one_reason(school):
    used, stock, keeper = school.thing(keeper="T2"), school.thing(), school.client("T1")
    both = {"chosen": [str(used.public_id), str(stock.public_id)], "confirmed": "1", "reason": "换新"}
    assert keeper.post("/assets/unit/many/", both | {"act": "returned"}).status_code == 409, "one is in stock: none"
    assert keeper.post("/assets/unit/many/", both | {"act": "idle", "reason": ""}).status_code == 422
    assert fresh(used).state == "in_use"
    assert keeper.post("/assets/unit/many/", both | {"act": "idle"}).status_code == 302
    assert [one.is_idle for one in (fresh(used), fresh(stock))] == [True, True]
    assert keeper.post("/assets/unit/many/", both | {"act": "to_scrap"}).status_code == 302
    moves = Movement.objects.filter(kind="to_scrap").values_list("to_state", "reason", "by_name")
    assert list(moves) == [("to_scrap", "换新", "陈资产")] * 2
    again = school.thing(keeper="T2")
    one = both | {"chosen": str(again.public_id), "act": "returned"}
    assert keeper.post("/assets/unit/many/", one).status_code == 302
    assert (fresh(again).state, fresh(again).keeper_id) == ("in_stock", None)


def test_of_many_one_that_is_gone_or_anothers_by_then_moves_none(school):
    mine, foreign, gone = school.thing(), school.thing(unit="13"), school.thing()
    keeping.void_number(by=SYSTEM, asset=gone, reason="重复登记")
    for other in (foreign, gone):
        with pytest.raises(CampusError):
            keeping.put_all_elsewhere(
                by=SYSTEM,
                public_ids=[mine.public_id, other.public_id],
                unit_ids={school.units["12"]},
                room_id=school.rooms["b1-102"],
            )
    assert not Movement.objects.filter(kind="moved").exists()


def test_a_deed_is_done_in_the_unit_in_which_the_thing_was_read(school):
    """Transferred between the page and the lock: the giver's keeper does nothing with it any more."""
    seen = confirmed(school)
    transferring.agree(by=school.actor("T5"), transfer=asked(school, seen))
    before = Movement.objects.filter(asset=seen).count()
    for deed in (
        lambda: keeping.put_elsewhere(by=school.actor("T1"), asset=seen, room_id=school.rooms["b1-102"]),
        lambda: keeping.take_into_stock(by=school.actor("T1"), asset=seen, reason="收回"),
        lambda: lending.report_broken(by=school.actor("T1"), asset=seen, fault="坏了"),
    ):
        with pytest.raises(NotFoundError):
            deed()
    assert Movement.objects.filter(asset=seen).count() == before


def test_many_are_moved_confirmed_and_handed_over_by_few_statements(school, django_assert_max_num_queries):
    ids = [school.thing(keeper="T2").public_id for _each in range(8)]
    place = {"unit_ids": {school.units["12"]}, "room_id": school.rooms["b1-102"]}
    mine = {"by": SYSTEM, "person_id": school["T2"]}
    with django_assert_max_num_queries(6):
        assert keeping.put_all_elsewhere(by=SYSTEM, public_ids=ids, **place) == 8
    with django_assert_max_num_queries(6):
        assert keeping.confirm(**mine, public_ids=ids) == 8
    shown = handing.offer(**mine, public_ids=ids)
    with django_assert_max_num_queries(20):
        assert handing.take(by=SYSTEM, code=shown.code, person_id=school["T3"]) == 8
    told = list(Movement.objects.order_by("pk").values_list("kind", "from_keeper", "to_keeper", "to_room__key"))[8:]
    two, three = school["T2"], school["T3"]
    assert (
        told[:16:8] + told[16:]
        == [("moved", two, two, "b1-102"), ("confirmed", two, two, "b1-102")]
        + [("handed_over", two, three, "b1-102")] * 8
    )
    assert AuditEntry.objects.filter(action="assets.moved").count() == 8
