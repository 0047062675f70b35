"""Files of payments that a school hands in (代付): read as a whole, each line paid once under its number, told as a result file."""

import csv
import hashlib
import io
from typing import Annotated, Any, Literal

import msgspec

from nanhu.emulators.bank import ledger
from nanhu.emulators.bank.vault import Vault, as_text, next_number

MERCHANTS = "nanhu-payout-1"
HOLDERS = ["付款编号", "协议号", "卡尾号", "户名", "金额", "用途"]
RESULT = ["付款编号", "金额", "结果", "银行流水号", "入账日期", "原因"]
PAID, RETURNED = "成功", "失败"


class Handed(msgspec.Struct):
    """What the desk's page sends: the file's text, and the numbers somebody wants to see come back unpaid."""

    content: Annotated[str, msgspec.Meta(max_length=200_000)]
    returned: list[str] = []


class Brought(msgspec.Struct):
    """What comes to the school's account by itself: its own cash, or UnionPay's settlement."""

    kind: Literal["cash_in", "settlement_in"]
    fen: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]


class Order(msgspec.Struct):
    number: str
    token: str
    name: str
    fen: int


class FileRefusedError(Exception):
    """No line of it was paid."""


def hand_in(vault: Vault, handed: Handed) -> dict[str, Any]:
    """The same file again is told the same and pays nothing."""
    name = hashlib.sha256(handed.content.encode()).hexdigest()
    orders = read(handed.content)
    with vault.transaction() as books:
        known = books.execute("SELECT answer FROM file WHERE name = ?", (name,)).fetchone()
        if known is not None:
            return {**msgspec.json.decode(known["answer"]), "is_known": True}
        lines = [pay(books, one, is_returned=one.number in handed.returned) for one in orders]
        number = next_number(books, "file")
        answer = result_of(lines, f"F{ledger.today().replace('-', '')}{number:04d}")
        books.execute("INSERT INTO file VALUES (?, ?)", (name, as_text(answer)))
        return answer


def bring(vault: Vault, brought: Brought) -> dict[str, Any]:
    with vault.transaction() as books:
        number = f"IN{next_number(books, 'brought'):08d}"
        return ledger.noted(books, request=number, kind=brought.kind, card="", fen=brought.fen)


def read(content: str) -> list[Order]:
    rows = [row for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"))) if row]
    try:
        orders = merchants(content, rows) if rows[0][:2] == ["H", MERCHANTS] else holders(rows)
    except (IndexError, ValueError) as error:
        raise FileRefusedError("文件格式不正确，一笔也没有付") from error
    if not orders or len({one.number for one in orders}) != len(orders):
        raise FileRefusedError("文件里没有付款，或同一编号出现了两次")
    return orders


def merchants(content: str, rows: list[list[str]]) -> list[Order]:
    """Head, a line for each settlement, and a foot whose digest covers every line before it."""
    body, foot = [row for row in rows if row[0] == "D"], rows[-1]
    orders = [Order(row[2], row[4], row[3], fen_of(row[6])) for row in body]
    text = content[: content.rindex("T,")].encode()
    total = sum(one.fen for one in orders)
    if foot != ["T", str(len(orders)), yuan(total), hashlib.sha256(text).hexdigest()]:
        raise FileRefusedError("文件尾的笔数、金额或摘要不符，一笔也没有付")
    return orders


def holders(rows: list[list[str]]) -> list[Order]:
    if rows[0] != HOLDERS:
        raise FileRefusedError("不是约定的代付文件")
    return [Order(row[0], row[1], row[3], fen_of(row[4])) for row in rows[1:]]


def pay(books: Any, order: Order, *, is_returned: bool) -> dict[str, str]:
    """A number that was paid stays paid, whatever file it stands in."""
    facts = {
        "付款编号": order.number,
        "金额": yuan(order.fen),
        "结果": RETURNED,
        "银行流水号": "",
        "入账日期": "",
        "原因": "",
    }
    if books.execute("SELECT 1 FROM movement WHERE request = ? AND kind = 'pay_out'", (order.number,)).fetchone():
        return facts | {"原因": "这个编号已经付过"}
    if is_returned:
        return facts | {"原因": "收款账户已销户"}
    card, refusal = account_of(books, order)
    if refusal:
        return facts | {"原因": refusal}
    moved = ledger.moved(books, request=order.number, kind="pay_out", card=card, fen=order.fen)
    return facts | {"结果": PAID, "银行流水号": moved["reference"], "入账日期": moved["settled_on"]}


def account_of(books: Any, order: Order) -> tuple[str, str]:
    """A holder's card by the agreement, also an ended one; a merchant's account by its own token."""
    if not order.token.startswith("TK"):
        facts = (order.token, order.name, "", "", 0)
        books.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?) ON CONFLICT (card) DO NOTHING", facts)
        return order.token, "" if order.token else "没有收款账户"
    found = books.execute("SELECT card FROM agreement WHERE token = ?", (order.token,)).fetchone()
    return (str(found["card"]), "") if found else ("", "没有这份协议")


def result_of(lines: list[dict[str, str]], reference: str) -> dict[str, Any]:
    text = io.StringIO()
    writer = csv.DictWriter(text, RESULT, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    paid = [one for one in lines if one["结果"] == PAID]
    return {
        "reference": reference,
        "paid": len(paid),
        "fen": sum(fen_of(one["金额"]) for one in paid),
        "unpaid": [one["付款编号"] for one in lines if one["结果"] == RETURNED],
        "lines": lines,
        "file": text.getvalue(),
    }


def fen_of(text: str) -> int:
    whole, _point, part = text.partition(".")
    fen = int(whole) * 100 + int(part)
    if len(part) != len("00") or fen <= 0:
        raise ValueError(text)
    return fen


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
