"""A flood of suspense is answered by the batch: grouped, two people, all or none, each holder charged exactly once."""

import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase
from nanhu.systems.card.chip.services import suspense_batches
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import queries_of
from nanhu.systems.card.tests.signed import SignedTerminal

START_FEN, FEN, ROWS = 20_000, 3500, 3
PAGE = "/card/chip/"
GROUP = f"{PAGE}?terminal=N1001&reason=offline_payment"
MOST_QUERIES = 20


def flood(campus, number: str, part: str, fen: int, first: int = 1) -> None:
    card = campus.card(part).uid
    rows = [
        {"sequence": first + n, "card": card, "amount_fen": fen, "occurred_at": time.time() - 60} for n in range(ROWS)
    ]
    told = SignedTerminal(number).send("upload", {"rows": rows}).values["rows"]
    assert {one["code"] for one in told} == {"offline_payment"}


@pytest.fixture
def flooded(campus):
    for part in ("student", "teacher"):
        campus.top_up(part, START_FEN, form=part)
    flood(campus, "N1001", "student", FEN)
    flood(campus, "E3002", "teacher", 4000)
    yield campus
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def left(campus, part: str = "student") -> int:
    return ledger.balance_of(campus.card(part).wallet_id)


def propose(campus, part: str = "clerk", deed: str = "post", **more):
    case = SuspenseCase.objects.filter(terminal__number="N1001").latest("pk")
    facts = {"terminal": case.terminal_id, "reason": case.reason, "upto": case.pk, "deed": deed, "proposal": "商户举证"}
    return campus.client(part).post(f"{PAGE}propose/", facts | {"token": str(uuid4())} | more)


def page_of(batch) -> str:
    return f"{PAGE}batches/{batch.public_id}/"


def decide(campus, part: str, decision: str, batch=None):
    """`decision` is the button: approve, refuse, or discard by who proposed it."""
    batch = batch or SuspenseBatch.objects.latest("pk")
    return campus.client(part).post(f"{page_of(batch)}{decision}/", {"answer": "逐笔核对了小票"})


def test_the_page_groups_them_and_says_what_can_stand_there(flooded):
    page = flooded.client("clerk").get(PAGE).content.decode()
    assert "超过脱机限额" in page
    assert "按终端和原因" in page
    assert "提出整批办理" not in page, "not for two groups at once"
    assert "105.00" in page
    assert "120.00" in page
    narrowed = flooded.client("clerk").get(GROUP).content.decode()
    assert "120.00" not in narrowed
    assert "提出整批办理" in narrowed
    assert "没有符合条件的" in flooded.client("clerk").get(f"{PAGE}?terminal=N1001&reason=tac_wrong").content.decode()


@pytest.mark.parametrize("address", [PAGE, GROUP, f"{PAGE}?state=closed"])
def test_a_page_asks_few_questions(campus, address):
    flood(campus, "N1001", "student", FEN)
    assert queries_of(campus.client("clerk"), address) <= MOST_QUERIES


def test_a_batch_is_shown_with_few_questions(campus):
    flood(campus, "N1001", "student", FEN)
    propose(campus)
    assert queries_of(campus.client("clerk"), page_of(SuspenseBatch.objects.get())) <= MOST_QUERIES


def test_one_proposes_another_posts_all_and_each_is_charged_once(flooded):
    assert propose(flooded).status_code == 302
    assert left(flooded) == START_FEN
    assert decide(flooded, "clerk", "approve").status_code == 409, "not by oneself"
    assert (
        "不成，整批都不动" in flooded.client("second_clerk").get(page_of(SuspenseBatch.objects.get())).content.decode()
    )
    assert decide(flooded, "second_clerk", "approve").status_code == 302
    assert decide(flooded, "second_clerk", "approve").status_code == 409, "the same form again"
    assert left(flooded) == START_FEN - ROWS * FEN
    assert left(flooded, "teacher") == START_FEN, "another till's cases are no part of it"
    assert Receipt.objects.filter(kind="stored", outcome="posted").count() == ROWS
    assert set(SuspenseCase.objects.values_list("terminal__number", "state")) == {
        ("N1001", "closed"),
        ("E3002", "open"),
    }
    batch = SuspenseBatch.objects.get()
    assert (batch.count, batch.fen, batch.state) == (ROWS, ROWS * FEN, "done")
    deeds = (
        AuditEntry.objects.filter(target=f"suspense_batch:{batch.pk}").order_by("pk").values_list("action", flat=True)
    )
    assert list(deeds) == ["card.propose_suspense_batch", "card.decide_suspense_batch"]
    assert AuditEntry.objects.filter(action="card.post_suspense").count() == ROWS


def test_all_are_closed_and_nobody_is_charged(flooded):
    propose(flooded, deed="close")
    assert decide(flooded, "second_clerk", "approve").status_code == 302
    assert left(flooded) == START_FEN
    assert set(SuspenseCase.objects.filter(terminal__number="N1001").values_list("state", "posted")) == {
        ("closed", None)
    }


def test_if_one_cannot_be_posted_none_is(flooded, monkeypatch):
    propose(flooded)
    calls = []

    def post_row(*, by, case):
        calls.append(case)
        if len(calls) == ROWS:
            raise suspense_batches.SuspenseGroupEmptyError
        return posted(by=by, case=case)

    posted = suspense_batches.post_row
    monkeypatch.setattr(suspense_batches, "post_row", post_row)
    assert decide(flooded, "second_clerk", "approve").status_code == 409
    assert (left(flooded), SuspenseBatch.objects.get().state) == (START_FEN, "asked")
    assert not SuspenseCase.objects.exclude(state="open").exists()


def test_a_case_of_a_batch_is_not_answered_by_itself_until_the_batch_is_refused(flooded):
    propose(flooded)
    case = SuspenseCase.objects.filter(terminal__number="N1001").first()
    page = f"{PAGE}cases/{case.pk}/"
    shown = flooded.client("second_clerk").get(page).content.decode()
    assert ("在一批里等人决定" in shown, "提出入账" in shown) == (True, False)
    facts = {"proposal": "x", "answer": "x", "decision": "post", "proposer": flooded.actor("clerk").account_id}
    for deed in ("propose", "decide", "close"):
        assert flooded.client("second_clerk").post(f"{page}{deed}/", facts).status_code == 409
    assert propose(flooded, "second_clerk").status_code == 409, "nothing is left to propose"
    batch = SuspenseBatch.objects.get()
    own = flooded.client("clerk")
    assert f"{page_of(batch)}discard/" in own.get(page_of(batch)).content.decode()
    assert own.post(f"{page_of(batch)}discard/", {"answer": " "}).status_code == 422
    assert decide(flooded, "second_clerk", "discard").status_code == 409, "not another's"
    assert decide(flooded, "clerk", "discard").status_code == 302, "taken back"
    assert AuditEntry.objects.get(action="card.take_suspense_batch_back").reason == "逐笔核对了小票"
    batch.refresh_from_db()
    assert (batch.state, batch.approver_id, batch.ended_by) == ("taken_back", None, "周敏")
    assert decide(flooded, "second_clerk", "approve").status_code == 409
    assert flooded.client("second_clerk").post(f"{page}propose/", facts).status_code == 302
    assert left(flooded) == START_FEN


def test_a_form_that_is_sent_twice_proposes_once(flooded):
    token = str(uuid4())
    first, second = (propose(flooded, token=token) for _twice in range(2))
    assert (first.status_code, first.url) == (302, second.url)
    assert SuspenseBatch.objects.count() == 1


def test_a_batch_that_is_refused_says_why_once_and_its_form_is_sent_once(flooded):
    case = SuspenseCase.objects.filter(terminal__number="N1001").latest("pk")
    facts = {"terminal": case.terminal_id, "reason": case.reason, "upto": case.pk, "deed": "post", "proposal": " "}
    group = GROUP.partition("?")[2]
    answer = flooded.client("clerk").post(f"{PAGE}propose/?{group}", facts | {"token": str(uuid4())})
    page = answer.content.decode()
    assert (answer.status_code, page.count("form-errors")) == (422, 1)
    assert (page.count('name="token"'), 'name="form_token"' in page) == (1, True)


def test_a_batch_is_bounded_and_takes_only_what_was_shown(flooded, monkeypatch):
    shown = SuspenseCase.objects.filter(terminal__number="N1001").order_by("pk")[1]
    assert propose(flooded, upto=shown.pk).status_code == 302
    assert SuspenseBatch.objects.latest("pk").count == 2
    decide(flooded, "clerk", "discard")
    monkeypatch.setitem(suspense_batches.MOST, "post", 1)
    propose(flooded)
    assert SuspenseBatch.objects.latest("pk").count == 1


def test_what_a_chip_did_not_sign_is_closed_and_never_posted(flooded):
    SuspenseCase.objects.update(reason="tac_wrong")
    assert propose(flooded).status_code == 409
    assert propose(flooded, deed="close").status_code == 302
    assert propose(flooded, proposal=" ").status_code == 422
    assert propose(flooded, deed="burn").status_code == 422


def test_web_has_the_rights_for_it_and_the_database_wants_two_people(flooded):
    propose(flooded)
    batch = SuspenseBatch.objects.get()
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        SuspenseBatch.objects.update(state="done", approver=batch.author, answer="x", decided_at=batch.created_at)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE nanhu_web")
        suspense_batches.approve_batch(by=flooded.actor("second_clerk"), batch=batch)
        cursor.execute("RESET ROLE")
    assert left(flooded) == START_FEN - ROWS * FEN


def test_a_stranger_finds_no_page(flooded):
    propose(flooded)
    batch = SuspenseBatch.objects.get()
    assert propose(flooded, "student").status_code == 404
    assert decide(flooded, "student", "approve").status_code == 404
    assert flooded.client("student").get(page_of(batch)).status_code == 404
    assert flooded.client("clerk").get(f"{PAGE}batches/{uuid4()}/").status_code == 404
