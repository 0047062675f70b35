"""Cards by the open interface: masked, by what the holder shows; blocked and taken back; ordered, decided by unit and office."""

import time
from datetime import timedelta

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.openapi.models import WebhookEvent
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.models import LossReport
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors import consents
from nanhu.systems.card.vendors.tests.conftest import Shop, fault_of, register
from nanhu.testing import merging

FORM = {
    "name": "王讲师",
    "sex": "男",
    "document_kind": "护照",
    "document": "E12345678",
    "phone": "13812345678",
    "unit": "510",
    "category": "讲学",
    "reason": "暑期讲学",
    "reference": "V-1",
}


def test_a_code_shows_a_masked_card_and_is_not_used_up(shop, phone, campus):
    code = phone.code()
    told = shop.post("cards/query", {"code": code}).json()

    assert told["holder"] == {"name": "**满"}
    assert (told["state"], told["may_pay"], told["balance_fen"]) == ("issued", True, 10_000)
    assert "14231100001" not in str(told)
    assert shop.pay(850, code=code).status_code == 201
    assert fault_of(shop.post("cards/query", {"code": code})) == "code_used"


def test_each_look_stands_in_the_holders_log(shop, campus):
    shop.post("cards/query", {"campus_no": "14231100001"})
    entry = AuditEntry.objects.get(action="card.vendor_look")
    assert (entry.target, entry.reason) == (f"person:{campus.persons['student']}", "岳阳饭盒")


def test_the_balance_is_told_to_who_may_see_it(campus):
    one = Shop(register("只查", scopes=("card.query", "card.lookup")))
    assert one.post("cards/query", {"campus_no": "14231100001"}).json()["balance_fen"] is None


def test_old_and_foreign_codes_show_nothing(shop, phone):
    assert fault_of(shop.post("cards/query", {"code": phone.code(moment=time.time() - 120)})) == "code_expired"
    bent = phone.code()
    bent = bent[:-1] + ("0" if bent[-1] != "0" else "1")
    assert fault_of(shop.post("cards/query", {"code": bent})) == "code_wrong"
    assert fault_of(shop.post("cards/query", {"campus_no": "99999999"})) == "card_unknown"


@pytest.mark.capability("A118.2")
def test_a_block_is_a_loss_report_and_is_taken_back_by_who_made_it(shop, phone, campus):
    card = campus.card("student")
    told = shop.post(f"cards/{card.public_id}/block", {"reason": "顾客落下了手机"})
    assert (told.status_code, told.json()["state"]) == (200, "lost")
    other = Shop(register("隔壁"))
    assert fault_of(other.post(f"cards/{card.public_id}/unblock", {"reason": "x"})) == "not_your_block"
    assert shop.post(f"cards/{card.public_id}/unblock", {"reason": "找到了"}).json()["state"] == "issued"
    ended = AuditEntry.objects.get(action="card.cancel_loss")
    assert (ended.facts["face_checked"], ended.facts["document"]) == (False, ""), "nobody looked at anybody"
    assert LossReport.objects.get(card=card).document == ""
    deliver_pending()
    assert set(WebhookEvent.objects.values_list("kind", flat=True)) == {"card.blocked", "card.unblocked"}


def test_a_holders_own_report_is_not_the_vendors_to_end(shop, campus):
    card = campus.card("student")
    report_lost(by=SYSTEM, card=card, reason="丢了")
    shop.post(f"cards/{card.public_id}/block", {"reason": "也停一下"})
    assert fault_of(shop.post(f"cards/{card.public_id}/unblock", {"reason": "x"})) == "not_your_block"
    assert campus.card("student").state == "lost"


def blocked(shop, campus):
    card = campus.card("student")
    assert shop.post(f"cards/{card.public_id}/block", {"reason": "顾客落下了手机"}).json()["state"] == "lost"
    return card


@pytest.mark.capability("A118.2", "A114.1")
@pytest.mark.parametrize("part", ["student", "clerk"])
def test_a_holders_report_takes_the_place_of_a_vendors_block_and_no_vendor_lifts_it(shop, campus, part):
    """On one's own page, or at the counter: what stands there is the holder's from now on."""
    card = blocked(shop, campus)
    browser = campus.client(part)
    url = "/card/report-lost/" if part == "student" else f"/card/counter/cards/{card.public_id}/loss/"
    assert "由一家外部单位停用" in campus.client("student").get("/card/report-lost/").content.decode()
    browser.post(url, {"document": "student_card", "reason": "丢在球场"})
    assert fault_of(shop.post(f"cards/{card.public_id}/unblock", {"reason": "x"})) == "not_your_block"
    assert (campus.card("student").state, campus.pay("student", 100)) == ("lost", "card_lost")
    vendors, own = LossReport.objects.filter(card=card).order_by("pk")
    assert (vendors.way, vendors.ended_for, vendors.ended_at) == ("vendor", "superseded", own.reported_at)
    assert (own.way, own.ended_at) == ("web" if part == "student" else "counter", None)
    assert AuditEntry.objects.filter(action="card.report_lost").count() == 2
    assert "确认挂失" not in campus.client("student").get("/card/report-lost/").content.decode()


def test_a_second_report_over_ones_own_changes_nothing(shop, campus):
    card = blocked(shop, campus)
    for reason in ("丢了", "再说一遍"):
        report_lost(by=SYSTEM, card=card, reason=reason)
    assert list(LossReport.objects.filter(card=card).values_list("reason", flat=True).order_by("pk"))[1:] == ["丢了"]


def test_two_vendors_of_one_company_lift_each_their_own_block_alone(shop, campus):
    card = blocked(shop, campus)
    branch = Shop(register(shop.vendor.company))
    assert branch.post(f"cards/{card.public_id}/block", {"reason": "也停一下"}).json()["state"] == "lost"
    assert fault_of(branch.post(f"cards/{card.public_id}/unblock", {"reason": "x"})) == "not_your_block"
    assert shop.post(f"cards/{card.public_id}/unblock", {"reason": "找到了"}).json()["state"] == "issued"


def give(vendor, campus, fen=5000, part="student"):
    by = Actor(account_id=None, name="林小满")
    return consents.give(by=by, vendor=vendor, person_id=campus.persons[part], most_fen=fen, reference="C-9")


def test_a_consented_card_is_charged_up_to_what_the_holder_set(shop, vendor, campus):
    given = give(vendor, campus)
    [listed] = shop.get("consents", reference="C-9").json()["data"]
    assert listed["id"] == str(given.public_id)
    assert shop.pay(5000, consent=listed["id"]).status_code == 201
    over = shop.pay(5001, consent=listed["id"])
    assert (over.status_code, fault_of(over)) == (402, "consent_exceeded")
    consents.end(by=SYSTEM, consent=given)
    assert fault_of(shop.pay(1, consent=listed["id"])) == "consent_ended"
    other = Shop(register("隔壁"))
    assert fault_of(other.pay(1, consent=listed["id"])) == "consent_ended"


def test_a_consent_given_while_two_were_one_charges_nobody_from_the_moment_of_the_parting(shop, vendor, campus):
    other = register("早先的")
    before = give(other, campus)
    merge = merging.merge(kept_id=campus.persons["student"], gone_id=campus.persons["other_student"])
    given = give(vendor, campus)
    assert shop.pay(100, consent=str(given.public_id)).status_code == 201
    merging.part(merge)
    assert fault_of(shop.pay(100, consent=str(given.public_id))) == "consent_ended"
    assert WebhookEvent.objects.get(kind="consent.ended").facts["id"] == str(given.public_id)
    assert Shop(other).pay(100, consent=str(before.public_id)).status_code == 201, "one that was given before stands"


def test_a_consent_taken_back_while_two_were_one_is_taken_back_of_both(shop, vendor, campus):
    """Whoever of them it was: the other's own, which no page showed meanwhile, charges nobody either."""
    other, parts = register("早先的"), ("student", "other_student")
    of_vendor, of_other = ([give(one, campus, part=part) for part in parts] for one in (vendor, other))
    merge = merging.merge(kept_id=campus.persons["student"], gone_id=campus.persons["other_student"])
    assert campus.client("student").post(f"/card/vendors/mine/{of_vendor[0].public_id}/end/").status_code == 302
    merging.part(merge)
    for consent in of_vendor:
        assert fault_of(shop.pay(1, consent=str(consent.public_id))) == "consent_ended"
    ended = WebhookEvent.objects.filter(kind="consent.ended").values_list("facts__id", flat=True)
    assert sorted(ended) == sorted(str(one.public_id) for one in of_vendor), "its vendor hears of it, and no other"
    assert Shop(other).pay(1, consent=str(of_other[0].public_id)).status_code == 201


def test_who_has_consent_hears_of_a_loss(vendor, campus):
    give(vendor, campus)
    report_lost(by=SYSTEM, card=campus.card("student"), reason="丢了")
    deliver_pending()
    event = WebhookEvent.objects.get(kind="card.blocked")
    assert event.facts["reference"] == "C-9"


def with_unit(code="510"):
    people.apply_units(
        by=SYSTEM,
        records=[people.UnitRecord(code=code, name="继续教育学院")],
        origin=people.Origin(source="test", title="测试"),
    )


def test_an_order_waits_for_unit_and_office(campus):
    with_unit()
    one = Shop(register("培训公司", units=("510",)))
    form = FORM | {"valid_until": str(campus_today() + timedelta(days=60))}
    told = one.post("orders", form)

    assert told.status_code == 202, told.content
    order = CardOrder.objects.get(number=told.json()["number"])
    assert (order.state, order.needs_approval, order.card_class) == ("submitted", True, "ordinary")
    assert one.get(f"orders/{told.json()['id']}").json()["state"] == "submitted"
    other = Shop(register("隔壁"))
    assert fault_of(other.get(f"orders/{told.json()['id']}")) == "order_unknown"


def test_an_order_with_a_fault_leaves_nothing(campus):
    with_unit()
    one = Shop(register("培训公司", units=("510",)))
    form = FORM | {"valid_until": str(campus_today() - timedelta(days=1))}
    told = one.post("orders", form)
    assert (told.status_code, fault_of(told), told.json()["error"]["param"]) == (422, "order_refused", "valid_until")
    assert not CardOrder.objects.exists()
    assert fault_of(one.post("orders", form | {"unit": "999"})) == "unit_refused"
