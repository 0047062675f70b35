"""Shared tables read by others: by a grant alone, its fields, its rows, until its day; removed rows included; each person counted."""

import io
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid4

import polars as pl
import pytest
import time_machine
from django.db import transaction

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import ChangedFact
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Delivery, Grant, Reading, SharedRow, SharingDay
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sharing import copies, counting, interface, news, pages
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, signed_in, student
from nanhu.platforms.datahub.tests.shared import LENT, declare, declared, fields, loan
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.openapi.jobs import pause_silent
from nanhu.platforms.openapi.models import WebhookEvent
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.testing import sessions
from nanhu.testing.members import PASSWORD
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


def wanted(vendor, fields, **more):
    """What the form of a grant says."""
    return {
        "token": str(uuid4()),
        "vendor": vendor.pk,
        "fields_given": fields,
        "purpose": "图书借阅",
        "basis": "duty",
        "rows_a_day": 200_000,
        "expires_on": (campus_today() + timedelta(days=30)).isoformat(),
    } | more


def ask_grant(table, fields=None, company="图书公司", **more):
    """Agreed by two, as the pages do it."""
    first, second = (signed_in(f"管{n}", f"00202091{next(NUMBERS):02d}", "datahub.steward") for n in range(2))
    vendor = openapi.Vendor.objects.get(company=company)
    every = [one.name for one in shared_tables()[table].fields if not one.sensitive]
    said = wanted(vendor, fields or every, **more)
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
        assert program.get(CARD).status_code == 403, "until its day"
    grant = Grant.objects.get()
    steward = signed_in("管终", "0020209399", "datahub.steward")
    assert steward.post(f"/datahub/grants/{grant.public_id}/end/", {"reason": "合同到期"}).status_code == 302
    assert program.get(CARD).status_code == 404


@pytest.mark.capability("A001.1", "A001.2")
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


@pytest.mark.capability("A001.1", "A001.2")
@pytest.mark.parametrize("is_first", [True, False], ids=["of the first reading", "of a later one"])
def test_a_removal_between_two_pages_is_told_whatever_was_written_between(vendor, program, is_first):
    """He holds the first; while he pages it falls out, comes back and is removed, and no page is at the state between."""
    ask_grant(CARD, only="卡状态 = 正常")
    cards(*map(card, range(1, 4)))
    if is_first:
        page = program.get(CARD, limit="1").json()
        assert page["rows"][0]["key"]["uid"] == f"{1:08X}"
    else:
        page = {"next": all_rows(program, CARD)[1]}
    cards(card(1, state="lost"))
    cards(card(2, valid_until=campus_today() + timedelta(days=9)))
    cards(card(1))
    moved, following = [], page["next"]
    for _turn in range(2 if is_first else 1):
        page = program.get(CARD, since=following, limit="1").json()
        moved, following = moved + page["rows"], page["next"]
    assert moved[-1]["key"]["uid"] == f"{2:08X}"
    datahub.remove(CARD, [(f"{1:08X}",)], by=BY)
    told, since = all_rows(program, CARD, since=following, limit="1")
    assert (f"{1:08X}", None) in [(row["key"]["uid"], row["data"]) for row in told]
    assert all_rows(program, CARD, since=since)[0] == [], "told once"


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
    other = reader_of(registered("别的公司"))
    ask_grant(CARD, ["state"], "别的公司")
    assert other.get(CARD, since=since).status_code == 422, "another's cursor"
    trying = reader_of(vendor, "test")
    assert trying.get(CARD, since=trying.get(CARD).json()["next"]).status_code == 200


def test_a_cursor_from_before_a_restore_is_refused(vendor, program, monkeypatch):
    """The rows behind it are gone or others: it would pass over them for good."""
    ask_grant(CARD)
    cards(card(1))
    _rows, before = all_rows(program, CARD)
    with transaction.atomic():
        cards(card(2))
        _rows, since = all_rows(program, CARD)
        transaction.set_rollback(True)
    assert program.get(CARD, since=since).json()["error"]["code"] == "cursor_refused", "it stands beyond the last row"
    assert program.get(CARD, since=before).status_code == 200
    monkeypatch.setattr(interface, "epoch", lambda: "as it was put back")
    assert program.get(CARD, since=before).json()["error"]["code"] == "cursor_refused", "of another database"
    assert len(all_rows(program, CARD)[0]) == 1


def test_rows_outside_the_grant_are_not_told_and_leave_when_they_fall_out(vendor, program):
    ask_grant(CARD, only="卡状态 = issued、frozen")
    cards(card(1), card(2, state="lost"), card(3, state="frozen"))
    rows, since = all_rows(program, CARD)
    assert [row["key"]["uid"] for row in rows] == [f"{1:08X}", f"{3:08X}"]
    cards(card(1, state="lost"), card(2, state="closed"))
    news, _since = all_rows(program, CARD, since=since)
    assert [(row["key"]["uid"], row["data"]) for row in news] == [(f"{1:08X}", None)]


def test_who_fell_out_before_the_first_reading_is_not_told_and_who_fell_out_is_told_once(vendor, program):
    cards(*map(card, range(1, 4)))
    cards(card(1, state="lost"))
    ask_grant(CARD, only="卡状态 = 正常")
    _rows, since = all_rows(program, CARD)
    cards(card(1, state="closed"), card(2, state="lost"))
    news, since = all_rows(program, CARD, since=since)
    assert [(row["key"]["uid"], row["data"]) for row in news] == [(f"{2:08X}", None)], "the first was never given"
    cards(card(2, state="closed"))
    assert all_rows(program, CARD, since=since)[0] == [], "he knows it already"


def test_a_vendor_follows_a_corrected_number_when_he_read_the_new_one(vendor, program, hand_in, units):
    hand_in(register(student()))
    person_id = people.find_person_by_campus_no("14231100001")
    ask_grant(CARD)
    cards(card(1, campus_no="14231100009"))
    program.get(CARD)
    counting.count_readings()
    fact = ChangedFact(person_id=person_id, field="people.campus_no", was="14231100009", since=now())
    assert [one.followed_at for one in copies.copies_of(fact)] == [None]
    cards(card(1, campus_no="14231100001"))
    program.get(CARD)
    counting.count_readings()
    assert [one.followed_at is not None for one in copies.copies_of(fact)] == [True]
    assert list(copies.copies_of(replace(fact, field="people.name"))) == [], "no name goes out"


def test_each_person_is_counted_and_told(vendor, program, hand_in, units):
    hand_in(register(student()))
    ask_grant(CARD)
    cards(card(1, campus_no="14231100001"))
    for _turn in range(3):
        assert program.get(CARD, limit="1").status_code == 200
        assert program.get(CARD, limit="1").status_code == 200, "pages of one minute are one reading"
        counting.count_readings()
    assert list(SharingDay.objects.values_list("pages", "rows")) == [(6, 6)]
    assert list(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 3)]
    looks = AuditEntry.objects.filter(action="datahub.share_person")
    assert [(one.reason, one.actor) for one in looks] == [("图书借阅", "vendor:图书公司")], "once a day"
    tag = program.get(CARD).headers["ETag"]
    answer = program.client.get(API + CARD, headers={"authorization": f"Bearer {program.secret}", "if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["Nanhu-As-Of"]
    counting.count_readings()
    assert Delivery.objects.get().times == 4, "what was not given is not counted"
    cards(card(2))
    assert program.get(CARD).headers["ETag"] != tag


def test_a_person_is_counted_where_the_number_is_not_given_and_where_the_row_is_removed(
    vendor, program, hand_in, units
):
    hand_in(register(student()))
    ask_grant(CARD, ["state"])
    cards(card(1, campus_no="14231100001"), card(2))
    page = program.get(CARD).json()
    assert set(page["rows"][0]["data"]) == {"uid", "state"}, "a reader of cards joins it to the person"
    counting.count_readings()
    assert sorted(Delivery.objects.values_list("campus_no", "times")) == [("14231100001", 1), ("14231100002", 1)]
    looks = AuditEntry.objects.filter(action="datahub.share_person")
    assert [one.facts["campus_no"] for one in looks] == ["14231100001"]
    datahub.remove(CARD, [(f"{1:08X}",)], by=BY)
    assert program.get(CARD, since=page["next"]).json()["rows"][0]["data"] is None
    counting.count_readings()
    assert Delivery.objects.get(campus_no="14231100001").times == 2, "a removal is told of somebody as well"


def test_a_person_reads_which_company_got_which_table_of_him(vendor, program, hand_in, units):
    hand_in(register(student()))
    identity.open_accounts(by=BY, person_ids=[people.find_person_by_campus_no("14231100001")])
    identity_sample.set_password_for_sample(by=BY, campus_no="14231100001", password=PASSWORD)
    ask_grant(CARD)
    cards(card(1, campus_no="14231100001"))
    program.get(CARD)
    counting.count_readings()
    page = sessions.signed_in("14231100001").get("/account/data/looks").content.decode()
    assert all(part in page for part in ("图书公司", "校园卡", "图书借阅"))
    assert "系统自动处理" not in page


NAMED = {
    "student.tutor": ({"campus_no": "14231100001", "kind": "导师", "staff_no": "0020200771"}, 2),
    "flows.task": ({"task": "T1", "number": "N1", "step": "leader", "state": "done", "done_by": "0020200771"}, 1),
    "flows.case": (
        {"number": "N1", "process": "leave", "process_name": "请假", "campus_no": "14231100001", "state": "running"},
        1,
    ),
}


@pytest.mark.parametrize("table", NAMED)
def test_everybody_whom_a_row_names_is_counted_and_such_a_table_is_personal(vendor, program, table):
    row, persons = NAMED[table]
    if "opened_at" in shared_tables()[table].by_name:
        row = row | {"opened_at": now()}
    datahub.put(table, [row], by=BY)
    steward = signed_in("管个", "0020209389", "datahub.steward")
    every = [one.name for one in shared_tables()[table].fields if not one.sensitive]
    said = wanted(vendor, every, basis="not_personal")
    assert steward.post(f"/datahub/shared/{table}/grant/", said).status_code == 422
    ask_grant(table)
    since = program.get(table).json()["next"]
    datahub.remove(table, [[row[name] for name in shared_tables()[table].keys]], by=BY)
    assert program.get(table, since=since).json()["rows"][0]["data"] is None
    counting.count_readings()
    assert list(Delivery.objects.values_list("times", flat=True)) == [1] * persons, "pages of a minute are one reading"
    assert set(Delivery.objects.values_list("campus_no", flat=True)) == {
        number for name, number in row.items() if name in {"campus_no", "staff_no", "done_by"}
    }


def test_what_is_sensitive_needs_its_purpose_and_each_look_is_told(vendor, program, hand_in, units):
    row = {"campus_no": "0020200771", "post": "院长", "unit_code": "11", "mobile": "13800138000"}
    datahub.put(POSTS, [row], by=BY)
    steward = signed_in("管敏", "0020209388", "datahub.steward")
    said = wanted(vendor, ["mobile"], purpose="随便看看")
    assert steward.post(f"/datahub/shared/{POSTS}/grant/", said).status_code == 422
    ask_grant(POSTS, ["mobile"], purpose="离校手续")
    for _turn in range(2):
        assert program.get(POSTS).json()["rows"][0]["data"]["mobile"] == "13800138000"
        counting.count_readings()
    assert AuditEntry.objects.filter(action="datahub.look_shared").count() == 2
    ask_grant(POSTS, ["post"], purpose="名录")
    assert "mobile" not in program.get(POSTS).json()["rows"][0]["data"], "the later grant holds"
    assert sorted(Grant.objects.values_list("state", flat=True)) == ["agreed", "ended"]


@pytest.mark.capability("A001.1", "A001.2")
def test_lines_and_tables_and_rubbish(vendor, program):
    ask_grant(CARD)
    cards(card(1), card(2))
    lines = program.get(CARD, format="ndjson", limit="1")
    assert lines.headers["Content-Type"].startswith("application/x-ndjson")
    assert (lines.content.count(b"\n"), lines.headers["Nanhu-Is-Last"]) == (1, "false")
    table = program.get(CARD, format="csv", since=lines.headers["Nanhu-Next"]).content.decode()
    assert table.splitlines()[0].startswith("removed,since,batch,source,uid")
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
        assert program.get(CARD, **query).status_code == 422, query
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
    said = wanted(vendor, ["state"], basis="not_personal")
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
    tomorrow = (campus_today() + timedelta(days=1)).isoformat()
    said = wanted(vendor, ["state"], purpose="短期核对", expires_on=tomorrow)
    assert asking.post(f"/datahub/shared/{CARD}/grant/", said).status_code == 302
    late = Grant.objects.get(token=said["token"])
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        agreeing = signed_in("管次", "0020209361", "datahub.steward")
        refused = agreeing.post(f"/datahub/grants/{late.public_id}/approve/")
        assert refused.status_code in {409, 422}
        assert "截止日期要在今天之后" in refused.content.decode()
        assert program.get(CARD).status_code == 200
    assert dict(Grant.objects.values_list("pk", "state")) == {holds.pk: "agreed", late.pk: "asked"}


def test_a_grant_that_narrows_takes_back_what_the_consumer_holds(vendor, program):
    ask_grant(CARD)
    cards(*map(card, range(1, 5)))
    cards(card(2, state="lost"))
    _rows, since = all_rows(program, CARD)
    cards(card(3, state="lost"))
    datahub.remove(CARD, [(f"{4:08X}",)], by=BY)
    ask_grant(CARD, ["state"], only="卡状态 = 正常")
    news_of_it, since = all_rows(program, CARD, since=since, limit="1")
    told = {row["key"]["uid"]: row["data"] for row in news_of_it}
    assert told[f"{1:08X}"] == {"uid": f"{1:08X}", "state": "issued"}, "all anew, with today's fields"
    assert [told[f"{n:08X}"] for n in (2, 3, 4)] == [None, None, None], "held by the wider grant, and no more"
    assert all_rows(program, CARD, since=since)[0] == [], "told once"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (POSTS, {"only": "岗位等级 = --3"}),
        (POSTS, {"only": "任职日期 = 2026-02-30"}),
        (POSTS, {"only": "手机号码 = 13800138000"}),
        (CARD, {"only": "卡状态 = 正常\n卡状态 = 已挂失"}),
        (CARD, {"past_from": "0001-01-01"}),
        (CARD, {"past_from": "9999-12-31"}),
        (CARD, {"rows_a_day": "0"}),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(vendor, table, said):
    steward = signed_in("管拒", "0020209373", "datahub.steward")
    answer = steward.post(f"/datahub/shared/{table}/grant/", wanted(vendor, ["campus_no"], **said))
    assert answer.status_code == 422, said


@pytest.mark.parametrize("value", ["issue", "卡", "1"])
def test_a_value_that_a_field_cannot_have_is_refused_in_words(vendor, value):
    steward = signed_in("管值", "0020209370", "datahub.steward")
    said = wanted(vendor, ["state"], only=f"卡状态 = {value}")
    answer = steward.post(f"/datahub/shared/{CARD}/grant/", said)
    assert answer.status_code == 422
    assert "issued（正常）" in answer.content.decode()


def test_rows_are_picked_by_values_of_their_own_kind(vendor, program):
    row = {"campus_no": "0020200771", "post": "院长", "unit_code": "11"}
    datahub.put(POSTS, [row | {"is_budgeted": True}, row | {"campus_no": "0020200772", "is_budgeted": False}], by=BY)
    ask_grant(POSTS, only="是否在编 = 是")
    assert [one["data"]["campus_no"] for one in program.get(POSTS).json()["rows"]] == ["0020200771"]


def test_a_field_that_became_sensitive_or_is_gone_goes_out_no_more(vendor, program, monkeypatch):
    declare(monkeypatch)
    datahub.put(LENT["key"], [loan(copies=2, state="out")], by=BY)
    ask_grant(LENT["key"], ["copies", "state"])
    assert set(program.get(LENT["key"]).json()["rows"][0]["data"]) == {"book", "campus_no", "copies", "state"}
    later = fields(copies={"sensitive": True}, state=None)
    monkeypatch.setitem(shared_tables(), LENT["key"], declared(fields=later))
    for form in ("json", "ndjson", "csv"):
        given = program.get(LENT["key"], format=form).content.decode()
        assert "copies" not in given, form
        assert "state" not in given, form
    assert program.get("products").json()["products"][0]["fields"] == ["book", "campus_no"]


def test_what_is_masked_goes_out_masked_for_any_purpose(vendor, program, monkeypatch):
    declare(monkeypatch, fields=fields(phone={"mask": "phone"}))
    datahub.put(LENT["key"], [loan(phone="13800138000")], by=BY)
    ask_grant(LENT["key"], ["phone"], masked=["phone"], purpose="借阅提醒")
    page = program.get(LENT["key"]).json()
    assert page["rows"][0]["data"]["phone"] == "138****8000"
    assert program.get("products").json()["products"][0]["masked"] == ["phone"]
    counting.count_readings()
    assert not AuditEntry.objects.filter(action="datahub.look_shared").exists(), "no look at what is masked"
    steward = signed_in("管码", "0020209371", "datahub.steward")
    said = wanted(vendor, ["copies"], masked=["copies"])
    assert steward.post(f"/datahub/shared/{LENT['key']}/grant/", said).status_code == 422, "has no mask"


def test_an_earlier_state_is_read_where_the_grant_says_so(vendor, program):
    cards(*map(card, range(1, 4)))
    then = now().isoformat().replace("+00:00", "Z")
    cards(card(1, state="lost"))
    datahub.remove(CARD, [(f"{2:08X}",)], by=BY)
    ask_grant(CARD)
    assert program.get(CARD, as_of=then).json()["error"]["code"] == "past_refused"
    ask_grant(CARD, past_from=(campus_today() - timedelta(days=1)).isoformat())
    rows, since = all_rows(program, CARD, as_of=then, limit="2")
    assert [row["data"]["state"] for row in rows] == ["issued"] * 3
    assert program.get(CARD, since=since).status_code == 422, "a cursor of the past is none of today"
    assert program.get(CARD, as_of=(campus_today() - timedelta(days=60)).isoformat()).status_code == 403
    assert program.get(CARD, as_of=f"{campus_today()}T00:00:00+23:59").status_code == 200, "a moment as any other"
    for nonsense in ("gestern", (now() + timedelta(days=1)).isoformat(), "2026-13-01", "9999-12-31T23:59:59+00:00"):
        assert program.get(CARD, as_of=nonsense).status_code == 422, nonsense


def test_an_address_with_thousands_of_parameters_is_the_caller_s_fault_and_not_ours(vendor, program):
    ask_grant(CARD)
    answer = program.get(f"{CARD}?{'&'.join('limit=1' for _n in range(2000))}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parameter_refused")


def test_a_poll_passes_over_once_what_is_not_the_grants(vendor, program):
    ask_grant(CARD, only="卡状态 = issued")
    cards(card(1))
    _rows, since = all_rows(program, CARD)
    cards(*(card(n, state="lost") for n in range(2, 9)))
    _news, later = all_rows(program, CARD, since=since)
    newest = SharedRow.objects.latest("id").pk
    assert int(later.split(".")[0]) == newest
    assert int(since.split(".")[0]) < newest


def test_rows_of_a_day_have_a_ceiling(vendor, program):
    ask_grant(CARD, rows_a_day=5)
    cards(*map(card, range(1, 9)))
    page = program.get(CARD, limit="3").json()
    counting.count_readings()
    page = program.get(CARD, limit="3", since=page["next"]).json()
    assert len(page["rows"]) == 2, "as many as are left"
    tomorrow = start_of(campus_today() + timedelta(days=1))
    late = max(now() + timedelta(seconds=1), tomorrow - timedelta(hours=1))
    with time_machine.travel(late, tick=False):
        refused = program.get(CARD, since=page["next"])
    assert refused.json()["error"]["code"] == "daily_rows_used_up"
    assert abs(int(refused["Retry-After"]) - (tomorrow - late).total_seconds()) <= 1, "when the day is over"
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert len(program.get(CARD, since=page["next"]).json()["rows"]) == 3


def test_rows_are_counted_for_the_day_before_they_are_given(vendor, program):
    ask_grant(CARD, rows_a_day=5)
    cards(*map(card, range(1, 9)))
    page = program.get(CARD, limit="3").json()
    assert list(SharingDay.objects.values_list("pages", "rows", "read_to")) == [(1, 3, None)]
    program.get(CARD, limit="3", since=page["next"])
    counting.count_readings()
    assert list(SharingDay.objects.values_list("pages", "rows")) == [(2, 5)], "once, by whichever way"


def test_a_grant_ended_while_a_page_is_read_gives_nothing(vendor, program, monkeypatch):
    grant = ask_grant(CARD)
    cards(card(1))
    fetched = pages.fetched

    def ended_meanwhile(asked, most):
        found = fetched(asked, most)
        Grant.objects.filter(pk=grant.pk).update(state="ended")
        return found

    monkeypatch.setattr(pages, "fetched", ended_meanwhile)
    answer = program.get(CARD)
    assert answer.status_code == 404
    assert not Reading.objects.exists()


def test_a_grant_that_expires_between_two_pages_says_so_and_its_cursor_is_good_after_the_renewal(vendor, program):
    tomorrow = campus_today() + timedelta(days=1)
    grant = ask_grant(CARD, ["campus_no", "state"], only="卡状态 = 正常、已挂失", expires_on=tomorrow.isoformat())
    cards(*map(card, range(1, 5)))
    page = program.get(CARD, limit="2")
    assert page.headers["Nanhu-Granted-Until"] == tomorrow.isoformat()
    following = page.json()["next"]
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        refused = program.get(CARD, since=following)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "grant_expired")
        assert tomorrow.isoformat() in refused.json()["error"]["message"]
        other = reader_of(registered("别的公司"))
        assert other.get(CARD).json()["error"]["code"] == "product_unknown", "nobody else hears of it"
        steward = signed_in("管续", "0020209350", "datahub.steward")
        assert str(grant.public_id) in steward.get("/datahub/grants/ending/").content.decode()
        assert "已到期" in steward.get(f"/datahub/grants/{grant.public_id}/").content.decode()
        form = steward.get(f"/datahub/shared/{CARD}/grant/?like={grant.public_id}").context["form"]
        said = {name: form.initial[name] for name in ("only", "purpose", "basis", "rows_a_day")}
        ask_grant(CARD, form.initial["fields_given"], **said)
        datahub.remove(CARD, [(f"{1:08X}",)], by=BY)
        cards(card(5), card(6, state="closed"))
        told, since = all_rows(program, CARD, since=following, limit="2")
        found = {row["key"]["uid"]: row["data"] and row["data"]["state"] for row in told}
        assert found == {f"{n:08X}": "issued" for n in (3, 4, 5)} | {f"{1:08X}": None}, "from where it stopped"
        assert all_rows(program, CARD, since=since)[0] == []
        assert str(grant.public_id) not in steward.get("/datahub/grants/ending/").content.decode()


def test_a_grant_that_expires_while_a_page_is_read_gives_nothing(vendor, program, monkeypatch):
    ask_grant(CARD, expires_on=(campus_today() + timedelta(days=1)).isoformat())
    cards(card(1))
    fetched, later = pages.fetched, time_machine.travel(now() + timedelta(days=2), tick=False)

    def expired_meanwhile(asked, most):
        later.start()
        return fetched(asked, most)

    monkeypatch.setattr(pages, "fetched", expired_meanwhile)
    answer = program.get(CARD)
    later.stop()
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "grant_expired")
    assert not Reading.objects.exists()


def test_who_left_is_told_and_who_becomes_known_later_as_well(vendor, program, hand_in, units):
    hand_in(register(student(), student(no="14231100003", name="周远", document=id_number(order=5), phone="")))
    Affiliation.objects.filter(campus_no="14231100003").update(state="ended", ends_on=campus_today())
    ask_grant(CARD)
    cards(card(1, campus_no="14231100003"), card(2, campus_no="14231100004"))
    program.get(CARD)
    counting.count_readings()
    looks = AuditEntry.objects.filter(action="datahub.share_person")
    assert [one.facts["campus_no"] for one in looks] == ["14231100003"]
    hand_in(register(student(no="14231100004", name="吴迟", document=id_number(order=7), phone="")), name="后来.csv")
    for _turn in range(2):
        counting.tell_those_known_since()
    assert sorted(one.facts["campus_no"] for one in looks.all()) == ["14231100003", "14231100004"]
    with time_machine.travel(now() + timedelta(days=366 * 3 + 1), tick=False):
        assert counting.forget_old() == 2


def test_who_asks_again_and_again_where_nothing_is_new_is_written_down_once(vendor, program):
    cards(card(1))
    ask_grant(CARD)
    _rows, since = all_rows(program, CARD)
    assert Reading.objects.count() == 1
    for _turn in range(3):
        assert program.get(CARD, since=since).json()["rows"] == []
    assert Reading.objects.count() == 1
    cards(card(2))
    assert len(program.get(CARD, since=since).json()["rows"]) == 1
    assert Reading.objects.count() == 2


def test_a_vendor_hears_that_there_is_news_and_of_nobody(vendor, program):
    openapi.set_webhook(by=BY, vendor=vendor, mode="live", url="https://lib.example.com/hook")
    ask_grant(CARD, wants_news="on", only="卡状态 = issued")
    cards(card(1))
    assert news.tell_news() == 0, "who never read to the end waits for nothing"
    _rows, since = all_rows(program, CARD)
    counting.count_readings()
    cards(card(2, state="lost"))
    assert news.tell_news() == 0, "not of this grant"
    cards(card(3, campus_no="14231100003"))
    assert [news.tell_news() for _turn in range(2)] == [1, 0]
    (told,) = openapi.deliveries_of(vendor, "hub.news:")
    newest = SharedRow.objects.latest("id").pk
    assert told.event.facts == {"object": "news", "product": CARD, "as_far_as": str(newest)}
    assert (told.event.kind, told.state) == ("hub.news", "waiting")
    page = signed_in("管看", "0020209372", "datahub.steward").get(f"/datahub/grants/{Grant.objects.get().public_id}/")
    assert str(newest) in page.content.decode()
    all_rows(program, CARD, since=since)
    counting.count_readings()
    assert news.tell_news() == 0


def test_a_consumer_that_never_acknowledges_gets_one_notice_is_paused_and_loses_nothing(vendor, program):
    openapi.set_webhook(by=BY, vendor=vendor, mode="live", url="https://lib.example.com/hook")
    grant = ask_grant(CARD, wants_news="on")
    cards(card(1))
    _rows, since = all_rows(program, CARD)
    counting.count_readings()
    for number in (2, 3, 4):
        cards(card(number))
        news.tell_news()
    told = openapi.deliveries_of(vendor, "hub.news:")
    assert [one.state for one in told] == ["waiting"], "the next is told of when it took this one"
    told.update(state="given_up", due_at=None, ended_at=now())
    pause_silent()
    cards(card(5))
    assert news.tell_news() == 0
    assert WebhookEvent.objects.count() == 1, "nothing piles up for who takes nothing"
    steward = signed_in("管停", "0020209351", "datahub.steward")
    assert "变化通知暂停了" in steward.get(f"/datahub/grants/{grant.public_id}/").content.decode()
    openapi.set_webhook(by=BY, vendor=vendor, mode="live", url="https://lib.example.com/hook")
    assert [one.state for one in told.all()] == ["waiting", "given_up"], "what it did not hear is sent anew"
    told.filter(state="waiting").update(state="done", due_at=None, ended_at=now())
    assert news.tell_news() == 1, "and what came meanwhile"
    assert [row["key"]["uid"] for row in all_rows(program, CARD, since=since)[0]] == [f"{n:08X}" for n in range(2, 6)]


def test_who_first_read_an_empty_product_hears_of_its_first_row(vendor, program):
    openapi.set_webhook(by=BY, vendor=vendor, mode="live", url="https://lib.example.com/hook")
    ask_grant(CARD, wants_news="on")
    for _turn in range(2):
        assert program.get(CARD).json()["rows"] == []
        counting.count_readings()
    assert list(SharingDay.objects.values_list("pages", flat=True)) == [1], "an end is written down once"
    cards(card(1))
    assert [news.tell_news() for _turn in range(2)] == [1, 0]


def test_parquet_is_typed(vendor, program):
    ask_grant(CARD)
    cards(card(1), card(2))
    datahub.remove(CARD, [(f"{2:08X}",)], by=BY)
    answer = program.get(CARD, format="parquet")
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    frame = pl.read_parquet(io.BytesIO(answer.content))
    assert frame.columns[:5] == ["removed", "since", "batch", "source", "uid"]
    row = frame.row(0, named=True)
    assert (row["removed"], row["valid_from"], row["state"]) == (False, campus_today(), "issued")
    assert row["since"].utcoffset() == timedelta(0)
    empty = program.get(CARD, format="parquet", since=answer.headers["Nanhu-Next"])
    assert pl.read_parquet(io.BytesIO(empty.content)).height == 0
