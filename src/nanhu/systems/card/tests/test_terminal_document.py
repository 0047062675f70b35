"""docs/protocols/terminal.md says what the gateway does: codes, sentences, limits, the worked example."""

import re
from pathlib import Path

import pytest

from nanhu.systems.card import protocol

DOCUMENT = (Path(__file__).parents[5] / "docs" / "protocols" / "terminal.md").read_text()


def test_every_code_is_documented_with_its_sentence_and_no_other():
    told = re.findall(r"^\| `(\w+)` \| \d{3} \| ([^|]+) \|", DOCUMENT, re.MULTILINE)
    assert dict(told) == protocol.SENTENCES


def test_the_limits_are_the_documents():
    assert f"1 to {protocol.LARGEST_PAYMENT_FEN}" in DOCUMENT
    assert f"{protocol.LARGEST_SEQUENCE} (2⁵³ − 1)" in DOCUMENT
    assert f"1 to {protocol.LARGEST_UPLOAD_ROWS} rows" in DOCUMENT
    assert f"by {protocol.CLOCK_TOLERANCE_SECONDS} seconds at most" in DOCUMENT
    assert f"at most {protocol.LARGEST_BODY // 1024} KiB" in DOCUMENT


@pytest.fixture
def example():
    block = DOCUMENT.split("a test recomputes every line", 1)[1].split("On the wire", 1)[0]
    return re.findall(r"^    (\w+) +(.+)$", block, re.MULTILINE)


def test_the_gateway_signs_as_the_worked_example(example):
    asked, told = dict(example[:9]), dict(example[9:])
    key = bytes.fromhex(asked["key"])
    signature = protocol.sign_request(
        key, method=asked["method"], path=asked["path"], terminal=asked["terminal"], sequence=asked["sequence"],
        clock=asked["clock"], body=asked["body"].encode(),
    )  # fmt: skip
    assert signature == asked["signature"]
    answer = protocol.sign_response(
        key, request_signature=signature, status=int(told["status"]), body=told["answer"].encode()
    )
    assert answer == told["signature"]
