"""From the draft to cases: walked through, tried over running ones, published by two, taken out of service."""

from datetime import date, datetime

import pytest

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.flows.body import Body, Field, PersonIn, PostOf, Step
from nanhu.platforms.flows.errors import ServiceNotOfferedError
from nanhu.platforms.flows.models import Case, Definition, OutsideTodo, Task, Version
from nanhu.platforms.flows.queries import service_hits
from nanhu.platforms.flows.services import outside
from nanhu.platforms.flows.services.definitions import current_version, publish_all
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.tests.conftest import SYSTEM
from nanhu.platforms.flows.tests.test_outside import ORIGIN, make_vendor
from nanhu.platforms.flows.workshop import services, sketch
from nanhu.platforms.flows.workshop.models import ProcessDraft, Publication
from nanhu.platforms.flows.workshop.trial import Trial
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people

from .conftest import STEPS, begin, keeper, proof, published
from .test_bench import draft_of, send, stands

SAID = {"f2": "考研", "f3": 9}
SETTINGS = {
    "name": "在读证明",
    "faces": ["staff", "student"],
    "promise_number": 3,
    "promise_unit": "days",
    "letters": "ZM",
    "retention": "short",
}


def stops_of(school, made, unit="120101", **data):
    definition = begin(school, made)
    return list(Trial(definition, made, unit_id=school.units[unit], data=SAID | data).stops())


def test_a_made_up_person_is_walked_to_the_end_without_a_case(school, clock):
    clock("2026-09-24T16:00+08:00")
    first, second, third = stops_of(school, proof())
    assert [one.step.key for one in (first, second, third)] == ["s4", "s5", "s6"]
    assert (first.who, second.who) == ("陈辅导（计算机学院 辅导员）", "王处长（教务处 负责人）")
    assert first.until == datetime(2026, 9, 29, 16, 0, tzinfo=CAMPUS_ZONE), "780 minutes over the holidays"
    assert second.way == "如果“份数”大于 5 ，到「院长审批」"
    assert third.who.startswith("李院长")
    assert not Case.objects.exists()
    assert [one.step.key for one in stops_of(school, proof(), f3=2)] == ["s4", "s5"]


def test_a_walk_names_a_post_that_nobody_holds_and_branches(school):
    steps = (Step(key="s1", name="x", kind="approve", who=STEPS[0].who), STEPS[0])
    made = sketch.put_split(proof(body=Body(form=proof().body.form, steps=steps[1:])), ("分", "左", "右", "合"), "head")
    found = stops_of(school, made)
    assert [(one.step.name, one.lane) for one in found[1:]] == [("分", ""), ("左", "左"), ("右", "右"), ("合", "")]
    vacant = stops_of(school, proof(), unit="1000")
    assert vacant[0].who == "没有找到人，落到王处长（教务处 负责人）"


def test_the_page_walks_and_opens_no_case(school):
    definition, head = begin(school), school.client("T3")
    address = f"/flows/workshop/{definition.key}/try/"
    walked = head.post(address, {"applicants_unit": "120101", "f2": "考研", "f3": 9})
    assert (walked.status_code, "陈辅导" in walked.content.decode()) == (200, True)
    wrong = head.post(address, {"applicants_unit": "999", "f2": "出国"})
    assert (wrong.status_code, Case.objects.count()) == (422, 0)


def test_it_is_published_by_another_person_and_then_runs(school):
    definition, head = begin(school), school.client("T3")
    with pytest.raises(ServiceNotOfferedError):
        current_version(definition.key)
    assert send(head, definition, "publish/", change="第一版").status_code == 302
    assert not Version.objects.filter(definition=definition).exists(), "it waits for another"
    assert send(head, definition, "publish/", change="第一版").status_code == 409
    publication = Publication.objects.get()
    address = f"/flows/workshop/publications/{publication.public_id}/"
    assert head.post(f"{address}approve/").status_code == 404, "the author keeps no processes"
    page = keeper(school).get(address).content.decode()
    assert all(word in page for word in ("在读证明", "第一版", "由申请人所在单位的辅导员审批"))
    assert keeper(school).post(f"{address}approve/").status_code == 302
    assert not ProcessDraft.objects.exists()
    assert (current_version(definition.key).number, current_version(definition.key).change) == (1, "第一版")
    student = school.client("S1")
    assert "在读证明" in student.get("/flows/new/").content.decode()
    assert student.post(f"/flows/new/{definition.key}/", {"f2": "考研", "f3": 1}).status_code == 302
    case = Case.objects.get()
    assert (case.number[:2], case.data["f1"]) == ("ZM", "林晓湖")
    for number, decision in (("T1", "agree"), ("T3", "done")):
        school.decide(number, Task.objects.get(case=case, state="open"), decision)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "granted")
    publish_all()
    assert Definition.objects.get(pk=definition.pk).is_offered, "rooms' own processes leave it alone"


def test_who_asked_does_not_publish_it_himself(school):
    definition, browser = begin(school), keeper(school)
    assert send(browser, definition, "publish/", change="第一版").status_code == 302
    address = f"/flows/workshop/publications/{Publication.objects.get().public_id}/"
    assert browser.post(f"{address}approve/").status_code == 409
    assert not Version.objects.filter(definition=definition).exists()
    assert send(browser, definition, "take-back/").status_code == 302
    assert Publication.objects.get().state == "taken_back"
    assert draft_of(definition) == proof()


def test_words_alone_are_published_at_once_and_more_is_not(school):
    definition, head = published(school), school.client("T3")
    services.change(by=school.actor("T3"), definition=definition, revision=stands(definition), edit=renamed)
    assert send(head, definition, "publish/", change="改了名称").status_code == 302
    assert current_version(definition.key).number == 2
    assert not Publication.objects.filter(state="asked").exists()
    services.change(by=school.actor("T3"), definition=definition, revision=stands(definition), edit=shortened)
    page = head.get(f"/flows/workshop/{definition.key}/publish/").content.decode()
    assert "<del>" in page
    assert "院长审批" in page
    assert send(head, definition, "publish/", change="少一步").status_code == 302
    assert (current_version(definition.key).number, Publication.objects.filter(state="asked").count()) == (2, 1)


def renamed(found):
    return sketch.put_field(found, sketch.replace(found.field("f3"), label="要几份"))


def shortened(found):
    return sketch.move_step(found, found.step("s6"), "remove")


@pytest.mark.capability("A007.1")
def test_running_cases_are_tried_first_and_stay_on_their_version(school):
    definition, head = published(school), school.client("T3")
    safe, breaks = (school.apply(number, definition.key, f2="考研", f3=9) for number in ("S1", "S2"))
    for number, decision in (("T1", "agree"), ("T3", "done")):
        school.decide(number, Task.objects.get(case=breaks, state="open"), decision)
    services.change(by=school.actor("T3"), definition=definition, revision=stands(definition), edit=shortened)
    assert head.post(f"/flows/workshop/{definition.key}/publish/trial/").status_code == 302
    draft = ProcessDraft.objects.get()
    services.try_draft(draft_id=draft.pk)
    page = head.get(f"/flows/workshop/{definition.key}/publish/").content.decode()
    assert "照旧办下去 1 件，请申请人补填 0 件，只能留在旧版本 1 件" in page
    assert (breaks.number in page, safe.number in page) == (True, False)
    services.change(by=school.actor("T3"), definition=definition, revision=stands(definition), edit=renamed)
    assert "草稿改过了，再试算一次" in head.get(f"/flows/workshop/{definition.key}/publish/").content.decode()
    send(head, definition, "publish/", change="少一步")
    services.approve(by=school.actor("T5"), publication=Publication.objects.get(state="asked"))
    assert set(Case.objects.values_list("version__number", flat=True)) == {1}


@pytest.mark.capability("A007.1")
def test_a_service_that_spans_three_offices_is_one_application_with_one_number(school):
    """College, academic affairs, and the school's own head: made in the browser, one case from the first to the last."""
    people.appoint(
        by=SYSTEM,
        unit_id=school.units["1000"],
        office="head",
        person_id=school["T4"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    last = Step(key="s6", name="学校审批", kind="approve", who=(PostOf(office="head", unit="1000"),))
    steps = (STEPS[0], sketch.replace(STEPS[1], edges=()), last)
    definition = published(school, proof(body=Body(form=proof().body.form, steps=steps)))
    student = school.client("S1")
    assert student.post(f"/flows/new/{definition.key}/", {"f2": "考研", "f3": 1}).status_code == 302
    case, units = Case.objects.get(), []
    for number, decision in (("T1", "agree"), ("T3", "done"), ("T4", "agree")):
        task = Task.objects.get(case=case, state="open")
        units.append(task.pool_unit_id)
        assert case.number in student.get(f"/flows/cases/{case.public_id}/").content.decode()
        school.decide(number, task, decision)
    assert units == [school.units[code] for code in ("12", "1001", "1000")]
    case.refresh_from_db()
    assert (case.outcome, Case.objects.count()) == ("granted", 1)


@pytest.mark.capability("A007.2")
def test_one_list_holds_tasks_second_decisions_and_what_other_systems_pushed(school):
    assert send(school.client("T3"), begin(school), "publish/", change="第一版").status_code == 302
    school.apply("S1", "test.both", colleague=school["T5"])
    source = outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=make_vendor(), origin=ORIGIN)
    OutsideTodo.objects.create(
        source=source,
        external_id="1",
        campus_no="T5",
        person_id=school["T5"],
        title="会签：冬季安全工作",
        address=f"{ORIGIN}/documents/118",
        state="open",
        sequence=1,
        digest="0" * 64,
    )
    page = keeper(school).get("/flows/").content.decode()
    assert all(what in page for what in ("双线", "发布复核", "在读证明", "会签：冬季安全工作"))
    other = school.client("T4").get("/flows/").content.decode()
    assert not any(what in other for what in ("发布复核", "会签：冬季安全工作", "林晓湖"))
    delegation = school.client("T4").get("/flows/delegation/new/").content.decode()
    assert "在读证明" not in other + delegation, "a draft's name is its unit's own affair"


def test_a_key_that_a_version_had_is_never_given_again(school):
    """Running cases say what they say under it."""
    definition, head = published(school), school.client("T3")
    services.change(by=school.actor("T3"), definition=definition, revision=stands(definition), edit=shortened)
    assert send(head, definition, "publish/", change="少一步").status_code == 302
    services.approve(by=school.actor("T5"), publication=Publication.objects.get(state="asked"))
    said = {"name": "院长复审", "step_kind": "approve", "who_0": "own_post:head"}
    assert send(head, definition, "steps/new/", **said).status_code == 302
    assert [one.key for one in draft_of(definition).body.steps] == ["s4", "s5", "s7"]


def test_out_of_service_takes_no_new_cases_and_lets_running_ones_end(school):
    definition, head = published(school), school.client("T3")
    case = school.apply("S1", definition.key, f2="考研", f3=1)
    assert send(head, definition, "close/", reason="移交学工部").status_code == 302
    assert "在读证明" not in school.client("S2").get("/flows/new/").content.decode()
    assert school.client("S2").get(f"/flows/new/{definition.key}/").status_code == 404
    for number, decision in (("T1", "agree"), ("T3", "done")):
        school.decide(number, Task.objects.get(case=case, state="open"), decision)
    case.refresh_from_db()
    assert case.outcome == "granted"
    assert send(head, definition, "publish/", change="重新开办").status_code == 302
    assert send(head, definition, "close/", reason="移交学工部").status_code == 409
    services.approve(by=school.actor("T5"), publication=Publication.objects.get(state="asked"))
    assert (current_version(definition.key).number, ProcessDraft.objects.count()) == (1, 0), "it comes back as it was"


def test_who_may_apply_is_more_than_words(school):
    definition, head = published(school), school.client("T3")
    services.change(
        by=school.actor("T3"),
        definition=definition,
        revision=stands(definition),
        edit=lambda one: sketch.replace(one, faces=("staff",)),
    )
    assert send(head, definition, "publish/", change="只给教职工").status_code == 302
    assert Publication.objects.filter(state="asked").count() == 1
    assert Definition.objects.get(pk=definition.pk).faces == ["staff", "student"]


def test_a_fee_is_the_keepers_to_set_and_must_be_one_that_is_charged(school):
    definition, head = begin(school), school.client("T3")
    assert "申请人缴费" not in head.get(f"/flows/workshop/{definition.key}/").content.decode()
    office = keeper(school)
    assert "申请人缴费" in office.get(f"/flows/workshop/{definition.key}/").content.decode()
    said = {"name": "工本费", "step_kind": "pay", "fee_fen": "10.50", "is_final": "on"}
    assert send(office, definition, "steps/new/", **said, fee_item="card.paper").status_code == 422
    ledger.open_fee_item(by=SYSTEM, code="card.paper", name="证件工本费", reason="测试")
    assert send(office, definition, "steps/new/", **said, fee_item="card.paper").status_code == 302
    step = draft_of(definition).body.steps[-1]
    assert (step.kind, step.fee_item, step.fee_fen, step.is_final) == ("pay", "card.paper", 1050, True)
    assert "请申请人缴费 ¥ 10.50" in office.get(f"/flows/workshop/{definition.key}/").content.decode()
    assert send(head, definition, "publish/", change="加收工本费").status_code == 409
    assert send(office, definition, "publish/", change="加收工本费").status_code == 302


def test_a_service_of_one_college_is_its_peoples_alone_also_in_the_search(school):
    definition, head = published(school), school.client("T3")
    assert send(head, definition, "settings/", **SETTINGS, units=["12"]).status_code == 302
    assert send(head, definition, "publish/", change="只限计算机学院").status_code == 302
    asked = Publication.objects.get(state="asked")
    told = keeper(school).get(f"/flows/workshop/publications/{asked.public_id}/").content.decode()
    assert all(said in told for said in ("计算机学院", "结束后一年")), "who agrees reads that, too"
    services.approve(by=school.actor("T5"), publication=asked)
    seen = {number: school.client(number).get("/flows/new/").content.decode() for number in ("S1", "T5")}
    assert {number: "在读证明" in page for number, page in seen.items()} == {"S1": True, "T5": False}, (
        "T5 is of another unit"
    )
    address = f"/flows/new/{definition.key}/"
    assert [school.client(number).get(address).status_code for number in ("S1", "T5")] == [200, 404]
    assert school.client("T5").post(address, {}).status_code == 404
    hits = {hit.title: hit.unit_ids for hit in service_hits()}
    assert hits["在读证明"] == {school.units["12"]}


def test_what_was_removed_meanwhile_hinders_the_second_person(school):
    definition = begin(school)
    asked = services.publish(
        by=school.actor("T3"), definition=definition, revision=1, change="第一版", is_keeper=False, token=None
    )
    broken = sketch.encoded(proof(body=Body(form=(), steps=(STEPS[1],))))
    Publication.objects.filter(pk=asked.pk).update(content=broken)
    browser = keeper(school)
    answer = browser.post(f"/flows/workshop/publications/{asked.public_id}/approve/")
    assert (answer.status_code, Publication.objects.get().state) == (422, "asked")
    assert not Version.objects.filter(definition=definition).exists()


def test_a_person_who_names_himself_in_the_form_does_not_decide(school):
    """A definition cannot let the applicant decide his own case."""
    form = (*proof().body.form, Field(key="f7", label="审批人", kind="person"))
    step = Step(key="s8", name="审批", kind="approve", who=(PersonIn(field="f7"),))
    definition = published(school, proof(body=Body(form=form, steps=(step,))))
    case = school.apply("T4", definition.key, f2="考研", f3=1, f7=school["T4"])
    task = Task.objects.get(case=case)
    assert (task.person_id, task.why) == (None, "owner")


def test_an_action_that_only_keepers_may_use(school, monkeypatch):
    monkeypatch.setitem(actions, "test.nothing", lambda _case: None)
    step = Step(key="s8", name="自动", kind="automatic", action="test.nothing")
    definition = begin(school, proof(body=Body(form=proof().body.form, steps=(*STEPS, step))))
    head = school.client("T3")
    refused = send(head, definition, "publish/", change="第一版")
    assert (refused.status_code, "只能由流程管理发布" in refused.content.decode()) == (409, True)
    assert send(keeper(school), definition, "publish/", change="第一版").status_code == 302
