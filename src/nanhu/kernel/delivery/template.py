"""Any other provider with one HTTPS address: a JSON body by the school's template, the secret as a bearer token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nanhu.kernel.delivery import line
from nanhu.kernel.delivery.messages import DeliveryError, Report, TextMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSms:
    """`body` is JSON in which {phone}, {text} and {code} are filled in; `success` names a member and the value that it must
    have beside a status of 2xx, `reference` the member that holds the provider's number."""

    address: str
    secret: str = field(repr=False)
    body: str
    success: tuple[str, str] = ("", "")
    reference: str = ""

    def send(self, message: TextMessage) -> str:
        values = {"phone": message.phone, "text": message.text, "code": message.code}
        content = json.dumps(filled(json.loads(self.body), values), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {self.secret}"}
        status, answer = line.call(self.address, headers=headers, body=content)
        if not 200 <= status < 300:  # noqa: PLR2004  2xx of HTTP
            is_final = status == 422  # noqa: PLR2004  understood and refused for good
            raise DeliveryError(f"HTTP {status}", is_final=is_final)
        said = line.json_object(answer) if self.success[0] or self.reference else {}
        if self.success[0] and str(said.get(self.success[0])) != self.success[1]:
            raise DeliveryError(f"{self.success[0]}={said.get(self.success[0])}")
        return str(said.get(self.reference, "")) if self.reference else ""

    def report(self, *, phone: str, reference: str, sent_on: date) -> Report | None:  # noqa: ARG002  nothing to ask
        return None


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Only texts are filled in, after the template was read: what stands in a message cannot become a member."""
    if isinstance(value, dict):
        return {key: filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, values) for one in value]
    if isinstance(value, str):
        for key, text in values.items():
            value = value.replace("{" + key + "}", text)
    return value
