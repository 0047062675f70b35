"""The software card in a real reader's place: pcscd, the virtual reader of vsmartcard, and pyscard as the program at the desk.

One pcscd serves a machine, so the test waits for its turn. vpcd listens on every address; where it may, the daemon is put
into a network namespace of its own (its PC/SC socket is a file and stays in reach), else it runs beside us.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nanhu.emulators.chip import terminal
from nanhu.emulators.chip.tests.conftest import AT, CARD, CODE, MASTERS, fill, host_load
from nanhu.emulators.chip.vpcd import PORT
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.ciphers import TripleDesSuite, card_key
from nanhu.testing.patience import PATIENCE_SECONDS

PYTHON = "/usr/bin/python3"
NEEDS = ("pcscd", PYTHON)
pytestmark = [
    pytest.mark.skipif(not all(shutil.which(one) for one in NEEDS), reason="needs pcscd (scripts/install-test-tools)"),
]
DESK = """
import json, sys, time
from smartcard.System import readers
from smartcard.Exceptions import NoCardException, CardConnectionException
from smartcard.pcsc.PCSCExceptions import BaseSCardException
def connected(slot):
    for _ in range(12_000):
        try:  # the daemon may still be starting
            found = [one for one in readers() if f"Virtual PCD 00 0{slot}" in str(one)]
            connection = found[0].createConnection(); connection.connect(); return connection
        except (IndexError, NoCardException, CardConnectionException, BaseSCardException):
            time.sleep(0.05)
    sys.exit(f"nothing in the virtual reader {slot}")
connections = [connected(0), connected(1)]
told = {"atr": bytes(connections[0].getATR()).hex()}
for line in sys.stdin:
    slot, command = line.split()
    data, one, two = connections[int(slot)].transmit(list(bytes.fromhex(command)))
    print(bytes(data).hex() + f"{one:02x}{two:02x}", flush=True)
print(json.dumps(told), flush=True)
"""


def in_namespace() -> list[str]:
    """The words that put a program, and the card beside it, into a network namespace; none where that is not allowed."""
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return ["unshare", "--net", "sh", "-c"] if tried.returncode == 0 else ["sh", "-c"]


@pytest.fixture
def desk(tmp_path):
    """A program of the desk with a card in one reader and a PSAM in the other: ask(APDU in hex) → answer in hex."""
    path = tmp_path / "chip.json"
    pocket = fill(path)
    with pocket.card(CARD) as card:
        _begun, mac2 = host_load(card, 5000)
        terminal.finish_load(card, mac2=mac2, at=AT)
    log = (tmp_path / "pcscd.log").open("wb")
    source = Path(terminal.__file__).parents[3]
    script = (
        "ip link set lo up 2>/dev/null; pcscd -f --disable-polkit & daemon=$!; "
        f"'{sys.executable}' -m nanhu.emulators.chip.vpcd '{path}' {CARD} & card=$!; "
        f"'{sys.executable}' -m nanhu.emulators.chip.vpcd '{path}' psam:N1001 127.0.0.1 {PORT + 1} & module=$!; "
        "trap 'kill $card $module $daemon' TERM; wait"
    )
    with (Path("/tmp") / "nanhu-pcscd.lock").open("w") as turn:  # noqa: S108 - one pcscd a machine, whoever tests
        fcntl.flock(turn, fcntl.LOCK_EX)
        daemon = subprocess.Popen(
            dying_with_parent([*in_namespace(), script]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(source)},
        )
        program = subprocess.Popen(
            dying_with_parent([PYTHON, "-c", DESK]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

        def ask(command: str, slot: int = 0) -> str:
            program.stdin.write(f"{slot} {command}\n")
            program.stdin.flush()
            answer = program.stdout.readline().strip().upper()
            assert answer, (tmp_path / "pcscd.log").read_text()
            return answer

        try:
            yield ask
            program.stdin.close()
            assert json.loads(program.stdout.readline())["atr"].startswith("3b6d0000")
        finally:
            program.terminate()
            daemon.terminate()
            program.wait(PATIENCE_SECONDS)
            daemon.wait(PATIENCE_SECONDS)
            program.stdout.close()
            log.close()


def test_the_purse_answers_through_pcsc(desk):
    assert desk("00A4040008D156000001" + "4E414E").endswith("9000")
    assert desk("805C000204") == "000013889000"
    public = desk("00B095001E")
    assert public.endswith("9000")
    assert public[20:40] == "0" * 10 + "1423110001"
    record = desk("00B201C417")
    assert record[10:20] == "0000138802"
    assert desk("8050010210"[:8] + "0B01" + "00000064" + "001122334455" + "0F").endswith("9000")
    assert desk("805401000F" + "00000001" + AT + "00000000" + "08") == "9302"
    assert desk("0020000103000000") == "63C2"
    assert desk("80FF0000") == "6D00"
    assert desk("805C000204") == "000013889000"


class Reader:
    """What lies in one of the readers, as the terminal's own code speaks to it."""

    def __init__(self, desk, slot):
        self.desk, self.slot = desk, slot

    def transmit(self, text):
        return bytes.fromhex(self.desk(text.hex(), self.slot))


def test_a_terminal_buys_and_loads_with_card_and_psam_both_behind_pcsc(desk):
    """The emulators' own terminal code, the purse and the PSAM in two readers: both sign, and the house believes the TAC."""
    card, psam = Reader(desk, 0), Reader(desk, 1)
    noted = []
    grey = terminal.buy(card, psam, amount_fen=1250, at=AT, remember=noted.append)
    assert (grey.balance_before_fen, grey.counter, grey.term_seq, noted) == (5000, 0, 1, [grey])
    suite = TripleDesSuite()
    own = card_key(suite, bytes.fromhex(MASTERS["1"]), bytes.fromhex("0" * 10 + "1423110001")[-8:])
    text = messages.purchase_tac(amount_fen=1250, terminal=bytes.fromhex(CODE), term_seq=1, at=messages.stamp(AT))
    assert suite.mac(suite.tac_key(own), text).hex().upper() == grey.tac
    assert terminal.read_facts(card).balance_fen == 3750
    again = terminal.buy(card, psam, amount_fen=50, at=AT, remember=noted.append)
    assert (again.counter, again.term_seq, terminal.read_facts(card).balance_fen) == (1, 2, 3700)
    begun = terminal.begin_load(card, amount_fen=300, code=bytes.fromhex(CODE))
    assert (begun.balance_fen, begun.online_counter) == (3700, 1)
