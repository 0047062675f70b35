"""A stolen terminal is switched off by one command, with a reason that stays."""

import pytest
from django.core.management import CommandError, call_command

from nanhu.kernel.models import AuditEntry
from nanhu.systems.card.models import PosTerminal


def test_a_terminal_switched_off_takes_no_payment_until_it_is_back(campus):
    campus.top_up("guest", 1000)
    call_command("card_terminal", "N1001", "off", reason="失窃")

    assert campus.pay("guest", 300) == "terminal_off"
    assert AuditEntry.objects.filter(action="card.terminal_off", target="terminal:N1001", reason="失窃").count() == 1

    call_command("card_terminal", "N1001", "on", reason="已找回")
    assert campus.pay("guest", 300) == "posted"


def test_a_new_key_replaces_the_old_one(campus, capsys):
    old = PosTerminal.objects.get(number="N1001")

    call_command("card_terminal", "N1001", "new-key", reason="密钥外泄")

    new = PosTerminal.objects.get(number="N1001")
    assert new.key != old.key
    assert new.key_version == old.key_version + 1
    assert new.key in capsys.readouterr().out
    assert new.key not in str(AuditEntry.objects.get(action="card.terminal_key").facts)


@pytest.mark.parametrize(("number", "reason"), [("X0000", "失窃"), ("N1001", " ")])
def test_it_refuses_an_unknown_terminal_and_a_missing_reason(campus, number, reason):
    with pytest.raises(CommandError):
        call_command("card_terminal", number, "off", reason=reason)
    assert PosTerminal.objects.get(number="N1001").state == "on"
