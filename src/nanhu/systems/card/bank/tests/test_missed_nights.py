"""Nights in which nothing was compared or closed, since the school was read-only or no worker ran: caught up, each once."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.payments import jobs
from nanhu.platforms.payments.gateway import BankSilentError
from nanhu.platforms.payments.models import Channel, DayClose, Difference, Statement
from nanhu.systems.card.bank.tests.conftest import CARDS
from nanhu.systems.card.tests.conftest import CAST

HOUR = timedelta(hours=6)


def ago(days):
    return campus_today() - timedelta(days=days)


@pytest.fixture
def away(campus):
    """Connected eight days ago; the fifth morning before today was the last good one, so that two days had not had their last look."""
    Channel.objects.update(created_at=now() - timedelta(days=8))
    looked = {8: 3, 7: 2, 6: 1}
    for channel in Channel.objects.filter(kind__in=["bank", "acquirer"]):
        for back, after in looked.items():
            at = start_of(ago(back - after)) + HOUR
            Statement.objects.create(channel=channel, day=ago(back), fetched_at=at)
    return campus


def compared(back):
    return AuditEntry.objects.filter(action="payments.reconcile", facts__day=ago(back).isoformat()).count()


@pytest.mark.capability("A137.2")
def test_money_that_the_bank_took_amid_them_is_found_and_each_day_is_compared_once(away, bank):
    bank.fault("transfer", "silent_after")
    with time_machine.travel(now() - timedelta(days=4)):
        bank.do("transfer", card=CARDS["student"], campus_no=CAST["student"][2], amount_fen=5000)
    jobs.reconcile()
    (found,) = Difference.objects.filter(state="open")
    assert (found.day, found.kind, found.theirs_fen) == (ago(4), "only_theirs", 5000)
    sides = Channel.objects.filter(kind__in=["bank", "acquirer"]).count()
    assert [compared(back) for back in range(1, 9)] == [sides] * 7 + [0], "the oldest had its last look"
    jobs.reconcile()
    assert [compared(back) for back in range(1, 9)] == [2 * sides] * 3 + [sides] * 4 + [0]


@pytest.mark.capability("A137.2")
def test_a_side_that_is_silent_keeps_no_other_waiting_and_is_asked_again(away, bank):
    bank.fault("statement", "silent_after", times=99)
    with pytest.raises(BankSilentError):
        jobs.reconcile()
    others = Statement.objects.filter(channel__kind="acquirer").values_list("day", flat=True)
    assert set(others) == {ago(back) for back in range(1, 9)}
    missed = Statement.objects.filter(channel__kind="bank", day=ago(4))
    assert not missed.exists()
    bank.fault("statement", "silent_after", times=0)
    jobs.reconcile()
    assert missed.exists()


def test_every_day_is_closed_each_once(away):
    for back in range(3, 11):
        looked = start_of(ago(back - (7 if back == 10 else 1)))
        DayClose.objects.create(day=ago(back), state="open", finished_at=looked, runs=1)
    DayClose.objects.filter(day__in=[ago(6), ago(5), ago(4), ago(3)]).update(state="closed", bank_told_fen=0)
    DayClose.objects.filter(day__in=[ago(8), ago(7)]).delete()

    def closes():
        before = dict(DayClose.objects.values_list("day", "runs"))
        jobs.close_yesterday()
        after = DayClose.objects.values_list("day", "runs")
        return {(campus_today() - day).days: runs - before.get(day, 0) for day, runs in after}

    missed, never, good, had_its_last = {9: 1}, {8: 1, 7: 1, 2: 1}, dict.fromkeys(range(3, 7), 0), {10: 0}
    assert closes() == missed | never | good | had_its_last | {1: 1}
    DayClose.objects.exclude(day__in=[ago(back) for back in good]).update(state="open")
    assert closes() == {9: 0, 8: 0, 7: 1, 2: 1, 1: 1} | good | had_its_last


def test_what_a_till_said_of_a_closed_day_amid_them_is_looked_at_though_the_week_is_over(away, monkeypatch):
    DayClose.objects.create(day=ago(11), state="closed", finished_at=start_of(ago(10)), bank_told_fen=0, runs=1)
    said = {ago(11): start_of(ago(9))}
    till = SimpleNamespace(heard=lambda days: [(day, at) for day, at in said.items() if day in days])
    monkeypatch.setattr(jobs, "sources", [till])
    assert ago(11) in jobs.days_to_look_at_again(campus_today())


def test_a_day_that_cannot_be_closed_keeps_no_other_open(away, monkeypatch):
    DayClose.objects.create(day=ago(4), state="open", finished_at=start_of(ago(3)), runs=1)
    closed = []

    def close_day(*, by, day):
        if day == ago(3):
            raise RuntimeError(day)
        closed.append(day)

    monkeypatch.setattr(jobs, "close_day", close_day)
    with pytest.raises(RuntimeError):
        jobs.close_yesterday()
    assert sorted(closed) == [ago(4), ago(2), ago(1)]
