"""Parties that take a file and give one back: 学信网's registration and the tax office's client. A number is taken once, in the folder, so that it
outlives the process; what comes back is computed from what lies there."""

import csv
import hashlib
import io
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from pathlib import Path
from typing import Final

from openpyxl import load_workbook

from nanhu.emulators.parties.request import NO_SUCH, Reply, Request, as_json

ADDRESS: Final = re.compile(r"/files/([0-9A-Z]{6,40})(/return)?")
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LAST: Final = "10X98765432"
GOOD, BAD = "成功", "失败"
MONTHLY: Final = Decimal(5000)
LOWEST: Final = Decimal("0.03")
type Row = dict[str, str]


class Filed:
    is_open = False
    name = about = key = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def answer(self, request: Request) -> Reply:
        found = ADDRESS.fullmatch(request.path)
        if found is None:
            return NO_SUCH
        path = self.folder / found[1]
        if request.method == "POST":
            return self.take(path, request.body)
        if not path.exists():
            return as_json({"code": "unknown", "number": path.name}, HTTPStatus.NOT_FOUND)
        return Reply(HTTPStatus.OK, self.returned(path.read_bytes()), "text/csv; charset=utf-8")

    def take(self, path: Path, content: bytes) -> Reply:
        """The same again is told the same."""
        facts = {"code": "0", "number": path.name, "reference": hashlib.sha256(content).hexdigest()[:12].upper()}
        if path.exists():
            is_same = path.read_bytes() == content
            return as_json(facts) if is_same else self.refused(path, "other_content", "这个批次号已用于另一份文件")
        try:
            rows = rows_of(content)
            is_ours = bool(rows) and self.key in rows[0]
        except Exception:  # noqa: BLE001  whatever it is, it is no workbook
            is_ours = False
        if not is_ours:
            return self.refused(path, "bad_file", "不是规定的格式")
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.replace(path)
        return as_json(facts)

    def refused(self, path: Path, code: str, words: str) -> Reply:
        facts = {"code": code, "number": path.name, "msg": words}
        return as_json(facts, HTTPStatus.UNPROCESSABLE_ENTITY)

    def returned(self, content: bytes) -> bytes:
        rows = rows_of(content)
        twice = {one for one, count in Counter(row[self.key] for row in rows).items() if count > 1}
        lines = [self.judged(row, is_twice=row[self.key] in twice) for row in rows]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(lines)
        return b"\xef\xbb\xbf" + text.getvalue().encode()

    def judged(self, row: Row, *, is_twice: bool) -> Row:
        raise NotImplementedError


class Enrolment(Filed):
    name = "学信网学籍电子注册"
    about = "收学生数据（xlsx），一行一行地核：证件号校验位不对的、考生号重复的，退回。"
    key = "KSH"

    def judged(self, row: Row, *, is_twice: bool) -> Row:
        wrong = ("E05", "考生号重复") if is_twice else wrong_id(row.get("SFZH", ""))
        return {"KSH": row["KSH"], "XM": row.get("XM", ""), **ended(wrong)}


class Tax(Filed):
    name = "自然人电子税务局（扣缴端）"
    about = "收正常工资薪金的申报表（xlsx），算出每人本期应补（退）税额；证件号不对的，退回。"
    key = "工号"

    def judged(self, row: Row, *, is_twice: bool) -> Row:
        wrong = ("1001", "同一个人两行") if is_twice else wrong_id(row.get("*证件号码", ""))
        owed = Decimal(0) if wrong else owed_by(row)
        return {"工号": row["工号"], "姓名": row.get("*姓名", ""), **ended(wrong), "累计应补（退）税额": f"{owed:.2f}"}


def ended(wrong: tuple[str, str] | None) -> Row:
    code, words = wrong or ("0000", "")
    return {"处理结果": BAD if wrong else GOOD, "返回码": code, "返回信息": words}


def wrong_id(number: str) -> tuple[str, str] | None:
    if re.fullmatch(r"\d{17}[\dX]", number) is None:
        return "E10", "证件号码格式不对"
    total = sum(int(one) * weight for one, weight in zip(number, WEIGHTS, strict=False))
    return None if LAST[total % 11] == number[-1] else ("E11", "证件号码校验位不符")


def owed_by(row: Row) -> Decimal:
    """Of a first month, by the lowest rate: enough to be seen."""
    taken = sum(
        (number(row.get(one, "")) for one in row if one.endswith(("险费", "金")) or one.startswith("累计")),
        start=Decimal(0),
    )
    return max(number(row.get("*本期收入", "")) - MONTHLY - taken, Decimal(0)) * LOWEST


def number(text: str) -> Decimal:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)


def rows_of(content: bytes) -> list[Row]:
    sheet = load_workbook(io.BytesIO(content), read_only=True).active
    lines = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]  # type: ignore[union-attr]
    heads = lines[0]
    return [dict(zip(heads, line, strict=True)) for line in lines[1:] if any(line)]
