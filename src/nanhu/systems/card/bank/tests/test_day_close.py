"""The day close hears of the bank: nothing where the books agree, each difference with its owner, and when no file can be had."""

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.payments.day_sources import sources
from nanhu.platforms.payments.services.day_bank import BANK
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.tests.conftest import drive, past_the_triggers


@pytest.mark.capability("A015.2")
def test_the_close_asks_the_bank_and_names_what_differs(campus):
    campus.agree("student")
    kiosk = Terminal.objects.get(number="QC001")
    load = loads.ask_load(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, terminal=kiosk)
    drive()
    assert sources.get("bank") == BANK
    assert BANK.differences(campus_today()) == []
    with past_the_triggers() as cursor:
        cursor.execute("UPDATE card_load SET amount_fen = 5001 WHERE id = %s", [load.pk])
    (found,) = BANK.differences(campus_today())
    assert (found.key, found.ours_fen, found.theirs_fen) == (f"abc:{load.number}", 5001, 5000)
    assert found.owner
    campus.bank.kill()
    missing, kept = BANK.differences(campus_today())
    assert missing.key == "file"
    assert kept.key == found.key
