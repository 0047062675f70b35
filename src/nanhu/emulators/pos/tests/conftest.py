"""A tiny gateway of the document's words, on a port of its own, and a device in front of it."""

# ruff: noqa: S310 - every address here is our own on 127.0.0.1

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from nanhu.emulators.pos.web import PosApplication
from nanhu.testing.patience import PATIENCE_SECONDS

KEY = "0f" * 32
PRICED_KEY = "1e" * 32
CARD, POOR_CARD, FOREIGN_CARD = "04A1B2C3D4E5F6", "04000000000001", "04FFFFFFFFFFFF"


class Gateway:
    """Checks signatures by the document, remembers sequences, keeps balances. Faults are switched on by tests."""

    def __init__(self):
        self.balances = {CARD: 10_000, POOR_CARD: 300}
        self.told: dict[int, tuple[tuple, bytes]] = {}
        self.seen: list[tuple[str, int, str, bytes]] = []
        self.clock_ahead = 0.0
        self.is_forged = False
        self.swallowed = 0
        """How many answers get lost after the deed was done."""
        self.dead = False
        self.is_off = False
        self.receipts = 0

    def answer(self, path, headers, body):
        number, sequence = headers["Nanhu-Terminal"], int(headers["Nanhu-Sequence"])
        text = f"nanhu-terminal-1\nPOST\n{path}\n{number}\n{sequence}\n{headers['Nanhu-Clock']}\n{hashlib.sha256(body).hexdigest()}"
        key = bytes.fromhex(KEY if number == "N101A" else PRICED_KEY)
        if hmac.new(key, text.encode(), "sha256").hexdigest() != headers["Nanhu-Signature"]:
            return key, 401, self.refusal("signature_wrong")
        now = time.time() + self.clock_ahead
        operation = path.removeprefix("/terminal/v1/").replace("/", "_")
        if operation != "hello" and abs(now - int(headers["Nanhu-Clock"])) > 300:
            return key, 401, self.refusal("clock_wrong", server_time=now)
        self.seen.append((operation, sequence, headers["Nanhu-Signature"], body))
        if operation == "hello":
            facts = {"protocol": 1, "server_time": now, "last_sequence": max(self.told, default=0), "terminal": number}
            return key, 200, json.dumps(facts).encode()
        status, answer = getattr(self, operation)(sequence, json.loads(body))
        return key, status, answer

    def refusal(self, code, **facts):
        return json.dumps({"outcome": "refused", "code": code, "sentence": f"网关说 {code}", **facts}).encode()

    def once(self, sequence, deed, decide):
        if sequence in self.told:
            known, answer = self.told[sequence]
            return (200, answer) if known == deed else (409, self.refusal("sequence_reused"))
        self.receipts += 1
        facts = {
            "sequence": sequence,
            "receipt": f"{self.receipts:012d}",
            "posted_at": round(time.time(), 1),
            **decide(),
        }
        if "sentence" not in facts:
            facts |= {"outcome": "approved", "code": "ok", "sentence": "交易成功"}
        self.told[sequence] = (deed, json.dumps(facts).encode())
        return 200, self.told[sequence][1]

    def payment(self, sequence, asked):
        card, amount = asked["card"], asked["amount_fen"]

        def decide():
            if card not in self.balances:
                return json.loads(self.refusal("card_unknown"))
            if self.balances[card] < amount:
                return {**json.loads(self.refusal("balance_short")), "balance_fen": self.balances[card]}
            self.balances[card] -= amount
            return {"amount_fen": amount, "balance_fen": self.balances[card]}

        return self.once(sequence, ("payment", card, amount), decide)

    def reversal(self, sequence, asked):
        deed, answer = self.told.setdefault(asked["sequence"], (("cancelled",), self.refusal("cancelled")))
        sale = json.loads(answer)

        def decide():
            if sale["outcome"] != "approved":
                return json.loads(self.refusal("nothing_to_reverse"))
            self.balances[deed[1]] += deed[2]
            return {"amount_fen": deed[2], "balance_fen": self.balances[deed[1]]}

        return self.once(sequence, ("reversal", asked["sequence"]), decide)

    def card_balance(self, _sequence, asked):
        if asked["card"] not in self.balances:
            return 200, self.refusal("card_unknown")
        return 200, json.dumps({"outcome": "approved", "balance_fen": self.balances[asked["card"]]}).encode()

    def revocations(self, _sequence, asked):
        return 200, json.dumps({"version": asked["since"], "is_full": False, "has_more": False, "changes": []}).encode()

    def upload(self, _sequence, asked):
        if self.is_off:
            rows = [json.loads(self.refusal("terminal_off", sequence=row["sequence"])) for row in asked["rows"]]
            return 200, json.dumps({"rows": rows}).encode()
        return 200, json.dumps({"rows": [self.stored(row) for row in asked["rows"]]}).encode()

    def stored(self, row):
        card, amount = row["card"], row["amount_fen"]

        def decide():
            if card not in self.balances:
                return json.loads(self.refusal("card_unknown"))
            covered = min(amount, self.balances[card])
            self.balances[card] -= covered
            return {"amount_fen": amount, "owed_fen": amount - covered or None, "balance_fen": self.balances[card]}

        return json.loads(self.once(row["sequence"], ("stored", card, amount), decide)[1])


def handler_of(gateway):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if gateway.dead:
                self.close_connection = True
                return
            key, status, answer = gateway.answer(self.path, self.headers, body)
            if gateway.swallowed and "hello" not in self.path:
                gateway.swallowed -= 1
                self.close_connection = True
                return
            text = f"nanhu-terminal-1-answer\n{self.headers['Nanhu-Signature']}\n{status}\n{hashlib.sha256(answer).hexdigest()}"
            signature = hmac.new(b"nobody" if gateway.is_forged else key, text.encode(), "sha256").hexdigest()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Nanhu-Signature", signature)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments):
            pass

    return Handler


def serve(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def gateway():
    gateway = Gateway()
    for server in serve(ThreadingHTTPServer(("127.0.0.1", 0), handler_of(gateway))):
        gateway.url = f"http://127.0.0.1:{server.server_port}"
        yield gateway


@pytest.fixture
def configuration(gateway, tmp_path):
    path = tmp_path / "pos.json"
    facts = {
        "gateway": gateway.url,
        "school": "南湖大学",
        "terminals": [
            {
                "number": "N101A",
                "key": KEY,
                "merchant": "自选快餐",
                "canteen": "南院一食堂",
                "place": "南院一食堂2号窗口",
            },
            {
                "number": "S0101",
                "key": PRICED_KEY,
                "merchant": "南苑浴室",
                "canteen": "南苑",
                "place": "1号机",
                "fixed_fen": 200,
            },
        ],
        "cards": [
            {"uid": CARD, "name": "林晓湖", "campus_no": "14231200001", "note": "学生卡"},
            {"uid": POOR_CARD, "name": "周明远", "campus_no": "0020090001", "note": "教师卡"},
            {"uid": FOREIGN_CARD, "name": "外校来客", "note": "不是本校的卡"},
        ],
    }
    path.write_text(json.dumps(facts))
    return path


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass


class ThreadingWSGIServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Visitor:
    """A browser at the device's page, as far as HTTP goes."""

    def __init__(self, url):
        self.url = url

    def get(self, path, **headers):
        return self.open(urllib.request.Request(self.url + path, headers=headers))

    def post(self, path, body, **headers):
        sent = {"Content-Type": "application/json", "Origin": self.url, **headers}
        return self.open(urllib.request.Request(self.url + path, data=json.dumps(body).encode(), headers=sent))

    def open(self, request):
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def do(self, action, terminal="N101A", **facts):
        """An action of the page: its outcome, and the terminal as the page then knows it."""
        status, _headers, body = self.post(f"/{action}", {"terminal": terminal, **facts})
        assert status == 200, body
        told = json.loads(body)
        return told["outcome"], told["terminal"]


def start_device(configuration):
    server = make_server(
        "127.0.0.1", 0, PosApplication(configuration), server_class=ThreadingWSGIServer, handler_class=QuietHandler
    )
    for running in serve(server):
        yield Visitor(f"http://127.0.0.1:{running.server_port}")


@pytest.fixture
def device(configuration):
    yield from start_device(configuration)


@pytest.fixture
def after_restart(configuration, device):
    """The device's process anew, on the same folder."""
    yield from start_device(configuration)
