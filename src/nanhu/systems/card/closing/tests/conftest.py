"""The cast of the card's tests, and what closing needs beside it."""

from types import SimpleNamespace

import pytest

from nanhu.kernel.clock import end_of
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import day_sources
from nanhu.platforms.payments.accounts import BANK_ACCOUNT
from nanhu.platforms.payments.day_sources import Custody
from nanhu.systems.card.tests.conftest import SYSTEM, Campus


@pytest.fixture
def campus(cast) -> Campus:
    return cast


@pytest.fixture(autouse=True)
def bank_says(monkeypatch):
    """The bank as a registered part: it says what our books say, until a test has it silent or wrong."""
    said = SimpleNamespace(is_silent=False, more_fen=0)

    def balance(day):
        book = sum(row.net_fen for row in ledger.trial_at(end_of(day)) if row.group == BANK_ACCOUNT)
        return None if said.is_silent else book + said.more_fen

    bank = Custody(key="bank", title="银行", group=BANK_ACCOUNT, balance=balance)
    monkeypatch.setattr(day_sources.sources_of_custody, "_entries", {"bank": bank})
    return said


def make(campus: Campus, part: str, role: str) -> None:
    identity.grant_role(by=SYSTEM, account_id=campus.actor(part).account_id, role=role)
