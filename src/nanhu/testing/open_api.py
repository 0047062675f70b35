"""The open API as a vendor meets it: signed requests of its program, and schemathesis against the description of an interface."""

import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

EXAMPLES = 6
REFUSALS = ["2xx", "401", "402", "403", "404", "409", "422", "429"]
"""A request of the described form may still be refused for what it asks; it is never called malformed."""


class Program:
    """What a vendor's developer writes, by the document alone. `prefix`: /api/card/v1/."""

    prefix: str

    def __init__(self, secret: str, *, address: str) -> None:
        self.secret = secret
        self.client = Client(REMOTE_ADDR=address)

    def headers(
        self, method: str, path: str, body: bytes, *, idempotency_key: str, moment: float | None = None
    ) -> dict[str, str]:
        stamp = str(int(time.time() if moment is None else moment))
        text = f"{stamp}.{method}.{path}.{idempotency_key}.".encode() + body
        seal = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        return {
            "authorization": f"Bearer {self.secret}",
            "idempotency-key": idempotency_key,
            "nanhu-signature": f"t={stamp},v1={seal}",
        }

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(self.prefix + path, query, headers={"authorization": f"Bearer {self.secret}"})

    def post(self, path: str, facts: object, **more: Any) -> Any:
        return self.send("POST", path, facts, **more)

    def send(
        self,
        method: str,
        path: str,
        facts: object = None,
        *,
        idempotency_key: str | None = None,
        moment: float | None = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Any:
        if body is None:
            body = b"" if facts is None else json.dumps(facts, ensure_ascii=False).encode()
        name = idempotency_key or f"deed-{uuid4()}"
        head = self.headers(method, self.prefix + path, body, idempotency_key=name, moment=moment) | (headers or {})
        ask = getattr(self.client, method.lower())
        return ask(self.prefix + path, body, content_type="application/json", headers=head)


class Sealing:
    """The campus behind a vendor's own program: a request whose headers have the described form is sealed with the key just
    before it is sent, over the very bytes; what was bent on purpose stays bent."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.campus = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        from nanhu.platforms.openapi import signature

        environ.pop("HTTP_ACCEPT_ENCODING", None)  # the client in process asks for gzip and does not unpack it
        name = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if signature.SIGNATURE.fullmatch(
            environ.get("HTTP_NANHU_SIGNATURE", "")
        ) and signature.IDEMPOTENCY_KEY.fullmatch(name):
            body, moment = environ["wsgi.input"].read(), str(int(time.time()))
            environ["wsgi.input"] = io.BytesIO(body)
            text = signature.signed_text(
                moment=moment,
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"],
                idempotency_key=name,
                body=body,
            )
            environ["HTTP_NANHU_SIGNATURE"] = f"t={moment},v1={signature.seal(self.secret, text)}"
        return self.campus(environ, start)


def in_the_address(value: object) -> object:
    """A parameter of no value is left out by the client: one that nobody described would be bent and never sent."""
    pieces = value if isinstance(value, list | tuple) else [value]
    return value if any(one is not None and one not in ([], {}) for one in pieces) else "null"


@contextmanager
def conformance(prefix: str, secret: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, Any]]]:
    """Each operation of an interface with its test: by examples, coverage and fuzzing. How often a vendor may ask is another
    test's; Django's own client leaves the connection open in the same way."""
    import schemathesis  # a second of each worker's time
    from hypothesis import core, settings
    from schemathesis.checks import load_all_checks
    from schemathesis.config import SchemathesisConfig
    from schemathesis.pytest.lazy import get_all_tests

    from nanhu.platforms.openapi.services import rate_limits

    def ask(case: Any) -> None:
        case.query = {name: in_the_address(value) for name, value in (case.query or {}).items()}
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})

    wanted = {
        "generation": {"max-examples": EXAMPLES, "mode": "all"},
        "checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}},
        "seed": core.global_force_seed or 0,
    }
    monkeypatch.setattr(rate_limits, "has_taken", lambda *_names, **_facts: True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi(
        f"{prefix}openapi.json", Sealing(secret), config=SchemathesisConfig.from_dict(wanted)
    )
    tests: Any = get_all_tests(schema=schema, test_func=ask, settings=settings(), given_kwargs={})
    yield [one.ok() for one in tests]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
