"""Schemathesis against the sandbox: what the description says and what the door does, by examples, coverage and fuzzing."""

import io
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import core, settings

from nanhu.platforms.openapi import signature
from nanhu.platforms.openapi.services import rate_limits
from nanhu.systems.card.vendors.operations import OPERATIONS
from nanhu.systems.card.vendors.tests.conftest import PREFIX

pytestmark = pytest.mark.django_db
EXAMPLES = 6
REFUSALS = ["2xx", "401", "402", "403", "404", "409", "422", "429"]
"""A request of the described form may still be refused for what it asks; it is never called malformed."""
CONFIGURATION = {
    "generation": {"max-examples": EXAMPLES, "mode": "all"},
    "checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}},
}


class Sealing:
    """The campus behind a vendor's own program: a request whose headers have the described form is sealed with the key just
    before it is sent, over the very bytes; what was bent on purpose stays bent."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.campus = WSGIHandler()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
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


@pytest.fixture
def described(sandbox, monkeypatch):
    """How often a vendor may ask is another test's; Django's own client leaves the connection open in the same way."""
    import schemathesis  # a second of each worker's time
    from schemathesis.checks import load_all_checks
    from schemathesis.config import SchemathesisConfig

    monkeypatch.setattr(rate_limits, "has_taken", lambda *_names, **_facts: True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    load_all_checks()
    configuration = SchemathesisConfig.from_dict(CONFIGURATION | {"seed": core.global_force_seed or 0})
    yield schemathesis.openapi.from_wsgi(f"{PREFIX}openapi.json", Sealing(sandbox.secret), config=configuration)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def conformance_of(schema, headers):
    from schemathesis.pytest.lazy import get_all_tests

    def ask(case):
        case.call_and_validate(headers=headers)

    return [one.ok() for one in get_all_tests(schema=schema, test_func=ask, settings=settings(), given_kwargs={})]


@pytest.mark.slow
def test_description_and_door_agree(described, sandbox, subtests):
    tests = conformance_of(described, {"Authorization": f"Bearer {sandbox.secret}"})
    assert len(tests) == len(OPERATIONS)
    for operation, test in tests:
        with subtests.test(operation.label):
            test()
