"""Automatic steps: what their action cannot do ends the case, and its words say why to whoever decided and to the applicant."""

from dataclasses import replace

from nanhu.platforms.flows.body import Body, Edge, OwnPost, Step
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.specs import specs

from .conftest import LEAVE

WHY = "名额已经用完"


def test_an_action_that_answers_with_words_cancels_its_case_also_between_branches(school, monkeypatch):
    """The branch after it is not begun: nobody is asked in a case that is over."""
    counsellor = OwnPost(office="counsellor")
    steps = (
        Step(key="first", name="辅导员", kind="approve", who=(counsellor,)),
        Step(key="both", name="两路", kind="split", branches=("take", "other"), join="meet"),
        Step(key="take", name="占名额", kind="automatic", action="test.take", edges=(Edge(to="meet"),)),
        Step(key="other", name="另一路", kind="approve", who=(counsellor,), edges=(Edge(to="meet"),)),
        Step(key="meet", name="汇合", kind="join"),
    )
    monkeypatch.setitem(actions, "test.take", lambda _case, _by: WHY)
    spec = replace(LEAVE, key="test.take", prefix="ME", body=Body(form=LEAVE.body.form, steps=steps))
    monkeypatch.setitem(specs, spec.key, spec)
    definitions.publish_all()
    days = {"first": "2026-12-01", "last": "2026-12-02"}
    case = school.apply("S1", spec.key, kind="事假", days=days, reason="回家看看")
    task, office = Task.objects.get(case=case), school.client("T1")
    sent = {"decision": "agree", "comment": "", "revision": task.revision}
    said = office.post(f"/flows/tasks/{task.public_id}/decide/", sent, follow=True)
    assert f"没有办成：{WHY}" in said.content.decode()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome, case.tokens.count()) == ("closed", "cancelled", 0)
    assert Task.objects.filter(case=case).count() == 1
    shown = school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert WHY in shown
