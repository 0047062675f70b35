"""How the two largest providers want a request signed, as their public documents say. Pure: moment and nonce come from outside.

- 阿里云 (Alibaba Cloud), ACS3-HMAC-SHA256: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
- 腾讯云 (Tencent Cloud), TC3-HMAC-SHA256: https://cloud.tencent.com/document/api/382/52072
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote

ACS3 = "ACS3-HMAC-SHA256"
TC3 = "TC3-HMAC-SHA256"
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    key: str
    secret: str = field(repr=False)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def query_of(parameters: Mapping[str, str]) -> str:
    """RFC 3986, sorted by name: what both sides must write alike."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(parameters[name], safe='-_.~')}" for name in sorted(parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acs3Request:
    host: str
    action: str
    version: str
    parameters: Mapping[str, str]
    moment: datetime
    nonce: str
    method: Literal["GET", "POST"] = "GET"


def acs3_headers(request: Acs3Request, credential: Credential) -> dict[str, str]:
    """Of a request to / with all parameters in the query and an empty body."""
    headers = {
        "host": request.host,
        "x-acs-action": request.action,
        "x-acs-content-sha256": digest(b""),
        "x-acs-date": f"{request.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": request.nonce,
        "x-acs-version": request.version,
    }
    names = ";".join(sorted(headers))
    signed_headers = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(
        (request.method, "/", query_of(request.parameters), signed_headers, names, headers["x-acs-content-sha256"])
    )
    signature = keyed(credential.secret.encode(), f"{ACS3}\n{digest(canonical.encode())}").hex()
    headers["authorization"] = f"{ACS3} Credential={credential.key},SignedHeaders={names},Signature={signature}"
    return headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tc3Request:
    host: str
    service: str
    action: str
    version: str
    region: str
    body: bytes
    moment: datetime


def tc3_headers(request: Tc3Request, credential: Credential) -> dict[str, str]:
    """Of a POST to / with a JSON body. What is signed beside it: content type, host and action."""
    names = "content-type;host;x-tc-action"
    signed_headers = f"content-type:{JSON}\nhost:{request.host}\nx-tc-action:{request.action.lower()}\n"
    canonical = "\n".join(("POST", "/", "", signed_headers, names, digest(request.body)))
    moment = request.moment.astimezone(UTC)
    day, seconds = f"{moment:%Y-%m-%d}", int(moment.timestamp())
    scope = f"{day}/{request.service}/tc3_request"
    key = keyed(keyed(keyed(f"TC3{credential.secret}".encode(), day), request.service), "tc3_request")
    signature = keyed(key, f"{TC3}\n{seconds}\n{scope}\n{digest(canonical.encode())}").hex()
    return {
        "host": request.host,
        "content-type": JSON,
        "x-tc-action": request.action,
        "x-tc-timestamp": str(seconds),
        "x-tc-version": request.version,
        "x-tc-region": request.region,
        "authorization": f"{TC3} Credential={credential.key}/{scope}, SignedHeaders={names}, Signature={signature}",
    }
