"""A file is kept byte for byte as it was handed in: nobody reads it in the database, and who takes it out says why and is seen."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from nanhu.kernel.models import AuditEntry
from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.platforms.datahub.batches import pruning
from nanhu.platforms.datahub.models import Batch, FilePiece, KeepRule
from nanhu.platforms.datahub.services import originals
from nanhu.platforms.datahub.services.imports import import_file
from nanhu.platforms.datahub.tests.conftest import BY, id_number, register, student
from nanhu.testing.vendors import vendor_in_place

FILE = register(student(), student("14231100002", name="王芳", document=id_number(order=3)), ",,torn").encode("gbk")
WHY = {"reason": "家长说交来时就写错了"}


@pytest.fixture
def handed_in(steward, run_jobs, units):
    """As the office does: at the page."""
    sent = {"source": "aa.students", "file": SimpleUploadedFile("学籍 9月.csv", FILE), "token": uuid4()}
    answer = steward.post("/datahub/upload/", sent)
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    return Batch.objects.get(source="aa.students")


def test_what_was_handed_in_is_handed_out_byte_for_byte(steward, handed_in):
    page = steward.get(f"/datahub/batches/{handed_in.pk}/").content.decode()
    assert f"/datahub/batches/{handed_in.pk}/original/" in page
    answer = steward.post(f"/datahub/batches/{handed_in.pk}/original/", WHY)
    assert b"".join(answer.streaming_content) == FILE
    assert answer["Content-Length"] == str(len(FILE))
    assert "attachment" in answer["Content-Disposition"]
    said = AuditEntry.objects.get(action="datahub.hand_out_file")
    assert (said.target, said.reason) == (f"batch:{handed_in.pk}", WHY["reason"])
    seen = AuditEntry.objects.filter(action="datahub.look_shared_rows", target__startswith="person:")
    assert {one.facts["campus_no"] for one in seen} == {"14231100001", "14231100002"}, "each of them finds it"


def seen_after(steward, batch):
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    assert steward.post(f"/datahub/batches/{batch}/original/", WHY).status_code == 200
    told = AuditEntry.objects.filter(action="datahub.look_shared_rows").exclude(pk__in=before)
    return {one.facts["campus_no"] for one in told}


def test_who_stands_in_a_line_that_was_refused_finds_it_too(steward, hand_in, units):
    hand_in(register(student()))
    refused = hand_in(register(student(班级代码="没有的班")), name="第二份.csv")
    assert seen_after(steward, refused.batch) == {"14231100001"}


def test_who_stands_in_a_shared_table_finds_it(steward, hand_in, units):
    hand_in(register(student()))
    with vendor_in_place("dorm.stay", "dorm.vendor", {"campus_no": "学号", "place": "房间", "state": "状态"}) as give:
        report = give([{"学号": "14231100001", "房间": "d1-101", "状态": "在住"}])
    assert seen_after(steward, report.batch) == {"14231100001"}


def test_nobody_takes_it_out_without_a_word_or_a_role(steward, stranger, client, handed_in):
    address = f"/datahub/batches/{handed_in.pk}/original/"
    assert (
        "这一项" in (refused := steward.post(address, {"reason": " "})).content.decode() or refused.status_code == 422
    )
    assert [one.post(address, WHY).status_code for one in (stranger, client)] == [404, 302]
    assert not AuditEntry.objects.filter(action="datahub.hand_out_file").exists()


def test_in_the_database_it_is_sealed(handed_in):
    with connection.cursor() as cursor:
        cursor.execute("SELECT packed FROM datahub_file_piece")
        kept = b"".join(bytes(packed) for (packed,) in cursor.fetchall())
    assert len(kept) > len(FILE) / 10
    assert not any(word in kept for word in (id_number().encode(), "李明".encode("gbk"), b"14231100001"))


def test_a_long_file_is_kept_in_pieces(handed_in, hand_in, monkeypatch):
    monkeypatch.setattr(originals, "PIECE", 100)
    report = hand_in(register(student(phone="13800138009")))
    whole = b"".join(originals.pieces_of(Batch.objects.get(pk=report.batch)))
    assert whole == register(student(phone="13800138009")).encode()
    assert FilePiece.objects.filter(batch=report.batch).count() > 1


def test_a_file_that_is_refused_as_a_whole_is_kept_too(hand_in, units):
    with pytest.raises(FileRefusedError):
        hand_in("学号,姓名\n", name="空.csv")
    batch = Batch.objects.get(state="refused")
    assert b"".join(originals.pieces_of(batch)) == "学号,姓名\n".encode()


def test_killed_between_file_and_rows_it_is_kept_once(units, tmp_path, monkeypatch):
    path = tmp_path / "学籍.csv"
    path.write_bytes(FILE)

    def killed(*_arguments, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as power, pytest.raises(KeyboardInterrupt):
        power.setattr("nanhu.platforms.datahub.services.imports.land", killed)
        import_file(by=BY, path=path, source_key="aa.students")
    batch = Batch.objects.get(pk=import_file(by=BY, path=path, source_key="aa.students").batch)
    assert (batch.state, b"".join(originals.pieces_of(batch))) == ("applied", FILE)


def test_it_goes_with_its_rows_by_the_rule(steward, hand_in, units):
    report = hand_in(FILE, dry_run=True)
    batch = Batch.objects.get(pk=report.batch)
    assert pruning.prune_batch(batch.pk, KeepRule.What.NO_EFFECT) > 0
    assert not originals.is_kept(batch)
    assert "original/" not in steward.get(f"/datahub/batches/{batch.pk}/").content.decode()
    assert steward.post(f"/datahub/batches/{batch.pk}/original/", WHY).status_code == 404
