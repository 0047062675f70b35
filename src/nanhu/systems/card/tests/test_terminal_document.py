"""docs/protocols/terminal.md says what the gateway does: codes, sentences, limits, the worked example."""

import asyncio
import re
from pathlib import Path

import pytest

from nanhu.platforms.terminals import wire
from nanhu.platforms.terminals.api import OPERATIONS
from nanhu.platforms.terminals.gateway import Database
from nanhu.systems.card import protocol
from nanhu.systems.card.gateway.server import PREFIX, Gateway
from nanhu.systems.card.gateway.watch import SUSPENDED

PROTOCOLS = Path(__file__).parents[5] / "docs" / "protocols"
DOCUMENT = (PROTOCOLS / "terminal.md").read_text()
SERVICES = (PROTOCOLS / "terminal-services.md").read_text()


def test_every_code_is_documented_with_its_sentence_and_no_other():
    told = re.findall(r"^\| `(\w+)` \| \d{3} \| ([^|]+) \|", DOCUMENT, re.MULTILINE)
    assert dict(told) == protocol.SENTENCES


def test_the_limits_are_the_documents():
    assert f"1 to {protocol.LARGEST_PAYMENT_FEN}" in DOCUMENT
    assert f"{wire.LARGEST_SEQUENCE} (2⁵³ − 1)" in DOCUMENT
    assert f"1 to {protocol.LARGEST_UPLOAD_ROWS} rows" in DOCUMENT
    assert f"by {wire.CLOCK_TOLERANCE_SECONDS} seconds at most" in DOCUMENT
    assert f"at most {wire.LARGEST_BODY // 1024} KiB" in DOCUMENT


def test_the_doors_offer_what_is_documented():
    """No operation without a word, no word without an operation: what a stolen key may ask stands in these pages."""
    heads = " ".join(re.findall(r"^### (.+?)(?::|$)", DOCUMENT, re.MULTILINE))
    gateway = {name.removeprefix(PREFIX) for name in operations_of_the_gateway()}
    assert gateway == set(re.findall(r"[a-z]+", heads))
    heads = " ".join(re.findall(r"^### (.+)$", SERVICES, re.MULTILINE))
    assert set(OPERATIONS) == set(re.findall(r"`([a-z]+/[a-z]+)`", heads))


def operations_of_the_gateway() -> set[str]:
    async def made() -> set[str]:
        gateway = Gateway(Database("host=/nonexistent", connections=0))
        await gateway.payments.close()
        await gateway.terminals.close()
        await gateway.revocations.tasks.close()
        await gateway.activity.tasks.close()
        return set(gateway.operations)

    return asyncio.run(made())


def test_each_row_of_an_upload_has_a_documented_code():
    listed = DOCUMENT.split("Rows of an upload use the codes", 1)[1].split(".\n", 1)[0]
    assert set(re.findall(r"`(\w+)`", listed)) >= SUSPENDED


def test_the_steps_of_sequences_are_the_documents():
    assert f"{wire.LARGEST_SEQUENCE_STEP:,} above the last" in DOCUMENT
    assert f"{wire.LARGEST_SEQUENCE_STEP:,} above the last" in SERVICES
    assert wire.LARGEST_FIRST_SEQUENCE == 10**12


@pytest.fixture
def example():
    block = DOCUMENT.split("a test recomputes every line", 1)[1].split("On the wire", 1)[0]
    return re.findall(r"^    (\w+) +(.+)$", block, re.MULTILINE)


def test_the_gateway_signs_as_the_worked_example(example):
    asked, told = dict(example[:9]), dict(example[9:])
    key = bytes.fromhex(asked["key"])
    signature = wire.sign_request(
        key,
        method=asked["method"],
        path=asked["path"],
        terminal=asked["terminal"],
        sequence=asked["sequence"],
        clock=asked["clock"],
        body=asked["body"].encode(),
    )
    assert signature == asked["signature"]
    answer = wire.sign_response(
        key, request_signature=signature, status=int(told["status"]), body=told["answer"].encode()
    )
    assert answer == told["signature"]
