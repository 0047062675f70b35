"""阿里云短信 (dysmsapi, version 2017-05-25): https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.kernel.delivery import line
from nanhu.kernel.delivery.messages import DeliveryError, Report, TextMessage
from nanhu.kernel.delivery.signing import Acs3Request, Credential, acs3_headers, query_of

ADDRESS: Final = "https://dysmsapi.aliyuncs.com"
VERSION: Final = "2017-05-25"
FINAL: Final = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT"})
"""About this one recipient; whatever else may be mended or pass."""
FAILED, DELIVERED = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunSms:
    credential: Credential
    sign_name: str
    templates: Mapping[str, str]
    """By `TextMessage.template`: one with ${code}, one with ${text}."""
    address: str = ADDRESS

    def send(self, message: TextMessage) -> str:
        values = {"code": message.code} if message.code else {"text": message.text}
        said = self.ask(
            "SendSms",
            PhoneNumbers=message.phone,
            SignName=self.sign_name,
            TemplateCode=self.templates[message.template],
            TemplateParam=json.dumps(values, ensure_ascii=False),
        )
        return str(said.get("BizId", ""))

    def report(self, *, phone: str, reference: str, sent_on: date) -> Report | None:
        said = self.ask(
            "QuerySendDetails",
            PhoneNumber=phone,
            BizId=reference,
            SendDate=f"{sent_on:%Y%m%d}",
            PageSize="10",
            CurrentPage="1",
        )
        rows: list[dict[str, Any]] = (said.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
        status = rows[0].get("SendStatus") if rows else None
        if status == FAILED:
            return Report(fate="failed", reason=str(rows[0].get("ErrCode", "")))
        return Report(fate="delivered") if status == DELIVERED else None

    def ask(self, action: str, **parameters: str) -> dict[str, Any]:
        host = self.address.rstrip("/").partition("://")[2]
        request = Acs3Request(
            host=host, action=action, version=VERSION, parameters=parameters, moment=now(), nonce=secrets.token_hex(16)
        )
        headers = {name: value for name, value in acs3_headers(request, self.credential).items() if name != "host"}
        _status, content = line.call(f"{self.address.rstrip('/')}/?{query_of(parameters)}", headers=headers)
        said = line.json_object(content)
        if said.get("Code") != "OK":
            code = str(said.get("Code", ""))
            raise DeliveryError(f"{code} {said.get('Message', '')}".strip(), is_final=code in FINAL)
        return said
