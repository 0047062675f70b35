"""The emulated bank with a customer for each of the cast, in a process of its own; killed and started again by tests."""

# ruff: noqa: S310 - every address here is our own on 127.0.0.1

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.platforms.payments.adapters.open_wire import OpenWireBank
from nanhu.platforms.payments.certificates import acquirer_keys
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_port

SERVER = """
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from importlib import import_module
module, _colon, name = sys.argv[2].partition(":")
found = getattr(import_module(module), name)
class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass
make_server("127.0.0.1", int(sys.argv[1]), found() if name == "read_application" else found, Server, Quiet).serve_forever()
"""
MERCHANT = "777290058110097"
CUSTOMER = {
    "name": "林小满",
    "id_number": "430602200503181266",
    "phone": "13907300001",
    "card_number": "6228480088888888018",
}


def key_pair() -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Bank:
    """What tests know of the bank and do there, wherever it runs."""

    url = ""

    def __init__(self, folder: Path, customers=(CUSTOMER,), **more):
        self.our_key, self.our_public = key_pair()
        bank_key, self.bank_public = key_pair()
        self.path = folder / "outside.json"
        facts = {"institution": "HNIST", "key": bank_key, "campus_key": self.our_public, "campus": "http://127.0.0.1:9"}
        self.union = acquirer_keys()
        acquirer = {
            "merchant": MERCHANT,
            "key": self.union.acquirer.key,
            "certificate": self.union.acquirer.certificate,
            "merchant_certificate": self.union.merchant.certificate,
        }
        facts["acquirer"] = acquirer
        self.path.write_text(json.dumps({**facts, "customers": list(customers), **more}, ensure_ascii=False))

    def change(self, **facts):
        """The configuration, as the command that wrote it would write it anew."""
        self.path.write_text(json.dumps({**json.loads(self.path.read_text()), **facts}, ensure_ascii=False))

    def ask(self, path: str, body: bytes | None = None) -> dict:
        """Beside the campus's own questions: what is done at the bank's own machines. A POST when it has a body."""
        raise NotImplementedError

    def fault(self, operation: str, kind: str, times: int = 1, seconds: float = 1.0):
        self.do("faults", operation=operation, kind=kind, times=times, seconds=seconds)

    def do(self, path: str, **facts) -> dict:
        return self.ask(path, json.dumps(facts).encode())

    def books(self) -> dict:
        return self.ask("books")

    def balance(self, tail: str = CUSTOMER["card_number"][-4:]) -> int:
        return next(one["balance"] for one in self.books()["accounts"] if one["tail"] == tail)

    @contextmanager
    def opened(self):
        with closing(sqlite3.connect(self.path.with_name("outside.sqlite"), timeout=PATIENCE_SECONDS)) as books, books:
            yield books

    def forget(self):
        """Everything but the accounts, which are as at the beginning: each test has a bank that knows nobody."""
        with self.opened() as books:
            for table in ("agreement", "request_log", "movement", "notice", "trade", "payer", "file"):
                books.execute(f"DELETE FROM {table}")  # noqa: S608  our own words
            for one in json.loads(self.path.read_text())["customers"]:
                fen = one.get("balance_fen", 300_000)
                books.execute("UPDATE account SET balance = ? WHERE card = ?", (fen, one["card_number"]))

    def add_customer(self, name: str, id_number: str, phone: str, card: str, fen: int = 300_000):
        with self.opened() as books:
            books.execute(
                "INSERT OR REPLACE INTO account (card, name, id_number, phone, balance) VALUES (?, ?, ?, ?, ?)",
                (card, name, id_number, phone, fen),
            )

    def gateway(self, **changes) -> OpenWireBank:
        facts = {"our_key": self.our_key, "their_key": self.bank_public, "timeout": PATIENCE_SECONDS, **changes}
        return OpenWireBank(address=self.url, institution="HNIST", **facts)


class EmulatedBank(Bank):
    application = "nanhu.emulators.bank.application:read_application"

    def __init__(self, folder: Path, customers=(CUSTOMER,), **more):
        super().__init__(folder, customers, **more)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = None

    def start(self):
        environment = {**os.environ, "NANHU_EMULATOR_CONFIGURATION": str(self.path)}
        port = self.url.rpartition(":")[2]
        self.process = subprocess.Popen(
            dying_with_parent([sys.executable, "-c", SERVER, port, self.application]), env=environment
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask("health")
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise RuntimeError("the emulated bank did not start")

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.wait_dead()

    def wait_dead(self):
        self.process.wait(timeout=PATIENCE_SECONDS)
        self.process = None

    def ask(self, path: str, body: bytes | None = None) -> dict:
        asked = urllib.request.Request(f"{self.url}/{path}", data=body)
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)
