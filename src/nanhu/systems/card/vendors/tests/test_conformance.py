"""Schemathesis against the sandbox: what the description says and what the door does, by examples, coverage and fuzzing."""

import pytest

from nanhu.systems.card.vendors.operations import OPERATIONS
from nanhu.systems.card.vendors.tests.conftest import PREFIX
from nanhu.testing.open_api import conformance

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_description_and_door_agree(sandbox, monkeypatch, subtests):
    with conformance(PREFIX, sandbox.secret, monkeypatch) as tests:
        assert len(tests) == len(OPERATIONS)
        for operation, test in tests:
            with subtests.test(operation.label):
                test()
