"""Terminals by themselves, with no shop and no card beside them: switched, given another key, kept."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.models import Person
from nanhu.platforms.terminals.errors import TerminalRetiredError, WindowWrongError
from nanhu.platforms.terminals.models import NextKey, Terminal
from nanhu.platforms.terminals.services import keys, states

SYSTEM = Actor.system("test")


@pytest.fixture
def device(db) -> Terminal:
    return Terminal.objects.create(number="D1001", kind="door", key=keys.new_key())


def test_a_terminal_is_switched_off_and_on_with_a_reason_that_stays(device):
    for state in ("off", "on"):
        call_command("terminal", "D1001", state, reason="失窃")
        device.refresh_from_db()
        assert device.state == state
        assert (
            AuditEntry.objects.filter(action=f"terminals.{state}", target="terminal:D1001", reason="失窃").count() == 1
        )


def test_a_part_of_the_program_is_not_the_second_person_who_puts_it_into_service(device):
    """Whoever has the shell and no account could register one and switch it on by himself."""
    registrar = Account.objects.create(person=Person.objects.create(name="周敏", pinyin="zhoumin"))
    Terminal.objects.update(state="off", registrar=registrar)
    with pytest.raises(CommandError, match="另一位经办人"):
        call_command("terminal", "D1001", "on", reason="装好了")
    assert Terminal.objects.get().state == "off"


def test_a_new_key_replaces_the_old_one_and_the_next(device, capsys):
    keys.begin_rotation(by=SYSTEM, number="D1001", window=timedelta(days=7), reason="每年一换")

    call_command("terminal", "D1001", "new-key", reason="密钥外泄")

    new = Terminal.objects.get()
    assert (new.key != device.key, new.key_version, NextKey.objects.count()) == (True, 2, 0)
    assert new.key in capsys.readouterr().out
    assert new.key not in str(AuditEntry.objects.get(action="terminals.key").facts)


@pytest.mark.parametrize(("number", "reason"), [("X0000", "失窃"), ("D1001", " ")])
def test_it_refuses_an_unknown_terminal_and_a_missing_reason(device, number, reason):
    with pytest.raises(CommandError):
        call_command("terminal", number, "off", reason=reason)
    assert Terminal.objects.get().state == "on"


def test_the_next_key_is_the_terminals_once_it_was_used(device):
    following = keys.begin_rotation(by=SYSTEM, number="D1001", window=timedelta(days=7), reason="每年一换")
    NextKey.objects.update(opens_at=now() - timedelta(minutes=1))
    old, new = keys.keys_of(device)
    assert new.hex() == following.key

    keys.use_key(device, old)
    assert NextKey.objects.count() == 1
    keys.use_key(device, new)

    assert (device.key, device.key_version, NextKey.objects.count()) == (following.key, 2, 0)
    assert keys.keys_of(device) == [new]


def test_a_window_has_its_bounds_and_a_terminal_that_is_away_gets_no_key(device):
    with pytest.raises(WindowWrongError):
        keys.begin_rotation(by=SYSTEM, number="D1001", window=timedelta(minutes=59), reason="x")
    Terminal.objects.update(state="retired", retired_at=now())
    for refused in (
        lambda: keys.begin_rotation(by=SYSTEM, number="D1001", window=timedelta(days=7), reason="x"),
        lambda: keys.renew_key(by=SYSTEM, number="D1001", reason="x"),
        lambda: states.switch(by=SYSTEM, number="D1001", state=Terminal.State.ON, reason="x"),
    ):
        with pytest.raises(TerminalRetiredError):
            refused()


@pytest.mark.parametrize(
    "change", [{"state": "broken"}, {"state": "retired"}, {"number": "x"}, {"kind": "car"}, {"last_sequence": -1}]
)
def test_the_database_knows_what_a_terminal_can_be(device, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Terminal.objects.update(**change)


def test_a_terminal_is_never_removed_and_does_not_come_back(device):
    with pytest.raises(IntegrityError, match="switched off"), transaction.atomic():
        device.delete()
    Terminal.objects.update(state="retired", retired_at=now())
    with pytest.raises(IntegrityError, match="does not come back"), transaction.atomic():
        Terminal.objects.update(state="on", retired_at=None)
