"""Files to 学信网 and the tax office's client: out once, back line by line; what is not clear stays open."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.outgoing import Document
from nanhu.kernel.sheets import FaultyRowsError
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.parties import api as parties
from nanhu.platforms.parties import lines
from nanhu.platforms.parties.errors import LineOpenError, OtherBatchError
from nanhu.platforms.parties.forms_of_files import FORMS
from nanhu.platforms.parties.models import Batch, BatchLine
from nanhu.platforms.parties.services import batches
from nanhu.platforms.parties.tests.conftest import ENGINEER_NO, work
from nanhu.platforms.parties.tests.outside import impatient
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
GOOD_ID, BAD_ID = "11010519491231002X", "110105194912310021"


def person(number, *, id_number=GOOD_ID, income="8000.00"):
    return {
        "工号": number,
        "姓名": "李老师",
        "证件类型": "居民身份证",
        "证件号码": id_number,
        "本期收入": income,
        "住房公积金": "1000.00",
    }


def student(number, *, id_number=GOOD_ID, **more):
    return {
        "KSH": number,
        "XH": "2026010101",
        "XM": "林小满",
        "XB": "女",
        "CSRQ": "19491231",
        "SFZH": id_number,
        "MZ": "汉族",
        "ZYDM": "080901",
        "ZYMC": "计算机科学与技术",
        "CC": "本科",
        "XXXS": "普通全日制",
        "XZ": "4",
        "RXRQ": "20260901",
        "YJBYRQ": "20300630",
        **more,
    }


def declared(key="hr.tax:2026-11", rows=None):
    rows = rows or [person("T1"), person("T2", id_number=BAD_ID)]
    return parties.make_batch(by=BY, party="tax", key=key, rows=rows)


def outcomes(batch):
    return dict(batch.lines.order_by("pk").values_list("key", "outcome"))


def posts(party):
    return [one for one in party.wire() if one["asked"].startswith("POST")]


def test_a_declaration_goes_out_and_its_result_comes_back_line_by_line(outside):
    outside("tax")
    batch = declared()
    assert batch == declared()
    work(2)
    batch.refresh_from_db()
    assert (batch.state, batch.error, outcomes(batch)) == ("done", "", {"T1": "done", "T2": "failed"})
    first, second = parties.lines_of_batch("tax", "hr.tax:2026-11")
    assert (first.code, second.code) == ("0000", "E11")
    assert '"60.00"' in first.result, "2,000 above what is free, at the lowest rate"
    with pytest.raises(OtherBatchError):
        declared(rows=[person("T3")])


def test_students_are_registered_by_the_fields_of_the_register(outside):
    outside("enrolment")
    rows = [student("26430600000001"), student("26430600000002", id_number=BAD_ID)]
    batch = parties.make_batch(by=BY, party="enrolment", key="academic.enrolment:2026", rows=rows)
    work(2)
    assert outcomes(batch) == {"26430600000001": "done", "26430600000002": "failed"}


def test_what_failed_may_go_out_again_and_what_did_not_never(outside):
    outside("tax")
    declared()
    with pytest.raises(LineOpenError):
        declared("other", [person("T1")])
    work(2)
    with pytest.raises(LineOpenError, match="T1"):
        declared("other", [person("T1"), person("T2")])
    again = declared("other", [person("T2")])
    with pytest.raises(IntegrityError, match="never_twice"), transaction.atomic():
        BatchLine.objects.create(batch=again, party="tax", key="T1")
    work(2)
    assert outcomes(again) == {"T2": "done"}


@pytest.mark.parametrize("fault", ["slow", "silent", "twice", "killed"])
def test_what_was_taken_and_not_answered_is_asked_after_and_never_sent_again(outside, lines_file, fault):
    party = outside("tax")
    party.fault(fault)
    batch = declared()
    with impatient(lines_file, fault):
        work()
    batch.refresh_from_db()
    assert (batch.state, set(outcomes(batch).values())) == ("sent", {"open"})
    with pytest.raises(LineOpenError):
        declared("other", [person("T1")])
    if fault == "killed":
        party.wait_dead()
        work()
        batch.refresh_from_db()
        assert batch.state == "sent"
        party.start()
    while batch.state != "done":
        work()
        batch.refresh_from_db()
    assert len(posts(party)) == (0 if fault == "killed" else 1), "its page began anew with it"


def test_an_answer_to_another_batch_is_none(outside):
    party = outside("tax")
    declared()
    work(2)
    party.fault("repeated", 2)
    second = declared("second", [person("T9")])
    work(2)
    second.refresh_from_db()
    assert (second.state, outcomes(second)) == ("sent", {"T9": "open"})
    work(2)
    assert outcomes(second) == {"T9": "done"}
    assert len(posts(party)) == 2


def test_who_turns_away_at_the_door_or_is_not_there_gets_it_later(outside):
    party = outside("tax")
    party.fault("busy")
    batch = declared()
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.sent_at) == ("made", None)
    party.stop()
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.sent_at, bool(batch.error)) == ("made", None, True)
    party.start()
    work(2)
    assert outcomes(batch)["T1"] == "done"


def test_what_broke_on_the_way_goes_again_only_by_a_person_once_the_party_says_that_it_has_nothing(outside, staff):
    party = outside("tax")
    party.fault("down")
    batch = declared()
    work()
    engineer, address = signed_in(ENGINEER_NO), f"/parties/batches/{batch.public_id}/"
    assert f"{address}again/" not in engineer.get(address).content.decode()
    assert engineer.post(f"{address}again/", {"reason": "问过了"}).status_code == 409
    work(3)
    batch.refresh_from_db()
    assert (batch.state, batch.is_unknown, len(posts(party))) == ("sent", True, 1)
    assert f"{address}again/" in engineer.get(address).content.decode()
    assert engineer.post(f"{address}again/", {"reason": "打过电话，没有收到"}).status_code == 302
    work(2)
    batch.refresh_from_db()
    assert (batch.state, len(posts(party))) == ("done", 2)


def test_who_comes_second_to_send_sends_nothing(outside):
    """Its lease ran out before it had called, and another has called since."""
    party = outside("tax")
    batch = declared()
    late = Batch.objects.select_related("file").get()
    work()
    with pytest.raises(OSError, match="meanwhile"):
        batches.hand_over(late, lines.line_of("tax"))
    assert len(posts(party)) == 1
    work()
    assert outcomes(batch)["T1"] == "done"


def test_a_file_that_is_refused_as_a_whole_frees_its_lines(outside, monkeypatch):
    outside("tax")
    monkeypatch.setattr("nanhu.platforms.parties.services.batches.files.content_of", lambda _file: b"nothing")
    batch = declared()
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.due_at, set(outcomes(batch).values())) == ("refused", None, {"failed"})
    assert declared("other") != batch


def back(*lines):
    return "\r\n".join(["工号,处理结果,返回码,返回信息", *lines]).encode()


@pytest.fixture
def by_hand(lines_file, staff):
    """The tax office's client stands on somebody's desk."""
    batch = declared()
    work()
    return batch


def test_by_hand_the_file_is_carried_and_its_return_handed_in(by_hand):
    engineer, address = signed_in(ENGINEER_NO), f"/parties/batches/{by_hand.public_id}/"
    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.due_at) == ("made", None)
    download = engineer.get(f"/files/{by_hand.file.public_id}/")
    assert download.status_code == 200
    assert files.content_of(by_hand.file).startswith(b"PK")

    def hand_in(content):
        form = {"file": SimpleUploadedFile("回盘.csv", content), "form_token": str(uuid4())}
        return engineer.post(f"{address}return/", form)

    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    assert engineer.get(f"{address}return/")["Location"].startswith("/sign-in/again?next=")
    assert hand_in(back("T1,失败,9999,")).status_code == 403, (
        "what failed may be paid again: not by whoever finds a screen"
    )
    SsoSession.objects.update(authenticated_at=now())
    assert hand_in(back("T1,成功,0000,")).status_code == 409, "nothing went out yet"
    assert engineer.post(f"{address}handed/").status_code == 302
    for wrong in (
        back("T9,成功,0000,"),
        back("T1,成功,0000,", "T1,成功,0000,"),
        back("T1,不详,0000,"),
        b"%PDF-",
    ):
        assert hand_in(wrong).status_code == 422
    assert set(outcomes(by_hand).values()) == {"open"}
    assert hand_in(back("T1,成功,0000,", "T2,处理中,0099,")).status_code == 302
    by_hand.refresh_from_db()
    assert (by_hand.state, outcomes(by_hand)) == ("sent", {"T1": "done", "T2": "open"})
    assert hand_in(back("T1,失败,9999,改口")).status_code == 422, "what ended stays ended"
    assert hand_in(back("T1,成功,0000,", "T2,失败,1001,证件号不对")).status_code == 302
    by_hand.refresh_from_db()
    assert (by_hand.state, outcomes(by_hand)) == ("done", {"T1": "done", "T2": "failed"})
    with pytest.raises(WrongStateError):
        batches.mark_handed_over(by=BY, batch=by_hand)


def test_a_batch_that_was_made_wrongly_is_taken_back_before_it_goes_out_and_its_lines_go_out_in_another(staff):
    batch, engineer = declared(), signed_in(ENGINEER_NO)
    address = f"/parties/batches/{batch.public_id}/"
    assert f"{address}withdraw/" in engineer.get(address).content.decode()
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    assert engineer.post(f"{address}withdraw/", {"reason": "金额算错了"}).status_code == 403
    SsoSession.objects.update(authenticated_at=now())
    assert engineer.post(f"{address}withdraw/", {"reason": "金额算错了"}).status_code == 302
    assert engineer.post(f"{address}withdraw/", {"reason": "再来一次"}).status_code == 409
    page = engineer.get(address).content.decode()
    assert ("已撤回" in page, "金额算错了" in page, f"{address}handed/" in page) == (True, True, False)
    batch.refresh_from_db()
    assert (batch.state, batch.due_at, set(outcomes(batch).values())) == ("withdrawn", None, {"failed"})
    with pytest.raises(OSError, match="taken it back"):
        batches.mark_sent(batch)
    again = declared()
    assert again != batch, "under its caller's own key"
    assert [one.batch for one in parties.lines_of_batch("tax", again.key)] == [again, again]
    batches.mark_sent(again)
    assert engineer.post(f"/parties/batches/{again.public_id}/withdraw/", {"reason": "晚了"}).status_code == 409


def test_what_was_out_once_is_not_taken_back_also_where_it_waits_to_go_out_again(by_hand):
    batches.mark_handed_over(by=BY, batch=by_hand)
    Batch.objects.update(is_unknown=True)
    batches.send_again(by=BY, batch=by_hand, reason="打过电话，没有收到")
    with pytest.raises(WrongStateError):
        batches.withdraw(by=BY, batch=by_hand, reason="算错了")
    assert set(outcomes(by_hand).values()) == {"open"}
    batches.mark_handed_over(by=BY, batch=by_hand)
    with pytest.raises(WrongStateError):
        batches.send_again(by=BY, batch=by_hand, reason="再送一次")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_return_as_banks_write_it_is_taken_and_kept_as_a_text(by_hand, encoding):
    batches.mark_handed_over(by=BY, batch=by_hand)
    content = back("T1,成功,0000,\ue000受理", "T2,处理中,0099,").decode().encode(encoding)
    taken = batches.take_return(by=BY, batch=by_hand, content=content, name="回盘.csv")
    assert (taken.done, taken.open) == (1, 1)
    kept = files.content_of(StoredFile.objects.order_by("-pk")[0])
    assert "T1,成功,0000,\ufffd受理" in kept.decode()


def test_what_came_back_in_part_is_never_sent_again(by_hand):
    """Also where the party forgot it meanwhile and says that it has no such file."""
    batches.mark_handed_over(by=BY, batch=by_hand)
    Batch.objects.update(is_unknown=True)
    by_hand.refresh_from_db()
    assert batches.may_go_again(by_hand)
    batches.take_return(by=BY, batch=by_hand, content=back("T1,成功,0000,", "T2,处理中,0099,"), name="回盘.csv")
    Batch.objects.update(is_unknown=True)
    with pytest.raises(WrongStateError):
        batches.send_again(by=BY, batch=by_hand, reason="打过电话，没有收到")


def test_a_return_that_cannot_be_taken_says_that_the_party_has_the_file(by_hand, monkeypatch):
    batches.mark_handed_over(by=BY, batch=by_hand)
    answer = Document(status=200, body=back("T9,成功,0000,"))
    monkeypatch.setattr(batches.outgoing, "fetch", lambda *_call, **_how: answer)
    said = batches.fetch_return(by_hand, lines.Line(address="http://127.0.0.1"))
    assert said.columns == {"is_unknown": False}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [person("")],
        [person("T1"), person("T1")],
        [person("T1", income="")],
        [person("T1", income="一千")],
    ],
)
def test_a_batch_that_the_party_would_not_read_is_not_made(rows):
    with pytest.raises(FaultyRowsError):
        parties.make_batch(by=BY, party="tax", key="k", rows=rows)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("wrong", [{"CSRQ": "1949-12-31"}, {"XB": "F"}, {"YJBYRQ": ""}, {"XZ": "4年制本科"}])
def test_a_student_is_told_in_the_register_s_own_form(wrong):
    with pytest.raises(FaultyRowsError):
        parties.make_batch(by=BY, party="enrolment", key="k", rows=[student("26430600000001", **wrong)])


def test_heads_are_those_of_the_public_forms():
    heads = [one.head for one in FORMS["enrolment"].out.columns]
    assert heads[:6] == ["KSH", "XH", "XM", "XB", "CSRQ", "SFZH"]
    heads = [one.head for one in FORMS["tax"].out.columns]
    assert heads[:5] == ["工号", "*姓名", "*证件类型", "*证件号码", "*本期收入"]
