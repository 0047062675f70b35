"""Fields that some steps alone see (只给这些步骤看): neither other steps nor the applicant, on no page, in no file and on no paper."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.registry import Owner
from nanhu.platforms.flows.body import Body, Edge, Field, OwnPost, PostOf, Step, faults_of
from nanhu.platforms.flows.forms import FlowForm
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.printing import said_in
from nanhu.platforms.flows.registrations import case_records
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.flows.specs import FlowSpec, specs

AID = FlowSpec(
    key="test.aid",
    name="困难补助",
    unit="1001",
    promise=480,
    prefix="BZ",
    body=Body(
        form=(
            Field(key="wish", label="申请什么", is_fact=True),
            Field(key="home", label="家庭情况", is_fact=True, seen_at=("office",)),
            Field(key="proof", label="证明", kind="files", is_required=False, seen_at=("office",)),
            Field(key="number", label="家长证件号", kind="document_number", is_required=False, seen_at=("office",)),
        ),
        steps=(
            Step(
                key="class",
                name="辅导员",
                kind="approve",
                who=(OwnPost(office="counsellor"),),
                fields=(Field(key="view", label="辅导员看法", seen_at=("office",)),),
                edges=(Edge(to="office"),),
            ),
            Step(key="office", name="教务处", kind="approve", who=(PostOf(office="head"),)),
        ),
    ),
)
HOME, VIEW, DOCUMENT = "母亲生病", "情况属实，建议一等", "430602197001011234"


@pytest.fixture
def case(school, monkeypatch):
    """Applied for, and agreed to by the counsellor: it is before the office."""
    monkeypatch.setitem(specs, AID.key, AID)
    definitions.publish(AID)
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4\n%%EOF")
    said = {"wish": "生活补助", "home": HOME, "number": DOCUMENT, "proof": proof}
    assert school.client("S1").post("/flows/new/test.aid/", said).status_code == 302
    return Case.objects.get()


def task_page(school, number):
    task = Task.objects.get(state="open")
    return school.client(number).get(f"/flows/tasks/{task.public_id}/").content.decode()


def agree(school, number, **said):
    task = Task.objects.get(state="open")
    said |= {"decision": "agree", "comment": "", "revision": task.revision}
    assert school.client(number).post(f"/flows/tasks/{task.public_id}/decide/", said).status_code == 302
    return f"/flows/tasks/{task.public_id}/"


def test_a_step_that_is_not_named_sees_nothing_of_it(school, case):
    counsellor = school.client("T1")
    file = f"/files/{case.data['proof'][0]['file']}/"
    pages = [task_page(school, "T1"), counsellor.get("/flows/").content.decode()]
    pages.append(counsellor.get(f"/flows/cases/{case.public_id}/").content.decode())
    for page in pages:
        assert (HOME in page, "证明.pdf" in page, "家长证件号" in page) == (False, False, False)
    assert "生活补助" in pages[0]
    assert counsellor.get(file).status_code == 404
    look = counsellor.post(f"/flows/cases/{case.public_id}/reveal/", {"purpose": "核对家长身份"})
    assert DOCUMENT not in look.content.decode()


def test_the_step_that_is_named_sees_all_of_it(school, case):
    agree(school, "T1", view=VIEW)
    office = school.client("T3")
    page = task_page(school, "T3")
    for words in (HOME, VIEW, "证明.pdf", "家长证件号"):
        assert words in page
    assert HOME in office.get("/flows/").content.decode()
    assert office.get(f"/files/{case.data['proof'][0]['file']}/").status_code == 200
    look = office.post(f"/flows/cases/{case.public_id}/reveal/", {"purpose": "核对家长身份"})
    assert DOCUMENT in look.content.decode()
    assert VIEW not in office.get(f"/flows/cases/{case.public_id}/").content.decode(), "beside a task nobody reads it"


def test_its_applicant_reads_what_he_typed_and_not_what_was_said_of_him(school, case):
    agree(school, "T1", view=VIEW)
    agree(school, "T3")
    case.refresh_from_db()
    student = school.client("S1")
    page = student.get(f"/flows/cases/{case.public_id}/").content.decode()
    assert (HOME in page, "证明.pdf" in page, VIEW in page) == (True, True, False)
    assert student.get(f"/files/{case.data['proof'][0]['file']}/").status_code == 200
    assert VIEW not in str(said_in(case, case.applicant_id))
    record = next(iter(case_records(Owner(person_id=school["S1"], account_id=0), None)))
    assert (HOME in str(record), VIEW in str(record)) == (True, False)


def test_who_typed_it_reads_it_at_his_task_afterwards(school, case):
    address = agree(school, "T1", view=VIEW)
    page = school.client("T1").get(address).content.decode()
    assert (VIEW in page, HOME in page) == (True, False)


def test_a_step_that_is_gone_opens_it_to_nobody_and_hinders_publication():
    field = Field(key="a", label="甲", seen_at=("gone",), is_key=True)
    body = Body(form=(field,), steps=(Step(key="s", name="审批", kind="approve", who=(PostOf(office="head"),)),))
    assert {fault.code for fault in faults_of(body)} == {"seen_at", "seen_key"}


def test_what_a_program_writes_for_the_conditions_is_asked_of_nobody():
    """On no form: nobody types how many decide, not the clerk either who enters a paper."""
    fields = [Field(key="levels", label="审批级数", kind="number", is_inner=True), Field(key="why", label="原因")]
    assert list(FlowForm(asked=fields).fields) == ["why"]
