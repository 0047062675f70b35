"""The office sets a PIN back with a document, counts who has not changed his, and sees rows above a limit; the holder is nagged."""

import json
import re
import time

import pytest
from django.db import connection

from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.pins.errors import PinLockedError, PinWrongError
from nanhu.systems.card.pins.services.changing import change_pin, reset_pin
from nanhu.systems.card.pins.services.checking import check_pin
from nanhu.systems.card.pins.tests.conftest import PINS
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import PASSWORD, SYSTEM, queries_of

NEW = "482915"


def page_of(campus, part="student") -> str:
    return f"/card/pins/counter/cards/{campus.card(part).public_id}/"


def is_right(campus, kind, pin, part="student") -> bool:
    try:
        check_pin(card=campus.card(part), kind=kind, pin=pin, at="test")
    except (PinWrongError, PinLockedError):
        return False
    return True


def asked(kind, **more) -> dict:
    return {"kind": kind, "document": "resident_id", "face_checked": "on", "reason": "忘记密码"} | more


def office_sets(campus, kind):
    clerk, page = campus.client("clerk"), page_of(campus)
    assert campus.client("student").get(page).status_code == 404
    for lacking in ("document", "face_checked", "reason"):
        form = {name: value for name, value in asked(kind, new=NEW, again=NEW).items() if name != lacking}
        assert clerk.post(page, form).status_code == 422
    assert clerk.post(page, asked(kind, new=NEW, again="482916")).status_code == 422
    assert clerk.post(page, asked(kind, new="111111", again="111111")).status_code == 422
    assert is_right(campus, kind, PINS["student"])
    assert clerk.post(page, asked(kind, new=NEW, again=NEW)).status_code == 302
    assert is_right(campus, kind, NEW)
    assert not any(is_right(campus, kind, "999999") for _guess in range(5))
    assert _tries(campus, kind) == 5
    assert not is_right(campus, kind, NEW)
    assert clerk.post(page, asked(kind)).status_code == 302
    assert is_right(campus, kind, PINS["student"])
    last = AuditEntry.objects.filter(action="card.reset_pin").order_by("-pk").first()
    assert (last.facts["kind"], last.facts["document"], last.reason) == (kind, "resident_id", "忘记密码")
    assert NEW not in json.dumps([entry.facts for entry in AuditEntry.objects.all()])


def _tries(campus, kind) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrong_tries FROM card_pin WHERE kind = %s", [kind])
        return cursor.fetchone()[0]


@pytest.mark.capability("A126.1")
def test_the_office_changes_the_payment_pin_only_with_a_document(campus):
    office_sets(campus, "payment")
    assert is_right(campus, "enquiry", PINS["student"])


@pytest.mark.capability("A130.1")
def test_the_office_changes_the_enquiry_pin_only_with_a_document(campus):
    office_sets(campus, "enquiry")
    assert is_right(campus, "payment", PINS["student"])


@pytest.mark.capability("A126.1", "A130.1")
@pytest.mark.parametrize("kind", ["payment", "enquiry"])
def test_no_pin_is_set_back_without_a_document_whichever_page_asks(campus, kind):
    card = campus.card("student")
    change_pin(by=SYSTEM, card=card, kind=kind, old=PINS["student"], new=NEW, at="KL001")
    for said in ({"document": " ", "reason": "忘了"}, {"document": "student_card", "reason": ""}):
        with pytest.raises(ReasonMissingError):
            reset_pin(by=campus.actor("clerk"), card=card, kind=kind, **said)
    assert is_right(campus, kind, NEW)


@pytest.mark.capability("A126.1")
def test_who_has_no_document_on_record_types_a_pin_at_the_counter(campus):
    clerk, page = campus.client("clerk"), page_of(campus, "other_student")
    refused = clerk.post(page, asked("payment"))
    assert refused.status_code == 409
    assert "密码没有改" in refused.content.decode()
    assert clerk.post(page, asked("payment", new=NEW, again=NEW)).status_code == 302
    assert is_right(campus, "payment", NEW, "other_student")


@pytest.mark.capability("A029.2")
def test_a_changed_password_of_the_account_leaves_the_cards_pins_as_they_are(campus):
    browser, card = campus.client("student"), campus.card("student")
    change_pin(by=SYSTEM, card=card, kind="payment", old=PINS["student"], new=NEW, at="KL001")
    said = {"old_password": PASSWORD, "new_password": "Reed-Boat-2041", "again": "Reed-Boat-2041"}
    assert browser.post("/account/password", said).status_code == 302
    for kind, pin in (("payment", NEW), ("enquiry", PINS["student"])):
        assert is_right(campus, kind, pin), kind
        assert not is_right(campus, kind, "204100")
    assert not is_right(campus, "payment", PINS["student"]), "nor is the initial one in force again"


@pytest.mark.capability("A132.1", "A132.2")
def test_a_holder_is_told_until_the_pin_is_changed_and_the_office_counts_the_rest(campus):
    browser, clerk = campus.client("student"), campus.client("clerk")
    for page in ("/card/", "/card/pins/"):
        assert "消费密码还是初始密码" in browser.get(page).content.decode()

    def counted() -> tuple[int, int, int]:
        table = clerk.get("/card/pins/counter/").content.decode().partition("还是初始密码的卡")[2]
        row = table.partition("学生卡")[2].partition("</tr>")[0]
        cards, payment, enquiry = map(int, re.findall(r">\s*(\d+)\s*<", row))
        return cards, payment, enquiry

    before = counted()
    assert before[0] == before[1] == before[2]
    change_pin(by=SYSTEM, card=campus.card("student"), kind="payment", old=PINS["student"], new=NEW, at="KL001")
    assert counted() == (before[0], before[1] - 1, before[2])
    for page in ("/card/", "/card/pins/"):
        shown = browser.get(page).content.decode()
        assert "查询密码还是初始密码" in shown
        assert "消费密码还是初始密码" not in shown
    change_pin(by=SYSTEM, card=campus.card("student"), kind="enquiry", old=PINS["student"], new=NEW, at="KL001")
    assert counted() == (before[0], before[1] - 1, before[2] - 1)
    replaced = campus.card("other_student")
    reissue(by=SYSTEM, card=replaced, reason="lost", fee_fen=0, at="柜台", key="form")
    assert counted() == (before[0], before[1] - 1, before[2] - 1), "of cards that live"
    report_lost(by=SYSTEM, card=campus.card("guest"), reason="test")
    assert counted() == (before[0], before[1] - 1, before[2] - 1), "a lost one lives"
    for page in ("/card/", "/card/pins/"):
        assert "还是初始密码" not in browser.get(page).content.decode()
    reset_pin(by=SYSTEM, card=campus.card("student"), kind="enquiry", document="student_card", reason="忘了")
    assert counted() == (before[0], before[1] - 1, before[2]), "set back is initial again"
    assert "查询密码还是初始密码" in browser.get("/card/").content.decode()


def test_the_holder_sees_limits_and_what_was_spent_today(campus):
    campus.top_up("guest", 5000)
    campus.pay("guest", 1234)
    shown = campus.client("guest").get("/card/pins/").content.decode()
    assert "¥ 50.00" in shown
    assert "今天已消费 ¥ 12.34" in shown


def test_a_stored_row_above_a_limit_stands_in_the_offices_list(campus):
    card = campus.card("guest")
    rows = [{"n": 0, "s": 1, "f": "aa", "u": card.uid, "a": 6000, "o": time.time(), "m": 2, "p": False}]
    policy = {"tries": 5, "lock": 1, "classes": [{"c": "student", "m": 5000, "y": 15000, "xm": 20000, "xy": 50000}]}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM card_store(%s, %s, %s)", [campus.terminal.pk, json.dumps(rows), json.dumps(policy)]
        )
        assert cursor.fetchone() == ("posted",)
    shown = campus.client("clerk").get("/card/pins/counter/").content.decode()
    for word in ("Amina Diallo", "N1001", "¥ 60.00", "密码不对"):
        assert word in shown


@pytest.mark.parametrize("page", ["/card/pins/", "/card/pins/counter/", "counter_card"])
def test_pages_ask_little_of_the_database(campus, page):
    part = "student" if page == "/card/pins/" else "clerk"
    assert queries_of(campus.client(part), page_of(campus) if page == "counter_card" else page) <= 20
