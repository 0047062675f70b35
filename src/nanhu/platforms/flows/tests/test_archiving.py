"""The archive: a case of record becomes a PDF/A with its timeline and digests, once nobody may object any more."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.kernel.files import services as files
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.tests.reading import text_of
from nanhu.platforms.flows.archiving import archive, archive_closed, digest_of
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import cases, definitions
from nanhu.platforms.flows.specs import specs

from .conftest import LEAVE, SYSTEM

pytestmark = pytest.mark.slow
KEY = "test.record"
LATER = timedelta(days=8)


@pytest.fixture
def office(school, monkeypatch):
    spec = replace(LEAVE, key=KEY, retention="record", body=replaced(LEAVE.body))
    monkeypatch.setitem(specs, KEY, spec)
    definitions.publish_all()
    return school


def replaced(body):
    return type(body)(form=body.form, steps=body.steps, reopens_at="counsellor", may_object=True)


def closed(office):
    said = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "回家看看"}
    case = office.apply("S1", KEY, **said, paper="330102200501010011")
    return office.decide("T1", Task.objects.get(case=case), "agree", "情况属实")


def test_a_case_of_record_is_kept_as_pdf_a_for_ever_with_a_digest_of_all_of_it(office):
    case, other = closed(office), office.apply("S2")
    office.decide("T1", Task.objects.get(case=other))
    assert archive_closed() == 0, "its applicant may object still"
    with time_machine.travel(now() + LATER, tick=False):
        assert (archive_closed(), archive_closed()) == (1, 0)
        archive(case.pk)  # by another one who had begun, too
    document = PrintedDocument.objects.get()
    content = files.content_of(document.file)
    assert document.file.kept_until is None
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    case.refresh_from_db()
    text = text_of(content)
    assert all(said in text for said in (case.number, "林晓湖", "回家看看", "情况属实", digest_of(case)))
    assert "330102200501010011" not in text
    address = f"/files/{document.file.public_id}/"
    assert address in office.client("T3").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert [office.client(one).get(address).status_code for one in ("T3", "S1", "S2", "T5")] == [200, 200, 404, 404]


def test_one_of_which_the_contents_are_gone_is_kept_by_nobody(office):
    closed(office)
    Case.objects.update(
        forgotten_at=now(), data={}, sealed=None, twin=""
    )  # as `short` forgot it, before its process became one of record
    with time_machine.travel(now() + LATER, tick=False):
        assert archive_closed() == 0


@pytest.mark.parametrize("is_void", [False, True], ids=["", "declared void by hand meanwhile"])
def test_one_that_was_reopened_is_archived_anew_and_the_first_is_void(office, is_void):
    case = closed(office)
    first = digest_of(case)
    with time_machine.travel(now() + LATER, tick=False):
        archive_closed()
    if is_void:
        printing.revoke(by=SYSTEM, document=PrintedDocument.objects.get(), reason="印错了")
    with time_machine.travel(now() + 2 * LATER, tick=False):
        cases.reopen(by=office.actor("T3"), person_id=office["T3"], case=case, reason="漏了一项材料")
        assert archive_closed() == 0, "it runs"
        office.decide("T1", Task.objects.get(case=case, state="open"), "refuse", "材料不实在")
    with time_machine.travel(now() + 4 * LATER, tick=False):
        assert archive_closed() == 1
    old, new = PrintedDocument.objects.order_by("pk")
    case.refresh_from_db()
    assert (old.revoked_at is None, new.revoked_at, case.archived_id) == (False, None, new.pk)
    assert digest_of(case) != first
