"""Landing rows are pruned by a dated rule alone; what a value came by, what is refused and what was decided stays."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub import jobs
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.batches.rehearsals import take_for_good
from nanhu.platforms.datahub.errors import BatchStateError
from nanhu.platforms.datahub.models import Batch, Issue, KeepRule, LandingRow, SharedRow
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.platforms.datahub.tests.test_shared_sources import (  # noqa: F401  (fixtures)
    ROSTER,
    ZHENGFANG,
    export,
    line,
    supplied,
    two,
)
from nanhu.platforms.people.models import Person

pytestmark = pytest.mark.django_db


def rows_of(report):
    return LandingRow.objects.filter(batch_id=report.batch).count()


def a_night(days):
    with time_machine.travel(now() + timedelta(days=days), tick=False):
        jobs.prune_rows()


def test_what_never_took_effect_goes_and_what_persons_are_told_from_stays(hand_in, units):
    kept = hand_in(register(student(), student(no="x", document="x")), name="一.csv")
    tried = hand_in(register(student(phone="13911112222")), name="试.csv", dry_run=True)
    undone = hand_in(register(student(民族="土家族")), name="错.csv")
    roll_back(by=BY, batch_id=undone.batch, reason="错")
    a_night(179)
    assert [rows_of(one) for one in (kept, tried, undone)] == [2, 1, 1], "not before the rule says"
    for _turn in range(2):
        a_night(182)
    assert [rows_of(one) for one in (kept, tried, undone)] == [2, 0, 0]
    assert not Issue.objects.filter(batch_id__in=[tried.batch, undone.batch]).exists()
    told = AuditEntry.objects.filter(action="datahub.prune_rows")
    assert [(one.facts["rows"], one.facts["batches"]) for one in told] == [(2, 2)]
    assert Batch.objects.get(pk=undone.batch).counts["accepted"] == 1, "its line stays"
    with pytest.raises(BatchStateError):
        take_for_good(by=BY, batch_id=tried.batch, title="试")
    later = hand_in(
        register(student(民族="土家族"), student(no="14231100002", name="王五", document=id_number(order=3))),
        name="二.csv",
    )
    roll_back(by=BY, batch_id=later.batch, reason="错")
    assert Person.objects.get(is_void=False).ethnicity == "01", "told again from what stayed"


def test_of_a_shared_table_what_changed_nothing_goes_and_what_a_row_came_by_stays(supplied, hand_in):  # noqa: F811
    first = hand_in(export(line(), line("14231100002")), source_key=ZHENGFANG)
    second = hand_in(export(line(), line("14231100002"), line("14231100003")), source_key=ZHENGFANG, name="二.csv")
    a_night(89)
    assert (rows_of(first), rows_of(second)) == (2, 3)
    a_night(92)
    assert (rows_of(first), rows_of(second)) == (2, 1)
    assert not SharedRow.objects.filter(landing=None).exists(), "each row still names its line"
    roll_back(by=BY, batch_id=second.batch, reason="错")
    assert sorted(row.campus_no for row in datahub.rows(ROSTER)) == ["14231100001", "14231100002"]


def test_the_rule_is_changed_in_the_browser_from_today_on(steward, stranger, hand_in, units):
    tried = hand_in(register(student()), name="试.csv", dry_run=True)
    said = {"what": "no_effect", "days": "30", "reason": "学校档案规定"}
    assert stranger.post("/datahub/keeping/set/", said).status_code == 404
    for wrong in ({"days": "29"}, {"days": ""}, {"what": "all"}, {"reason": ""}):
        assert steward.post("/datahub/keeping/set/", said | wrong).status_code == 422, wrong
    assert steward.post("/datahub/keeping/set/", said).status_code == 302
    assert "学校档案规定" in steward.get("/datahub/keeping/").content.decode()
    a_night(32)
    assert rows_of(tried) == 0
    assert "按保存规定删去了原文" in steward.get(f"/datahub/batches/{tried.batch}/").content.decode()


def test_without_a_rule_everything_is_kept(hand_in, units):
    KeepRule.objects.update(withdrawn_at=now())
    tried = hand_in(register(student()), name="试.csv", dry_run=True)
    a_night(4000)
    assert rows_of(tried) == 1


def test_each_page_leads_with_what_is_done_there(steward):
    def led(address):
        return steward.get(address).content.decode().partition('class="page-actions')[2].partition("</div>")[0]

    assert "导入文件" in led("/datahub/")
    assert "改保存规定" in led("/datahub/keeping/")
    assert "改放行标准" in led("/datahub/gate/limits/")
