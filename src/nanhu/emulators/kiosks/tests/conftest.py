"""A tiny school that knows the documents' words, on a port of its own, and a hall of kiosks before it."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.emulators.kiosks.hall import Hall
from nanhu.emulators.kiosks.kiosk import Kiosk

KEY = "0f" * 32
CARD, PAPER = "04A1B2C3D4E5F6", "430600200505180010"
KINDS = {"KL101": "load_kiosk", "KR101": "reissue_kiosk", "KS101": "self_service_kiosk"}


class School:
    """Checks signatures and sequences by the documents. `deeds` counts what was really done."""

    def __init__(self):
        self.kept: dict[tuple[str, int], tuple[str, bytes, bytes]] = {}
        self.deeds: list[tuple[str, dict]] = []
        self.reports: list[dict] = []
        self.pins = {"payment": "123456", "enquiry": "123456"}
        self.waiting_fen, self.frozen_hours = 15_000, 72
        self.claims: dict[int, str] = {}
        self.has_granted = False
        self.is_dead = False

    def answer(self, path, headers, body):
        operation = path.removeprefix("/terminal/v1/")
        number, sequence = headers["Nanhu-Terminal"], int(headers["Nanhu-Sequence"])
        text = f"nanhu-terminal-1\nPOST\n{path}\n{number}\n{sequence}\n{headers['Nanhu-Clock']}\n{hashlib.sha256(body).hexdigest()}"
        if hmac.new(bytes.fromhex(KEY), text.encode(), "sha256").hexdigest() != headers["Nanhu-Signature"]:
            return 401, json.dumps({"outcome": "refused", "code": "signature_wrong"}).encode()
        if operation == "hello":
            last = max((one for kiosk, one in self.kept if kiosk == number), default=0)
            return 200, json.dumps({"server_time": time.time(), "last_sequence": last}).encode()
        asked = json.loads(body)
        if operation == "kiosk/report":
            self.reports.append(asked)
            return 200, b'{"outcome": "approved", "noted": true}'
        known = self.kept.get((number, sequence))
        if known is not None:
            return (
                (200, known[2])
                if known[:2] == (operation, body)
                else (409, b'{"outcome":"refused","code":"sequence_reused"}')
            )
        told = self.decide(operation, number, sequence, asked)
        answer = json.dumps({"outcome": "approved", **told, "sequence": sequence}).encode()
        self.kept[number, sequence] = (operation, body, answer)
        return 200, answer

    def decide(self, operation, number, sequence, asked):
        if "pin" in asked:
            kind = asked.get("kind", "payment" if operation.startswith(("claim", "load", "agree")) else "enquiry")
            if opened(asked["pin"], number, sequence) != self.pins[kind]:
                return {"outcome": "refused", "code": "card.pin_wrong", "sentence": "密码不对，还可以试 2 次。"}
        self.deeds.append((operation, asked))
        return getattr(self, operation.replace("/", "_"))(number, sequence, asked)

    def pin_change(self, number, sequence, asked):
        self.pins[asked["kind"]] = opened(asked["new"], number, sequence)
        return {}

    def pin_check(self, *_asked):
        return {}

    def card_look(self, *_asked):
        row = {"at": 1764038400, "name": "消费", "place": "南院一食堂", "amount_fen": 1250, "is_money_in": False}
        return {
            "name": "林*满",
            "class_name": "学生卡",
            "state_name": "正常",
            "balance_fen": 8750,
            "pending_fen": 0,
            "rows": [row],
        }

    def loss_report(self, *_asked):
        return {"number": "1000000001", "sentence": "已挂失", "slip": ["卡号 1000000001", "已挂失"]}

    def claim_begin(self, *_asked):
        if not self.waiting_fen:
            return {"outcome": "refused", "code": "card.nothing_to_claim", "sentence": "没有可以领取的款项。"}
        claim, fen, self.waiting_fen = len(self.claims) + 1, self.waiting_fen, 0
        self.claims[claim] = "writing"
        return {"claim": claim, "amount_fen": fen, "write_fen": fen, "items": [{"name": "补助", "amount_fen": fen}]}

    def claim_finish(self, _number, _sequence, asked):
        assert self.claims[asked["claim"]] == "writing"
        if self.has_granted and not asked["is_written"]:
            return {"state": "writing", "amount_fen": 15_000}
        self.claims[asked["claim"]] = "written" if asked["is_written"] else "not_written"
        self.waiting_fen += 0 if asked["is_written"] else 15_000
        return {"state": self.claims[asked["claim"]], "balance_fen": 15_000}

    def reissue_begin(self, *_asked):
        offer = {"reissue": 7, "name": "林*满", "number": "1000000001", "fee_fen": 2000, "balance_fen": 5000}
        return offer | {"frozen_hours": self.frozen_hours}

    def reissue_finish(self, _number, _sequence, asked):
        return (
            {"number": "1000000002", "frozen_fen": 3000, "available_at": "2025-11-25T02:40:00+00:00"}
            if asked["is_made"]
            else {}
        )

    def done(self, operation):
        return sum(name == operation for name, _asked in self.deeds)


def opened(block, number, sequence):
    raw = bytes.fromhex(block)
    key = hmac.digest(bytes.fromhex(KEY), b"nanhu-terminal-1-pin", "sha256")
    return AESGCM(key).decrypt(raw[:12], raw[12:], f"{number}:{sequence}".encode()).decode()


@pytest.fixture
def school():
    found = School()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.is_dead:
                self.close_connection = True
                return
            status, answer = found.answer(self.path, self.headers, body)
            text = f"nanhu-terminal-1-answer\n{self.headers['Nanhu-Signature']}\n{status}\n{hashlib.sha256(answer).hexdigest()}"
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Nanhu-Signature", hmac.new(bytes.fromhex(KEY), text.encode(), "sha256").hexdigest())
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_facts):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(school, tmp_path):
    terminals = [{"number": number, "key": KEY, "kind": kind, "place": "南院一食堂"} for number, kind in KINDS.items()]
    facts = {
        "gateway": school.url,
        "services": school.url,
        "school": "湖南理工学院",
        "terminals": terminals,
        "cards": [{"uid": CARD, "name": "林小满"}],
        "documents": [{"id_number": PAPER, "name": "林小满"}],
    }
    (tmp_path / "kiosks.json").write_text(json.dumps(facts))
    return tmp_path


@pytest.fixture
def hall(folder) -> Hall:
    found = Hall(folder / "kiosks.json", beats=False)
    found.refresh()
    return found


@pytest.fixture
def kiosk(hall) -> Kiosk:
    hall.kiosks["KL101"].tick()
    return hall.kiosks["KL101"]


def walk(kiosk: Kiosk, *steps: str, card: str = CARD, paper: str = PAPER) -> list[str]:
    """Touch, type, lay and take; gives what the screen said after each step. `~` lays or takes the card, `#` the paper."""
    said = []
    for step in steps:
        if step == "~":
            kiosk.put_card("" if kiosk.card else card)
        elif step == "#":
            kiosk.put_document("" if kiosk.document else paper)
        elif step.isdecimal():
            for digit in step:
                kiosk.press(digit)
            kiosk.press("confirm")
        elif step in {"确认", "返回"}:
            kiosk.press("confirm")
        elif step == "取消":
            kiosk.press("cancel")
        else:
            offered = (*kiosk.screen.choices, *kiosk.screen.toolbar, *kiosk.screen.footer)
            [key] = [one.key for one in offered if one.label == step]
            kiosk.press(f"choice:{key}")
        said.append(" ".join(filter(None, [kiosk.screen.title, kiosk.screen.prompt, *kiosk.screen.lines])))
    return said
