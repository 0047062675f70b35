"""The bank's operations: agreements, debits, reversals, queries, pay-outs, the day's statement. Each is told once per request id."""

import secrets
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from nanhu.emulators.bank.vault import Vault, as_text, next_number

ZONE = ZoneInfo("Asia/Shanghai")
type Facts = dict[str, Any]
LARGEST_DEBIT_FEN = 500_000
SENTENCES = {
    "ok": "成功",
    "factors_differ": "姓名、证件号、卡号、预留手机号四项不一致",
    "already_signed": "这张银行卡已经签约",
    "agreement_unknown": "没有这份协议",
    "agreement_ended": "协议已经解除",
    "funds_short": "银行卡余额不足",
    "amount_invalid": "金额无效",
    "balance_unknown": "没有这一天的账户余额",
    "unheard": "没有收到过这笔请求",
    "reversed": "已冲正",
    "cancelled": "这笔请求已作废，不再受理",
    "malformed": "报文不完整",
    "request_reused": "请求号已用于另一笔业务",
}


def today() -> str:
    return datetime.now(ZONE).date().isoformat()


def done(**facts: Any) -> Facts:
    return {"outcome": "done", "code": "ok", "sentence": SENTENCES["ok"], **facts}


def refused(code: str, **facts: Any) -> Facts:
    return {"outcome": "refused", "code": code, "sentence": SENTENCES[code], **facts}


def ask(vault: Vault, operation: str, request: str, body: bytes) -> tuple[int, str]:
    """The answer to this request, the same one whenever it is asked again."""
    with vault.transaction() as books:
        known = books.execute("SELECT * FROM request_log WHERE request = ?", (request,)).fetchone()
        if known is not None and operation not in READS:
            if known["operation"] == "void":
                return 200, as_text(refused("cancelled"))
            if (known["operation"], known["body"]) != (operation, body.decode()):
                return 409, as_text(refused("request_reused"))
            return int(known["status"]), str(known["answer"])
        facts = decide(books, operation, request, body)
        answer = as_text(facts)
        if operation not in READS:
            books.execute(
                "INSERT INTO request_log VALUES (?, ?, ?, 200, ?)", (request, operation, body.decode(), answer)
            )
        return 200, answer


def decide(books: sqlite3.Connection, operation: str, request: str, body: bytes) -> Facts:
    try:
        fields = msgspec.json.decode(body)
        return OPERATIONS[operation](books, request, fields)
    except (KeyError, TypeError, ValueError, AttributeError):
        return refused("malformed")


def sign(books: sqlite3.Connection, request: str, fields: Facts) -> Facts:
    """Name, ID number, card number and reserved phone must all fit; the bank does not tell which did not."""
    card = "".join(str(fields["card_number"]).split())
    found = books.execute("SELECT * FROM account WHERE card = ?", (card,)).fetchone()
    factors = [str(fields[name]).strip().upper() for name in ("name", "id_number", "phone")]
    if found is None or factors != [str(found[name]).upper() for name in ("name", "id_number", "phone")]:
        return refused("factors_differ")
    if books.execute("SELECT 1 FROM agreement WHERE card = ? AND state = 'active'", (card,)).fetchone():
        return refused("already_signed")
    token = f"TK{secrets.token_hex(12).upper()}"
    books.execute("INSERT INTO agreement VALUES (?, ?, ?, 'active')", (token, card, request))
    return done(token=token, tail=card[-4:])


def unsign(books: sqlite3.Connection, _request: str, fields: Facts) -> Facts:
    changed = books.execute("UPDATE agreement SET state = 'ended' WHERE token = ?", (fields["token"],)).rowcount
    return done() if changed else refused("agreement_unknown")


def agreed_card(books: sqlite3.Connection, token: str) -> tuple[str, Facts | None]:
    found = books.execute("SELECT card, state FROM agreement WHERE token = ?", (token,)).fetchone()
    if found is None:
        return "", refused("agreement_unknown")
    return str(found["card"]), None if found["state"] == "active" else refused("agreement_ended")


def debit(books: sqlite3.Connection, request: str, fields: Facts) -> Facts:
    card, refusal = agreed_card(books, fields["token"])
    fen = fields["amount_fen"]
    if refusal is not None:
        return refusal
    if type(fen) is not int or not 0 < fen <= LARGEST_DEBIT_FEN:
        return refused("amount_invalid")
    return moved(books, request=request, kind="debit", card=card, fen=fen)


def pay_out(books: sqlite3.Connection, request: str, fields: Facts) -> Facts:
    card, refusal = agreed_card(books, fields["token"])
    fen = fields["amount_fen"]
    if refusal is not None and refusal["code"] == "agreement_unknown":
        return refusal
    if type(fen) is not int or fen <= 0:
        return refused("amount_invalid")
    return moved(books, request=request, kind="pay_out", card=card, fen=fen)


def moved(books: sqlite3.Connection, *, request: str, kind: str, card: str, fen: int, campus_no: str = "") -> Facts:
    change = fen if kind in {"pay_out", "reversal"} else -fen
    held = books.execute("SELECT balance FROM account WHERE card = ?", (card,)).fetchone()["balance"]
    if held + change < 0:
        return refused("funds_short")
    books.execute("UPDATE account SET balance = balance + ? WHERE card = ?", (change, card))
    return noted(books, request=request, kind=kind, card=card, fen=fen, campus_no=campus_no)


def noted(books: sqlite3.Connection, *, request: str, kind: str, card: str, fen: int, campus_no: str = "") -> Facts:
    """A movement of the campus's account, with the bank's own number."""
    day = today()
    reference = f"{day.replace('-', '')}{next_number(books, 'reference'):010d}"
    books.execute(
        "INSERT INTO movement (request, kind, card, fen, reference, day, at, campus_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (request, kind, card, fen, reference, day, time.time(), campus_no),
    )
    return done(reference=reference, settled_on=day, amount_fen=fen)


def reverse(books: sqlite3.Connection, request: str, fields: Facts) -> Facts:
    """Gives the debit back; a request never heard of is void from now on, however late it comes."""
    original = str(fields["request"])
    known = books.execute("SELECT * FROM request_log WHERE request = ?", (original,)).fetchone()
    if known is None:
        books.execute("INSERT INTO request_log VALUES (?, 'void', '', 200, '')", (original,))
        return done(code="cancelled", sentence=SENTENCES["cancelled"])
    books.execute("UPDATE agreement SET state = 'ended' WHERE request = ?", (original,))
    sale = books.execute("SELECT * FROM movement WHERE request = ? AND kind = 'debit'", (original,)).fetchone()
    if sale is None:
        return done(code="cancelled", sentence=SENTENCES["cancelled"])
    if books.execute("SELECT 1 FROM movement WHERE request = ? AND kind = 'reversal'", (original,)).fetchone():
        return done(code="reversed", sentence=SENTENCES["reversed"])
    facts = moved(books, request=original, kind="reversal", card=sale["card"], fen=sale["fen"])
    return {**facts, "code": "reversed", "sentence": SENTENCES["reversed"], "by": request}


def query(books: sqlite3.Connection, _request: str, fields: Facts) -> Facts:
    """What that request was told. `unknown` means: not heard of so far."""
    original = str(fields["request"])
    known = books.execute("SELECT * FROM request_log WHERE request = ?", (original,)).fetchone()
    if known is None:
        return {"outcome": "unknown", "code": "unheard", "sentence": SENTENCES["unheard"]}
    if known["operation"] == "void":
        return refused("cancelled")
    if books.execute("SELECT 1 FROM movement WHERE request = ? AND kind = 'reversal'", (original,)).fetchone():
        return refused("reversed")
    if known["operation"] == "sign":
        held = books.execute("SELECT state FROM agreement WHERE request = ?", (original,)).fetchone()
        if held is not None and held["state"] == "ended":
            return refused("agreement_ended")
    return dict(msgspec.json.decode(known["answer"]))


def statement(books: sqlite3.Connection, _request: str, fields: Facts) -> Facts:
    rows = books.execute("SELECT * FROM movement WHERE day = ? ORDER BY id", (str(fields["day"]),)).fetchall()
    listed = [
        {
            "request": row["request"],
            "kind": row["kind"],
            "amount_fen": row["fen"],
            "reference": row["reference"],
            "at": row["at"],
            "campus_no": row["campus_no"],
        }
        for row in rows
    ]
    return done(day=fields["day"], count=len(listed), sum_fen=sum(row["fen"] for row in rows), rows=listed)


def balance_on(vault: Vault, day: str) -> Facts:
    with vault.opened() as books:
        return balance(books, "", {"day": day})


def balance(books: sqlite3.Connection, _request: str, fields: Facts) -> Facts:
    """What the campus has with us at the end of a day: what it had when we opened, and what moved since."""
    day = str(fields["day"])
    known = {
        row["name"]: row["last"] for row in books.execute("SELECT name, last FROM number WHERE name LIKE 'opening%'")
    }
    if int(day.replace("-", "")) < known.get("opening_day", 99_999_999):
        return refused("balance_unknown")
    sign = "CASE WHEN kind IN ('pay_out', 'reversal') THEN -fen ELSE fen END"
    moved_fen = books.execute(f"SELECT coalesce(sum({sign}), 0) FROM movement WHERE day <= ?", (day,)).fetchone()[0]  # noqa: S608
    return done(amount_fen=known.get("opening_fen", 0) + moved_fen)


READS = frozenset({"query", "statement", "balance"})
OPERATIONS: dict[str, Callable[[sqlite3.Connection, str, Facts], Facts]] = {
    "sign": sign,
    "unsign": unsign,
    "debit": debit,
    "reverse": reverse,
    "query": query,
    "pay_out": pay_out,
    "statement": statement,
    "balance": balance,
}
