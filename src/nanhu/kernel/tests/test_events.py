"""The outbox: told exactly when the deed is done, delivered at least once, in lists, one bad event harming no other."""

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from nanhu.kernel import events
from nanhu.kernel.events import delivery, outbox
from nanhu.kernel.models import EventDelivery, OutboxEvent
from nanhu.kernel.tests.counting import statements_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(events.Event):
    lamp_id: int
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LampBroke(events.Event):
    lamp_id: int


LampLit.__module__ = LampBroke.__module__ = "nanhu.kernel.events"  # pytest imports this file under a name of no app


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LampLit]]:
    monkeypatch.setattr(outbox, "subscribers", {})
    monkeypatch.setattr("nanhu.kernel.events.delivery.subscribers", outbox.subscribers)
    received: list[LampLit] = []

    @events.subscribe(LampLit, name="test.listen")
    def listen(lamps: Sequence[LampLit]) -> None:
        if any(lamp.colour == "broken" for lamp in lamps):
            raise ValueError("this lamp is broken")
        received.extend(lamps)

    return received


@pytest.mark.django_db
def test_it_delivers_what_was_published_once(heard: list[LampLit]) -> None:
    events.publish(LampLit(lamp_id=1, colour="red"), LampLit(lamp_id=2, colour="green"))

    assert events.deliver_pending() == 2
    assert events.deliver_pending() == 0
    assert heard == [LampLit(lamp_id=1, colour="red"), LampLit(lamp_id=2, colour="green")]


@pytest.mark.django_db
def test_facts_of_different_names_are_told_by_one_statement_each_to_who_hears_of_it(heard: list[LampLit]) -> None:
    broke: list[LampBroke] = []
    events.subscribe(LampBroke, name="test.mend", wants=lambda lamp: lamp.lamp_id != 2)(broke.extend)
    lit = LampLit(lamp_id=1, colour="'%s\" 红")
    asked = statements_of(lambda: events.publish(LampBroke(lamp_id=1), lit))
    events.publish(LampBroke(lamp_id=2))

    assert len(asked) == 1
    assert list(OutboxEvent.objects.order_by("id").values_list("name", flat=True)) == [
        "kernel.LampBroke",
        "kernel.LampLit",
        "kernel.LampBroke",
    ]
    assert events.deliver_pending() == 2
    assert (heard, broke) == ([lit], [LampBroke(lamp_id=1)])


@pytest.mark.django_db
def test_it_tells_nothing_of_a_deed_rolled_back(heard: list[LampLit]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        events.publish(LampLit(lamp_id=1, colour="red"))
        raise RuntimeError("the deed failed")

    assert events.deliver_pending() == 0
    assert not heard
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock_stands")
def test_a_broken_event_waits_and_the_others_arrive(heard: list[LampLit]) -> None:
    events.publish(*[LampLit(lamp_id=n, colour="broken" if n == 3 else "red") for n in range(6)])

    assert events.deliver_pending() == 5
    assert [lamp.lamp_id for lamp in heard] == [0, 1, 2, 4, 5]
    waiting = EventDelivery.objects.get(delivered_at=None)
    assert waiting.attempts == 1
    assert "this lamp is broken" in waiting.error
    assert waiting.due_at > timezone.now()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock_stands")
def test_a_broken_event_is_tried_again_when_it_is_due(heard: list[LampLit]) -> None:
    events.publish(LampLit(lamp_id=1, colour="broken"))
    events.deliver_pending()
    EventDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    events.deliver_pending()

    assert EventDelivery.objects.get().attempts == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("clock_stands")
def test_after_a_broken_event_nothing_is_asked_that_is_not_due(
    heard: list[LampLit], django_assert_max_num_queries
) -> None:
    """One by one ends where the list does: five hundred vain looks took longer than the first retry's pause."""
    events.publish(LampLit(lamp_id=1, colour="broken"))
    with django_assert_max_num_queries(30):
        events.deliver_pending()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock_stands")
def test_an_event_that_fails_while_another_worker_takes_it_harms_no_other(
    heard: list[LampLit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failure its lock is gone: the first that is free then may be an innocent one."""
    events.publish(LampLit(lamp_id=1, colour="broken"), LampLit(lamp_id=2, colour="red"))
    broken = EventDelivery.objects.earliest("id").pk
    real, other = delivery.postpone, connection.copy()

    def once_while_the_other_has_it(*given: Any) -> None:
        monkeypatch.setattr(delivery, "postpone", real)
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM kernel_event_delivery WHERE id = %s FOR UPDATE", [broken])
        real(*given)
        other.rollback()
        other.close()

    monkeypatch.setattr(delivery, "postpone", once_while_the_other_has_it)
    assert events.deliver_pending() == 1
    assert [lamp.lamp_id for lamp in heard] == [2]
    innocent = EventDelivery.objects.exclude(pk=broken).get()
    assert (innocent.attempts, innocent.error, EventDelivery.objects.get(pk=broken).attempts) == (0, "", 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_without_telling_twice(heard: list[LampLit]) -> None:
    events.publish(*[LampLit(lamp_id=n, colour="red") for n in range(1200)])

    def work() -> None:
        events.deliver_pending()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(lamp.lamp_id for lamp in heard) == list(range(1200))


def test_a_name_belongs_to_one_subscriber(heard: list[LampLit]) -> None:
    with pytest.raises(ValueError, match="subscribed already"):
        events.subscribe(LampLit, name="test.listen")(lambda lamps: None)


def made_in(module: str) -> type[events.Event]:
    """A class as a room's file would define it."""
    return dataclass(frozen=True, slots=True, kw_only=True)(
        type("RuleChanged", (events.Event,), {"__module__": module, "__annotations__": {"rule_id": int}})
    )


@pytest.fixture
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "named", {})


@pytest.mark.usefixtures("_no_names")
def test_events_of_one_name_in_two_rooms_are_two() -> None:
    """Two packages may both be called `rights`: it is the app that has a name of its own."""
    names = [
        outbox.event_name(made_in(module))
        for module in (
            "nanhu.systems.card.rights.events",
            "nanhu.platforms.identity.registry.events",
            "nanhu.systems.card.events",
        )
    ]
    assert names == ["card_rights.RuleChanged", "identity_registry.RuleChanged", "card.RuleChanged"]


@pytest.mark.usefixtures("_no_names")
def test_two_events_of_one_name_in_one_room_are_refused() -> None:
    outbox.event_name(made_in("nanhu.systems.card.rights.events"))
    with pytest.raises(ValueError, match=r"card_rights\.RuleChanged is"):
        outbox.event_name(made_in("nanhu.systems.card.rights.services.ruling"))
    with pytest.raises(ValueError, match="stands in no installed app"):
        outbox.event_name(made_in("elsewhere.events"))


def test_every_event_of_the_house_has_a_name_of_its_own() -> None:
    everybody = [
        one
        for one in events.Event.__subclasses__()
        if getattr(sys.modules.get(one.__module__), one.__qualname__, None) is one
    ]
    assert len(everybody) > 15
    assert len({outbox.event_name(one) for one in everybody}) == len(everybody)


@pytest.mark.django_db
def test_who_hears_at_once_hears_in_the_transaction_that_publishes_and_never_again(heard: list[LampLit]) -> None:
    seen: list[tuple[int, bool]] = []

    @events.subscribe(LampLit, name="test.at_once", at_once=True, wants=lambda lamp: lamp.colour == "red")
    def at_once(lamps: Sequence[LampLit]) -> None:
        seen.extend((lamp.lamp_id, connection.in_atomic_block) for lamp in lamps)

    events.publish(LampLit(lamp_id=1, colour="red"), LampLit(lamp_id=2, colour="green"))
    assert seen == [(1, True)]
    assert events.deliver_pending() == 2
    assert seen == [(1, True)]
    assert set(EventDelivery.objects.values_list("subscriber", flat=True)) == {"test.listen"}


@pytest.mark.django_db
def test_what_fails_at_once_was_not_told(heard: list[LampLit]) -> None:
    @events.subscribe(LampLit, name="test.at_once", at_once=True)
    def at_once(_lamps: Sequence[LampLit]) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"), transaction.atomic():
        events.publish(LampLit(lamp_id=1, colour="red"))
    assert not OutboxEvent.objects.exists()
