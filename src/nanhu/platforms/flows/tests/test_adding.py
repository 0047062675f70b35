"""补充材料: an applicant brings attachments while his case is decided, where its version lets the list grow."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.tests.samples import PDF, with_exif
from nanhu.platforms.flows.body import Body, Field, PostOf, Step
from nanhu.platforms.flows.models import Case, Entry, Task
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.flows.specs import FlowSpec, specs

SPEC = FlowSpec(
    key="test.grows",
    name="缓考",
    unit="1001",
    promise=480,
    prefix="HK",
    faces=frozenset({"student", "staff"}),
    body=Body(
        form=(
            Field(key="why", label="为什么"),
            Field(key="papers", label="病历", kind="files", is_required=False, grows=True, most=3),
            Field(key="form", label="申请表", kind="files", is_required=False),
        ),
        steps=(Step(key="office", name="教务处审批", kind="approve", who=(PostOf(office="head"),)),),
    ),
)


@pytest.fixture
def office(school, monkeypatch):
    monkeypatch.setitem(specs, SPEC.key, SPEC)
    definitions.publish_all()
    return school


def paper(name="病历.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def apply(school):
    sent = {"why": "住院", "form_token": str(uuid4()), "papers": [paper("一.pdf")]}
    assert school.client("S1").post(f"/flows/new/{SPEC.key}/", sent).status_code == 302
    return Case.objects.get()


def add(school, case, *papers, who="S1", **more):
    page = f"/flows/cases/{case.public_id}/papers/"
    return school.client(who).post(page, {"form_token": str(uuid4()), "papers": list(papers)} | more)


def names(case):
    case.refresh_from_db()
    return [one["name"] for one in case.data["papers"]]


def test_its_applicant_adds_to_what_stands_there_and_whoever_decides_is_told(office):
    case = apply(office)
    task = Task.objects.get()
    assert "补充材料" in office.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert add(office, case, paper("二.pdf"), paper("三.jpg", with_exif())).status_code == 302
    assert names(case) == ["一.pdf", "二.pdf", "三.jpg"]
    assert Entry.objects.filter(verb="added", words="2 个文件").count() == 1
    head = office.client("T3")
    page = head.get(f"/flows/tasks/{task.public_id}/").content.decode()
    assert all(name in page for name in names(case))
    assert head.get(f"/files/{case.data['papers'][2]['file']}/").status_code == 200
    old = {"decision": "refuse", "comment": "没有病历", "revision": task.revision, "form_token": str(uuid4())}
    answer = head.post(f"/flows/tasks/{task.public_id}/decide/", old)
    assert (answer.status_code, Task.objects.get().state) == (409, "open")
    assert "刚补充了材料" in answer.content.decode()


def test_what_was_opened_before_is_not_opened_any_more(office):
    case = apply(office)
    office.client("T3").get(f"/flows/tasks/{Task.objects.get().public_id}/")
    assert Task.objects.get().seen_by == [office["T3"]]
    add(office, case, paper("二.pdf"))
    assert Task.objects.get().seen_by == [], "together with others only when it was opened again"


def test_the_limits_of_the_list_hold_over_all_that_was_brought(office):
    case = apply(office)
    assert add(office, case, paper(), paper(), paper()).status_code == 422, "three in all"
    assert add(office, case).status_code == 422
    assert add(office, case, paper("假.pdf", b"MZ no paper")).status_code == 422
    assert names(case) == ["一.pdf"]
    assert add(office, case, paper("二.pdf"), paper("三.pdf")).status_code == 302
    assert add(office, case, paper("四.pdf")).status_code == 404, "it is full"
    assert "补充材料</a>" not in office.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert StoredFile.objects.filter(removed_at=None).count() == 3


def test_the_same_form_twice_adds_once(office):
    case, token = apply(office), str(uuid4())
    for _again in range(2):
        assert add(office, case, paper("二.pdf"), form_token=token).status_code == 302
    assert names(case) == ["一.pdf", "二.pdf"]


def test_nobody_else_adds_nothing_is_taken_off_and_no_list_that_does_not_grow(office):
    case = apply(office)
    assert add(office, case, paper(), who="T3").status_code == 404
    assert add(office, case, paper(), who="S2").status_code == 404
    add(office, case, paper("二.pdf"), papers_kept=[str(uuid4())], form=[paper("三.pdf")])
    assert names(case) == ["一.pdf", "二.pdf"]
    assert not case.data.get("form")


def test_what_is_decided_takes_no_more(office):
    case = apply(office)
    task = Task.objects.get()
    said = {"decision": "agree", "revision": task.revision, "form_token": str(uuid4())}
    assert office.client("T3").post(f"/flows/tasks/{task.public_id}/decide/", said).status_code == 302
    assert add(office, case, paper()).status_code == 404
    assert names(case) == ["一.pdf"]
