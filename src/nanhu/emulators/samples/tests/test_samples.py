"""The samples by themselves: whom they answer, and their faults."""

import io
import json
import time

import pytest

from nanhu.emulators.samples.app import KEY, SAMPLES, TOKEN_KEY, SamplesApplication


def ask(samples, path, *, method="GET", body=b"", query="", **headers):
    caught = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "localhost:8008",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }
    chunks = samples(environ, lambda status, found: caught.update(status=status, headers=dict(found)))
    return caught["status"][:3], caught["headers"], b"".join(chunks)


@pytest.fixture
def samples():
    return SamplesApplication()


def token(**more):
    from joserfc import jwt
    from joserfc.jwk import OctKey

    claims = {"sub": "T1", "aud": "localhost", "iat": int(time.time()), "exp": int(time.time()) + 60} | more
    return f"Bearer {jwt.encode({'alg': 'HS256'}, claims, OctKey.import_key(TOKEN_KEY))}"


def test_loans_want_the_key_and_a_number(samples):
    assert ask(samples, "/loans", query="campus_no=T1")[0] == "401"
    status, _headers, body = ask(samples, "/loans", query="campus_no=T1", X_API_KEY=KEY)
    assert status == "200"
    assert set(json.loads(body)["data"]) == {"count", "note", "books"}


@pytest.mark.parametrize(
    ("more", "status"), [({}, "200"), ({"aud": "other.cn"}, "401"), ({"exp": 1}, "401"), ({"iat": 9e9}, "401")]
)
def test_a_balance_wants_a_token_for_this_host_and_this_minute(samples, more, status):
    assert ask(samples, "/balance", AUTHORIZATION=token(**more))[0] == status
    assert ask(samples, "/balance", AUTHORIZATION=token()[:-3] + "abc")[0] == "401"


@pytest.mark.parametrize("mode", ["busy", "down", "nonsense"])
def test_a_fault_is_switched_on_its_page(samples, mode):
    assert ask(samples, "/", method="POST", body=f"name=weather&mode={mode}".encode())[0] == "302"
    status, _headers, body = ask(samples, "/weather/v1/forecast", query="latitude=1")
    assert (status, b"current" in body) == ({"busy": "429", "down": "500", "nonsense": "200"}[mode], False)
    assert ask(samples, "/page")[0] == "200"
    assert ask(samples, "/", method="POST", body=b"name=x&mode=y")[0] == "400"


def test_each_sample_answers(samples):
    for name in set(SAMPLES) - {"loans", "balance", "weather"}:
        assert ask(samples, f"/{name}")[0] == "200"
    assert ask(samples, "/nothing")[0] == "404"
    assert ask(samples, "/stubborn")[1]["X-Frame-Options"] == "DENY"
    for path in ("v7/weather/now", "v7/weather/3d", "v7/warning/now", "v2.6/key/113,29/weather"):
        assert ask(samples, f"/weather/{path}", query="location=113,29")[0] == "200"
