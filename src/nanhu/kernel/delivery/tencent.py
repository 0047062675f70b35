"""腾讯云短信 (sms, version 2021-01-11): https://cloud.tencent.com/document/product/382/55981"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.kernel.delivery import line
from nanhu.kernel.delivery.messages import DeliveryError, Report, TextMessage
from nanhu.kernel.delivery.signing import Credential, Tc3Request, tc3_headers

ADDRESS: Final = "https://sms.tencentcloudapi.com"
SERVICE: Final = "sms"
VERSION: Final = "2021-01-11"
COUNTRY: Final = "+86"
LOOKED_BACK: Final = 86_400
FINAL: Final = frozenset(
    {
        "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.PhoneNumberInBlacklist",
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentSms:
    credential: Credential
    app_id: str
    sign_name: str
    templates: Mapping[str, str]
    """By `TextMessage.template`: each with one variable, {1}."""
    region: str = "ap-guangzhou"
    address: str = ADDRESS

    def send(self, message: TextMessage) -> str:
        said = self.ask(
            "SendSms",
            {
                "PhoneNumberSet": [number_of(message.phone)],
                "SmsSdkAppId": self.app_id,
                "SignName": self.sign_name,
                "TemplateId": self.templates[message.template],
                "TemplateParamSet": [message.code or message.text],
            },
        )
        [row] = said.get("SendStatusSet") or [{}]
        refuse(row.get("Code"), row.get("Message"))
        return str(row.get("SerialNo", ""))

    def report(self, *, phone: str, reference: str, sent_on: date) -> Report | None:  # noqa: ARG002  by time, not by day
        since = int(now().timestamp()) - LOOKED_BACK
        said = self.ask(
            "PullSmsSendStatusByPhoneNumber",
            {
                "BeginTime": since,
                "Offset": 0,
                "Limit": 100,
                "PhoneNumber": number_of(phone),
                "SmsSdkAppId": self.app_id,
            },
        )
        for row in said.get("PullSmsSendStatusSet") or []:
            if row.get("SerialNo") == reference:
                is_there = row.get("ReportStatus") == "SUCCESS"
                return (
                    Report(fate="delivered") if is_there else Report(fate="failed", reason=str(row.get("Description")))
                )
        return None

    def ask(self, action: str, values: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(values, ensure_ascii=False).encode()
        request = Tc3Request(
            host=self.address.rstrip("/").partition("://")[2],
            service=SERVICE,
            action=action,
            version=VERSION,
            region=self.region,
            body=body,
            moment=now(),
        )
        headers = {name: value for name, value in tc3_headers(request, self.credential).items() if name != "host"}
        _status, content = line.call(self.address.rstrip("/") + "/", headers=headers, body=body)
        said: dict[str, Any] = line.json_object(content).get("Response") or {}
        if error := said.get("Error"):
            refuse(error.get("Code"), error.get("Message"))
        return said


def refuse(code: object, message: object) -> None:
    if code != "Ok":
        raise DeliveryError(f"{code} {message or ''}".strip(), is_final=code in FINAL)


def number_of(phone: str) -> str:
    return phone if phone.startswith("+") else COUNTRY + phone
