"""Making a process in the browser: who may, each picker, two editors, what is said of faults, and what is refused."""

import ast
import inspect
import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from nanhu.platforms.flows import body
from nanhu.platforms.flows.body import Applicant, Body, Edge, Field, Step
from nanhu.platforms.flows.models import Definition, Version
from nanhu.platforms.flows.workshop import sketch
from nanhu.platforms.flows.workshop.faults import WORDS, by_place, faults_in
from nanhu.platforms.flows.workshop.models import ProcessDraft
from nanhu.platforms.flows.workshop.releasing import desk
from nanhu.platforms.flows.workshop.sentences import FIELD_KINDS, STEP_KINDS, Speaker
from nanhu.testing.pages import ProposalTests
from nanhu.testing.structure import structure_faults

from .conftest import STEPS, begin, keeper, proof, published

BEGUN = {"name": "在读证明", "unit": "1001", "faces": ["student"], "promise_number": 3, "promise_unit": "days"}


def draft_of(definition):
    return sketch.decoded(ProcessDraft.objects.get(definition=definition).content)


def stands(definition):
    """The number under which a page of it is shown now."""
    draft = ProcessDraft.objects.filter(definition=definition).first()
    return draft.revision if draft else Definition.objects.get(pk=definition.pk).edits


def send(client, definition, path, **said):
    revision = said.pop("draft", stands(definition))
    return client.post(f"/flows/workshop/{definition.key}/{path}", said | {"draft": revision})


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        return keeper(school)

    @pytest.fixture
    def second(self, school):
        return keeper(school, "T4")

    @pytest.fixture
    def stranger(self, school):
        return school.client("S2")

    @pytest.fixture(autouse=True)
    def at(self, school):
        self.school = school

    def fill(self, count):
        for number in range(Definition.objects.count(), Definition.objects.count() + count):
            begin(self.school, proof(name=f"=1+{number}"))

    def submitted(self, client):
        definition = begin(self.school)
        assert send(client, definition, "publish/", change="第一版").status_code == 302
        return f"/flows/workshop/publications/{definition.publications.get().public_id}/"


def test_who_leads_a_unit_designs_for_it_and_for_no_other(school):
    head = school.client("T3")
    assert head.post("/flows/workshop/new/", BEGUN | {"unit": "12"}).status_code == 422
    assert head.post("/flows/workshop/new/", BEGUN).status_code == 302
    definition = Definition.objects.get(origin="browser")
    assert (definition.unit_id, definition.is_offered) == (school.units["1001"], False)
    pages = ["", "settings/", "fields/new/", "steps/new/", "try/", "publish/", "close/", "process.json"]
    assert {head.get(f"/flows/workshop/{definition.key}/{page}").status_code for page in pages} == {200}
    for number in ("T2", "T4", "T1", "S1"):
        other = school.client(number)
        assert {other.get(f"/flows/workshop/{definition.key}/{page}").status_code for page in pages} == {404}, number
        for path in ("arrange/", "fields/new/", "split/", "publish/", "close/", "preview/", "publish/trial/"):
            assert send(other, definition, path, name="x", change="x", reason="x").status_code == 404
    assert (ProcessDraft.objects.get().revision, Version.objects.filter(definition=definition).count()) == (1, 0)
    assert head.get("/flows/workshop/publications/").status_code == 404, "that is the keepers'"


def test_a_process_of_the_program_is_read_and_copied_and_never_changed(school):
    browser = keeper(school)
    page = browser.get("/flows/workshop/test.leave/").content.decode()
    assert "辅导员审批" in page
    assert "fields/new/" not in page
    for path in ("settings/", "steps/new/", "steps/counsellor/", "publish/", "close/"):
        assert browser.get(f"/flows/workshop/test.leave/{path}").status_code == 404, path
    assert browser.post("/flows/workshop/new/", BEGUN | {"copied": "test.leave"}).status_code == 302
    made = draft_of(Definition.objects.get(origin="browser"))
    assert ([one.key for one in made.body.steps], made.name) == (["counsellor", "head"], "在读证明")
    assert Definition.objects.get(key="test.leave").name == "请假"


@pytest.mark.parametrize("kind", FIELD_KINDS)
def test_a_field_of_every_kind_is_added_and_shown_as_its_applicant_gets_it(school, kind):
    definition, head = begin(school), school.client("T3")
    said = {"label": f"一项<b>{kind}", "kind": kind, "choices": "甲\n乙", "is_required": "on", "help": "提示在此"}
    said |= {"columns": "品名\n单价 金额"}
    assert send(head, definition, "fields/new/", **said).status_code == 302
    page = head.get(f"/flows/workshop/{definition.key}/").content.decode()
    assert f"一项&lt;b&gt;{kind}" in page
    assert f"一项<b>{kind}" not in page
    assert page.count("提示在此") >= 1
    added = draft_of(definition).body.form[-1]
    assert (added.key, added.kind, bool(added.choices)) == ("f7", kind, kind in {"one_of", "some_of"})
    assert [one.kind for one in added.columns] == (["text", "money"] if kind == "rows" else [])


@pytest.mark.parametrize("kind", ["approve", "countersign", "work", "fill", "inform"])
def test_a_step_of_every_kind_is_added_and_reads_as_a_sentence(school, kind):
    definition, head = begin(school), school.client("T3")
    shown = head.get(f"/flows/workshop/{definition.key}/steps/new/?kind={kind}")
    assert structure_faults(shown.content.decode()) == []
    said = {"name": "新的一步", "step_kind": kind, "who_0": "own_post:counsellor", "who_1": "unit:head", "unit_1": "12"}
    said |= {"promise_number": 2, "promise_unit": "days", "needed": "any", "can_return": "on"}
    assert send(head, definition, "steps/new/", **said).status_code == 302
    line = Speaker(draft_of(definition)).lines()[-1]
    assert (line.step.key, line.step.kind, len(line.step.who)) == ("s7", kind, 2)
    assert "申请人所在单位的辅导员" in line.sentence
    assert "计算机学院的负责人" in line.sentence
    assert ("2 个工作日内" in line.sentence) is (kind != "inform")
    page = head.get(f"/flows/workshop/{definition.key}/")
    assert line.sentence in page.content.decode()
    assert structure_faults(page.content.decode()) == []


def test_parallel_branches_come_with_all_that_they_need(school):
    definition, head = begin(school), school.client("T3")
    assert send(head, definition, "split/").status_code == 302
    made = draft_of(definition)
    assert [one.kind for one in made.body.steps[-4:]] == ["split", "approve", "approve", "join"]
    assert faults_in(made) == []
    assert made.counter == 10


def test_a_condition_is_picked_and_reads_as_a_sentence(school):
    definition, head = begin(school), school.client("T3")
    said = {
        "field_0": "f2",
        "sign_0": "=",
        "value_0": "考研",
        "joiner": "or",
        "field_1": "f3",
        "sign_1": ">=",
        "value_1": "9",
    }
    assert send(head, definition, "steps/s4/ways/new/", to="s6", **said).status_code == 302
    step = draft_of(definition).step("s4")
    assert step.edges == (Edge(to="s6", when="f2 = '考研' or f3 >= 9"), Edge(to="s5"))
    ways = [way for _place, way, _is in Speaker(draft_of(definition)).line(step, is_first=True).ways]
    assert ways == ["如果（“用途”等于 考研 ，或者“份数”不小于 9 ），到「院长审批」", "其他情况，到「核对」"]
    page = head.get(f"/flows/workshop/{definition.key}/steps/s4/ways/0/").content.decode()
    assert 'value="9"' in page
    for wrong in ({"value_0": "出国"}, {"sign_0": ">"}, {"value_1": "九"}, {"field_1": "f9"}, {"to": "nowhere"}):
        refused = send(head, definition, "steps/s4/ways/new/", **({"to": "s6"} | said | wrong))
        assert refused.status_code == 422, wrong
    assert draft_of(definition).step("s4").edges == step.edges


def test_what_another_arranged_meanwhile_is_told_and_nothing_is_lost(school):
    definition, head, other = begin(school), school.client("T3"), keeper(school)
    assert send(other, definition, "arrange/", what="field", name="f3", op="up", draft=1).status_code == 302
    late = send(head, definition, "fields/f2/", label="拿去做什么", kind="one_of", choices="考研", draft=1)
    page = late.content.decode()
    assert (late.status_code, "钱老师刚改过这份草稿" in page, "拿去做什么" in page) == (409, True, True)
    assert 'name="draft" value="2"' in page, "pressed again it is kept"
    assert draft_of(definition).field("f2").label == "用途"
    assert (
        send(head, definition, "fields/f2/", label="拿去做什么", kind="one_of", choices="考研", draft=2).status_code
        == 302
    )
    assert [one.label for one in draft_of(definition).body.form] == ["姓名", "份数", "拿去做什么"]


def test_moving_and_taking_away_leave_nothing_that_leads_nowhere(school):
    definition, head = begin(school), school.client("T3")
    assert send(head, definition, "arrange/", what="step", name="s6", op="remove").status_code == 302
    made = draft_of(definition)
    assert ([one.key for one in made.body.steps], made.step("s5").edges) == (["s4", "s5"], ())
    assert send(head, definition, "arrange/", what="step", name="s5", op="up").status_code == 302
    assert [one.key for one in draft_of(definition).body.steps] == ["s5", "s4"]
    assert send(head, definition, "arrange/", what="step", name="s6", op="up").status_code == 404
    added = send(head, definition, "fields/new/", label="备注", kind="text")
    assert (added.status_code, draft_of(definition).body.form[-1].key) == (302, "f7"), "a key is never given again"


def test_a_form_may_not_ask_what_the_school_holds_without_a_reason(school):
    definition, head = begin(school), school.client("T3")
    for label, kind in (("联系电话", "phone"), ("身份证号", "document_number"), ("卡号", "text"), ("班 级", "text")):
        send(head, definition, "fields/new/", label=label, kind=kind)
        page = head.get(f"/flows/workshop/{definition.key}/").content.decode()
        assert "学校已经有这一项" in page, label
        assert send(head, definition, "publish/", change="第一版").status_code == 422, label
        key = draft_of(definition).body.form[-1].key
        said = {"label": label, "kind": kind, "reason": "寄快递要现在用的"}
        assert send(head, definition, f"fields/{key}/", **said).status_code == 302
        assert faults_in(draft_of(definition)) == [], label
    page = head.get(f"/flows/workshop/{definition.key}/").content.decode()
    assert "为什么还要问：寄快递要现在用的" in page, "beside the field"


def test_a_field_is_filled_in_from_a_shared_table_and_from_nothing_sensitive(school):
    definition, head = begin(school), school.client("T3")
    page = head.get(f"/flows/workshop/{definition.key}/fields/new/?kind=text").content.decode()
    assert 'value="hub:dorm.stay.place"' in page
    assert "hub:people.person.id_number" not in page
    assert (
        send(head, definition, "fields/new/", label="宿舍", kind="text", source="hub:dorm.stay.place").status_code
        == 302
    )
    assert draft_of(definition).body.form[-1].source == "hub:dorm.stay.place"
    assert faults_in(draft_of(definition)) == []
    said = {"label": "证件", "kind": "text", "source": "hub:people.person.id_number"}
    assert send(head, definition, "fields/new/", **said).status_code == 422


def test_the_preview_shows_what_is_typed_and_keeps_nothing(school):
    definition, head = begin(school), school.client("T3")
    shown = send(head, definition, "preview/", what="field", item="", label="快递<地址", kind="long_text")
    assert (shown.status_code, "快递&lt;地址" in shown.content.decode()) == (200, True)
    steps = send(
        head, definition, "preview/", what="step", item="s4", step_kind="approve", name="班主任审批", who_0="post:head"
    )
    assert "由主管单位的负责人审批" in steps.content.decode()
    said = {"field_0": "f3", "sign_0": ">", "value_0": "7", "to": "s6", "place": "0"}
    way = send(head, definition, "preview/", what="way", item="s5", **said).content.decode()
    assert ("大于 7" in way, "大于 5" in way) == (True, False)
    assert ProcessDraft.objects.get().revision == 1


FAULTY = {
    "nobody": Step(key="s1", name="审批", kind="approve"),
    "leads_nowhere": STEPS[1],
    "no_other_way": sketch.replace(STEPS[0], edges=(Edge(to="s4", when="f3 > 1"),)),
    "split": Step(key="s1", name="分", kind="split"),
    "join": Step(key="s1", name="合", kind="join"),
    "applicant": sketch.replace(STEPS[0], who=(Applicant(),)),
    "condition": sketch.replace(STEPS[0], edges=(Edge(to="end", when="__import__('os')"), Edge(to="end"))),
    "no_field": sketch.replace(STEPS[0], edges=(Edge(to="end", when="gone > 1"), Edge(to="end"))),
    "program": Step(key="s1", name="等", kind="wait"),
    "nothing_registered": Step(key="s1", name="自动", kind="automatic", action="ledger.pay_me"),
    "circle": Step(key="s1", name="知会", kind="inform", who=STEPS[0].who, edges=(Edge(to="s1"),)),
}


@pytest.mark.parametrize("code", FAULTY)
def test_a_fault_stands_at_its_step_in_words_and_hinders_publishing(school, code):
    step = FAULTY[code]
    made = proof(body=Body(form=proof().body.form, steps=(step,)))
    assert str(WORDS[code]) in by_place(made)[step.key]
    definition, head = begin(school, made), school.client("T3")
    page = head.get(f"/flows/workshop/{definition.key}/")
    assert (page.status_code, str(WORDS[code]) in page.content.decode()) == (200, True)
    assert send(head, definition, "publish/", change="第一版").status_code == 422
    assert not Version.objects.filter(definition=definition).exists()


def test_every_fault_of_the_engine_has_words():
    calls = [one for one in ast.walk(ast.parse(inspect.getsource(body))) if isinstance(one, ast.Call)]
    codes = {ast.literal_eval(one.args[1]) for one in calls if getattr(one.func, "id", "") == "Fault"}
    assert len(codes) > 12
    assert codes <= WORDS.keys()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"name": "x", "promise": 1, "prefix": "ZM", "owner": "1001"}).encode(),
        json.dumps({"name": "x", "promise": 0, "prefix": "ZM"}).encode(),
        json.dumps({"name": "x", "promise": 1, "prefix": "zm'; --"}).encode(),
        sketch.encoded(proof()).replace('"approve"', '"eval"').encode(),
        sketch.encoded(proof()).replace('"number"', '"blob"').encode(),
        sketch.encoded(proof()).replace('"f2"', '"../x"').encode(),
        sketch.encoded(proof(summary="长" * 90_000)).encode(),
        sketch.encoded(
            proof(body=Body(form=tuple(Field(key=f"f{n}", label="x") for n in range(500)), steps=STEPS))
        ).encode(),
    ],
    ids=["bytes", "deep", "unknown", "promise", "prefix", "step", "field", "key", "long", "many"],
)
def test_a_file_that_is_no_process_is_refused(school, content):
    head, before = school.client("T3"), Definition.objects.count()
    file = SimpleUploadedFile("process.json", content)
    answer = head.post("/flows/workshop/import/", {"file": file, "unit": "1001"})
    assert (answer.status_code in {413, 422}, Definition.objects.count()) == (True, before)


SHEET = """名称,填什么,必填,可选的内容,明细表的列,填写提示,上限
用途,选一个,是,考研、就业；其他,,,
份数,数字,否,,,最多十份,10
说明,多行文字,,,,,200
设备,明细表,是,,名称；单价 金额；备注 选填,,
"""


def handed_in(school, text, name="在读证明.csv"):
    said = {"file": SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode()), "unit": "1001"}
    return school.client("T3").post("/flows/workshop/import/", said)


def test_a_form_that_is_listed_in_a_sheet_becomes_a_draft(school):
    assert handed_in(school, SHEET).status_code == 302
    made = draft_of(Definition.objects.get(origin="browser"))
    said = [(one.label, one.kind, one.is_required, one.choices, one.most) for one in made.body.form]
    assert (made.name, said) == (
        "在读证明",
        [
            ("用途", "one_of", True, ("考研", "就业", "其他"), 0),
            ("份数", "number", False, (), 10),
            ("说明", "long_text", True, (), 200),
            ("设备", "rows", True, (), 0),
        ],
    )
    columns = [(one.label, one.kind, one.is_required) for one in made.body.form[3].columns]
    assert columns == [("名称", "text", True), ("单价", "money", True), ("备注", "text", False)]
    assert [one.help for one in made.body.form] == ["", "最多十份", "", ""]


def test_the_template_of_a_form_is_handed_out_and_taken_in_again(school):
    head = school.client("T3")
    assert "/flows/workshop/form.xlsx" in head.get("/flows/workshop/import/").content.decode()
    template = head.get("/flows/workshop/form.xlsx").content
    assert [cell.value for cell in load_workbook(BytesIO(template)).active[1]][:3] == ["名称", "填什么", "必填"]
    assert handed_in(school, template, "x.xlsx").status_code == 422, "it says nothing yet"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x,猜一猜,是,,,,", "第 6 行的“填什么”不对"),
        ("x,文字,也许,,,,", "第 6 行的“必填”不对"),
        ("x,明细表,是,,,,", "第 6 行的“明细表的列”不对"),
        (f"{'长' * 61},文字,是,,,,", "第 6 行的“名称”不对"),
        ("x,数字,是,,,,很多", "第 6 行的“上限”不对"),
    ],
)
def test_one_wrong_line_of_a_form_is_told_and_nothing_is_kept(school, line, said):
    before = Definition.objects.count()
    answer = handed_in(school, SHEET + line)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Definition.objects.count() == before


def test_what_was_exported_is_taken_in_again_as_a_draft(school):
    definition, head = published(school), school.client("T3")
    file = head.get(f"/flows/workshop/{definition.key}/process.json")
    said = {"file": SimpleUploadedFile("process.json", file.content), "unit": "1001"}
    assert head.post("/flows/workshop/import/", said).status_code == 302
    again = Definition.objects.exclude(pk=definition.pk).get(origin="browser")
    assert (draft_of(again).body, again.is_offered, again.versions.count()) == (proof().body, False, 0)


def test_a_hand_made_post_with_unknown_kinds_changes_nothing(school):
    definition, head = begin(school), school.client("T3")
    assert send(head, definition, "fields/new/", label="x", kind="file_of_server").status_code == 422
    assert send(head, definition, "fields/new/", label="x" * 100, kind="text").status_code == 422
    assert send(head, definition, "fields/new/", label="x", kind="text", home="nowhere").status_code == 404
    assert send(head, definition, "fields/new/", label="x", kind="text", draft="999999999999").status_code == 409
    for who in ("person:f2", "unit:nobody", "resolver:x", "applicant:", "own_post:'"):
        refused = send(head, definition, "steps/s4/", name="x", who_0=who)
        assert refused.status_code == 422, who
    assert send(head, definition, "arrange/", what="step", name="s4", op="drop").status_code == 422
    assert ProcessDraft.objects.get().revision == 1


def test_a_draft_has_bounds(school):
    fields = tuple(Field(key=f"f{n}", label="x") for n in range(60))
    definition, head = begin(school, proof(counter=60, body=Body(form=fields, steps=()))), school.client("T3")
    assert send(head, definition, "fields/new/", label="一项", kind="text").status_code == 422
    assert len(draft_of(definition).body.form) == 60


def test_all_kinds_have_words():
    assert FIELD_KINDS.keys() == set(body.FieldKind.__value__.__args__)
    assert STEP_KINDS.keys() == set(body.StepKind.__value__.__args__)


def test_branches_within_branches_without_end_are_a_fault_and_no_hanging_page(school):
    """Thirty splits, both branches of each the next one: a thousand million ways."""
    splits = tuple(
        Step(key=f"s{n}", name="分", kind="split", branches=(f"s{n + 1}", f"s{n + 1}"), join="s40")
        for n in range(1, 31)
    )
    join = Step(key="s40", name="合", kind="join")
    definition = begin(school, proof(body=Body(form=(), steps=(*splits, join), reopens_at="s1")))
    page = school.client("T3").get(f"/flows/workshop/{definition.key}/").content.decode()
    assert "层数太多了" in page


def test_a_page_of_an_earlier_draft_is_never_taken_for_one_of_this(school):
    definition, head = published(school), school.client("T3")
    before = stands(definition)
    assert send(head, definition, "fields/new/", label="一项", kind="text").status_code == 302
    ProcessDraft.objects.all().delete()
    assert send(head, definition, "fields/new/", label="另一项", kind="text", draft=before).status_code == 409


def test_a_field_is_shown_to_chosen_steps_alone_until_somebody_says_otherwise(school):
    definition, head = begin(school), school.client("T3")
    said = {"label": "家庭情况", "kind": "long_text", "is_required": "on"}
    assert send(head, definition, "fields/new/", **said, seen_at=["s9"]).status_code == 422
    assert send(head, definition, "fields/new/", **said, seen_at=["s6"]).status_code == 302
    field = draft_of(definition).body.form[-1]
    assert field.seen_at == ("s6",)
    page = head.get(f"/flows/workshop/{definition.key}/fields/{field.key}/").content.decode()
    assert structure_faults(page) == []
    assert "院长审批" in page
    assert send(head, definition, "arrange/", what="step", name="s6", op="remove").status_code == 302
    gone = draft_of(definition)
    assert gone.field(field.key).seen_at == ("s6",), "nobody else sees it by that"
    assert str(WORDS["seen_at"]) in by_place(gone)[field.key]
    assert send(head, definition, f"fields/{field.key}/", **said, seen_at=["s5"]).status_code == 302
    assert faults_in(draft_of(definition)) == []


def test_what_one_does_while_the_system_stands_still_is_published_by_two(school):
    definition, head = published(school), school.client("T3")
    said = BEGUN | {"letters": "ZM", "retention": "normal", "fallback": "到教务处 201 填纸质单", "reopens_at": ""}
    said |= {"legal_basis": "《普通高等学校学生管理规定》第三十条"}
    assert send(head, definition, "settings/", **said).status_code == 302
    page = head.get(f"/flows/workshop/{definition.key}/publish/").content.decode()
    assert [word for word in ("到教务处 201", "法律依据", "第三十条") if word not in page] == []
    assert send(head, definition, "publish/", change="写应急办法").status_code == 302
    definition.refresh_from_db()
    assert definition.fallback == "", "another has not agreed yet"
    asked = definition.publications.get(state="asked")
    assert keeper(school, "T4").post(f"/flows/workshop/publications/{asked.public_id}/approve/").status_code == 302
    definition.refresh_from_db()
    assert definition.fallback == "到教务处 201 填纸质单"
    assert (
        "法律依据：《普通高等学校学生管理规定》第三十条"
        in school.client("S1").get(f"/flows/new/{definition.key}/").content.decode()
    )
    assert "第三十条" in head.get(f"/flows/workshop/{definition.key}/settings/").content.decode(), "it stays"
