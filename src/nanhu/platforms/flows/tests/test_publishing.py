"""Cases and tasks in the shared tables: that and when it was decided, and nothing of what was said."""

from datetime import timedelta
from uuid import uuid4

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import publishing
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import announcing


def test_what_became_of_a_case_is_read_by_other_systems_and_nothing_that_was_said(school):
    case = school.apply("S1", paper="330102200501010011", reason="回家看病")
    assert publishing.publish_rows() == 2
    (row,) = datahub.rows("flows.case")
    assert (row.number, row.process, row.unit_code, row.campus_no) == (case.number, "test.leave", "1001", "S1")
    assert (row.state, row.outcome, row.opened_at) == ("running", None, case.opened_at)
    school.decide("T1", Task.objects.get(case=case), "refuse", "理由不充分")
    assert publishing.publish_rows() == 2
    (row,), (step,) = datahub.rows("flows.case"), datahub.rows("flows.task")
    assert (row.state, row.outcome) == ("closed", "refused")
    assert (step.number, step.step, step.decision, step.done_by) == (case.number, "counsellor", "refuse", "T1")
    told = f"{row} {step}"
    assert not any(said in told for said in ("看病", "3301", "理由不充分", "林晓湖"))
    assert publishing.publish_rows() == 0, "what says the same is not written again"


def test_what_was_closed_long_ago_stays_as_it_was_told(school):
    case = school.apply()
    school.decide("T1", Task.objects.get(case=case))
    publishing.publish_rows()
    Case.objects.filter(pk=case.pk).update(closed_at=now() - timedelta(days=30), returns=3)
    assert publishing.publish_rows() == 0
    assert [row.returns for row in datahub.rows("flows.case")] == [0]


def test_confirmations_of_an_announcement_are_none_of_it(school):
    made = announcing.announce(
        by=school.actor("T2"),
        unit_id=school.units["12"],
        kinds=["staff"],
        title="值班",
        text="本周值班表",
        until=campus_today(),
        token=uuid4(),
    )
    announcing.work_off(announcement_id=made.pk)
    assert publishing.publish_rows() == 0
