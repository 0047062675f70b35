"""Who may apply by category of persons (人员类别), and tutors of the applicant, through the pages of who designs, applies and decides."""

from datetime import date, timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.body import OwnPost, Resolved, Step
from nanhu.platforms.flows.models import Definition, Task
from nanhu.platforms.flows.policies import waiting_for
from nanhu.platforms.flows.queries import services_for_some
from nanhu.platforms.flows.tests.conftest import SYSTEM
from nanhu.platforms.flows.workshop import services, sketch
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

from .conftest import STEPS, begin, keeper, proof, published

pytestmark = pytest.mark.django_db
GRADUATE, UNDERGRADUATE = "21", "22"


def are(school, **categories):
    """So, by the office that says what somebody is: are(school, S1="21")."""
    names = {GRADUATE: "研究生", UNDERGRADUATE: "统招本科"}
    records = [
        people.PersonRecord(
            key=number,
            person_id=school[number],
            affiliations=(
                people.AffiliationRecord(
                    kind="student",
                    campus_no=number,
                    starts_on=date(2020, 9, 1),
                    category=code,
                    category_name=names[code],
                ),
            ),
        )
        for number, code in categories.items()
    ]
    people.apply_records(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))


def form_of(definition):
    return f"/flows/new/{definition.key}/"


def test_a_process_is_for_some_categories_alone_as_its_settings_say(school):
    are(school, S1=GRADUATE, S2=UNDERGRADUATE)
    definition, head = begin(school), school.client("T3")
    settings = f"/flows/workshop/{definition.key}/settings/"
    page = head.get(settings).content.decode()
    assert all(words in page for words in ("只限这些人员类别", "研究生", "统招本科"))
    said = {"name": "在读证明", "faces": ["student"], "promise_number": 3, "promise_unit": "days", "letters": "ZM"}
    said |= {"categories": [GRADUATE], "retention": "normal", "draft": "1"}
    assert head.post(settings, said).status_code == 302
    assert "研究生" in head.get(f"/flows/workshop/{definition.key}/").content.decode()
    asked = services.publish(
        by=school.actor("T3"), definition=definition, revision=2, change="只给研究生", is_keeper=False, token=None
    )
    assert "研究生" in keeper(school).get(f"/flows/workshop/publications/{asked.public_id}/").content.decode()
    services.approve(by=school.actor("T5"), publication=asked)
    graduate, other = school.client("S1"), school.client("S2")
    assert [client.get(form_of(definition)).status_code for client in (graduate, other)] == [200, 404]
    assert other.post(form_of(definition), {"f2": "考研", "f3": "2"}).status_code == 404
    assert ["在读证明" in client.get("/flows/new/").content.decode() for client in (graduate, other)] == [True, False]


def test_the_search_finds_it_for_these_alone(school):
    are(school, S1=GRADUATE, S2=UNDERGRADUATE)
    definition = published(school, proof(categories=(GRADUATE,), faces=("student",)))
    viewers = [identity.reader_of(identity.account_of(school[number])) for number in ("S1", "S2")]
    found = [[one.key for one in services_for_some(viewer, "在读", 5)] for viewer in viewers]
    assert found == [[definition.key], []]


def by_tutor(kind="tutor"):
    first = Step(
        key="s4",
        name="导师审批",
        kind="approve",
        who=(Resolved(name=f"flows.{kind}"), OwnPost(office="counsellor")),
    )
    made = proof()
    return sketch.replace(made, body=sketch.replace(made.body, steps=(first, *STEPS[1:])))


def tutors(*rows):
    datahub.put("student.tutor", rows, by=SYSTEM)


def applied(school, definition):
    assert school.client("S1").post(form_of(definition), {"f2": "考研", "f3": "2"}).status_code == 302
    return Task.objects.get(case__definition=definition)


def holders(school, task):
    return [number for number in ("T1", "T2", "T4", "T5") if task in waiting_for(school[number])]


def test_the_applicants_tutor_decides_by_the_shared_table(school):
    ended = campus_today() - timedelta(days=1)
    tutors(
        {"campus_no": "S1", "kind": "导师", "staff_no": "T4"},
        {"campus_no": "S1", "kind": "导师", "staff_no": "T2", "ends_on": ended},
        {"campus_no": "S1", "kind": "辅导员", "staff_no": "T2"},
        {"campus_no": "S2", "kind": "导师", "staff_no": "T5"},
    )
    definition = published(school, by_tutor())
    task = applied(school, definition)
    assert holders(school, task) == ["T4"]
    decided = school.client("T4").post(f"/flows/tasks/{task.public_id}/decide/", {"decision": "agree", "revision": 1})
    assert decided.status_code == 302


@pytest.mark.parametrize("row", [None, {"staff_no": "S2"}, {"staff_no": "T404"}])
def test_where_the_table_knows_no_tutor_who_works_here_the_next_is_asked(school, row):
    if row:
        tutors({"campus_no": "S1", "kind": "导师", **row})
    assert holders(school, applied(school, published(school, by_tutor()))) == ["T1"]


def test_the_office_picks_the_tutor_by_name(school):
    definition = begin(school, by_tutor("class_teacher"))
    head = school.client("T3")
    assert "申请人的班主任" in head.get(f"/flows/workshop/{definition.key}/").content.decode()
    page = head.get(f"/flows/workshop/{definition.key}/steps/s4/").content.decode()
    assert all(words in page for words in ("申请人的导师", "申请人的辅导员", "申请人的班主任"))
    assert Definition.objects.get(pk=definition.pk).is_offered is False
