"""Shared tables read by others: by a grant alone, its fields, its rows, until its day; removed rows included; each person counted."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import ChangedFact
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Delivery, Grant, SharedRow
from nanhu.platforms.datahub.sharing import copies
from nanhu.platforms.datahub.tests.conftest import BY, signed_in
from nanhu.platforms.openapi import api as openapi
from nanhu.testing.open_api import Program

pytestmark = pytest.mark.django_db
API = "/api/hub/v1/"
HOME = "10.20.0.9"
NUMBERS = count(10)
CARD, POSTS = "card.card", "hr.establishment"


class Reader(Program):
    prefix = API


def registered(company="图书公司", scopes=("hub.read",)):
    order = openapi.VendorOrder(
        company=company, contact="刘工", scopes=scopes, addresses=("10.20.0.0/24",), per_minute=6000
    )
    return openapi.register_vendor(by=BY, order=order)


def reader_of(made, mode="live"):
    return Reader(openapi.make_key(by=BY, vendor=made, mode=mode, name="读").text, address=HOME)


@pytest.fixture
def vendor(db):
    return registered()


@pytest.fixture
def program(vendor):
    return reader_of(vendor)


def ask_grant(table, fields=None, company="图书公司", **more):
    """Agreed by two, as the pages do it."""
    from nanhu.platforms.datahub.shared.declarations import shared_tables

    first, second = (signed_in(f"管{n}", f"00202091{next(NUMBERS):02d}", "datahub.steward") for n in range(2))
    said = {
        "token": str(uuid4()),
        "vendor": openapi.Vendor.objects.get(company=company).pk,
        "fields_given": fields or [one.name for one in shared_tables()[table].fields if not one.sensitive],
        "purpose": "图书借阅",
        "basis": "duty",
        "expires_on": (campus_today() + timedelta(days=30)).isoformat(),
    } | more
    answer = first.post(f"/datahub/shared/{table}/grant/", said)
    assert answer.status_code == 302, answer.context["form"].errors
    asked = Grant.objects.get(token=said["token"])
    at = f"/datahub/grants/{asked.public_id}/"
    assert first.post(at + "approve/").status_code in {409, 422, 403}
    assert second.post(at + "approve/").status_code == 302
    return asked


def card(number, **other):
    return {
        "uid": f"{number:08X}",
        "campus_no": f"142311{number:05d}",
        "holder_class": "student",
        "state": "issued",
        "valid_from": campus_today(),
        "valid_until": campus_today() + timedelta(days=400),
    } | other


def cards(*rows):
    datahub.put(CARD, rows, by=BY)


def all_rows(program, product, **query):
    """As a consumer pages, from a cursor to the end."""
    rows, since = [], query.pop("since", "")
    while True:
        page = program.get(product, **({"since": since} if since else {}), **query).json()
        rows, since = rows + page["rows"], page["next"]
        if page["is_last"]:
            return rows, since


def test_nothing_is_read_without_a_grant_or_by_another(vendor, program):
    cards(card(1))
    assert program.get(CARD).status_code == program.get("no.such").status_code == 404
    ask_grant(CARD)
    assert program.get(CARD).status_code == 200
    assert program.get("products").json()["products"][0]["product"] == CARD
    other = reader_of(registered("别的公司"))
    assert other.get(CARD).json()["error"]["code"] == "product_unknown"
    assert other.get("products").json()["products"] == []
    unscoped = reader_of(registered("没权限", scopes=()))
    assert unscoped.get(CARD).status_code == 403
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert program.get(CARD).status_code == 404, "until its day"
    grant = Grant.objects.get()
    steward = signed_in("管终", "0020209399", "datahub.steward")
    assert steward.post(f"/datahub/grants/{grant.public_id}/end/", {"reason": "合同到期"}).status_code == 302
    assert program.get(CARD).status_code == 404


def test_a_consumer_pages_and_then_follows_changes_and_removals(vendor, program):
    ask_grant(CARD, ["campus_no", "state"])
    cards(*map(card, range(1, 8)))
    rows, since = all_rows(program, CARD, limit="3")
    assert [row["key"]["uid"] for row in rows] == [f"{n:08X}" for n in range(1, 8)]
    assert set(rows[0]["data"]) == {"uid", "campus_no", "state"}, "its fields and the key"
    cards(card(2, state="lost"))
    datahub.remove(CARD, [(f"{5:08X}",)], by=BY)
    cards(card(9))
    datahub.remove(CARD, [(f"{9:08X}",)], by=BY)
    news, since = all_rows(program, CARD, since=since, limit="1")
    assert [(row["key"]["uid"], row["data"] and row["data"]["state"]) for row in news] == [
        (f"{2:08X}", "lost"),
        (f"{5:08X}", None),
    ], "what came and went meanwhile is no news"
    assert all_rows(program, CARD, since=since)[0] == []
    fresh, _since = all_rows(program, CARD)
    assert None not in [row["data"] for row in fresh], "a first reading is told nothing of who left before"


def test_a_cursor_is_no_key_to_who_left_before_the_grant(vendor, program):
    cards(*map(card, range(1, 6)))
    datahub.remove(CARD, [(f"{n:08X}",) for n in range(1, 6)], by=BY)
    cards(card(7))
    ask_grant(CARD)
    rows, since = all_rows(program, CARD)
    assert [row["key"]["uid"] for row in rows] == [f"{7:08X}"]
    number, floor, sign = since.split(".")
    last = SharedRow.objects.filter(is_removed=False).earliest("-id").pk - 6
    for forged in (f"{last}.1", f"{last}.1.{sign}", f"{number}.1.{sign}", f"{last}.{floor}.{'A' * 43}"):
        assert program.get(CARD, since=forged).json()["error"]["code"] == "cursor_refused", forged
    assert program.get(CARD, since=since).status_code == 200
    ask_grant(CARD, ["state"])
    assert program.get(CARD, since=since).status_code == 400, "another grant is read from its beginning"
    trying = reader_of(vendor, "test")
    assert trying.get(CARD, since=trying.get(CARD).json()["next"]).status_code == 200


def test_rows_outside_the_grant_are_not_told_and_leave_when_they_fall_out(vendor, program):
    ask_grant(CARD, only="卡状态 = issued、frozen")
    cards(card(1), card(2, state="lost"), card(3, state="frozen"))
    rows, since = all_rows(program, CARD)
    assert [row["key"]["uid"] for row in rows] == [f"{1:08X}", f"{3:08X}"]
    cards(card(1, state="lost"), card(2, state="closed"))
    news, _since = all_rows(program, CARD, since=since)
    assert [(row["key"]["uid"], row["data"]) for row in news] == [(f"{1:08X}", None)]


def test_a_vendor_follows_a_corrected_number_when_he_read_the_new_one(vendor, program, hand_in, units):
    from nanhu.platforms.datahub.tests.conftest import register, student
    from nanhu.platforms.people import api as people

    hand_in(register(student()))
    person_id = people.find_person_by_campus_no("14231100001")
    ask_grant(CARD)
    cards(card(1, campus_no="14231100009"))
    program.get(CARD)
    fact = ChangedFact(person_id=person_id, field="people.campus_no", was="14231100009", since=now())
    assert [one.followed_at for one in copies.copies_of(fact)] == [None]
    cards(card(1, campus_no="14231100001"))
    program.get(CARD)
    assert [one.followed_at is not None for one in copies.copies_of(fact)] == [True]
    assert list(copies.copies_of(replace(fact, field="people.name"))) == [], "no name goes out"


def test_each_person_is_counted_and_told(vendor, program, hand_in, units):
    from nanhu.platforms.datahub.tests.conftest import register, student

    hand_in(register(student()))
    ask_grant(CARD)
    cards(card(1, campus_no="14231100001"))
    for _turn in range(3):
        assert program.get(CARD).status_code == 200
    assert list(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 3)]
    looks = AuditEntry.objects.filter(action="datahub.share_person")
    assert [(one.reason, one.actor) for one in looks] == [("图书借阅", "vendor:图书公司")], "once a day"
    tag = program.get(CARD).headers["ETag"]
    answer = program.client.get(API + CARD, headers={"authorization": f"Bearer {program.secret}", "if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert Delivery.objects.get().times == 4, "what was not given is not counted"
    cards(card(2))
    assert program.get(CARD).headers["ETag"] != tag


def test_a_person_is_counted_where_the_number_is_not_given_and_where_the_row_is_removed(
    vendor, program, hand_in, units
):
    from nanhu.platforms.datahub.tests.conftest import register, student

    hand_in(register(student()))
    ask_grant(CARD, ["state"])
    cards(card(1, campus_no="14231100001"), card(2))
    page = program.get(CARD).json()
    assert set(page["rows"][0]["data"]) == {"uid", "state"}, "a reader of cards joins it to the person"
    assert sorted(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 1), ("14231100002", 1)]
    looks = AuditEntry.objects.filter(action="datahub.share_person")
    assert [one.facts["campus_no"] for one in looks] == ["14231100001"]
    datahub.remove(CARD, [(f"{1:08X}",)], by=BY)
    assert program.get(CARD, since=page["next"]).json()["rows"][0]["data"] is None
    assert Delivery.objects.get(campus_no="14231100001").times == 2, "a removal is told of somebody as well"


def test_what_is_sensitive_needs_its_purpose_and_each_look_is_told(vendor, program, hand_in, units):
    row = {"campus_no": "0020200771", "post": "院长", "unit_code": "11", "mobile": "13800138000"}
    datahub.put(POSTS, [row], by=BY)
    steward = signed_in("管敏", "0020209388", "datahub.steward")
    said = {
        "token": str(uuid4()),
        "vendor": vendor.pk,
        "fields_given": ["mobile"],
        "purpose": "随便看看",
        "basis": "duty",
        "expires_on": (campus_today() + timedelta(days=9)).isoformat(),
    }
    assert steward.post(f"/datahub/shared/{POSTS}/grant/", said).status_code == 422
    ask_grant(POSTS, ["mobile"], purpose="离校手续")
    for _turn in range(2):
        assert program.get(POSTS).json()["rows"][0]["data"]["mobile"] == "13800138000"
    assert AuditEntry.objects.filter(action="datahub.look_shared").count() == 2
    ask_grant(POSTS, ["post"], purpose="名录")
    assert "mobile" not in program.get(POSTS).json()["rows"][0]["data"], "the later grant holds"
    assert sorted(Grant.objects.values_list("state", flat=True)) == ["agreed", "ended"]


def test_lines_and_tables_and_rubbish(vendor, program):
    ask_grant(CARD)
    cards(card(1), card(2))
    lines = program.get(CARD, format="ndjson", limit="1")
    assert lines.headers["Content-Type"].startswith("application/x-ndjson")
    assert (lines.content.count(b"\n"), lines.headers["Nanhu-Is-Last"]) == (1, "false")
    table = program.get(CARD, format="csv", since=lines.headers["Nanhu-Next"]).content.decode()
    assert table.splitlines()[0].startswith("removed,since,batch,uid")
    assert f"{2:08X}" in table
    for query in (
        {"since": "x"},
        {"since": "1"},
        {"limit": "0"},
        {"limit": "5001"},
        {"limit": "１"},
        {"format": "xml"},
        {"since": "9" * 40 + ".1"},
    ):
        assert program.get(CARD, **query).status_code == 400, query
    assert program.get(CARD, sinse="1.1").status_code == 400
    assert program.client.get(API + CARD).status_code == 401
    trying = reader_of(vendor, "test")
    assert len(trying.get(CARD).json()["rows"]) == 3
    assert trying.get("no.such").status_code == 404


def test_a_grant_is_asked_once_and_by_two(vendor, stranger):
    grant = ask_grant(CARD)
    assert grant.fields[0] == "uid"
    assert stranger.get("/datahub/grants/").status_code == 404
    assert stranger.get(f"/datahub/shared/{CARD}/grant/").status_code == 404
    steward = signed_in("管问", "0020209377", "datahub.steward")
    said = {
        "token": str(uuid4()),
        "vendor": vendor.pk,
        "fields_given": ["state"],
        "purpose": "x",
        "basis": "not_personal",
        "expires_on": (campus_today() + timedelta(days=9)).isoformat(),
    }
    assert steward.post(f"/datahub/shared/{CARD}/grant/", said).status_code == 422
    said["basis"] = "duty"
    for _turn in range(2):
        assert steward.post(f"/datahub/shared/{CARD}/grant/", said).status_code == 302
    assert Grant.objects.filter(state="asked").count() == 1
    waiting = Grant.objects.get(state="asked")
    page = steward.get(f"/datahub/grants/{waiting.public_id}/").content.decode()
    assert "take-back" in page
    assert steward.post(f"/datahub/grants/{waiting.public_id}/take-back/", {"answer": "填错"}).status_code == 302


def test_a_grant_agreed_to_after_its_day_ends_none_that_holds(vendor, program):
    holds = ask_grant(CARD)
    asking = signed_in("管迟", "0020209360", "datahub.steward")
    said = {
        "token": str(uuid4()),
        "vendor": vendor.pk,
        "fields_given": ["state"],
        "purpose": "短期核对",
        "basis": "duty",
        "expires_on": (campus_today() + timedelta(days=1)).isoformat(),
    }
    assert asking.post(f"/datahub/shared/{CARD}/grant/", said).status_code == 302
    late = Grant.objects.get(token=said["token"])
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        agreeing = signed_in("管次", "0020209361", "datahub.steward")
        refused = agreeing.post(f"/datahub/grants/{late.public_id}/approve/")
        assert refused.status_code in {409, 422}
        assert "截止日期要在今天之后" in refused.content.decode()
        assert program.get(CARD).status_code == 200
    assert dict(Grant.objects.values_list("pk", "state")) == {holds.pk: "agreed", late.pk: "asked"}
