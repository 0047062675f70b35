"""Two at once: each lock is tried with two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection

from nanhu.kernel import clock
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.kernel.registry import MessageChannel, MessageOutcome, Viewer, message_channels
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.errors import NoticeChangedMeanwhileError
from nanhu.platforms.messages.models import Delivery, Entry, Message, Notice, Parcel, Receipt
from nanhu.platforms.messages.services import handing, publishing, reading, routing, writing
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM, bring_in_the_cast
from nanhu.platforms.people import api as people
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import until_someone_waits

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts) -> list[object]:
    """What each came to, all begun at the same moment on connections of their own."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=PATIENCE_SECONDS)
            return act()
        except CampusError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_editors_publish_once():
    draft = Notice.objects.create(title="题", body="文")
    ends = together(*[lambda: publishing.publish(by=SYSTEM, notice_id=draft.pk).state] * 2)
    assert sorted(map(str, ends)) == sorted(["published", str(WrongStateError)])
    assert OutboxEvent.objects.filter(name="campus_messages.NoticePublished").count() == 1


def tell_all(readers, **more):
    return messages.tell(readers, "messages.digest", {"day": "9月1日", "count": 1, "titles": "题"}, **more)


def test_two_routers_give_each_entry_to_one_channel_and_two_calls_with_one_key_tell_once(monkeypatch):
    bring_in_the_cast()
    readers = [people.find_person_by_campus_no(facts[2]) for facts in CAST.values()]
    channel = MessageChannel(key="wire", title="wire", icon="mail", send=dict, reaches=set, order=1)
    monkeypatch.setitem(message_channels._entries, "wire", channel)
    assert sum(together(*[lambda: tell_all(readers, key="k", urgency="now")] * 2)) == len(readers)
    assert Message.objects.count() == 1
    assert sum(together(*[routing.route_due] * 2)) == len(readers)
    assert Delivery.objects.count() == len(readers)
    assert not Parcel.objects.filter(deliveries=None).exists()


def test_an_answer_that_comes_while_the_router_is_at_work_waits_for_it(monkeypatch):
    bring_in_the_cast()
    reader = people.find_person_by_campus_no(CAST["student"][2])
    for key, order in (("wire", 1), ("next", 2)):
        channel = MessageChannel(key=key, title=key, icon="mail", send=dict, reaches=set, order=order)
        monkeypatch.setitem(message_channels._entries, key, channel)
    tell_all([reader], urgency="now")
    routing.route_due()
    [first] = Delivery.objects.all()
    Entry.objects.update(due_at=clock.now())
    monkeypatch.setattr(routing, "usable_channels", once_another_waits(routing.usable_channels))
    answer = {first.pk: MessageOutcome(state="failed", reason="off")}
    locked = Event()
    monkeypatch.setattr(routing.QUERIES, "rows", telling(routing.QUERIES.rows, locked))
    together(routing.route_due, lambda: locked.wait(PATIENCE_SECONDS) and handing.settle(answer))
    assert dict(Delivery.objects.values_list("channel", "state")) == {"wire": "dropped", "next": "queued"}


def telling(rows, locked):
    def asked(name, *given):
        found = rows(name, *given)
        if name == "due":
            locked.set()
        return found

    return asked


def once_another_waits(act):
    """Until somebody waits for a lock: only this connection holds one."""

    def held():
        until_someone_waits()
        return act()

    return held


def test_of_two_changes_of_one_revision_one_is_refused():
    draft = Notice.objects.create(title="题", body="文")

    def change(title):
        wording = writing.Wording(title=title, body="新")
        return lambda: writing.revise(by=SYSTEM, notice_id=draft.pk, revision=1, wording=wording).title

    ends = together(change("甲"), change("乙"))
    assert ends.count(NoticeChangedMeanwhileError) == 1
    assert Notice.objects.get().title in ends


def test_two_clicks_of_one_reader_leave_one_receipt():
    bring_in_the_cast()
    notice = Notice.objects.create(title="题", body="文")
    publishing.publish(by=SYSTEM, notice_id=notice.pk)
    account = identity.account_with(CAST["student"][2])
    viewer = Viewer(
        account_id=account.pk,
        person_id=account.person_id,
        name="林小满",
        campus_no="1",
        faces=frozenset({"student"}),
        face="student",
    )
    assert together(*[lambda: reading.mark_read(by=viewer, notice=notice)] * 2) == [True, True]
    assert Receipt.objects.count() == 1
