"""The emulated UnionPay: orders, codes to pay by, queries, refunds, the day's file, and the notice to the merchant."""

import base64
import io
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from nanhu.emulators.bank import acp, faults, http
from nanhu.emulators.bank.configuration import Acquirer, Configuration
from nanhu.emulators.bank.faults import Faults, SilenceError
from nanhu.emulators.bank.http import as_plain, body_of, form_of
from nanhu.emulators.bank.ledger import ZONE
from nanhu.emulators.bank.vault import Vault, next_number
from nanhu.emulators.pages import Answer, as_json

PREFIX = "/gateway/api/"
type Message = dict[str, str]
ECHOED = ("version", "encoding", "merId", "orderId", "txnTime", "txnType", "txnSubType", "bizType", "accessType")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FEE_DIVISOR = 1000
WIDTHS = (3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 13, 13)


class UnionPay:
    def __init__(self, configuration: Configuration, vault: Vault, troubles: Faults) -> None:
        if configuration.acquirer is None:
            raise ValueError("no acquirer in the configuration")
        self.public = configuration.public
        self.facts: Acquirer = configuration.acquirer
        self.vault = vault
        self.faults = troubles

    def answer(self, environ: dict[str, Any]) -> Answer:
        message, path = form_of(body_of(environ)), environ["PATH_INFO"].removeprefix(PREFIX)
        if message.get("merId") != self.facts.merchant or not acp.is_merchants(
            message, self.facts.merchant_certificate
        ):
            return as_plain("respCode=01&respMsg=签名不符", HTTPStatus.OK)
        operation = OPERATIONS.get((message.get("txnType", ""), path))
        if operation is None:
            return self.response(message, respCode="12", respMsg="无效交易")
        fault = self.faults.take(operation.__name__)
        try:
            faults.before(fault)
            facts = operation(self, message)
            faults.after(fault)
        except SilenceError:
            return as_json({"code": "silent"}, HTTPStatus.GATEWAY_TIMEOUT)
        return self.response(message, **facts)

    def response(self, message: Message, **facts: str) -> Answer:
        echoed = {name: message[name] for name in ECHOED if message.get(name)}
        return as_plain(acp.as_text(self.signed({**echoed, **facts})))

    def signed(self, message: Message) -> Message:
        return acp.signed(message, key=self.facts.key, certificate=self.facts.certificate)

    def open_order(self, message: Message) -> Message:
        with self.vault.transaction() as books:
            known = trade(books, message["orderId"])
            if known is None:
                query_id = f"{datetime.now(ZONE):%Y%m%d%H%M%S}{next_number(books, 'trade'):07d}"
                tn = f"{query_id[-18:]}"
                books.execute(
                    "INSERT INTO trade (query_id, merchant, order_id, txn_time, fen, state, back_url, tn)"
                    " VALUES (?, ?, ?, ?, ?, 'open', ?, ?)",
                    (
                        query_id,
                        message["merId"],
                        message["orderId"],
                        message["txnTime"],
                        int(message["txnAmt"]),
                        message.get("backUrl", ""),
                        tn,
                    ),
                )
                known = trade(books, message["orderId"])
        if known is None or known["fen"] != int(message["txnAmt"]):
            return {"respCode": "30", "respMsg": "订单号重复"}
        return {"respCode": "00", "respMsg": "成功", "qrCode": f"{self.public}/qr/{known['tn']}", "tn": known["tn"]}

    def query(self, message: Message) -> Message:
        with self.vault.transaction() as books:
            known = trade(books, message["orderId"])
        if known is None:
            return {"respCode": "34", "respMsg": "查无此交易"}
        if known["state"] == "open":
            return {"respCode": "00", "respMsg": "成功", "origRespCode": "05", "origRespMsg": "交易已受理，请稍后查询"}
        return {"respCode": "00", "respMsg": "成功", "origRespCode": "00", "origRespMsg": "成功", **paid_facts(known)}

    def refund(self, message: Message) -> Message:
        with self.vault.transaction() as books:
            known = books.execute("SELECT * FROM trade WHERE query_id = ?", (message["origQryId"],)).fetchone()
            if known is None or known["state"] == "open" or int(message["txnAmt"]) != known["fen"]:
                return {"respCode": "38", "respMsg": "原交易不能退款"}
            if known["refunds"] not in {"", message["orderId"]}:
                return {"respCode": "38", "respMsg": "原交易已经退款"}
            if known["refunds"] == "":
                books.execute(
                    "UPDATE trade SET refunds = ?, state = 'refunded' WHERE query_id = ?",
                    (message["orderId"], known["query_id"]),
                )
                give(books, known["query_id"], known["fen"])
        return {
            "respCode": "00",
            "respMsg": "成功",
            "queryId": f"{known['query_id'][:-1]}9",
            "origQryId": known["query_id"],
        }

    def fetch_file(self, message: Message) -> Message:
        with self.vault.transaction() as books:
            rows = books.execute("SELECT * FROM trade WHERE state <> 'open' ORDER BY query_id").fetchall()
        chosen = [
            dict(row) for row in rows if f"{datetime.fromtimestamp(row['paid_at'], ZONE):%m%d}" == message["settleDate"]
        ]
        if not chosen:
            return {"respCode": "98", "respMsg": "文件不存在"}
        return {
            "respCode": "00",
            "respMsg": "成功",
            "fileContent": packed(chosen, self.facts.merchant, message["settleDate"]),
        }

    def pay(self, tn: str, card: str) -> str:
        """The payer confirms in an app: the money leaves the bank card; then the merchant is told. Empty: it is done."""
        with self.vault.transaction() as books:
            known = books.execute("SELECT * FROM trade WHERE tn = ?", (tn,)).fetchone()
            if known is None:
                return "订单不存在"
            if known["state"] != "open":
                return "" if known["state"] == "paid" else "订单已退款"
            held = books.execute("SELECT balance FROM account WHERE card = ?", (card,)).fetchone()
            if held is None or held["balance"] < known["fen"]:
                return "银行卡余额不足"
            books.execute("UPDATE account SET balance = balance - ? WHERE card = ?", (known["fen"], card))
            books.execute("INSERT INTO payer VALUES (?, ?)", (known["query_id"], card))
            books.execute("UPDATE trade SET state = 'paid', paid_at = ? WHERE tn = ?", (time.time(), tn))
        self.notify(tn)
        return ""

    def notify(self, tn: str) -> None:
        """The back notice. A fault may lose it, double it, or put a liar in UnionPay's place."""
        known = self.vault.rows("SELECT * FROM trade WHERE tn = ?", tn)[0]
        message = self.signed(
            {
                "version": "5.1.0",
                "encoding": "UTF-8",
                "merId": known["merchant"],
                "orderId": known["order_id"],
                "txnTime": known["txn_time"],
                "txnType": "01",
                "txnSubType": "07",
                "bizType": "000000",
                "accessType": "0",
                "respCode": "00",
                "respMsg": "成功",
                **paid_facts(known),
            }
        )
        fault = self.faults.take("notice")
        if fault is not None and fault.kind.startswith("silent"):
            return
        if fault is not None and fault.kind == "forged":
            message["txnAmt"] = str(known["fen"] + 100)
        for _time in range(2 if fault is not None and fault.kind == "twice" else 1):
            http.post(known["back_url"], "", FORM, urlencode(message).encode())


def trade(books: sqlite3.Connection, order: str) -> Any:
    return books.execute("SELECT * FROM trade WHERE order_id = ?", (order,)).fetchone()


def give(books: sqlite3.Connection, query_id: str, fen: int) -> None:
    books.execute(
        "UPDATE account SET balance = balance + ? WHERE card = (SELECT card FROM payer WHERE query_id = ?)",
        (fen, query_id),
    )


def paid_facts(known: Any) -> Message:
    day = datetime.fromtimestamp(known["paid_at"], ZONE)
    return {
        "queryId": known["query_id"],
        "txnAmt": str(known["fen"]),
        "settleAmt": str(known["fen"]),
        "currencyCode": "156",
        "settleCurrencyCode": "156",
        "settleDate": f"{day:%m%d}",
        "traceNo": known["query_id"][-6:],
        "traceTime": f"{day:%m%d%H%M%S}",
    }


def packed(rows: list[dict[str, Any]], merchant: str, day: str) -> str:
    lines = []
    for row in rows:
        fee = row["fen"] // FEE_DIVISOR
        lines.append(line_of(row, "S22", row["query_id"], row["order_id"], fee))
        if row["refunds"]:
            lines.append(line_of(row, "S30", f"{row['query_id'][:-1]}9", row["refunds"], 0))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"ZM_{merchant}_{day}", "\r\n".join(lines).encode("gb18030"))
    return base64.b64encode(zlib.compress(memory.getvalue())).decode()


def line_of(row: dict[str, Any], kind: str, query_id: str, order: str, fee: int) -> str:
    cells = (
        kind,
        "48270000",
        "00010000",
        row["query_id"][-6:],
        f"{datetime.fromtimestamp(row['paid_at'], ZONE):%m%d%H%M%S}",
        "622848*********0000",
        f"{row['fen']:012d}",
        "8220",
        "08",
        query_id,
        "00",
        order,
        "01",
        f"D{fee:012d}",
        f"C{row['fen'] - fee:012d}",
    )
    return " ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))


OPERATIONS: dict[tuple[str, str], Callable[[UnionPay, Message], Message]] = {
    ("01", "backTransReq.do"): UnionPay.open_order,
    ("01", "appTransReq.do"): UnionPay.open_order,
    ("00", "queryTrans.do"): UnionPay.query,
    ("04", "backTransReq.do"): UnionPay.refund,
    ("76", "fileTransReq.do"): UnionPay.fetch_file,
}
