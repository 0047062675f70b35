"""The document suffices: its worked example, recomputed by what was written from it."""

import re
from pathlib import Path

import pytest

from nanhu.emulators.pos.protocol import answer_signature, digest, is_genuine, sign_request

DOCUMENT = Path(__file__).parents[5] / "docs" / "protocols" / "terminal.md"


@pytest.fixture(scope="module")
def example():
    block = DOCUMENT.read_text().split("a test recomputes every line", 1)[1].split("On the wire", 1)[0]
    lines = re.findall(r"^    (\w+) +(.+)$", block, re.MULTILINE)
    assert [name for name, _ in lines] == [
        "key",
        "method",
        "path",
        "terminal",
        "sequence",
        "clock",
        "body",
        "digest",
        "signature",
        "status",
        "answer",
        "digest",
        "signature",
    ]
    values = dict(lines[:9])
    return values | {f"answer_{name}": value for name, value in lines[9:]}


@pytest.fixture
def request_of_the_example(example):
    return sign_request(
        bytes.fromhex(example["key"]),
        path=example["path"],
        terminal=example["terminal"],
        sequence=int(example["sequence"]),
        clock=int(example["clock"]),
        body=example["body"].encode(),
    )


def test_the_documents_request_is_signed_as_it_says(example, request_of_the_example):
    assert digest(example["body"].encode()) == example["digest"]
    assert request_of_the_example.signature == example["signature"]


def test_the_request_on_the_wire_is_the_documents(request_of_the_example):
    shown = DOCUMENT.read_text().split("On the wire the request is", 1)[1].split("## The clock", 1)[0]
    head, body = re.sub(r"^    ", "", shown.strip("\n"), flags=re.MULTILINE).split("\n\n")[:2]
    told = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert {name: value for name, value in told.items() if name != "Host"} == dict(request_of_the_example.headers)
    assert body.encode() == request_of_the_example.body


def test_the_documents_answer_is_genuine_and_another_is_not(example):
    key, body = bytes.fromhex(example["key"]), example["answer_answer"].encode()
    assert digest(body) == example["answer_digest"]
    signature = answer_signature(key, request_signature=example["signature"], status=200, body=body)
    assert signature == example["answer_signature"]
    facts = {"request_signature": example["signature"], "status": 200, "body": body, "signature": signature}
    assert is_genuine(key, **facts)
    for change in ({"body": body + b" "}, {"status": 409}, {"request_signature": "0" * 64}, {"signature": "é" * 64}):
        assert not is_genuine(key, **{**facts, **change})
