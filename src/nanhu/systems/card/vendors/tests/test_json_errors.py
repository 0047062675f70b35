"""Whatever goes wrong at the vendors' door is JSON of the documented shape: a program never gets a page to read."""

import re

import msgspec
import pytest
from django.test import Client

from nanhu.platforms.openapi.body_errors import fault_in
from nanhu.platforms.openapi.views import endpoint
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.tests.conftest import PREFIX

pytestmark = pytest.mark.django_db


def fault(answer, status):
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Nanhu-Request-Id"]
    return msgspec.json.decode(answer.content, type=wire.Error, strict=True).error.code


@pytest.mark.parametrize(
    "path", ["", "nothing", "payments/1", "payments/not-a-uuid/refunds", "account/", "accounts", "a/b/c"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none_is_told_in_json(path, method):
    browser = Client(headers={"accept": "text/html"})
    assert fault(getattr(browser, method)(PREFIX + path), 404) == "address_unknown"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_another_method_is_refused_with_those_that_are_allowed(sandbox, method):
    ask = getattr(sandbox.client, method)
    answer = ask(f"{PREFIX}payments", headers={"authorization": f"Bearer {sandbox.secret}"})
    assert fault(answer, 405) == "method_refused"
    assert answer["Allow"] == "GET, POST"


def test_the_description_too_is_read_only():
    answer = Client().post(f"{PREFIX}openapi.json")
    assert (fault(answer, 405), answer["Allow"]) == ("method_refused", "GET")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_refused(sandbox, content_type):
    body = b'{"code": "SANDBOX-OK"}'
    headers = {"authorization": f"Bearer {sandbox.secret}"}
    answer = sandbox.client.generic("POST", f"{PREFIX}cards/query", body, content_type=content_type, headers=headers)
    assert fault(answer, 415) == "content_type_refused"


def test_json_may_say_its_charset(sandbox):
    headers = {"authorization": f"Bearer {sandbox.secret}"}
    answer = sandbox.client.generic(
        "POST",
        f"{PREFIX}cards/query",
        b'{"code": "SANDBOX-OK"}',
        content_type="application/json; charset=utf-8",
        headers=headers,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b"\xff\xfe", b'{"code": "SANDBOX-OK"', b'{"code": "\\ud800AAAAAAA"}', b"1e999"]
)
def test_a_malformed_body_is_refused(sandbox, body):
    assert fault(sandbox.post("cards/query", {}, body=body), 400) == "body_invalid"


@pytest.mark.parametrize("megabytes", [0.02, 2, 60])
def test_a_body_too_large_is_refused_however_large(sandbox, megabytes):
    """Beyond a megabyte a page's own limit used to answer first, with a page. Judged by the head: nothing is read."""
    answer = sandbox.client.generic(
        "POST",
        f"{PREFIX}cards/query",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH=str(int(megabytes * 1024 * 1024)),
        headers={"authorization": f"Bearer {sandbox.secret}"},
    )
    assert fault(answer, 413) == "body_too_large"


def test_a_length_that_is_no_number_is_refused(sandbox):
    answer = sandbox.client.generic(
        "POST",
        f"{PREFIX}cards/query",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH="many",
        headers={"authorization": f"Bearer {sandbox.secret}"},
    )
    assert fault(answer, 413) == "body_too_large"


@pytest.mark.parametrize(
    "shown", ["", "Basic eDp5", "Bearer", "Bearer x", "Bearer nanhu_test_aaaaaaaaaaaa_" + "b" * 43]
)
def test_a_key_that_is_none_is_refused(shown):
    answer = Client().get(f"{PREFIX}account", headers={"authorization": shown} if shown else {})
    assert fault(answer, 401) == "key_refused"
    assert answer["WWW-Authenticate"].startswith("Bearer ")


def test_a_wrong_seal_is_refused(sandbox):
    answer = sandbox.post("payments", {}, headers={"nanhu-signature": "t=1764000000,v1=" + "0" * 64})
    assert fault(answer, 401) == "signature_wrong"


@pytest.mark.parametrize("where", ["authenticated", "respond"])
def test_a_fault_of_ours_around_the_door_is_json(sandbox, monkeypatch, where):
    def broken(*_arguments):
        raise RuntimeError("a fault")

    monkeypatch.setattr(endpoint, where, broken)
    sandbox.client.raise_request_exception = False
    assert fault(sandbox.get("account"), 500) == "internal_error"


def test_a_host_that_is_not_ours_is_refused_in_json():
    answer = Client(headers={"host": "evil.example"}).get(f"{PREFIX}account")
    assert fault(answer, 400) == "request_unreadable"


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        (b"{}", "", "code, consent, campus_no 要有一项，只能有一项"),
        (b'{"code": 7}', "code", "code：应当是文字"),
        (b'{"code": "abc"}', "code", "code：至少 8 个字符"),
        (b'{"code": "abcdefghi"}', "code", "code：格式不对"),
        (b'{"code": "SANDBOX-OK", "pin": "1"}', "pin", "pin：没有这一项"),
        (b'{"code": "SANDBOX-OK", "code": "SANDBOX-LOST"}', "", "同一项写了两次"),
        (b"[]", "", "应当是JSON 对象"),
        (b"{", "", "不是 JSON"),
    ],
)
def test_what_is_wrong_is_said_in_one_language(sandbox, body, param, says):
    error = sandbox.post("cards/query", {}, body=body).json()["error"]
    assert (error["code"], error["param"]) == ("body_invalid", param)
    assert says in error["message"]
    assert not re.search(r"[Ee]xpected|[Oo]bject|field|exactly|JSON is", error["message"])


def test_every_fault_of_a_body_has_its_words():
    """All that our types can say; a new kind of bound brings its sentence."""
    said = [
        "Object missing required field `merchant`",
        "Expected `int` >= 1 - at `$.amount_fen`",
        "Expected `int` <= 500000 - at `$.amount_fen`",
        "Expected `int`, got `float` - at `$.amount_fen`",
        "Expected `str | null`, got `int` - at `$.pin`",
        "Expected `str` of length <= 64 - at `$.merchant`",
        "Invalid enum value 'q' - at `$.sex`",
    ]
    assert [fault_in(one) for one in said] == [
        ("merchant：这一项必须有", "merchant"),
        ("amount_fen：最小是 1", "amount_fen"),
        ("amount_fen：最大是 500000", "amount_fen"),
        ("amount_fen：应当是整数", "amount_fen"),
        ("pin：应当是文字", "pin"),
        ("merchant：最多 64 个字符", "merchant"),
        ("sex：不是允许的值", "sex"),
    ]
