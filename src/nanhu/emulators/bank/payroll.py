"""代发: a school hands in a file of pay under its number, and fetches the return file, which says of each line what became of it.

docs/protocols/parties.md. A number is taken once, a reference is paid once; the same file again is answered the same and pays nothing.
"""

import csv
import hmac
import io
import os
import re
import time
from collections import deque
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec

from nanhu.emulators.bank import faults, ledger, orders
from nanhu.emulators.bank.bank import Bank
from nanhu.emulators.bank.faults import SilenceError
from nanhu.emulators.bank.http import body_of
from nanhu.emulators.bank.orders import Order, fen_of, yuan
from nanhu.emulators.bank.vault import as_text
from nanhu.emulators.pages import Answer, as_json

PREFIX: Final = "/payroll/"
ADDRESS: Final = re.compile(r"/payroll/files/([0-9A-Z]{6,40})(/return)?")
HEADS: Final = ["业务参考号", "收款账号", "户名", "金额", "附言"]
BACK: Final = ["业务参考号", "处理结果", "返回码", "返回信息", "金额", "银行流水号", "入账日期"]
CODES: Final = {"": "0000", "没有收款账户": "1401", "没有这份协议": "1402", "这个编号已经付过": "0098"}
WAITING: Final = "处理中"
KEPT: Final = 50


def secret() -> str:
    path = os.environ.get("NANHU_EMULATOR_SECRET_FILE", "")
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


class Payroll:
    def __init__(self, bank: Bank) -> None:
        self.bank, self.secret = bank, secret()
        self.wire: deque[tuple[str, str, int]] = deque(maxlen=KEPT)

    def answer(self, environ: dict[str, Any]) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == PREFIX:
            return Answer(HTTPStatus.OK, "text/html; charset=utf-8", self.page().encode())
        answer = self.exchange(environ, method, path)
        self.wire.appendleft((time.strftime("%H:%M:%S"), f"{method} {path}", answer.status))
        return answer

    def exchange(self, environ: dict[str, Any], method: str, path: str) -> Answer:
        found = ADDRESS.fullmatch(path)
        given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        if found is None or not self.secret or not hmac.compare_digest(given.encode(), self.secret.encode()):
            return as_json({"code": "401"}, HTTPStatus.UNAUTHORIZED)
        fault = self.bank.faults.take("payroll")
        try:
            faults.before(fault)
            body = body_of(environ)
            for _time in range(2 if fault is not None and fault.kind == "twice" else 1):
                answer = self.take(found[1], body) if method == "POST" else self.returned(found[1])
            faults.after(fault)
        except SilenceError:
            return as_json({"code": "silent"}, HTTPStatus.GATEWAY_TIMEOUT)
        is_error = fault is not None and fault.kind == "error"
        return as_json({"code": "error"}, HTTPStatus.INTERNAL_SERVER_ERROR) if is_error else answer

    def content(self, number: str) -> str:
        rows = self.bank.vault.rows("SELECT answer FROM file WHERE name = ?", f"payroll:{number}")
        return str(msgspec.json.decode(rows[0]["answer"])["content"]) if rows else ""

    def take(self, number: str, body: bytes) -> Answer:
        content = body.decode("utf-8", "replace")
        facts = {"code": "0", "number": number, "reference": f"DF{ledger.today().replace('-', '')}{number[-4:]}"}
        if known := self.content(number):
            return (
                as_json(facts) if known == content else refused(number, "other_content", "这个批次号已用于另一份文件")
            )
        try:
            pay = [Order(row[0], row[1], row[2], fen_of(row[3])) for row in rows_of(content)]
        except (IndexError, ValueError):
            return refused(number, "bad_file", "不是约定的代发文件")
        with self.bank.vault.transaction() as books:
            lines = [orders.pay(books, one, is_returned=False) for one in pay]
            told = {"content": content, "lines": lines}
            books.execute("INSERT INTO file VALUES (?, ?)", (f"payroll:{number}", as_text(told)))
        return as_json(facts)

    def returned(self, number: str) -> Answer:
        rows = self.bank.vault.rows("SELECT answer FROM file WHERE name = ?", f"payroll:{number}")
        if not rows:
            return as_json({"code": "unknown", "number": number}, HTTPStatus.NOT_FOUND)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(BACK)
        writer.writerows(returned_line(one) for one in msgspec.json.decode(rows[0]["answer"])["lines"])
        return Answer(HTTPStatus.OK, "text/csv; charset=utf-8", text.getvalue().encode())

    def page(self) -> str:
        rows = "".join(
            f"<tr><td>{at}</td><td>{escape(what)}</td><td>{status}</td></tr>" for at, what, status in list(self.wire)
        )
        return (
            '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>代发（模拟）</title><main><h1>代发（模拟）</h1>'
            f"<table><thead><tr><th>时间</th><th>请求</th><th>状态</th></tr></thead><tbody>{rows}</tbody></table></main></html>"
        )


def refused(number: str, code: str, words: str) -> Answer:
    return as_json({"code": code, "number": number, "msg": words}, HTTPStatus.UNPROCESSABLE_ENTITY)


def rows_of(content: str) -> list[list[str]]:
    rows = [row for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"))) if row]
    if not rows or rows[0] != HEADS or not rows[1:]:
        raise ValueError("heads")
    return rows[1:]


def returned_line(one: dict[str, str]) -> list[str]:
    """What was paid before under this reference is for a person to look at: neither paid by this file nor failed."""
    code = CODES.get(one["原因"], "1499")
    outcome = WAITING if code == "0098" else one["结果"]
    return [one["付款编号"], outcome, code, one["原因"], yuan(fen_of(one["金额"])), one["银行流水号"], one["入账日期"]]
