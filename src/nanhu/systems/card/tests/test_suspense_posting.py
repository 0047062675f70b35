"""An honest row of suspense is posted after all: one clerk proposes, another decides, the holder is charged exactly once."""

import time

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services import suspense_posting
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.signed import SignedTerminal

START_FEN, FEN = 5000, 3500
WORDS = {"answer": "核对了纸质小票"}


@pytest.fixture
def case(campus):
    campus.top_up("student", START_FEN)
    row = {"sequence": 9, "card": campus.card("student").uid, "amount_fen": FEN, "occurred_at": time.time() - 60}
    told = SignedTerminal("N1001").send("upload", {"rows": [row]}).values["rows"][0]
    assert told["code"] == "offline_payment"
    yield SuspenseCase.objects.get()
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


def left(campus) -> int:
    return ledger.balance_of(campus.card("student").wallet_id)


def page(case) -> str:
    return f"/card/chip/cases/{case.pk}/"


def todo(campus, part: str) -> str:
    return campus.client(part).get("/flows/").content.decode()


def propose(campus, case, part: str = "clerk", proposal: str = "商户举证，持卡人承认"):
    return campus.client(part).post(page(case) + "propose/", {"proposal": proposal})


def decide(campus, case, part: str, decision: str, **more):
    case.refresh_from_db()
    facts = {"decision": decision, "proposer": case.proposer_id or 0, **WORDS} | more
    return campus.client(part).post(page(case) + "decide/", facts)


def test_one_proposes_another_posts_and_the_holder_pays_once(campus, case):
    assert "提出入账" in campus.client("clerk").get(page(case)).content.decode()
    assert propose(campus, case).status_code == 302
    assert left(campus) == START_FEN
    assert decide(campus, case, "clerk", "post").status_code == 409, "not by oneself"
    assert left(campus) == START_FEN
    shown = campus.client("second_clerk").get(page(case)).content.decode()
    assert "商户举证，持卡人承认" in shown
    assert ["商户举证，持卡人承认" in todo(campus, part) for part in ("second_clerk", "clerk")] == [True, False]
    assert decide(campus, case, "second_clerk", "post").status_code == 302
    assert "商户举证，持卡人承认" not in todo(campus, "second_clerk")
    assert decide(campus, case, "second_clerk", "post").status_code == 409, "the same form again"
    assert decide(campus, case, "clerk", "post").status_code == 409
    assert left(campus) == START_FEN - FEN
    case.refresh_from_db()
    posted = Receipt.objects.get(pk=case.posted_id)
    assert (posted.kind, posted.amount_fen, posted.owed_fen, posted.sequence) == ("stored", FEN, 0, None)
    assert posted.occurred_at == Receipt.objects.get(sequence=9).occurred_at
    assert case.state == "closed"
    deeds = AuditEntry.objects.filter(target=f"suspense:{case.pk}").order_by("pk").values_list("action", flat=True)
    assert list(deeds) == ["card.propose_suspense", "card.post_suspense"]


def test_the_web_process_has_the_rights_for_it(campus, case):
    propose(campus, case)
    proposer, decider = campus.actor("clerk"), campus.actor("second_clerk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE nanhu_web")
        suspense_posting.approve(by=decider, case_id=case.pk, proposer_id=proposer.account_id, answer="x")
        cursor.execute("RESET ROLE")
    assert left(campus) == START_FEN - FEN


def test_what_the_wallet_cannot_cover_is_owed(campus, case):
    campus.pay("student", 4000)
    propose(campus, case)
    decide(campus, case, "second_clerk", "post")
    assert left(campus) == 0
    assert Receipt.objects.get(kind="stored", outcome="posted").owed_fen == FEN - 1000


def test_a_refused_proposal_charges_nobody_and_the_case_stays(campus, case):
    propose(campus, case)
    assert decide(campus, case, "second_clerk", "refuse").status_code == 302
    assert decide(campus, case, "second_clerk", "post").status_code == 409
    case.refresh_from_db()
    assert (case.state, case.proposer_id, left(campus)) == ("open", None, START_FEN)


def test_a_newer_proposal_is_not_decided_unseen(campus, case):
    propose(campus, case)
    shown = SuspenseCase.objects.get().proposer_id
    propose(campus, case, "second_clerk", "另一个理由")
    assert decide(campus, case, "clerk", "post", proposer=shown).status_code == 409
    assert decide(campus, case, "clerk", "post", proposer="").status_code == 422
    again = decide(campus, case, "clerk", "post", proposer=shown).content.decode()
    case.refresh_from_db()
    assert "另一个理由" in again
    assert f'name="proposer" value="{case.proposer_id}"' in again, "whose proposal this page shows"
    assert left(campus) == START_FEN


def test_what_a_chip_did_not_sign_is_never_charged(campus, case):
    SuspenseCase.objects.update(reason="tac_wrong")
    assert "提出入账" not in campus.client("clerk").get(page(case)).content.decode()
    assert propose(campus, case).status_code == 409
    assert left(campus) == START_FEN


def test_the_database_wants_two_people_and_a_stranger_finds_no_page(campus, case):
    propose(campus, case)
    case.refresh_from_db()
    alone = {"posted": Receipt.objects.first(), "state": "closed", "answer": "x", "closed_at": case.created_at}
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        SuspenseCase.objects.update(owner=case.proposer_id, **alone)
    assert campus.client("student").post(page(case) + "propose/", {"proposal": "x"}).status_code == 404
    assert campus.client("student").post(page(case) + "decide/", {"decision": "post"} | WORDS).status_code == 404
