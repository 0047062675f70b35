"""Who closed a day by hand explains none of its differences: the page says so, and the database holds it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.payments import day_sources
from nanhu.platforms.payments.day_sources import Found, Source
from nanhu.platforms.payments.errors import DayDutiesError
from nanhu.platforms.payments.models import DayClose, DayDifference
from nanhu.platforms.payments.services import days
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance


def page_of_yesterday():
    return f"/payments/days/{yesterday()}/"


def yesterday():
    return campus_today() - timedelta(days=1)


@pytest.fixture
def difference(campus):
    found = Found(key="load:1", what="银行有、我方无的圈存", ours_fen=0, theirs_fen=5000)
    day_sources.sources.add(Source(key="test_bank", title="银行", owner="银行对账员", differences=lambda _day: [found]))
    make_finance(campus, "clerk", "second_clerk")
    days.close_day(by=SYSTEM, day=yesterday())
    yield DayDifference.objects.get(source="test_bank")
    day_sources.sources._entries.pop("test_bank")


def explain(campus, part: str, difference) -> int:
    return (
        campus.client(part)
        .post(f"{page_of_yesterday()}differences/{difference.public_id}/", {"note": "银行次日冲正"})
        .status_code
    )


@pytest.mark.capability("A015.2")
def test_who_closed_the_day_explains_nothing_of_it(campus, difference):
    days.close_day(by=campus.actor("clerk"), day=yesterday())
    assert explain(campus, "clerk", difference) == 409
    difference.refresh_from_db()
    assert difference.state == "open"
    assert explain(campus, "second_clerk", difference) == 302
    difference.refresh_from_db()
    assert (difference.state, difference.noted_by_id) == ("explained", campus.actor("second_clerk").account_id)
    written = AuditEntry.objects.filter(target=f"day:{yesterday()}", account_id__isnull=False).order_by("pk")
    assert list(written.values_list("action", "account_id", "reason")) == [
        ("payments.close_day", campus.actor("clerk").account_id, ""),
        ("payments.explain_difference", campus.actor("second_clerk").account_id, "银行次日冲正"),
    ]


@pytest.mark.capability("A015.2")
def test_who_explained_does_not_close_it_afterwards_and_the_night_may(campus, difference):
    assert explain(campus, "clerk", difference) == 302
    with pytest.raises(DayDutiesError):
        days.close_day(by=campus.actor("clerk"), day=yesterday())
    assert campus.client("clerk").post("/payments/days/run/", {"day": f"{yesterday()}"}).status_code == 409
    assert days.close_day(by=SYSTEM, day=yesterday()).state == "explained"


def test_the_database_keeps_the_two_apart(campus, difference):
    me = campus.actor("clerk").account_id
    DayClose.objects.update(closer_ids=[me])
    explained = {"state": "explained", "note": "x", "noted_by": "x", "noted_by_id": me}
    with pytest.raises(IntegrityError, match="another than who closed"), transaction.atomic():
        DayDifference.objects.filter(pk=difference.pk).update(**explained)
    DayClose.objects.update(closer_ids=[])
    DayDifference.objects.filter(pk=difference.pk).update(**explained)
    with pytest.raises(IntegrityError, match="another than who closed"), transaction.atomic():
        DayClose.objects.update(closer_ids=[me])


@pytest.mark.parametrize(
    ("day", "status", "says"),
    [
        ("today", 409, "现在可以核对昨天或更早的一天"),
        ("2026-13-40", 422, "请选要核对的一天"),
        ("", 422, "请选要核对的一天"),
    ],
)
def test_a_day_that_cannot_be_closed_is_said_beside_the_form(campus, day, status, says):
    """Today cannot be closed yet: a sentence with what to do, on the page one came from."""
    make_finance(campus, "clerk")
    answer = campus.client("clerk").post("/payments/days/run/", {"day": f"{campus_today()}" if day == "today" else day})
    page = answer.content.decode()
    assert (answer.status_code, says in page, 'name="day"' in page) == (status, True, True)
    assert not DayClose.objects.exists()
