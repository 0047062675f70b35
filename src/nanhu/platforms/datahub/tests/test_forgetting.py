"""What a shared table forgets (`forget_days`): a field of versions that ended, after its days; seen as forgotten, and told to nobody."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.jobs import forget_fields
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.datahub.shared_rows import forgetting
from nanhu.platforms.datahub.tests.conftest import BY

pytestmark = pytest.mark.django_db
REPAIRS, FORGOTTEN = "assets.repair", "已按规定隐去"
OPENED = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


def repair(fault="屏幕碎了", number="1", **other):
    told = {
        "asset": "2026-A02-000001-1",
        "name": "台式计算机",
        "classification": "A0201",
        "unit_code": "12",
        "opened_at": OPENED,
    }
    return told | {"repair": number, "fault": fault, "state": "open"} | other


def versions(number="1"):
    return list(SharedRow.objects.filter(table_key=REPAIRS, key=number).order_by("valid_from"))


def forget_after(days):
    with time_machine.travel(now() + timedelta(days=days)):
        forget_fields()


@pytest.fixture
def changed(db):
    """A repair that says something else by now, and one that was removed."""
    datahub.put(REPAIRS, [repair(), repair("键盘坏了", "2")], by=BY)
    datahub.put(REPAIRS, [repair("电源也坏了")], by=BY)
    datahub.remove(REPAIRS, [("2",)], by=BY)


def test_what_ended_is_forgotten_after_its_days_and_what_lives_is_not(changed):
    before = {one.pk: (one.valid_from, one.valid_to, one.actor) for one in (*versions(), *versions("2"))}
    forget_after(89)
    assert [one.data["fault"] for one in versions()] == ["屏幕碎了", "电源也坏了"]
    forget_after(91)
    old, living = versions()
    assert ("fault" in old.data, old.forgotten_at is not None) == (False, True)
    assert (living.data["fault"], living.forgotten_at) == ("电源也坏了", None)
    assert "fault" not in versions("2")[0].data
    assert old.data["asset"] == "2026-A02-000001-1", "nothing else goes"
    after = {one.pk: (one.valid_from, one.valid_to, one.actor) for one in (*versions(), *versions("2"))}
    assert after == before, "no version begins or ends"


@pytest.mark.usefixtures("changed")
def test_the_history_of_a_row_says_that_it_was_forgotten_and_nobody_is_told_of_a_change(steward):
    told, rows = OutboxEvent.objects.filter(name="datahub.RowsChanged").count(), SharedRow.objects.count()
    living = SharedRow.living(REPAIRS).get()
    history = f"/datahub/shared/{REPAIRS}/rows/{living.pk}/"
    page = steward.get(history).content.decode()
    assert ("屏幕碎了" in page, FORGOTTEN in page) == (True, False)
    forget_after(91)
    page = steward.get(history).content.decode()
    assert ("屏幕碎了" in page, page.count(FORGOTTEN), "电源也坏了" in page) == (False, 1, True)
    assert (OutboxEvent.objects.filter(name="datahub.RowsChanged").count(), SharedRow.objects.count()) == (told, rows)
    [_now, first] = datahub.history(REPAIRS, ("1",))
    assert (first.row.fault, first.row.name) == (None, "台式计算机"), "as of then it is empty"
    assert "变动 90 天后隐去旧内容" in steward.get(f"/datahub/shared/{REPAIRS}/").content.decode()


@pytest.mark.usefixtures("changed")
def test_it_is_audited_once_by_table_and_field_without_what_was_said(monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    for _night in range(2):
        forget_after(91)
    found = AuditEntry.objects.filter(action="datahub.forget_fields").order_by("pk")
    assert [one.facts for one in found] == [{"fields": ["故障情况"], "rows": 1, "days": 90}] * 2, "two rows, once each"
    assert {one.target for one in found} == {"shared_table:assets.repair"}


@pytest.mark.usefixtures("changed")
def test_the_database_forgets_declared_fields_of_what_ended_and_nothing_else():
    old, living = versions()
    less = {name: value for name, value in old.data.items() if name != "fault"}
    at = old.valid_to + timedelta(days=90)
    for row, change in (
        (old, {"data": less}),
        (old, {"forgotten_at": at}),
        (old, {"data": less, "forgotten_at": at - timedelta(seconds=1)}),
        (old, {"data": less | {"fault": "别的"}, "forgotten_at": at}),
        (old, {"data": {name: value for name, value in less.items() if name != "name"}, "forgotten_at": at}),
        (old, {"data": less, "forgotten_at": at, "actor": "nobody"}),
        (living, {"data": {name: value for name, value in living.data.items() if name != "fault"}, "forgotten_at": at}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            SharedRow.objects.filter(pk=row.pk).update(**change)
    assert SharedRow.objects.filter(pk=old.pk).update(data=less, forgotten_at=at) == 1


@pytest.mark.usefixtures("changed")
def test_what_was_forgotten_is_no_news_where_the_same_is_said_again():
    forget_after(91)
    assert datahub.put(REPAIRS, [repair("电源也坏了")], by=BY).keys == []
