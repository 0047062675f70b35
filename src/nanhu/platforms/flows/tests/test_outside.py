"""To-dos of other systems: pushed twice, late, of strangers, to foreign hosts; seen in 待办; ended; whose they are when people change."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nanhu.kernel import read_only
from nanhu.kernel.clock import now
from nanhu.platforms.flows import queries, subscribers
from nanhu.platforms.flows.errors import OUTSIDE_ERRORS
from nanhu.platforms.flows.models import OutsideSource, OutsideTodo
from nanhu.platforms.flows.moves import desk
from nanhu.platforms.flows.operations import OPERATIONS, SCOPE
from nanhu.platforms.flows.services import outside
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.identity import api as identity
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.testing.open_api import Program, conformance
from nanhu.testing.pages import PageTests

from .conftest import SYSTEM, person_record
from .test_holders import leave_the_school

pytestmark = pytest.mark.capability("A028.2")

HOME = "10.20.0.7"
ORIGIN = "https://oa.example.edu.cn"
ADDRESS = f"{ORIGIN}/documents/118"


class Office(Program):
    prefix = "/api/flows/v1/"

    def __init__(self, vendor, *, mode="live"):
        super().__init__(openapi.make_key(by=SYSTEM, vendor=vendor, mode=mode, name="OA").text, address=HOME)

    def put(self, name="oa-1", *, source="oa", **facts):
        return self.send("PUT", f"todos/{source}/{name}", todo(**facts))

    def put_many(self, *todos, source="oa"):
        return self.send("PUT", f"todos/{source}", {"todos": list(todos)})

    def delete(self, name="oa-1", *, source="oa", **more):
        return self.send("DELETE", f"todos/{source}/{name}", **more)


def todo(**facts):
    return {"person": "T1", "title": "会签：冬季安全工作", "url": ADDRESS, "sequence": 1} | facts


def code_of(answer):
    return answer.json()["error"]["code"]


def make_vendor(company="致远", scopes=(SCOPE,)):
    order = openapi.VendorOrder(
        company=company, contact="刘工", scopes=scopes, addresses=("10.20.0.0/24",), per_minute=6000
    )
    return openapi.register_vendor(by=SYSTEM, order=order)


@pytest.fixture
def vendor(school):
    return make_vendor()


@pytest.fixture
def source(vendor):
    return outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=vendor, origin=ORIGIN)


@pytest.fixture
def office(source):
    return Office(source.vendor)


@pytest.mark.capability("A028.1")
def test_it_appears_with_its_source_and_goes_when_it_is_done(school, office):
    assert office.put(due="2026-12-01T17:30:00+08:00").json()["outcome"] == "applied"
    counsellor = school.client("T1")
    page = counsellor.get("/flows/").content.decode()
    assert all(said in page for said in ("会签：冬季安全工作", "办公系统", f'href="{ADDRESS}"'))
    assert "会签：冬季安全工作" in counsellor.get("/flows/outside/").content.decode()
    assert "别的系统的待办 1" in counsellor.get("/").content.decode()
    assert "会签：冬季安全工作" not in school.client("T2").get("/flows/outside/").content.decode()
    assert office.put(sequence=2, state="done").json()["outcome"] == "applied"
    for address in ("/flows/", "/flows/outside/", "/"):
        shown = counsellor.get(address).content.decode()
        assert ("会签：冬季安全工作" in shown, "别的系统的待办 1" in shown) == (False, False), address
    office.put(sequence=3)
    assert "会签：冬季安全工作" in counsellor.get("/flows/").content.decode(), "opened again"
    assert office.delete().status_code == 200
    assert "会签：冬季安全工作" not in counsellor.get("/flows/").content.decode()


def test_in_the_read_only_mode_another_system_is_told_to_come_again_and_loses_nothing(office, read_only_now):
    answer = office.send("PUT", "todos/oa/oa-1", todo(), idempotency_key="push-0001")
    assert (answer.status_code, code_of(answer), answer["Retry-After"]) == (503, "read_only", "60")
    assert not OutsideTodo.objects.exists()
    call_command("read_only", "off")
    read_only.current.forget()
    again = office.send("PUT", "todos/oa/oa-1", todo(), idempotency_key="push-0001")
    assert (again.json()["outcome"], OutsideTodo.objects.count()) == ("applied", 1)


@pytest.mark.capability("A028.2")
def test_the_sequence_decides_and_not_who_comes_last(office):
    said = [office.put(**facts).json() for facts in ({"sequence": 5}, {"sequence": 5}, {"sequence": 4, "title": "旧"})]
    assert [one["outcome"] for one in said] == ["applied", "unchanged", "stale"]
    clash = office.put(sequence=5, title="别的")
    assert (clash.status_code, code_of(clash)) == (409, "sequence_reused")
    assert OutsideTodo.objects.get().title == "会签：冬季安全工作"
    assert office.put(sequence=6, state="done").json()["outcome"] == "applied"
    assert office.put(sequence=7).json()["outcome"] == "applied", "it was opened again"
    assert OutsideTodo.objects.get().state == "open"


@pytest.mark.capability("A028.2")
def test_what_was_deleted_no_push_opens_again(office):
    office.put()
    assert [office.delete().status_code for _twice in range(2)] == [200, 200]
    assert office.put(sequence=9).json()["outcome"] == "stale"
    assert OutsideTodo.objects.get().state == "done"
    assert code_of(office.delete("oa-2")) == "todo_unknown"


@pytest.mark.capability("A028.2")
def test_who_is_unknown_is_dropped_and_the_answer_is_the_same(school, office, source):
    known, unknown = office.put("oa-1"), office.put("oa-2", person="T999")
    assert known.status_code == unknown.status_code == 200
    assert known.json() | {"external_id": ""} == unknown.json() | {"external_id": ""}
    for name in ("oa-1", "oa-2"):
        assert office.put(name, person="T1" if name == "oa-1" else "T999").json()["outcome"] == "unchanged"
        assert office.put(name, sequence=0).json()["outcome"] == "stale"
    row = OutsideTodo.objects.get(external_id="oa-2")
    assert (row.person_id, row.dropped) == (None, "unknown")
    counted = {one.key: (one.waiting, one.done, one.unknown) for one in queries.todo_sources()}
    assert counted == {"oa": (1, 0, 1)}
    page = keeper_of(school).get("/flows/keeping/").content.decode()
    assert "致远" in page
    assert re.search(r'没有这个人"[^>]*>\s*1\s*<', page)


def keeper_of(school):
    account = identity.account_of(school["T5"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    return school.client("T5")


def test_who_comes_later_gets_what_was_nobodys(school, office):
    office.put(person="T7")
    new = person_record("T7", "新同事", "12", "staff")
    people.apply_records(by=SYSTEM, records=[new], origin=people.Origin(source="test", title="测试"))
    assert office.put(person="T7").json()["outcome"] == "unchanged"
    row = OutsideTodo.objects.get()
    assert (row.person_id, row.dropped) == (people.find_person_by_campus_no("T7"), "")


FOREIGN = (
    "https://evil.example/",
    f"{ORIGIN}.evil.example/",
    f"{ORIGIN}@evil.example/",
    f"{ORIGIN}:444/",
    ORIGIN.replace("https", "http") + "/",
    f"https://evil.example/?{ORIGIN}/",
)


@pytest.mark.capability("A028.2")
def test_an_address_of_another_host_is_refused(office):
    for address in FOREIGN:
        answer = office.put(url=address)
        assert (answer.status_code, code_of(answer)) == (422, "address_foreign"), address
    assert not OutsideTodo.objects.exists()


OUT_OF_BOUNDS = (
    {"url": "javascript:alert(1)"},
    {"url": f"{ORIGIN}/\\evil"},
    {"url": f'{ORIGIN}/"><script>'},
    {"url": f"{ORIGIN}/{'x' * 500}"},
    {"title": "x" * 121},
    {"title": "a\nb"},
    {"person": ""},
    {"sequence": -1},
    {"sequence": 2**53},
    {"state": "gone"},
    {"due": "2026-12-01T17:30:00"},
    {"more": 1},
)


def test_what_is_out_of_bounds_is_refused(office):
    for facts in OUT_OF_BOUNDS:
        answer = office.put(**facts)
        assert (answer.status_code, code_of(answer)) == (400, "body_invalid"), facts
    assert not OutsideTodo.objects.exists()


def test_a_batch_of_five_hundred_is_taken_in_whole_and_one_more_is_refused(office):
    todos = [todo(external_id=f"oa-{number}", person="T2") for number in range(501)]
    assert code_of(office.put_many(*todos)) == "body_invalid"
    answer = office.put_many(*todos[:500])
    assert {one["outcome"] for one in answer.json()["data"]} == {"applied"}
    again = office.put_many(*todos[:499], todo(external_id="oa-499", person="T2", title="别的"))
    assert [one["outcome"] for one in again.json()["data"]] == ["unchanged"] * 499 + ["conflict"]


@pytest.mark.capability("A028.2")
def test_one_wrong_line_and_nothing_of_a_batch_is_kept(office):
    for wrong, code in (
        (todo(external_id="oa-2", url="https://evil.example/"), "address_foreign"),
        (todo(external_id="oa-1", sequence=2), "todo_twice"),
    ):
        assert code_of(office.put_many(todo(external_id="oa-1"), wrong)) == code
    assert not OutsideTodo.objects.exists()


def test_nobodys_list_is_buried_and_no_source_grows_without_end(school, office, monkeypatch):
    monkeypatch.setattr(outside, "MOST_A_PERSON", 2)
    monkeypatch.setattr(outside, "MOST_OPEN", 4)
    said = [todo(external_id=f"oa-{number}") for number in range(4)]
    assert {one["outcome"] for one in office.put_many(*said).json()["data"]} == {"applied"}
    assert sorted(OutsideTodo.objects.values_list("dropped", flat=True)) == ["", "", "too_many", "too_many"]
    assert code_of(office.put("oa-5")) == "source_full"
    assert office.put("oa-1", sequence=2).status_code == 200, "what stands there already may change"


@pytest.mark.capability("A028.2")
def test_another_vendor_finds_no_such_source_and_changes_nothing(office):
    office.put()
    other = Office(make_vendor("别家"))
    for answer in (other.put(sequence=2), other.delete(), other.put("x", source="nothing")):
        assert (answer.status_code, code_of(answer)) == (404, "source_unknown")
    assert code_of(Office(make_vendor("无权", scopes=())).put()) == "scope_missing"
    assert OutsideTodo.objects.get().state == "open"
    assert other.get("sources").json()["data"] == []


@pytest.mark.capability("A028.2")
def test_two_systems_that_number_alike_have_each_its_own(office):
    outside.register(by=SYSTEM, key="hr", name="人事系统", vendor=(vendor := make_vendor("别家")), origin=ORIGIN)
    other = Office(vendor)
    office.put(sequence=5)
    assert other.put(source="hr", title="填表").json()["outcome"] == "applied", "a number is of its system"
    assert other.delete(source="hr").status_code == 200
    assert list(OutsideTodo.objects.order_by("pk").values_list("source__key", "title", "state")) == [
        ("oa", "会签：冬季安全工作", "open"),
        ("hr", "填表", "done"),
    ]


@pytest.mark.capability("A028.1")
def test_a_source_that_is_off_pushes_nothing_and_shows_nothing(school, office, source):
    office.put()
    outside.switch(by=SYSTEM, source=source, reason="换系统")
    assert code_of(office.put(sequence=2)) == "source_unknown"
    assert "会签：冬季安全工作" not in school.client("T1").get("/flows/outside/").content.decode()
    outside.switch(by=SYSTEM, source=source, reason="换好了")
    assert office.put(sequence=2).status_code == 200


@pytest.mark.capability("A028.2")
def test_the_sandbox_answers_the_same_and_shows_in_nobodys_list(school, vendor, source):
    sandbox = Office(vendor, mode="test")
    facts = {"url": f"{outside.SANDBOX_ORIGIN}/118"}
    assert [one["key"] for one in sandbox.get("sources").json()["data"]] == ["sandbox"]
    assert sandbox.put(source="sandbox", **facts).json()["outcome"] == "applied"
    assert code_of(sandbox.put()) == "source_unknown", "the campus's own is not the sandbox's"
    assert code_of(Office(vendor).put(source="sandbox", **facts)) == "source_unknown"
    assert OutsideTodo.objects.get().person_id is None
    assert "会签" not in school.client("T1").get("/flows/outside/").content.decode()
    outside.reset_sandbox(vendor)
    assert not OutsideTodo.objects.exists()


@pytest.mark.capability("A028.2")
def test_a_batch_that_breaks_midway_leaves_nothing_and_goes_again(office, monkeypatch):
    """A process that dies does the same: writes and answer are one transaction."""
    said = [todo(external_id=f"oa-{number}") for number in range(3)]
    take = outside.take
    monkeypatch.setattr(
        outside, "take", lambda source, one, *more: 1 / (one.external_id != "oa-2") and take(source, one, *more)
    )
    office.client.raise_request_exception = False
    name = "batch-0001"
    broken = office.send("PUT", "todos/oa", {"todos": said}, idempotency_key=name)
    assert (broken.status_code, OutsideTodo.objects.count()) == (500, 0)
    monkeypatch.setattr(outside, "take", take)
    first, again = (office.send("PUT", "todos/oa", {"todos": said}, idempotency_key=name) for _twice in range(2))
    assert (first.status_code, first.content, again["Nanhu-Replayed"]) == (200, again.content, "true")
    assert OutsideTodo.objects.count() == 3


def test_merged_records_hold_them_together_and_parted_ones_apart(school, office):
    office.put("oa-1", person="T1")
    office.put("oa-2", person="T4")
    outside.merge(kept_id=school["T1"], gone_id=school["T4"])
    assert OutsideTodo.objects.filter(person_id=school["T1"]).count() == 2
    outside.assign_anew(person_ids=[school["T1"]])
    assert dict(OutsideTodo.objects.values_list("external_id", "person_id")) == {
        "oa-1": school["T1"],
        "oa-2": school["T4"],
    }


def test_who_has_left_is_shown_none_and_it_counts_as_dropped(school, office):
    office.put()
    leave_the_school(school, "T1")
    outside.assign_anew(person_ids=[school["T1"]])
    row = OutsideTodo.objects.get()
    assert (row.person_id, row.dropped) == (None, "unknown")
    assert office.put().json()["outcome"] == "unchanged"
    assert OutsideTodo.objects.get().person_id is None


def test_what_is_over_is_forgotten_after_a_quarter(school, office):
    for name, person in (("oa-1", "T1"), ("oa-2", "T999"), ("oa-3", "T1"), ("oa-4", "T1")):
        office.put(name, person=person)
    office.delete("oa-3")
    office.delete("oa-4")
    past = now() - outside.KEPT - timedelta(hours=1)
    OutsideTodo.objects.exclude(external_id="oa-4").update(pushed_at=past)
    OutsideTodo.objects.filter(external_id="oa-3").update(done_at=past)
    assert outside.forget() == 2
    assert set(OutsideTodo.objects.values_list("external_id", "title")) == {
        ("oa-1", "会签：冬季安全工作"),
        ("oa-2", ""),
        ("oa-4", "会签：冬季安全工作"),
    }
    assert outside.forget() == 0


def test_what_was_nobodys_answers_after_a_quarter_as_what_is_somebodys(school, office):
    """Else a system would read from the difference who is here."""
    said = {"oa-1": "T1", "oa-2": "T999"}
    for name, person in said.items():
        office.put(name, person=person, sequence=5)
    OutsideTodo.objects.update(pushed_at=now() - outside.KEPT - timedelta(hours=1))
    outside.forget()
    for facts, outcome in (({"sequence": 4}, "stale"), ({"sequence": 5}, "unchanged"), ({"sequence": 6}, "applied")):
        answers = {office.put(name, person=person, **facts).json()["outcome"] for name, person in said.items()}
        assert answers == {outcome}
    assert {office.delete(name).status_code for name in said} == {200}


def test_who_comes_after_a_quarter_gets_what_was_nobodys_whole(school, office):
    office.put(person="T7", due="2026-12-01T17:30:00+08:00")
    OutsideTodo.objects.update(pushed_at=now() - outside.KEPT - timedelta(hours=1))
    outside.forget()
    new = person_record("T7", "新同事", "12", "staff")
    people.apply_records(by=SYSTEM, records=[new], origin=people.Origin(source="test", title="测试"))
    assert office.put(person="T7", due="2026-12-01T17:30:00+08:00").json()["outcome"] == "unchanged"
    row = OutsideTodo.objects.get()
    assert (row.person_id, row.title, row.address) == (
        people.find_person_by_campus_no("T7"),
        "会签：冬季安全工作",
        ADDRESS,
    )
    assert row.due_at is not None


def test_known_and_unknown_numbers_cost_the_same(office, source):
    def cost(person):
        said = outside.Pushed(
            external_id=person, campus_no=person, title="会签", address=ADDRESS, state="open", due_at=None, sequence=1
        )
        with CaptureQueriesContext(connection) as asked:
            outside.push(source=source, todos=[said])
        return len(asked)

    cost("T2")  # what is read once a process has been read
    assert cost("T1") == cost("T999")


REFUSED_TODOS = (
    {"title": " "},
    {"title": "\u3000"},
    {"title": "请\u202e点这里"},
    {"title": "请\u200b点"},
    {"title": "a\u2028b"},
    {"title": "a\x85b"},
    {"due": "9999-12-31T20:00:00Z"},
    {"due": "0001-01-01T00:00:00+14:00"},
    {"due": "1999-12-31T23:59:59Z"},
)


def test_titles_that_hide_and_deadlines_beyond_the_calendar_are_refused(office):
    for facts in REFUSED_TODOS:
        answer = office.put(**facts)
        assert (answer.status_code, code_of(answer)) == (422, "todo_refused"), facts
    assert not OutsideTodo.objects.exists()
    for due in ("2000-01-01T00:00:00Z", "2100-12-31T23:59:59Z"):
        assert office.put(f"oa-{due[:4]}", due=due).status_code == 200


def test_what_no_page_could_show_the_database_refuses(office):
    office.put()
    for due in (datetime(1999, 12, 31, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutsideTodo.objects.update(due_at=due)


def test_a_line_end_at_the_end_is_refused_with_its_code(office):
    for facts in ({"external_id": "oa-1\n"}, {"person": "T1\n"}, {"title": "会签\n"}, {"url": f"{ADDRESS}\n"}):
        answer = office.put_many(todo(external_id="oa-0"), todo(**({"external_id": "oa-1"} | facts)))
        assert (answer.status_code, code_of(answer)) == (400, "body_invalid"), facts
    assert not OutsideTodo.objects.exists()


def test_a_list_is_not_buried_by_opening_again(school, office, monkeypatch):
    monkeypatch.setattr(outside, "MOST_A_PERSON", 2)
    for sequence, state, names in ((1, "open", "ab"), (2, "done", "ab"), (1, "open", "cd"), (3, "open", "ab")):
        office.put_many(*(todo(external_id=name, sequence=sequence, state=state) for name in names))
    assert OutsideTodo.objects.filter(person_id=school["T1"], state="open").count() == 2
    assert OutsideTodo.objects.filter(dropped="too_many").count() == 2
    office.put_many(todo(external_id="c", sequence=2, state="done"), todo(external_id="e"))
    assert OutsideTodo.objects.get(external_id="e").person_id == school["T1"], "what is done makes room at once"
    assert office.put("d", sequence=2, title="改了").json()["outcome"] == "applied"
    assert OutsideTodo.objects.get(external_id="d").person_id == school["T1"], "what stands there stays"


def test_a_source_is_not_filled_by_opening_again_nor_by_what_is_done(office, monkeypatch):
    monkeypatch.setattr(outside, "MOST_OPEN", 2)
    monkeypatch.setattr(outside, "MOST_KEPT", 4)
    office.put_many(*(todo(external_id=name) for name in "ab"))
    office.put_many(*(todo(external_id=name, sequence=2, state="done") for name in "ab"))
    office.put_many(*(todo(external_id=name) for name in "cd"))
    assert code_of(office.put("a", sequence=3)) == "source_full"
    assert office.put("a", sequence=3, state="done").status_code == 200
    assert code_of(office.put("e", state="done")) == "source_full"


def test_what_a_stolen_key_pushed_goes_with_its_vendor_and_by_hand(school, office, source):
    office.put("oa-1")
    OutsideTodo.objects.update(pushed_at=now() - timedelta(days=2))
    office.put("oa-2", title="领取补贴")
    seen = school.client("T1")
    openapi.Vendor.objects.update(is_on=False)
    assert "领取补贴" not in seen.get("/flows/outside/").content.decode()
    openapi.Vendor.objects.update(is_on=True)
    keeper, address = keeper_of(school), "/flows/keeping/oa/drop/"
    said = {"since": f"{now() - timedelta(days=1):%Y-%m-%dT%H:%M}", "reason": "密钥被盗"}
    assert school.client("T4").post(address, said).status_code == 404
    assert keeper.post(address, said).status_code == 302
    page = seen.get("/flows/outside/").content.decode()
    assert ("领取补贴" in page, "会签：冬季安全工作" in page) == (False, True)
    assert office.put("oa-2", sequence=2).json()["outcome"] == "applied", "and its own system pushes it again"


def test_the_host_stands_beside_and_what_claims_to_be_overdue_for_years_stands_last(school, office):
    office.put("oa-1", title="今天要办", due=(now() + timedelta(hours=1)).isoformat())
    office.put("oa-2", title="领取补贴", due="2000-01-01T00:00:00Z")
    browser = school.client("T1")
    page = browser.get("/flows/outside/").content.decode()
    assert page.index("今天要办") < page.index("领取补贴")
    assert all(
        "oa.example.edu.cn</span>" in browser.get(one).content.decode() for one in ("/flows/outside/", "/flows/")
    )


def test_an_origin_without_encryption_is_not_registered(school, vendor):
    plain = {"name": "办公系统", "key": "oa", "vendor": vendor.pk, "origin": "http://oa.example.edu.cn"}
    assert keeper_of(school).post("/flows/keeping/register/", plain).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=vendor, origin=plain["origin"])


def test_what_stands_with_the_wrong_person_finds_the_right_one(school, office):
    """Pushed while its person left, or while his records were joined."""
    office.put("oa-1")
    office.put("oa-2", person="T4")
    OutsideTodo.objects.filter(external_id="oa-1").update(person_id=school["T2"])
    assert outside.assign_astray() == 1
    assert dict(OutsideTodo.objects.values_list("external_id", "person_id")) == {
        "oa-1": school["T1"],
        "oa-2": school["T4"],
    }
    assert outside.assign_astray() == 0


def test_flows_hears_of_leavers_and_of_records_that_are_joined_and_parted(school, office):
    office.put("oa-1", person="T1")
    office.put("oa-2", person="T4")
    both = {"kept_id": school["T1"], "gone_id": school["T4"]}
    merged = people.merge_persons(by=SYSTEM, **both, reason="同一人")
    subscribers.merge_persons([people.PersonsMerged(**both)])
    assert OutsideTodo.objects.filter(person_id=school["T1"]).count() == 2
    people.part_persons(by=SYSTEM, merge_id=merged.pk, reason="是两个人")
    subscribers.part_persons([people.PersonsParted(kept_id=school["T1"], restored_id=school["T4"])])
    assert OutsideTodo.objects.get(external_id="oa-2").person_id == school["T4"]
    subscribers.merge_persons([people.PersonsMerged(**both)])
    assert OutsideTodo.objects.get(external_id="oa-2").person_id == school["T4"]
    leave_the_school(school, "T1")
    subscribers.assign_tasks_of_leavers([SimpleNamespace(person_id=school["T1"])])
    assert OutsideTodo.objects.get(external_id="oa-1").dropped == "unknown"


REFUSED = (
    {"dropped": "unknown"},
    {"state": "done"},
    {"is_ended": True},
    {"sequence": -1},
    {"external_id": "a/b"},
)


def test_the_database_refuses(office):
    office.put()
    for change in REFUSED:
        with pytest.raises(IntegrityError), transaction.atomic():
            OutsideTodo.objects.update(**change)


def test_the_database_keeps_one_of_a_name_and_whole_sources(office, vendor):
    office.put()
    row = OutsideTodo.objects.get()
    row.pk, row.public_id = None, UUID(int=1)
    for made in (row.save, lambda: OutsideSource.objects.update(origin="https://OA.example/path")):
        with pytest.raises(IntegrityError), transaction.atomic():
            made()


def test_each_operation_answers_as_described_and_each_code_is_really_given(office, vendor):
    answers = {
        "sources.list": office.get("sources"),
        "todos.put": office.put(),
        "todos.put_many": office.put_many(todo(external_id="oa-9")),
        "todos.delete": office.delete(),
    }
    for operation in OPERATIONS:
        answer = answers[operation.name]
        assert answer.status_code == operation.status
        msgspec.json.decode(answer.content, type=operation.gives, strict=True)
    named = {code for one in OPERATIONS for code in one.codes}
    assert named == {error.code for error in OUTSIDE_ERRORS}
    too_large = office.send("PUT", "todos/oa", body=b" " * (512 * 1024 + 1))
    assert (too_large.status_code, "512 KB" in too_large.json()["error"]["message"]) == (413, True)
    assert office.send("PUT", "todos/oa/x", body=b" " * (17 * 1024)).status_code == 413
    for odd in ("todos/oa/a%2Fb", "todos/oa/-x", f"todos/oa/{'x' * 65}"):
        assert code_of(office.send("PUT", odd, todo())) == "address_unknown"


@pytest.mark.slow
def test_description_and_door_agree(vendor, monkeypatch, subtests):
    sandbox = Office(vendor, mode="test")
    with conformance(Office.prefix, sandbox.secret, monkeypatch) as tests:
        assert len(tests) == len(OPERATIONS)
        for operation, test in tests:
            with subtests.test(operation.label):
                test()


def test_the_developers_page_says_how(school):
    page = school.client("T1").get("/api/flows/").content.decode()
    assert all(said in page for said in ("todos/{source}/{external_id}", "-X PUT", "sandbox.example"))


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        return keeper_of(school)

    @pytest.fixture
    def stranger(self, school):
        return school.client("T4")

    def fill(self, count):
        begun = OutsideSource.objects.count()
        for number in range(begun, begun + count):
            vendor = make_vendor(f"=1+{number}")
            outside.register(by=SYSTEM, key=f"oa{number}", name=f"=1+{number}", vendor=vendor, origin=ORIGIN)


def test_a_source_is_registered_by_hand_and_switched(school, vendor):
    keeper = keeper_of(school)
    said = {"name": "办公系统", "key": "oa", "vendor": vendor.pk, "origin": ORIGIN}
    for wrong in ({"origin": f"{ORIGIN}/path"}, {"origin": "javascript:x"}, {"key": "sandbox"}, {"vendor": 0}):
        assert keeper.post("/flows/keeping/register/", said | wrong).status_code == 422
    assert keeper.post("/flows/keeping/register/", said).status_code == 302
    twice = keeper.post("/flows/keeping/register/", said)
    assert (twice.status_code, "已有一个来源用了这个代号" in twice.content.decode()) == (409, True)
    assert keeper.post("/flows/keeping/oa/switch/", {"reason": "换系统"}).status_code == 302
    assert not OutsideSource.objects.get(key="oa").is_on
