"""One address for three providers: 阿里云 by GET or POST with x-acs-action, 腾讯云 by POST with X-TC-Action, any other by POST /send.

`POST /faults` lets the next messages go wrong: busy (the provider fails for now), illegal (this number never), lost (taken, and
it does not arrive). `/` shows what was taken, `/messages.json` the same for programs.
"""

import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from html import escape
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from nanhu.emulators.pages import Answer, StartResponse, as_json, body_of, check_host, respond
from nanhu.emulators.sms.signatures import Request, SignatureError, check_acs3, check_tc3

LARGEST = 64 * 1024
KEPT = 500
HOSTS = ("localhost", "127.0.0.1", "[::1]")
FAULTS = ("busy", "illegal", "lost")
HTML = "text/html; charset=utf-8"
FATES = {"delivered": "已送达", "lost": "未送达"}


@dataclass(slots=True)
class Taken:
    number: str
    wire: str
    phone: str
    sign: str
    template: str
    values: str
    fate: str
    at: str


class SmsApplication:
    def __init__(self, *, key: str, secret: str) -> None:
        self.key, self.secret = key, secret
        self.lock = threading.Lock()
        self.taken: deque[Taken] = deque(maxlen=KEPT)
        self.faults: deque[str] = deque()
        self.count = 0
        self.style = files("nanhu.emulators.sms").joinpath("static", "sms.css").read_bytes()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return respond(environ, start_response, self.decide, broken="短信服务商出错，请看日志")

    def decide(self, environ: dict[str, Any]) -> Answer:
        check_host(environ, HOSTS)
        request = request_of(environ)
        for header, wire in (("x-acs-action", self.aliyun), ("x-tc-action", self.tencent)):
            if header in request.headers:
                return wire(request)
        routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/"): lambda _request: Answer(HTTPStatus.OK, HTML, self.page().encode()),
            ("GET", "/sms.css"): lambda _request: Answer(HTTPStatus.OK, "text/css; charset=utf-8", self.style),
            ("GET", "/health"): lambda _request: Answer(HTTPStatus.OK, "text/plain", b"ok"),
            ("GET", "/messages.json"): lambda _request: as_json([asdict(one) for one in list(self.taken)]),
            ("POST", "/faults"): self.plan,
            ("POST", "/send"): self.other,
        }
        found = routes.get((request.method.replace("HEAD", "GET"), request.path))
        return found(request) if found else as_json({"sentence": "没有这个地址"}, HTTPStatus.NOT_FOUND)

    def plan(self, request: Request) -> Answer:
        fields = json.loads(request.body or b"{}")
        kind, times = fields.get("kind"), int(fields.get("times", 1))
        if kind not in FAULTS or not 0 <= times <= KEPT:
            return as_json({"sentence": f"busy、illegal 或 lost，{KEPT} 次以内"}, HTTPStatus.BAD_REQUEST)
        with self.lock:
            self.faults.extend([kind] * times)
        return as_json({"waiting": len(self.faults)})

    def next_fault(self) -> str:
        with self.lock:
            return self.faults.popleft() if self.faults else ""

    def keep(self, **facts: str) -> Taken:
        with self.lock:
            self.count += 1
            made = Taken(number=f"{int(time.time())}^{self.count}", at=time.strftime("%H:%M:%S"), **facts)
            self.taken.appendleft(made)
            return made

    def find(self, number: str) -> Taken | None:
        return next((one for one in list(self.taken) if one.number == number), None)

    def aliyun(self, request: Request) -> Answer:
        try:
            check_acs3(request, key=self.key, secret=self.secret)
        except (SignatureError, ValueError, KeyError) as error:
            return as_json({"Code": str(error), "Message": "签名不对", "RequestId": "E"}, HTTPStatus.BAD_REQUEST)
        fields = {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
        action = request.headers["x-acs-action"]
        if action == "QuerySendDetails":
            found = self.find(fields.get("BizId", ""))
            rows = [] if found is None else [self.detail(found)]
            return as_json(
                {
                    "Code": "OK",
                    "Message": "OK",
                    "TotalCount": len(rows),
                    "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows},
                }
            )
        fault = self.next_fault()
        wrong = {"busy": "isp.SYSTEM_ERROR", "illegal": "isv.MOBILE_NUMBER_ILLEGAL"}.get(fault)
        if action != "SendSms" or wrong:
            return as_json({"Code": wrong or "InvalidAction.NotFound", "Message": "没有发出", "RequestId": "E"})
        made = self.keep(
            wire="阿里云",
            phone=fields["PhoneNumbers"],
            sign=fields["SignName"],
            template=fields["TemplateCode"],
            values=fields["TemplateParam"],
            fate="lost" if fault == "lost" else "delivered",
        )
        return as_json({"Code": "OK", "Message": "OK", "BizId": made.number, "RequestId": "R"})

    def detail(self, found: Taken) -> dict[str, Any]:
        is_there = found.fate == "delivered"
        return {
            "PhoneNum": found.phone,
            "SendStatus": 3 if is_there else 2,
            "ErrCode": "DELIVERED" if is_there else "REJECTD",
        }

    def tencent(self, request: Request) -> Answer:
        try:
            check_tc3(request, key=self.key, secret=self.secret)
        except (SignatureError, ValueError) as error:
            return response({"Error": {"Code": str(error), "Message": "签名不对"}})
        fields = json.loads(request.body)
        if request.headers["x-tc-action"] == "PullSmsSendStatusByPhoneNumber":
            rows = [self.status(one) for one in list(self.taken) if one.phone == fields["PhoneNumber"]]
            return response({"PullSmsSendStatusSet": rows})
        fault = self.next_fault()
        if fault == "busy":
            return response({"Error": {"Code": "InternalError.Timeout", "Message": "没有发出"}})
        if fault == "illegal":
            return response(
                {"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "号码不对"}]}
            )
        [phone] = fields["PhoneNumberSet"]
        made = self.keep(
            wire="腾讯云",
            phone=phone,
            sign=fields["SignName"],
            template=f"{fields['SmsSdkAppId']} {fields['TemplateId']}",
            values=json.dumps(fields["TemplateParamSet"], ensure_ascii=False),
            fate="lost" if fault == "lost" else "delivered",
        )
        return response(
            {"SendStatusSet": [{"SerialNo": made.number, "PhoneNumber": phone, "Code": "Ok", "Message": ""}]}
        )

    def status(self, one: Taken) -> dict[str, str]:
        is_there = one.fate == "delivered"
        return {
            "SerialNo": one.number,
            "PhoneNumber": one.phone,
            "ReportStatus": "SUCCESS" if is_there else "FAIL",
            "Description": "DELIVRD" if is_there else "REJECTD",
        }

    def other(self, request: Request) -> Answer:
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {self.secret}"):
            return as_json({"code": 1}, HTTPStatus.UNAUTHORIZED)
        fault = self.next_fault()
        if fault in {"busy", "illegal"}:
            status = HTTPStatus.SERVICE_UNAVAILABLE if fault == "busy" else HTTPStatus.UNPROCESSABLE_ENTITY
            return as_json({"code": 2}, status)
        fields = json.loads(request.body)
        made = self.keep(
            wire="通用",
            phone=str(fields.get("to", "")),
            sign="",
            template="",
            values=json.dumps(fields, ensure_ascii=False),
            fate="lost" if fault == "lost" else "delivered",
        )
        return as_json({"code": 0, "id": made.number})

    def page(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one.at)}<td>{escape(one.wire)}<td>{escape(one.phone)}<td>{escape(one.sign)}"
            f"<td>{escape(one.template)}<td>{escape(one.values)}<td>{FATES[one.fate]}"
            for one in list(self.taken)
        )
        head = "".join(f"<th scope=col>{word}" for word in ("时间", "接口", "号码", "签名", "模板", "变量", "状态"))
        shown = f"<div class=scroll tabindex=0><table><thead><tr>{head}</thead><tbody>{rows}</tbody></table></div>"
        return (
            '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            '<title>短信服务商（模拟）</title><link rel="stylesheet" href="/sms.css">'
            "<main><h1>短信服务商（模拟）</h1><p>校园程序按阿里云、腾讯云公开的签名算法把短信交到这里；签名不对的不收。"
            f'这里不发给任何人。<a href="">刷新</a></p>{shown if rows else "<p>还没有收到短信。</p>"}</main>'
        )


def request_of(environ: dict[str, Any]) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/") or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body_of(environ, largest=LARGEST),
    )


def response(facts: dict[str, Any]) -> Answer:
    return as_json({"Response": {**facts, "RequestId": "R"}})
