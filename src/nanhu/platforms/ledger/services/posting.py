"""Posting: the only way money moves, beside the card's own payment function in the database."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import CheckViolation, ForeignKeyViolation

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.ledger.errors import (
    AlreadyReversedError,
    InsufficientFundsError,
    UnknownAccountError,
)
from nanhu.platforms.ledger.models import Transfer
from nanhu.platforms.ledger.services.bills import payment_of, reverse_payment
from nanhu.platforms.ledger.services.entries import claim_key, next_entry_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Moves `amount_fen` from the debit account to the credit account."""

    debit_account_id: int
    credit_account_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedEntry:
    entry_id: int
    is_repeated: bool
    """True where the key was posted before with the same money: nothing moved this time."""


INSERT = """
    INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference,
                                 reverses_entry_id)
    SELECT %s, %s, %s, leg.debit, leg.credit, leg.fen, %s, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY AS leg(debit, credit, fen, place) ORDER BY place
"""


def post(
    *,
    by: Actor,
    kind: str,
    legs: Sequence[Leg],
    reference: str = "",
    key: str = "",
    occurred_at: datetime | None = None,
) -> PostedEntry:
    """Post one entry in the caller's transaction or its own. With `key`, the same entry again posts nothing."""
    with transaction.atomic():
        entry_id = next_entry_id()
        if key:
            known = claim_key(key, entry_id, fingerprint_of(kind, legs))
            if known is not None:
                return PostedEntry(entry_id=known, is_repeated=True)
        insert(entry_id, kind=kind, legs=legs, reference=reference, occurred_at=occurred_at or now())
        facts = {"kind": kind, "fen": sum(leg.amount_fen for leg in legs)}
        audit.record(by=by, action="ledger.post", target=f"ledger_entry:{entry_id}", reason=reference, facts=facts)
        return PostedEntry(entry_id=entry_id, is_repeated=False)


def reverse(
    *,
    by: Actor,
    entry_id: int,
    reason: str,
    kind: str = "ledger.reversal",
    legs: Sequence[Leg] = (),
    is_owed_again: bool = False,
) -> PostedEntry:
    """Take an entry back by its mirror, or by these legs where the money has since gone elsewhere; an entry is taken back once.
    That of a bill's payment refunds it, or, where it was booked wrongly (`is_owed_again`), leaves the bill as it was before."""
    with transaction.atomic():
        payment = payment_of(entry_id)
        legs = legs or mirror_of(entry_id)
        if not legs:
            raise NotFoundError(what=_("要冲正的那笔账"))
        mirror_id = next_entry_id()
        if claim_key(f"ledger.reverse:{entry_id}", mirror_id, b"reversal") is not None:
            raise AlreadyReversedError
        if payment is None:
            insert(mirror_id, kind=kind, legs=legs, reference=reason, occurred_at=now(), reverses=entry_id)
        else:
            reverse_payment(
                by=by,
                payment=payment,
                entry_id=mirror_id,
                reason=reason,
                posted_as=kind,
                is_owed_again=is_owed_again,
            )
        audit.record(
            by=by, action="ledger.reverse", target=f"ledger_entry:{entry_id}", reason=reason, facts={"entry": mirror_id}
        )
        return PostedEntry(entry_id=mirror_id, is_repeated=False)


def mirror_of(entry_id: int) -> list[Leg]:
    """What would take an entry back; empty where there is none."""
    return [
        Leg(debit_account_id=t.credit_account_id, credit_account_id=t.debit_account_id, amount_fen=t.amount_fen)
        for t in Transfer.objects.filter(entry_id=entry_id).order_by("-id")
    ]


def fingerprint_of(kind: str, legs: Sequence[Leg]) -> bytes:
    money = [[leg.debit_account_id, leg.credit_account_id, leg.amount_fen] for leg in legs]
    return hashlib.sha256(json.dumps([kind, money]).encode()).digest()


def insert(
    entry_id: int, *, kind: str, legs: Sequence[Leg], reference: str, occurred_at: datetime, reverses: int | None = None
) -> None:
    parameters: list[Any] = [
        entry_id,
        occurred_at,
        kind,
        reference,
        reverses,
        [leg.debit_account_id for leg in legs],
        [leg.credit_account_id for leg in legs],
        [leg.amount_fen for leg in legs],
    ]
    try:
        with transaction.atomic():
            run(INSERT, parameters)
    except IntegrityError as error:
        raise_expected(error)
        raise


def raise_expected(error: IntegrityError) -> None:
    """Turn what the database said into the failure a caller expects; anything else stays what it was."""
    cause = error.__cause__
    if isinstance(cause, CheckViolation) and cause.diag.constraint_name == "ledger_balance_floor":
        raise InsufficientFundsError from error
    if isinstance(cause, ForeignKeyViolation):
        raise UnknownAccountError(code="?") from error
