"""The door for other rooms, and what the database holds by itself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from nanhu.kernel import clock
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.models import Attachment, Notice, Receipt
from nanhu.platforms.messages.services.importing import ImportedNotice, ImportResult, import_notices
from nanhu.platforms.messages.tests.conftest import CAST, PDF, SYSTEM


def imported(key="s:1", **given):
    days = timedelta(days=given.pop("days_ago", 10))
    facts = {"title": f"公告 {key}", "body": "正文", "published_at": clock.now() - days}
    return ImportedNotice(key=key, **(facts | given))


def test_importing_twice_adds_nothing(readers):
    rows = [imported("s:1", office_code="1012", unit_codes=("11",), attachments=(("表.pdf", PDF),)), imported("s:2")]
    assert import_notices(rows, by=SYSTEM) == ImportResult(created=2, unchanged=0)
    assert import_notices([*rows, imported("s:3")], by=SYSTEM) == ImportResult(created=1, unchanged=2)
    assert (Notice.objects.count(), Attachment.objects.count()) == (3, 1)
    assert not OutboxEvent.objects.filter(name="campus_messages.NoticePublished").exists()
    assert AuditEntry.objects.filter(action="messages.import_notices").count() == 2


def test_an_unknown_unit_stops_the_whole_import(readers):
    with pytest.raises(messages.UnknownUnitError, match="9999"):
        import_notices([imported("s:1"), imported("s:2", office_code="9999")], by=SYSTEM)
    assert not Notice.objects.exists()


def test_a_refused_attachment_publishes_nothing(readers):
    with pytest.raises(messages.AttachmentRefusedError):
        messages.publish_notice(by=SYSTEM, title="题", body="文", attachments=[("好.pdf", PDF), ("坏.exe", b"MZ")])
    assert not Notice.objects.exists()
    assert not OutboxEvent.objects.filter(name="campus_messages.NoticePublished").exists()


@pytest.mark.parametrize(
    "given",
    [
        lambda: {"state": "published", "published_at": None},
        lambda: {"state": "draft", "published_at": clock.now()},
        lambda: {"state": "lost"},
        lambda: {"audience": "parents"},
        lambda: {"title": ""},
        lambda: {"state": "withdrawn", "published_at": clock.now(), "withdrawn_at": None},
        lambda: {"state": "published", "published_at": clock.now(), "expires_at": clock.now() - timedelta(days=1)},
    ],
)
def test_the_database_refuses_an_impossible_notice(db, given):
    with pytest.raises(IntegrityError):
        Notice.objects.create(**({"title": "题", "body": "文"} | given()))


def refused(act) -> None:
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        act()


def test_the_database_keeps_receipts_as_they_are(publish):
    notice, account = publish(), identity.account_with(CAST["student"][2])
    Receipt.objects.create(notice=notice, account=account)
    refused(lambda: Receipt.objects.create(notice=notice, account=account))
    refused(lambda: Receipt.objects.update(read_at=clock.now()))
    refused(lambda: Receipt.objects.all()._raw_delete("default"))
    assert Receipt.objects.count() == 1


def test_the_database_keeps_what_was_published(publish):
    notice = publish()
    refused(lambda: Notice.objects.filter(pk=notice.pk)._raw_delete("default"))
    refused(lambda: Notice.objects.filter(pk=notice.pk).update(state="draft", published_at=None))
    assert Notice.objects.get().state == "published"


def test_two_files_of_one_name_are_told_apart(publish):
    notice = publish(attachments=[("表.pdf", PDF), ("表.pdf", PDF)])
    assert list(notice.attachments.order_by("id").values_list("name", flat=True)) == ["表.pdf", "表 (2).pdf"]
