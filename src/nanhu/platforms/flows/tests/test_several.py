"""Agreeing to several at once: where the process lets it, and what was opened by who agrees."""

from dataclasses import replace

import msgspec
import pytest

from nanhu.platforms.flows import queries
from nanhu.platforms.flows.body import Body, faults_of
from nanhu.platforms.flows.errors import OneByOneError, TaskChangedError
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import definitions, tasks
from nanhu.platforms.flows.specs import specs

from .conftest import LEAVE


@pytest.fixture
def several(monkeypatch, school):
    """Two applications at a step that may be agreed to in bulk, one at a step that may not."""
    first, head = LEAVE.body.steps
    body = Body(form=LEAVE.body.form, steps=(msgspec.structs.replace(first, agrees_in_bulk=True), head))
    monkeypatch.setitem(specs, "test.bulk", replace(LEAVE, key="test.bulk", body=body))
    definitions.publish_all()
    day = {"first": "2026-12-01", "last": "2026-12-01"}
    for number in ("S1", "S2"):
        school.apply(number, "test.bulk", kind="事假", days=day, reason="回家")
    school.apply("S1", "test.leave")
    return school


def rows(key="test.bulk"):
    return list(Task.objects.filter(case__definition__key=key).order_by("pk"))


def agree(school, number, *chosen):
    return tasks.agree_to_several(by=school.actor(number), person_id=school[number], tasks=chosen)


def test_on_the_list_after_each_was_opened(several):
    counsellor = several.client("T1")
    one, two = rows()
    (other,) = rows("test.leave")
    assert 'name="chosen"' in counsellor.get("/flows/").content.decode()
    chosen = {"chosen": [str(row.public_id) for row in (one, two, other)]}
    page = counsellor.post("/flows/agree/", chosen).content.decode()
    assert "您还没有打开看过" in page
    assert "这一步要一件一件办" in page
    for row in (one, two, other):
        counsellor.get(f"/flows/tasks/{row.public_id}/")
    assert "您还没有打开看过" not in counsellor.post("/flows/agree/", chosen).content.decode()
    done = counsellor.post("/flows/agree/", {"chosen": chosen["chosen"][:2], "confirmed": "1"})
    assert (done.status_code, done["Location"]) == (302, "/flows/")
    assert [row.decision for row in rows()] == ["agree", "agree"]
    assert rows("test.leave")[0].state == "open"


def test_what_a_browser_fetched_beforehand_is_not_opened(several):
    counsellor, [row, _other] = several.client("T1"), rows()
    page = f"/flows/tasks/{row.public_id}/"
    assert counsellor.get(page, headers={"sec-purpose": "prefetch"}).status_code == 503
    assert counsellor.head(page).status_code == 200
    row.refresh_from_db()
    assert (row.seen_at, row.seen_by) == (None, [])


def test_what_another_opened_is_not_opened(several):
    one, two = rows()
    for row in (one, two):
        tasks.see(task=row, person_id=several["T4"])
    with pytest.raises(OneByOneError):
        agree(several, "T1", *rows())
    assert Case.objects.filter(state="running").count() == 3


def test_after_a_signers_opinion_it_is_opened_anew(several):
    one, _two = rows()
    tasks.see(task=one, person_id=several["T1"])
    giving = {"by": several.actor("T1"), "person_id": several["T1"], "task": one}
    added = tasks.add_signer(**giving, signer_id=several["T4"], where="before", comment="")
    several.decide("T4", added, "refuse", "我看不能同意")
    with pytest.raises(OneByOneError):
        agree(several, "T1", *Task.objects.filter(pk=one.pk))


def test_all_or_none(several):
    for row in rows():
        tasks.see(task=row, person_id=several["T1"])
    one, two = rows()
    several.decide("T1", two, "refuse", "一二三四五")
    with pytest.raises(TaskChangedError):
        agree(several, "T1", one, two)
    one.refresh_from_db()
    assert one.state == "open"


def test_a_stranger_finds_none_of_them(several):
    chosen = {"chosen": [str(row.public_id) for row in rows()], "confirmed": "1"}
    assert several.client("T4").post("/flows/agree/", chosen).status_code == 302
    assert {row.state for row in rows()} == {"open"}


def test_no_box_is_shown_where_no_process_lets_it(school, monkeypatch):
    monkeypatch.setattr(queries, "IN_BULK", lambda: False)  # rooms of the house let some
    school.apply()
    assert 'name="chosen"' not in school.client("T1").get("/flows/").content.decode()


def test_a_step_that_asks_for_something_is_no_part_of_it():
    first, head = LEAVE.body.steps
    asks = msgspec.structs.replace(first, agrees_in_bulk=True, fields=LEAVE.body.form[1:2])
    assert faults_of(Body(form=LEAVE.body.form[:1], steps=(asks, head)))
