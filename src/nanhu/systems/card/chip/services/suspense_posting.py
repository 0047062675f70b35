"""An honest row of suspense is posted after all: one clerk proposes, another decides; it charges once, like a stored row."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_row, one_value, run
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.chip.errors import SuspenseNotPostableError, SuspenseProposalError
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services.suspense import held
from nanhu.systems.card.models import Receipt, Wallet
from nanhu.systems.card.services.receipts import locked_balances

POSTABLE = frozenset(
    {"offline_payment", "offline_card", "offline_total", "offline_rows", "offline_too_old", "chip_missing"}
)
"""Beyond a limit, or without a proof, so perhaps honest. What was signed wrongly, or twice, is never charged."""
SET_OFF = "SELECT card_set_off_frozen(id, %s) FROM card_card WHERE id = %s AND state = 'replaced'"
RECEIPT = """
    INSERT INTO card_receipt (kind, outcome, terminal_id, wallet_id, card_id, merchant_id, amount_fen, owed_fen, balance_fen,
                              detail, occurred_at, entry_id, meal)
    VALUES ('stored', 'posted', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"""
SPEND = """
    INSERT INTO card_spent AS s (wallet_id, day, meal, fen) VALUES (%s, card_day(%s), %s, %s)
    ON CONFLICT (wallet_id, day, meal) DO UPDATE SET fen = s.fen + excluded.fen"""


def is_postable(case: SuspenseCase) -> bool:
    return case.reason in POSTABLE and case.card_id is not None and bool(case.amount_fen)


def propose(*, by: Actor, case_id: int, reason: str) -> SuspenseCase:
    """The same again is harmless; who proposes last answers for it."""
    why = given(reason)[:400]
    with transaction.atomic():
        case = held(case_id)
        if not is_postable(case):
            raise SuspenseNotPostableError
        case.proposer_id, case.proposer_name, case.proposal = account_of(by), by.name, why
        case.save(update_fields=["proposer", "proposer_name", "proposal"])
        note(by, "card.propose_suspense", case, case.proposal)
        return case


def refuse(*, by: Actor, case_id: int, proposer_id: int, answer: str) -> SuspenseCase:
    """It stays in suspense; also who proposed may take it back."""
    why = given(answer)
    with transaction.atomic():
        case = proposed(case_id, proposer_id)
        case.owner_id, case.owner_name = account_of(by), by.name
        case.proposer_id, case.proposer_name, case.proposal = None, "", ""
        case.save(update_fields=["owner", "owner_name", "proposer", "proposer_name", "proposal"])
        note(by, "card.refuse_suspense", case, why)
        return case


def approve(*, by: Actor, case_id: int, proposer_id: int, answer: str) -> SuspenseCase:
    """Charges the holder and closes the case, in one transaction; `proposer_id` is whose proposal the page showed."""
    why = given(answer)
    with transaction.atomic():
        case = proposed(case_id, proposer_id)
        refuse_same_person(by, case.proposer_id)
        case.posted_id = post_row(by=by, case=case)
        case.owner_id, case.owner_name = account_of(by), by.name
        case.state, case.answer, case.closed_at = SuspenseCase.State.CLOSED, why, now()
        case.save(update_fields=["posted", "owner", "owner_name", "state", "answer", "closed_at"])
        note(by, "card.post_suspense", case, case.answer)
        return case


def proposed(case_id: int, proposer_id: int) -> SuspenseCase:
    case = held(case_id)
    if case.proposer_id is None or case.proposer_id != proposer_id:
        raise SuspenseProposalError
    if not is_postable(case):
        raise SuspenseNotPostableError
    return case


def note(by: Actor, action: str, case: SuspenseCase, reason: str) -> None:
    facts = {"fen": case.amount_fen, "posted": case.posted_id, "proposer": case.proposer_name}
    audit.record(by=by, action=action, target=f"suspense:{case.pk}", reason=reason, facts=facts)


def post_row(*, by: Actor, case: SuspenseCase) -> int:
    """As card_store would have: what the wallet covers is paid, the rest is owed. Gives the receipt."""
    row = Receipt.objects.select_related("wallet", "merchant").get(terminal=case.terminal_id, sequence=case.sequence)
    wallet, merchant, fen = row.wallet, row.merchant, row.amount_fen
    if wallet is None or merchant is None or not fen or row.outcome != case.reason:
        raise SuspenseNotPostableError
    balances = locked_balances(wallet.account_id, wallet.receivable_id)
    if set_off(row.card_id, fen):
        balances = locked_balances(wallet.account_id, wallet.receivable_id)
    covered = min(fen, max(balances[wallet.account_id], 0))
    legs = [
        ledger.Leg(debit_account_id=account, credit_account_id=merchant.account_id, amount_fen=part)
        for account, part in ((wallet.account_id, covered), (wallet.receivable_id, fen - covered))
        if part
    ]
    entry = ledger.post(
        by=by, kind="card.stored", legs=legs, key=f"card.suspense:{case.pk}", occurred_at=row.occurred_at
    )
    if entry.is_repeated:
        raise SuspenseNotPostableError
    after = balances[wallet.account_id] - covered
    return write(row, wallet=wallet, owed_fen=fen - covered, after_fen=after, entry_id=entry.entry_id, case_id=case.pk)


def set_off(card_id: int | None, fen: int) -> bool:
    return one_row(SET_OFF, [fen, card_id]) is not None


def write(row: Receipt, *, wallet: Wallet, owed_fen: int, after_fen: int, entry_id: int, case_id: int) -> int:
    """The receipt, and what the day and meal came to. The sequence stays with the row that was refused."""
    run(SPEND, [wallet.pk, row.occurred_at, row.meal, row.amount_fen])
    facts = [
        row.terminal_id,
        wallet.pk,
        row.card_id,
        row.merchant_id,
        row.amount_fen,
        owed_fen,
        after_fen,
        f"suspense:{case_id}",
        row.occurred_at,
        entry_id,
        row.meal,
    ]
    return int(one_value(RECEIPT, facts))
