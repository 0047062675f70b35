"""数据共享申请 by everybody's door: asked for in 办事大厅, decided in 待办 by the data's owner and a steward, and read by the vendor's program."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import Q

from nanhu.kernel import audit
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.tests.shared import LENT, declare, declared, fields, loan
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import tasks
from nanhu.platforms.flows.services.cases import withdraw
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages.models import Entry
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.platforms.portal.sharing import services
from nanhu.platforms.portal.sharing.desk import desk
from nanhu.testing.database import school_fixture
from nanhu.testing.killing import at_once, killed
from nanhu.testing.open_api import Program
from nanhu.testing.pages import PageTests

from .conftest import ORIGIN, TEST, join, signed_in

pytestmark = pytest.mark.django_db
TABLE, AT = LENT["key"], "/me/sharing/"
ASKER, LIBRARIAN, CENTRE, FIRST, SECOND = "T00317", "T00700", "T00701", "T00702", "T00703"
OFFICES = [
    people.UnitRecord(code="1020", name="图书馆", parent_code="00"),
    people.UnitRecord(code="1032", name="信息中心", parent_code="00"),
]


class Reader(Program):
    prefix = "/api/hub/v1/"


def with_offices():
    """The library has a head, the information centre too, and two stewards look after data."""
    join("陈思远", staff=ASKER)
    people.apply_units(by=TEST, records=OFFICES, origin=ORIGIN)
    join("馆长", staff=LIBRARIAN)
    join("主任", staff=CENTRE)
    for number in (FIRST, SECOND):
        join(f"管{number[-1]}", staff=number, roles=("datahub.steward",))
    for unit, number in (("1020", LIBRARIAN), ("1032", CENTRE)):
        appoint(people.unit_ids_by_code([unit])[unit], number)
    order = openapi.VendorOrder(
        company="催还公司", contact="刘工", scopes=("hub.read",), addresses=("10.20.0.0/24",), per_minute=6000
    )
    vendor = openapi.register_vendor(by=TEST, order=order)
    return openapi.make_key(by=TEST, vendor=vendor, mode="live", name="读").text


def appoint(unit_id, number):
    """As its head."""
    person_id = people.find_person_by_campus_no(number)
    said = {"unit_id": unit_id, "office": "head", "person_id": person_id, "document": "任命"}
    people.appoint(by=TEST, starts_on=date(2026, 9, 1), ends_on=None, **said)


campus = school_fixture(with_offices)


@pytest.fixture
def program(campus, monkeypatch):
    declare(monkeypatch, fields=fields(phone={"mask": "phone"}))
    datahub.put(TABLE, [loan(copies=2, state="out", phone="13800138000"), loan(book="B2", state="back")], by=TEST)
    return Reader(campus, address="10.20.0.9")


def wanted(**more):
    return {
        "token": str(uuid4()),
        "vendor": openapi.Vendor.objects.get(company="催还公司").pk,
        "fields_given": ["state", "copies", "phone"],
        "masked": ["phone"],
        "only": "状态 = 在借",
        "purpose": "到期提醒",
        "basis": "duty",
        "rows_a_day": 5000,
        "expires_on": (campus_today() + timedelta(days=30)).isoformat(),
    } | more


def request_data(client, **more):
    answer = client.post(f"{AT}new/{TABLE}/", wanted(**more))
    assert answer.status_code == 302, answer.context["form"].errors
    return Grant.objects.latest("pk")


def open_task(number):
    """What waits for somebody, as a person or by a post."""
    mine = Q(person_id=people.find_person_by_campus_no(number)) | Q(pool_unit__isnull=False)
    return signed_in(number), Task.objects.filter(mine, state="open").get()


def decide(number, decision="agree", comment=""):
    """What the page says after it."""
    client, task = open_task(number)
    said = {"decision": decision, "revision": task.revision, "comment": comment}
    answer = client.post(f"/flows/tasks/{task.public_id}/decide/", said)
    assert answer.status_code == 302, answer.content.decode()
    return client, answer["Location"]


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def waits_for(number):
    return len(signed_in(number).get("/flows/").context["list"].page.object_list)


@pytest.mark.capability("A007.1")
def test_what_an_office_asks_for_is_given_once_its_owner_and_a_steward_agreed_and_until_its_day(program):
    asker = signed_in(ASKER)
    assert f"{AT}new/" in text_of(asker, "/flows/new/"), "办事大厅 leads there"
    assert "图书馆的负责人" in text_of(asker, f"{AT}new/")
    assert "图书馆的负责人" in text_of(asker, f"{AT}new/{TABLE}/")
    grant = request_data(asker)
    case = Case.objects.get()
    assert [waits_for(one) for one in (CENTRE, FIRST, SECOND)] == [0, 0, 0]
    librarian, task = open_task(LIBRARIAN)
    page = text_of(librarian, f"/flows/tasks/{task.public_id}/")
    for words in (
        "催还公司",
        "借阅",
        "册数",
        "手机号码（掩码）",
        "状态 = out（在借）",
        "到期提醒",
        "履行法定职责",
        "没有",
    ):
        assert words in page, words
    assert f"{AT}{grant.public_id}/" in page
    assert "今天有 1 行会给出" in text_of(librarian, f"{AT}{grant.public_id}/")
    decide(LIBRARIAN)
    assert program.get(TABLE).status_code == 404, "one is not enough"
    assert "已办理" in text_of(*decide(FIRST))
    [row] = program.get(TABLE).json()["rows"]
    assert row["data"] == {
        "book": "B1",
        "campus_no": "14231100001",
        "copies": 2,
        "state": "out",
        "phone": "138****8000",
    }
    case.refresh_from_db()
    assert (case.outcome, waits_for(SECOND)) == ("granted", 0)
    shown = text_of(signed_in(FIRST), f"/datahub/grants/{grant.public_id}/")
    for words in (case.number, "陈思远", "馆长", "管2"):
        assert words in shown, words
    line = AuditEntry.objects.get(action="datahub.agree_grant")
    assert (line.facts["number"], line.facts["owner_name"]) == (case.number, "馆长")
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        assert program.get(TABLE).json()["error"]["code"] == "grant_expired"
    assert asker.post(f"{AT}{grant.public_id}/end/", {"reason": "系统下线"}).status_code == 302
    assert program.get(TABLE).status_code == 404, "ended by who asked for it, at once"


def test_a_grant_in_its_last_fortnight_is_renewed_by_the_same_process(program):
    grant = request_data(signed_in(ASKER))
    is_of_the_centre(SECOND)
    decide(LIBRARIAN)
    decide(FIRST)
    like = f"{AT}new/{TABLE}/?like={grant.public_id}"
    assert like not in text_of(signed_in(ASKER), AT)
    early = start_of(campus_today() + timedelta(days=16)) + timedelta(hours=1)
    with time_machine.travel(early, tick=False):  # of UTC it is yesterday
        assert [services.tell_ending(), services.tell_ending()] == [1, 0]
        assert Entry.objects.filter(message__template="portal.grant_ending").count() == 1
        asker = signed_in(ASKER)
        assert like in text_of(asker, AT)
        form = asker.get(like).context["form"]
        assert form.initial["only"] == "状态 = out"
        assert "only" not in signed_in(SECOND).get(like).context["form"].initial, "somebody else's says nothing"
        until = (campus_today() + timedelta(days=100)).isoformat()
        again = request_data(
            asker,
            **{
                **form.initial,
                "past_from": "",
                "expires_on": until,
                "fields_given": ["state", "phone"],
                "masked": [],
                "purpose": "催还",
            },
        )
        assert like not in text_of(asker, AT), "it is under way"
        librarian, task = open_task(LIBRARIAN)
        page = text_of(librarian, f"/flows/tasks/{task.public_id}/")
        assert "手机号码（敏感）" in page, "in the clear now"
        decide(LIBRARIAN)
        decide(SECOND)
        assert Case.objects.latest("pk").data["added"] == "手机号码（敏感）"
    with time_machine.travel(now() + timedelta(days=40), tick=False):
        [row] = program.get(TABLE).json()["rows"]
        assert row["data"]["phone"] == "13800138000"
    assert dict(Grant.objects.values_list("pk", "state")) == {grant.pk: "ended", again.pk: "agreed"}


@pytest.mark.parametrize("decider", [LIBRARIAN, FIRST])
def test_a_refusal_comes_back_with_its_reason_and_nothing_is_given(program, decider):
    asker = signed_in(ASKER)
    grant = request_data(asker)
    refused = asker.post(f"{AT}new/{TABLE}/", wanted())
    assert refused.status_code == 422, "one of a table and a company at a time"
    if decider == FIRST:
        decide(LIBRARIAN)
    decide(decider, "refuse", "用不着手机号码")
    assert "用不着手机号码" in text_of(asker, f"/flows/cases/{Case.objects.get().public_id}/")
    grant.refresh_from_db()
    assert (grant.state, grant.answer) == ("refused", "用不着手机号码")
    assert "未同意" in text_of(asker, AT)
    assert program.get(TABLE).status_code == 404
    assert request_data(asker, fields_given=["state"], masked=[]).state == "in_case", "asked anew at once"


def test_who_asks_decides_nothing_and_who_decided_does_not_decide_twice(program):
    """A steward asks, who heads the library too; the other steward is the only one left, and one is not enough."""
    identity.grant_role(by=TEST, account_id=identity.account_with(LIBRARIAN).pk, role="datahub.steward")
    grant = request_data(signed_in(LIBRARIAN))
    assert waits_for(LIBRARIAN) == 0
    task = Task.objects.filter(state="open").first()
    said = {"decision": "agree", "revision": task.revision, "comment": ""}
    assert signed_in(LIBRARIAN).post(f"/flows/tasks/{task.public_id}/decide/", said).status_code in {404, 409}
    assert signed_in(LIBRARIAN).post(f"/datahub/grants/{grant.public_id}/approve/").status_code == 409
    assert signed_in(FIRST).post(f"/datahub/grants/{grant.public_id}/approve/").status_code == 409, "its case decides"
    assert "没有负责人" in Case.objects.get().data["first"]
    assert (waits_for(FIRST), waits_for(SECOND)) == (1, 1)
    decide(FIRST)
    assert (waits_for(FIRST), waits_for(SECOND)) == (0, 1)
    _client, task = open_task(SECOND)
    for taker, words in ((FIRST, "前一步是您决定的"), (CENTRE, "只有数据管理员能同意")):
        Task.objects.filter(pk=task.pk).update(person_id=people.find_person_by_campus_no(taker))
        answer = signed_in(taker).post(f"/flows/tasks/{task.public_id}/decide/", said | {"revision": task.revision})
        assert answer.status_code == 409
        assert words in answer.content.decode()
        assert program.get(TABLE).status_code == 404
    Task.objects.filter(pk=task.pk).update(person_id=people.find_person_by_campus_no(SECOND))
    decide(SECOND)
    assert program.get(TABLE).status_code == 200


def test_where_the_owner_has_no_head_two_stewards_decide_and_the_page_says_so(program, monkeypatch):
    monkeypatch.setitem(shared_tables(), TABLE, declared(owner="体育学院"))
    asker = signed_in(ASKER)
    assert "数据管理员（体育学院现在没有负责人）" in text_of(asker, f"{AT}new/{TABLE}/")
    request_data(asker, fields_given=["state"], masked=[])
    assert waits_for(LIBRARIAN) == 0
    decide(SECOND)
    assert program.get(TABLE).status_code == 404
    decide(FIRST)
    assert program.get(TABLE).status_code == 200


def becomes_sensitive(monkeypatch):
    monkeypatch.setitem(
        shared_tables(), TABLE, declared(fields=fields(phone={"mask": "phone"}, copies={"sensitive": True}))
    )
    return "敏感项只为这些用途给出"


def becomes_sensitive_for_this_purpose(monkeypatch):
    later = fields(phone={"mask": "phone"}, copies={"sensitive": True})
    monkeypatch.setitem(shared_tables(), TABLE, declared(fields=later, purposes=["催还", "到期提醒"]))
    return "和申请时写的不一样了"


def is_gone(monkeypatch):
    monkeypatch.delitem(shared_tables(), TABLE)
    return "这张共享表已经没有了"


def vendor_is_off(_monkeypatch):
    openapi.Vendor.objects.update(is_on=False)
    return "这家单位已经停用"


def another_grant_holds(_monkeypatch):
    """Which two stewards made at their desk meanwhile: what both read of it, that the company had nothing, is not so."""
    Grant.objects.update(state="taken_back", decided_at=now())
    said = wanted(fields_given=["state"], masked=[])
    first, second = signed_in(FIRST), signed_in(SECOND)
    assert first.post(f"/datahub/shared/{TABLE}/grant/", said).status_code == 302
    assert second.post(f"/datahub/grants/{Grant.objects.latest('pk').public_id}/approve/").status_code == 302
    Grant.objects.filter(state="taken_back").update(state="in_case", decided_at=None)
    return "和申请时写的不一样了"


def asker_is_the_owner(_monkeypatch):
    """As two records that turned out to be one person's."""
    Grant.objects.update(author=identity.account_with(LIBRARIAN))
    return "是同一个人"


MEANWHILE = [
    asker_is_the_owner,
    becomes_sensitive,
    becomes_sensitive_for_this_purpose,
    is_gone,
    vendor_is_off,
    another_grant_holds,
]


@pytest.mark.parametrize("happens", MEANWHILE)
def test_what_cannot_be_given_any_more_is_not_and_its_case_says_why(program, monkeypatch, happens):
    asker = signed_in(ASKER)
    grant = request_data(asker)
    decide(LIBRARIAN)
    held = set(Grant.objects.filter(state="agreed"))
    why = happens(monkeypatch)
    page = text_of(*decide(FIRST))
    assert "没有办成" in page
    assert why in page
    case = Case.objects.get()
    assert case.outcome == "cancelled"
    assert why in text_of(asker, f"/flows/cases/{case.public_id}/")
    grant.refresh_from_db()
    assert (grant.state, why in grant.answer) == ("void", True)
    assert {one.pk for one in Grant.objects.filter(state="agreed")} - {one.pk for one in held} <= {
        one.pk for one in Grant.objects.filter(case_number="")
    }
    assert program.get(TABLE).status_code in ({200} if happens is another_grant_holds else {401, 404})
    assert "没有给出" in text_of(asker, AT)


def test_what_is_asked_for_is_held_to_the_rules_of_the_stewards_desk(program):
    asker = signed_in(ASKER)
    for faulty in (
        {"masked": []},
        {"basis": "not_personal"},
        {"expires_on": campus_today().isoformat()},
        {"only": "手机号码 = 1"},
        {"fields_given": ["nothing"]},
    ):
        assert asker.post(f"{AT}new/{TABLE}/", wanted(**faulty)).status_code == 422, faulty
    assert (Grant.objects.count(), Case.objects.count()) == (0, 0)
    said = wanted()
    for _twice in range(2):
        assert asker.post(f"{AT}new/{TABLE}/", said).status_code == 302
    assert (Grant.objects.count(), Case.objects.count()) == (1, 1), "one form asks once"


def test_a_request_is_there_for_who_has_to_do_with_it(program, student):
    grant = request_data(signed_in(ASKER))
    address = f"{AT}{grant.public_id}/"
    join("过路人", staff="T00799")
    seen = {ASKER: 200, LIBRARIAN: 200, SECOND: 200, "T00799": 404}
    assert {one: signed_in(one).get(address).status_code for one in seen} == seen, "and for the stewards"
    assert student.get(address).status_code == student.get(f"{AT}new/{TABLE}/").status_code == 404
    assert signed_in(LIBRARIAN).post(f"{address}end/", {"reason": "不该是我"}).status_code == 404
    withdrawn = signed_in(ASKER).post(f"/flows/cases/{Case.objects.get().public_id}/withdraw/")
    assert withdrawn.status_code == 302
    grant.refresh_from_db()
    assert grant.state == "taken_back"


def sign_after(number, *signers):
    """Who holds a task has these sign after him, and agrees."""
    client, task = open_task(number)
    for signer in signers:
        task.refresh_from_db()
        said = {"person": signer, "where": "after", "revision": task.revision}
        assert client.post(f"/flows/tasks/{task.public_id}/signer/", said).status_code == 302
    return decide(number)


def test_of_two_who_sign_after_the_head_the_one_who_refuses_stands_there(program):
    for number in ("T00710", "T00711"):
        join(f"副{number[-1]}", staff=number)
    grant = request_data(signed_in(ASKER))
    sign_after(LIBRARIAN, "T00710", "T00711")
    decide("T00710", "refuse", "手机号码不能给")
    decide("T00711")
    grant.refresh_from_db()
    assert (grant.state, grant.approver_name, grant.answer) == ("refused", "副0", "手机号码不能给")
    assert waits_for(FIRST) == 0


def test_who_signs_after_a_steward_ends_it_and_the_steward_has_agreed(program):
    grant = request_data(signed_in(ASKER))
    decide(LIBRARIAN)
    sign_after(FIRST, CENTRE)
    assert program.get(TABLE).status_code == 404
    assert "已办理" in text_of(*decide(CENTRE))
    grant.refresh_from_db()
    assert (grant.state, grant.approver_name, grant.owner_name) == ("agreed", "管2", "馆长")
    assert program.get(TABLE).status_code == 200


def test_in_whose_place_the_owner_agreed_does_not_agree_as_a_steward(program):
    """The head of the library is a steward, and somebody stands in for him."""
    identity.grant_role(by=TEST, account_id=identity.account_with(LIBRARIAN).pk, role="datahub.steward")
    join("副馆长", staff="T00710")
    today = campus_today().isoformat()
    said = {"delegate": "T00710", "starts_on": today, "ends_on": today, "reason": "出差去了"}
    assert signed_in(LIBRARIAN).post("/flows/delegation/new/", said).status_code == 302
    request_data(signed_in(ASKER))
    decide("T00710")
    assert [waits_for(one) for one in (LIBRARIAN, FIRST)] == [0, 1]
    _client, task = open_task(FIRST)
    Task.objects.filter(pk=task.pk).update(person_id=people.find_person_by_campus_no(LIBRARIAN))
    answer = signed_in(LIBRARIAN).post(
        f"/flows/tasks/{task.public_id}/decide/", {"decision": "agree", "revision": task.revision, "comment": ""}
    )
    assert (answer.status_code, "别人代您决定的" in answer.content.decode()) == (409, True)
    assert program.get(TABLE).status_code == 404


def hands_on_himself():
    hand_on(LIBRARIAN, "T00710")


def has_it_handed_on_by_who_stands_in():
    today = campus_today().isoformat()
    said = {"delegate": "T00711", "starts_on": today, "ends_on": today, "reason": "出差去了"}
    assert signed_in(LIBRARIAN).post("/flows/delegation/new/", said).status_code == 302
    hand_on("T00711", "T00710")


def hand_on(number, to):
    client, task = open_task(number)
    said = {"person": to, "comment": "请您看", "revision": task.revision}
    assert client.post(f"/flows/tasks/{task.public_id}/transfer/", said).status_code == 302


@pytest.mark.parametrize("happens", [hands_on_himself, has_it_handed_on_by_who_stands_in])
def test_who_handed_the_owners_task_on_is_not_the_steward_of_the_same_request(program, happens):
    """The head of the library is a steward, and has a colleague decide."""
    identity.grant_role(by=TEST, account_id=identity.account_with(LIBRARIAN).pk, role="datahub.steward")
    for number in ("T00710", "T00711"):
        join(f"馆员{number[-1]}", staff=number)
    grant = request_data(signed_in(ASKER))
    happens()
    decide("T00710")
    assert [waits_for(one) for one in (LIBRARIAN, FIRST)] == [0, 1]
    _client, task = open_task(FIRST)
    Task.objects.filter(pk=task.pk).update(person_id=people.find_person_by_campus_no(LIBRARIAN))
    said = {"decision": "agree", "revision": task.revision, "comment": ""}
    assert signed_in(LIBRARIAN).post(f"/flows/tasks/{task.public_id}/decide/", said).status_code == 409
    assert program.get(TABLE).status_code == 404
    Task.objects.filter(pk=task.pk).update(person_id=people.find_person_by_campus_no(FIRST))
    decide(FIRST)
    assert program.get(TABLE).status_code == 200
    grant.refresh_from_db()
    assert (grant.owner_name, identity.account_with(LIBRARIAN).pk in grant.owner_side) == ("馆员0", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(approver=identity.account_with(LIBRARIAN))


def is_of_the_centre(number):
    Affiliation.objects.filter(campus_no=number).update(unit_id=people.unit_ids_by_code(["1032"])["1032"])


def test_a_colleague_of_the_unit_renews_it_in_his_own_name(program):
    """Who asked has left; nobody else's is renewed, and nobody else ends it."""
    join("李接手", staff="T00720")
    join("外单位", staff="T00721")
    is_of_the_centre("T00721")
    grant = request_data(signed_in(ASKER))
    decide(LIBRARIAN)
    decide(FIRST)
    colleague, other = signed_in("T00720"), signed_in("T00721")
    address, like = f"{AT}{grant.public_id}/", f"{AT}new/{TABLE}/?like={grant.public_id}"
    assert [one.get(address).status_code for one in (colleague, other)] == [200, 404]
    assert colleague.post(f"{address}end/", {"reason": "不要了"}).status_code == 404
    assert f"{address}end/" not in text_of(colleague, address)
    with time_machine.travel(now() + timedelta(days=16), tick=False):
        colleague, other = signed_in("T00720"), signed_in("T00721")
        assert (like in text_of(colleague, AT), like in text_of(other, AT)) == (True, False)
        assert "陈思远" in text_of(colleague, AT)
        assert "only" not in other.get(like).context["form"].initial
        form = colleague.get(like).context["form"]
        until = (campus_today() + timedelta(days=100)).isoformat()
        more = {"past_from": "", "expires_on": until, "fields_given": ["state"], "masked": []}
        again = request_data(colleague, **{**form.initial, **more})
        case = Case.objects.latest("pk")
        assert (again.author_name, case.data["former"]) == ("李接手", "陈思远")
        assert case.applicant_id == people.find_person_by_campus_no("T00720")
        asked = AuditEntry.objects.filter(action="datahub.ask_grant").latest("pk")
        assert ("李接手" in asked.actor, asked.facts["asked_before"]) == (True, "陈思远")
        decide(LIBRARIAN)
        decide(SECOND)
    assert dict(Grant.objects.values_list("pk", "state")) == {grant.pk: "ended", again.pk: "agreed"}


def test_of_what_ends_the_unit_hears_where_who_asked_has_left(program):
    join("李接手", staff="T00720")
    grant = request_data(signed_in(ASKER))
    decide(LIBRARIAN)
    decide(FIRST)
    appoint(grant.for_unit_id, "T00720")
    asker = people.find_person_by_campus_no(ASKER)
    Affiliation.objects.filter(person_id=asker).update(state="ended", ends_on=campus_today())
    with time_machine.travel(now() + timedelta(days=16), tick=False):
        assert services.tell_ending() == 1
    [entry] = Entry.objects.filter(message__template="portal.grant_ending")
    assert entry.person_id == people.find_person_by_campus_no("T00720")


def test_a_steward_says_no_before_the_owner_does_so_that_nobody_keeps_a_company_from_its_data(program):
    """Somebody asked in its place, and the library does not answer."""
    asker = signed_in(ASKER)
    grant = request_data(asker)
    address = f"{AT}{grant.public_id}/"
    steward = signed_in(SECOND)
    assert address in text_of(steward, f"/datahub/grants/{grant.public_id}/")
    assert f"{address}refuse/" in text_of(steward, address)
    for other in (ASKER, LIBRARIAN):
        assert f"{address}refuse/" not in text_of(signed_in(other), address)
        assert signed_in(other).post(f"{address}refuse/", {"reason": "轮不到我说"}).status_code == 404
    assert steward.post(f"{address}refuse/", {"reason": "这家公司由图书馆来申请"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.state, grant.approver_name, grant.answer) == ("refused", "管3", "这家公司由图书馆来申请")
    assert (Case.objects.get().outcome, waits_for(LIBRARIAN)) == ("refused", 0)
    assert "这家公司由图书馆来申请" in text_of(asker, f"/flows/cases/{Case.objects.get().public_id}/")
    assert steward.post(f"{address}refuse/", {"reason": "再说一遍也不行"}).status_code in {302, 404}
    assert signed_in(FIRST).post(f"{address}refuse/", {"reason": "已经结束了的"}).status_code == 404
    assert request_data(signed_in(LIBRARIAN)).state == "in_case", "who should asks at once"


def has_a_namesake():
    people.apply_units(
        by=TEST, records=[people.UnitRecord(code="2040", name="图书馆", parent_code="00")], origin=ORIGIN
    )
    return "数据管理员（图书馆现在没有负责人）"


def is_a_short_name_of_another():
    """Whose code comes before."""
    records = [people.UnitRecord(code="1001", name="新馆建设指挥部", short_name="图书馆", parent_code="00")]
    people.apply_units(by=TEST, records=records, origin=ORIGIN)
    return "图书馆的负责人"


def is_called_otherwise_now():
    people.apply_units(
        by=TEST, records=[people.UnitRecord(code="1020", name="图书与档案中心", parent_code="00")], origin=ORIGIN
    )
    return "图书馆的负责人"


def has_a_head_whose_account_is_closed():
    account = identity.account_with(LIBRARIAN)
    type(account).objects.filter(pk=account.pk).update(state="suspended")
    return "数据管理员（图书馆现在没有负责人）"


@pytest.mark.parametrize(
    "unit",
    [has_a_namesake, is_a_short_name_of_another, is_called_otherwise_now, has_a_head_whose_account_is_closed],
)
def test_the_owner_is_the_one_unit_of_its_name_whose_head_can_decide(program, unit):
    first = unit()
    for code in ("1001", "2040"):
        for unit_id in people.unit_ids_by_code([code]).values():
            appoint(unit_id, CENTRE)
    asker = signed_in(ASKER)
    assert first in text_of(asker, f"{AT}new/{TABLE}/")
    request_data(asker)
    asked = set(Task.objects.filter(state="open").values_list("pool_unit__code", flat=True))
    assert asked == ({"1020"} if "的负责人" in first else {None}), "the library's head, or the stewards by name"


@pytest.mark.parametrize(
    "terms",
    [
        {"only": "状态 = 在借\n册数 = 2、1\n条码 = B1"},
        {"only": "册数 = 2", "purpose": "到期提醒\r\n催还"},
        {"past_from": "2026-11-01", "expires_on": "9999-12-31", "wants_news": "on", "has_view": "on"},
    ],
)
def test_what_nobody_changed_is_given_however_it_was_written(program, terms):
    grant = request_data(signed_in(ASKER), **terms)
    decide(LIBRARIAN)
    decide(FIRST)
    grant.refresh_from_db()
    assert (grant.state, grant.answer) == ("agreed", "")
    [row] = program.get(TABLE).json()["rows"]
    assert row["data"]["book"] == "B1"


def test_that_more_rows_a_day_are_asked_for_stands_in_the_case(program):
    request_data(signed_in(ASKER))
    decide(LIBRARIAN)
    decide(FIRST)
    request_data(signed_in(ASKER), rows_a_day=50_000_000)
    assert Case.objects.latest("pk").data["added"] == "每天最多 50,000,000 行"


def test_a_form_of_the_stewards_desk_begins_no_case(program):
    said, first = wanted(fields_given=["state"], masked=[]), signed_in(FIRST)
    assert first.post(f"/datahub/shared/{TABLE}/grant/", said).status_code == 302
    assert first.post(f"{AT}new/{TABLE}/", said).status_code == 302
    assert (Grant.objects.get().case_number, Case.objects.exists()) == ("", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_killed_amid_the_last_word_nothing_is_given_and_of_two_at_once_one_gives(program, monkeypatch):
    request_data(signed_in(ASKER))
    decide(LIBRARIAN)
    waiting = {task.person_id: task for task in Task.objects.filter(step="steward", state="open")}
    accounts = {one.person_id: one for one in identity.accounts_of(waiting)}

    def agree(person_id):
        by = services.Actor(account_id=accounts[person_id].pk, name="管")
        try:
            return tasks.decide(by=by, person_id=person_id, task=waiting[person_id], decision="agree").outcome
        except tasks.TaskChangedError:
            return "changed"

    def work(die):
        monkeypatch.setattr(datahub.grants.audit, "record", lambda **_line: die())
        agree(next(iter(waiting)))

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", audit.record)
        killed(work)
    assert (Grant.objects.get().state, Case.objects.get().state) == ("in_case", "running")
    assert sorted(at_once([lambda one=one: agree(one) for one in waiting])) == ["changed", "granted"]
    assert AuditEntry.objects.filter(action="datahub.agree_grant").count() == 1
    deliver_pending()
    grant, case = Grant.objects.get(), Case.objects.get()
    services.end_request(
        [
            services.flows.CaseClosed(
                definition=services.KEY,
                case_id=case.pk,
                number=case.number,
                subject_key=services.SUBJECT,
                subject_id=str(grant.public_id),
                outcome="refused",
            )
        ]
    )
    assert Grant.objects.get().state == "agreed", "told of its end once more, and otherwise"
    assert program.get(TABLE).status_code == 200


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, program):
        return signed_in(ASKER)

    @pytest.fixture
    def stranger(self, student):
        return student

    def fill(self, count):
        """So many that ended, of as many companies."""
        grant = Grant.objects.first() or request_data(signed_in(ASKER))
        case = Case.objects.first()
        if case.state == "running":
            withdraw(by=TEST, person_id=case.applicant_id, case=case)
        steward = identity.account_with(FIRST).pk
        for _number in range(count):
            order = openapi.VendorOrder(company=f"=公司{uuid4()}", contact="刘工", scopes=(), addresses=())
            vendor, public_id = openapi.register_vendor(by=TEST, order=order), uuid4()
            columns = {
                "public_id": public_id,
                "token": uuid4(),
                "vendor_id": vendor.pk,
                "state": "agreed",
                "decided_at": now(),
            }
            Grant.objects.create(**copied(grant) | columns | {"approver_id": steward, "expires_on": campus_today()})
            named = {"token": uuid4(), "public_id": uuid4(), "number": f"GX-{public_id}", "subject_id": str(public_id)}
            Case.objects.create(**copied(Case.objects.get(pk=case.pk)) | named)


def copied(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
