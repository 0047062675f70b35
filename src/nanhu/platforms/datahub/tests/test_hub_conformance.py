"""Schemathesis against the sandbox of the hub: what the description says and what the door does, by examples, coverage and fuzzing."""

from collections import Counter

import pytest

from nanhu.platforms.datahub.sharing import interface
from nanhu.platforms.datahub.sharing.formats import FORMATS
from nanhu.platforms.datahub.tests.test_sharing import API, reader_of, registered
from nanhu.testing.open_api import conformance

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(monkeypatch):
    """How often a page was really given in each format."""
    counted: Counter[str] = Counter()

    def written(said, form, *more):
        counted[form] += 1
        return whole(said, form, *more)

    whole = interface.written
    monkeypatch.setattr(interface, "written", written)
    return counted


@pytest.mark.slow
def test_description_and_door_agree(monkeypatch, subtests, forms):
    sandbox = reader_of(registered(), mode="test")
    with conformance(API, sandbox.secret, monkeypatch) as tests:
        assert len(tests) == len(interface.HUB.operations)
        for operation, test in tests:
            with subtests.test(operation.label):
                test()
    assert set(forms) == set(FORMATS), "the tests reach what the door gives"
