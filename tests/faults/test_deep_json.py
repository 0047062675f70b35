"""JSON of a thousand open brackets: refused, and no process of the campus dies of it."""

import re

import pytest
import requests

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import Campus
from tests.journeys.vendor_program import Program


@pytest.mark.parametrize("depth", [600, 7_000, 15_000])
def test_a_vendors_body_of_open_brackets_is_refused_and_the_pages_go_on(campus: Campus, depth: int) -> None:
    told = (campus.folder / "emulators" / "vendor.json").read_text()
    found = re.search(r"nanhu_test_\w{12}_[\w-]+", told)
    assert found is not None
    body = b'{"merchant":' + b"[" * depth
    answer = Program(campus.url, found[0]).send("payments", f"deep-{depth}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "body_invalid")
    assert requests.get(f"{campus.url}/health/live", timeout=PATIENCE_SECONDS).status_code == 200
    assert "Unexpected exit" not in campus.log("web")
