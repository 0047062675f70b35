"""A durable campus with nothing but its database and the terminal gateway, and terminals that speak to it over HTTP."""

import hashlib
import hmac
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.school import SAMPLE
from nanhu.systems.card.process import gateway_command
from nanhu.testing import folders
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import ROOT, answer_of, campus_environment, start_migrated

PEOPLE, TERMINALS = 150, 40
START_FEN = 1_000_000


@dataclass
class Till:
    """A campus without pages: `kill_…` and `start_…` as the fault asks."""

    folder: Path
    environment: dict[str, str]
    gateway: subprocess.Popen[bytes] | None = None
    plan: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.configuration = read_configuration(self.environment)

    def run(self, *command: str) -> str:
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"}
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_gateway(self) -> None:
        with (self.folder / "gateway.log").open("ab") as log:
            self.gateway = subprocess.Popen(
                dying_with_parent(gateway_command(self.configuration)),
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while answer_of(f"http://127.0.0.1:{self.configuration.gateway_port}/health") != 200:
            assert time.monotonic() < deadline, (self.folder / "gateway.log").read_text()[-3000:]
            time.sleep(0.05)

    def kill_gateway(self, number: int = signal.SIGKILL) -> None:
        assert self.gateway is not None
        os.killpg(self.gateway.pid, number)
        self.gateway.wait()

    def kill_database(self) -> None:
        """The postmaster and every one of its children at once, as when the machine's memory runs out."""
        postmaster = embedded.running_pid(self.folder)
        assert postmaster is not None
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in [postmaster, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while embedded.running_pid(self.folder) is not None:
            time.sleep(0.01)

    def start_database(self) -> None:
        embedded.start(self.folder)

    def sql(self, statement: str, parameters: Any = ()) -> list[Any]:
        with psycopg.connect(self.configuration.database_url) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def terminal(self, place: int) -> "Terminal":
        return Terminal(self.configuration.gateway_port, **self.plan["terminals"][place])

    def card(self, place: int) -> str:
        return str(self.plan["cards"][place])

    def pin(self, place: int) -> str:
        """The initial PIN: the last six of the ID, X as 0."""
        return str(self.plan["pins"][self.card(place)])

    def balance(self, card: str) -> int:
        statement = (
            "SELECT b.balance_fen FROM card_card c JOIN ledger_balance b ON b.account_id = c.wallet_id WHERE c.uid = %s"
        )
        return int(self.sql(statement, [card])[0][0])

    def set_balance(self, card: str, fen: int) -> None:
        """Take or bring the difference, by a transfer as everybody must."""
        difference = fen - self.balance(card)
        if difference:
            self.sql(
                """INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
                SELECT nextval('ledger_transfer_id_seq'), now(), 'test.set', CASE WHEN %(d)s > 0 THEN s.id ELSE c.wallet_id END,
                       CASE WHEN %(d)s > 0 THEN c.wallet_id ELSE s.id END, abs(%(d)s)
                FROM card_card c, ledger_account s WHERE c.uid = %(u)s AND s.code = 'load.source'""",
                {"d": difference, "u": card},
            )

    def check_books(self) -> None:
        """Balances are sums, debit is credit, and receipts and transfers tell the same story."""
        assert self.sql("SELECT * FROM ledger_check()") == []
        assert self.sql("SELECT * FROM card_check()") == []
        assert "trial balance 0 fen" in self.run("nanhu", "ledger", "check")


@dataclass(frozen=True)
class Told:
    status: int
    body: bytes

    @property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.body)
        return values

    @property
    def code(self) -> str:
        return str(self.values["code"])


class Terminal:
    """A device as a vendor would write it from docs/protocols/terminal.md, with ways to misbehave."""

    def __init__(self, port: int, number: str, key: str, sequence: int = 1) -> None:
        self.port, self.number, self.key, self.sequence = port, number, bytes.fromhex(key), sequence

    def next(self) -> int:
        self.sequence += 1
        return self.sequence

    def headers(
        self, path: str, body: bytes, sequence: int | str, *, clock: int | None, key: bytes | None
    ) -> dict[str, str]:
        moment = str(int(time.time()) if clock is None else clock)
        digest = hashlib.sha256(body).hexdigest()
        text = f"nanhu-terminal-1\nPOST\n{path}\n{self.number}\n{sequence}\n{moment}\n{digest}"
        signature = hmac.digest(key or self.key, text.encode(), "sha256").hex()
        return {
            "Nanhu-Terminal": self.number,
            "Nanhu-Sequence": str(sequence),
            "Nanhu-Clock": moment,
            "Nanhu-Signature": signature,
            "Content-Type": "application/json",
        }

    def send(
        self,
        operation: str,
        values: Any,
        *,
        sequence: int | str = 0,
        clock: int | None = None,
        key: bytes | None = None,
        spoil: dict[str, str] | None = None,
        sent: bytes | None = None,
    ) -> Told:
        path = f"/terminal/v1/{operation}"
        body = values if isinstance(values, bytes) else json.dumps(values).encode()
        headers = self.headers(path, body, sequence, clock=clock, key=key) | (spoil or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", path, body=sent or body, headers=headers)
            answer = connection.getresponse()
            told = Told(answer.status, answer.read())
        finally:
            connection.close()
        if answer.status not in {404, 413} and told.values.get("code") not in {"terminal_unknown", "signature_wrong"}:
            self.check_answer(headers["Nanhu-Signature"], answer.getheader("Nanhu-Signature"), told)
        return told

    def check_answer(self, request_signature: str, signature: str | None, told: Told) -> None:
        """Mutual: an answer that our key did not sign is no answer."""
        if signature is None and told.status == 503:
            return
        digest = hashlib.sha256(told.body).hexdigest()
        text = f"nanhu-terminal-1-answer\n{request_signature}\n{told.status}\n{digest}"
        assert signature == hmac.digest(self.key, text.encode(), "sha256").hex()

    def pay(self, card: str, fen: Any, *, sequence: int | None = None, pin: str = "", **more: Any) -> Told:
        sequence = sequence or self.next()
        values = {"card": card, "amount_fen": fen} | ({"pin": self.block(pin, sequence)} if pin else {})
        return self.send("payment", values, sequence=sequence, **more)

    def block(self, pin: str, sequence: int | str) -> str:
        """A PIN as docs/protocols/terminal.md says it travels."""
        nonce, key = os.urandom(12), hmac.digest(self.key, b"nanhu-terminal-1-pin", "sha256")
        return (nonce + AESGCM(key).encrypt(nonce, pin.encode(), f"{self.number}:{sequence}".encode())).hex()

    def pay_until_told(self, card: str, fen: int, sequence: int) -> Told:
        """What a device does: as long as the outcome is unknown, the same sequence again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                told = self.pay(card, fen, sequence=sequence)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if told.status == 200:
                return told
            assert told.status == 503, told
            time.sleep(0.05)
        raise AssertionError("nobody answered")


@contextmanager
def open_till(school: str = "") -> Iterator[Till]:
    """`school` is added to the sample school's file."""
    with folders.temporary("campus") as folder:
        environment = campus_environment(folder)
        if school:
            (folder / "school.toml").write_text(SAMPLE.read_text() + school)
            environment["NANHU_SCHOOL_FILE"] = str(folder / "school.toml")
        till = Till(folder, environment)
        start_migrated(folder)
        try:
            out = folder / "load.json"
            till.run("bench.load.seed", str(PEOPLE), str(TERMINALS), str(out))
            till.plan = json.loads(out.read_text())
            till.start_gateway()
            yield till
        finally:
            if till.gateway is not None and till.gateway.poll() is None:
                till.kill_gateway(signal.SIGTERM)
            embedded.stop(folder)
