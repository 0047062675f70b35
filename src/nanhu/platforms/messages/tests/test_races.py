"""Two at once: each lock is tried with two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import OutboxEvent
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages.errors import NoticeChangedMeanwhileError, NoticeStateError
from nanhu.platforms.messages.models import Notice, Receipt
from nanhu.platforms.messages.services import publishing, reading, writing
from nanhu.platforms.messages.tests.conftest import CAST, SYSTEM, bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS

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
    assert sorted(map(str, ends)) == sorted(["published", str(NoticeStateError)])
    assert OutboxEvent.objects.filter(name="campus_messages.NoticePublished").count() == 1


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
