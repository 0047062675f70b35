"""Whether a request was signed with our secret, by the providers' public rules; written from these and from nothing else."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

PATIENCE_SECONDS = 900
ACS3 = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
TC3 = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/,]+)/(\d{4}-\d\d-\d\d)/(\w+)/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})"
)
ACS3_SIGNED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
TC3_SIGNED = {"content-type", "host"}


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes

    def written(self, names: str) -> str:
        return "".join(f"{name}:{self.headers.get(name, '').strip()}\n" for name in names.split(";"))


class SignatureError(Exception):
    """Not signed with our secret, or not in time; the text says which rule was broken."""


def hexdigest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check_acs3(request: Request, *, key: str, secret: str) -> None:
    found = ACS3.fullmatch(request.headers.get("authorization", ""))
    if found is None or found[1] != key or not set(found[2].split(";")) >= ACS3_SIGNED:
        raise SignatureError("InvalidAccessKeyId.NotFound")
    if request.headers.get("x-acs-content-sha256") != hexdigest(request.body):
        raise SignatureError("InvalidContentSha256")
    said = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs(said.timestamp() - time.time()) > PATIENCE_SECONDS:
        raise SignatureError("InvalidTimeStamp.Expired")
    pairs = sorted(parse_qsl(request.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    text = "\n".join(
        (request.method, request.path, query, request.written(found[2]), found[2], hexdigest(request.body))
    )
    expected = mac(secret.encode(), f"ACS3-HMAC-SHA256\n{hexdigest(text.encode())}").hex()
    if not hmac.compare_digest(expected, found[3]):
        raise SignatureError("SignatureDoesNotMatch")


def check_tc3(request: Request, *, key: str, secret: str) -> None:
    found = TC3.fullmatch(request.headers.get("authorization", ""))
    if found is None or found[1] != key or not set(found[4].split(";")) >= TC3_SIGNED:
        raise SignatureError("AuthFailure.SecretIdNotFound")
    seconds = int(request.headers.get("x-tc-timestamp", "0"))
    if abs(seconds - time.time()) > PATIENCE_SECONDS or found[2] != f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}":
        raise SignatureError("AuthFailure.SignatureExpire")
    signed_headers = request.written(found[4]).replace(
        f"x-tc-action:{request.headers.get('x-tc-action', '')}",
        f"x-tc-action:{request.headers.get('x-tc-action', '').lower()}",
    )
    text = "\n".join((request.method, request.path, request.query, signed_headers, found[4], hexdigest(request.body)))
    scope = f"{found[2]}/{found[3]}/tc3_request"
    signing = mac(mac(mac(f"TC3{secret}".encode(), found[2]), found[3]), "tc3_request")
    expected = mac(signing, f"TC3-HMAC-SHA256\n{seconds}\n{scope}\n{hexdigest(text.encode())}").hex()
    if not hmac.compare_digest(expected, found[5]):
        raise SignatureError("AuthFailure.SignatureFailure")
