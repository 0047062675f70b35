"""Retention: what was said goes a year, or five, after the end; that it was decided, by whom and how stays."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.platforms.flows.models import Case, Entry, Task
from nanhu.platforms.flows.services import cases, definitions, forgetting
from nanhu.platforms.flows.specs import specs

from .conftest import LEAVE

SAID = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "回家看看"}


@pytest.fixture
def kept(monkeypatch, school, clock):
    """kept("short") → a case of that class, refused on 1 March 2026."""

    def made(retention):
        spec = replace(LEAVE, key=f"test.{retention}", retention=retention)
        monkeypatch.setitem(specs, spec.key, spec)
        definitions.publish_all()
        clock("2026-03-01T10:00+08:00")
        case = school.apply("S1", spec.key, **SAID, paper="330102200501010011")
        return school.decide("T1", Task.objects.get(case=case), "refuse", "理由不充分")

    return made


@pytest.mark.parametrize(
    ("retention", "before", "after"),
    [
        ("short", "2027-03-01T08:00+08:00", "2027-03-03T10:00+08:00"),
        ("normal", "2031-03-01T08:00+08:00", "2031-03-03T10:00+08:00"),
    ],
)
def test_what_was_said_goes_when_its_time_is_over(school, kept, clock, retention, before, after):  # noqa: PLR0917 - fixtures
    case = kept(retention)
    clock(before)
    assert forgetting.forget_contents() == 0
    clock(after)
    assert forgetting.forget_contents() == 1
    case.refresh_from_db()
    task = Task.objects.get(case=case)
    assert (case.data, case.sealed, task.comment) == ({}, None, "")
    assert (case.number != "", case.outcome, task.decision, task.done_by_id) == (
        True,
        "refused",
        "refuse",
        school["T1"],
    )
    assert list(Entry.objects.filter(case=case).exclude(words="")) == []
    assert "refuse" in Entry.objects.filter(case=case).values_list("verb", flat=True)
    assert forgetting.forget_contents() == 0, "once"
    page = school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "内容过了保存期限" in page
    assert "回家看看" not in page


def test_what_is_of_record_is_kept(kept, clock):
    case = kept("record")
    clock("2080-01-01T00:00+08:00")
    assert forgetting.forget_contents() == 0
    case.refresh_from_db()
    assert case.data["reason"] == "回家看看"


def test_what_runs_is_not_touched(school, kept, clock):
    kept("short")
    case = school.apply("S2", "test.short", **SAID)
    clock("2029-01-01T00:00+08:00")
    assert forgetting.forget_contents() == 1
    assert Case.objects.get(pk=case.pk).data["reason"] == "回家看看"
    assert forgetting.forget([case.pk], "short") == 0
    again = kept("short")
    assert forgetting.forget([again.pk], "short") == 0, "closed again a moment ago"


def test_before_its_time_the_database_keeps_what_was_decided_and_said(kept):
    case = kept("short")
    for refused in (
        lambda: Task.objects.filter(case=case).update(comment="", data={}),
        lambda: Entry.objects.filter(case=case).exclude(words="").update(words=""),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(forgotten_at=case.closed_at)


def test_after_it_only_words_may_go(kept, clock):
    case = kept("short")
    clock("2028-01-01T00:00+08:00")
    forgetting.forget_contents()
    for refused in (
        lambda: Entry.objects.filter(case=case).update(words="别的"),
        lambda: Entry.objects.filter(case=case).update(actor="别人"),
        lambda: Task.objects.filter(case=case).update(decision="agree"),
        lambda: Task.objects.filter(case=case).update(comment="同意"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()


def test_what_is_forgotten_is_not_reopened(kept, clock, school):
    case = kept("short")
    clock("2028-01-01T00:00+08:00")
    forgetting.forget_contents()
    case.refresh_from_db()
    assert not cases.may_reopen(case, school["T3"])
