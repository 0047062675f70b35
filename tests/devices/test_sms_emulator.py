"""The emulated provider takes what is signed as the public rules say, and nothing else; its page shows what it took."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from nanhu.emulators.sms.signatures import Request, SignatureError, check_acs3, check_tc3
from nanhu.kernel.delivery.signing import Acs3Request, Credential, Tc3Request, acs3_headers, query_of, tc3_headers
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.devices.sms_provider import emulator

KEY = Credential(key="nanhu-demo", secret="s3cret")
HOST = "127.0.0.1:8007"


def signed(wire: str, moment: datetime | None = None) -> Request:
    moment = moment or datetime.now(UTC)
    if wire == "acs3":
        told = {"PhoneNumbers": "13800000000", "TemplateParam": '{"code": "1 2+3~"}', "SignName": "湖南理工学院"}
        request = Acs3Request(
            host=HOST, action="SendSms", version="2017-05-25", parameters=told, moment=moment, nonce="n"
        )
        return Request("GET", "/", query_of(told), acs3_headers(request, KEY), b"")
    asked = Tc3Request(
        host=HOST,
        service="sms",
        action="SendSms",
        version="2021-01-11",
        region="ap-guangzhou",
        body=b'{"a": "\xe4\xb8\xad"}',
        moment=moment,
    )
    return Request("POST", "/", "", tc3_headers(asked, KEY), asked.body)


CHECKS = {"acs3": check_acs3, "tc3": check_tc3}
wires = pytest.mark.parametrize("wire", CHECKS)


def changed(request: Request, **changes) -> Request:
    facts = {name: getattr(request, name) for name in ("method", "path", "query", "headers", "body")}
    return Request(**facts | changes)


@wires
def test_what_is_signed_with_our_secret_is_taken(wire):
    CHECKS[wire](signed(wire), key=KEY.key, secret=KEY.secret)


@wires
@pytest.mark.parametrize("how", ["secret", "key", "body", "query", "method", "host", "action", "old", "unsigned"])
def test_whatever_was_changed_is_refused(wire, how):
    request, secret, key = signed(wire), KEY.secret, KEY.key
    action = "x-acs-action" if wire == "acs3" else "x-tc-action"
    if how == "secret":
        secret = "another"
    elif how == "key":
        key = "another"
    elif how == "body":
        request = changed(request, body=request.body + b"x")
    elif how == "query":
        request = changed(request, query=request.query + "&a=b")
    elif how == "method":
        request = changed(request, method="PUT")
    elif how == "old":
        request = signed(wire, datetime.now(UTC) - timedelta(hours=1))
    elif how == "unsigned":
        request = changed(request, headers=request.headers | {"authorization": ""})
    else:
        request = changed(request, headers=request.headers | {action if how == "action" else "host": "Other"})
    with pytest.raises(SignatureError):
        CHECKS[wire](request, key=key, secret=secret)


def test_the_page_is_open_and_what_is_no_address_is_none():
    with emulator(secret="x") as one:
        assert "还没有收到短信" in requests.get(f"{one.url}/", timeout=PATIENCE_SECONDS).text
        assert requests.get(f"{one.url}/nowhere", timeout=PATIENCE_SECONDS).status_code == 404
        assert requests.post(f"{one.url}/send", b"{}", timeout=PATIENCE_SECONDS).status_code == 401
