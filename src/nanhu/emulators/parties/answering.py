"""Parties that answer a question: 发票查验, 学历学位核验, the DOI registry, 财政一体化. What is so is read off the number that is asked for."""

import re
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from nanhu.emulators.parties.request import NO_SUCH, Reply, Request, as_json

CSL: Final = "application/vnd.citationstyles.csl+json"
TAX: Final = Decimal("1.13")
DOI: Final = re.compile(r"10\.5555/nanhu\.([1-9]\d{0,3})", re.IGNORECASE)
"""10.5555 is Crossref's own prefix for tests."""
A_PAGE: Final = 5


class Invoices:
    name = "发票查验"
    about = "号码末位：9 查无此票，8 已作废，7 已红冲，6 信息不一致；其余有效，金额照所问的答。"
    is_open = False
    unlike: Final = {
        "9": {"code": "009", "msg": "查无此票"},
        "6": {"code": "006", "msg": "查验不一致"},
    }

    def answer(self, request: Request) -> Reply:
        asked = {name: str(value) for name, value in request.facts().items()}
        number = asked.get("fphm", "")
        if request.path != "/check" or not number.isdigit():
            return NO_SUCH
        if number[-1] in self.unlike:
            return as_json(self.unlike[number[-1]])
        said = Decimal(asked.get("je") or "100")
        total = said if len(number) == 20 else (said * TAX).quantize(Decimal("0.01"))  # noqa: PLR2004  数电票
        facts = {
            "fpdm": asked.get("fpdm", ""),
            "fphm": number,
            "kprq": asked.get("kprq", ""),
            "xfmc": "岳阳市教学仪器有限公司",
            "gfmc": "湖南理工学院",
            "jshj": f"{total:.2f}",
            "zfbz": "Y" if number[-1] == "8" else "N",
            "fpzt": {"8": "2", "7": "3"}.get(number[-1], "0"),
        }
        return as_json({"code": "001", "msg": "查验成功", "data": facts})


class Degrees:
    name = "学历学位核验"
    about = "证书编号末位：9 查无，8 与姓名不符；其余相符。"
    is_open = False

    def answer(self, request: Request) -> Reply:
        asked = request.facts()
        number, name = str(asked.get("certificateNumber", "")), str(asked.get("name", ""))
        if request.path != "/check" or not number or not name:
            return NO_SUCH
        if number[-1] in "98":
            return as_json({"code": "2" if number[-1] == "9" else "1", "certificateNumber": number})
        facts = {
            "certificateNumber": number,
            "name": name,
            "school": "湖南大学",
            "major": "计算机科学与技术",
            "level": "硕士研究生",
            "date": "20190630",
        }
        return as_json({"code": "0", "certificateNumber": number, "data": facts})


class Works:
    name = "DOI 登记"
    about = "有 10.5555/nanhu.1 到 10.5555/nanhu.9999；其余 404。要 CSL-JSON 给 CSL-JSON，要别的给网页。"
    is_open = True

    def answer(self, request: Request) -> Reply:
        doi = unquote(request.path[1:])
        found = DOI.fullmatch(doi)
        if found is None:
            return Reply(HTTPStatus.NOT_FOUND, b"Resource not found.", "text/plain;charset=utf-8")
        number = int(found[1])
        if CSL not in request.accept:
            return Reply(HTTPStatus.OK, b"<!doctype html><title>Landing page</title>", "text/html")
        facts = {
            "type": "article-journal",
            "DOI": doi.lower(),
            "title": f"Notes on a small lake, part {number}",
            "container-title": "Journal of Small Lakes",
            "author": [{"given": "Xiaoman", "family": "Lin"}, {"given": "Min", "family": "Zhou"}],
            "issued": {"date-parts": [[2026, number % 12 + 1]]},
            "ISSN": ["2049-3630"],
            "volume": str(number),
        }
        return Reply(HTTPStatus.OK, as_json(facts).body, CSL)


class Quotas:
    name = "预算管理一体化"
    about = "按先后给出下达给学校的指标，一次五条；每按一次“下达”多一条。"
    is_open = False

    def __init__(self) -> None:
        self.rows = [quota(number) for number in range(1, 8)]

    def answer(self, request: Request) -> Reply:
        """POST /more stands on its page: another line is handed down."""
        if request.path != "/quotas":
            return NO_SUCH
        after = request.query.get("after", "")
        start = int(after) if after.isdigit() else 0
        part = self.rows[start : start + A_PAGE]
        end = start + len(part)
        return as_json({"code": "0", "data": part, "next": str(end), "more": end < len(self.rows)})

    def more(self) -> None:
        self.rows.append(quota(len(self.rows) + 1))


def quota(number: int) -> dict[str, Any]:
    year = date.today().year  # noqa: DTZ011  a made-up year
    return {
        "bgt_id": f"{year}{number:028d}",
        "cor_bgt_doc_no": f"湘财教指〔{year}〕{number}号",
        "fiscal_year": str(year),
        "agency_code": "138027",
        "fund_type_code": "111",
        "exp_func_code": "2050205",
        "gov_bgt_eco_code": "50501" if number % 2 else "50502",
        "dep_bgt_eco_code": "30101" if number % 2 else "30201",
        "pro_code": "" if number % 2 else f"43060021{number:012d}",
        "amt": f"{number * 125_000:.2f}",
        "is_deleted": "2",
        "update_time": f"{year}-01-{number % 28 + 1:02d} 09:00:00",
    }
