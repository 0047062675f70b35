"""A load client for the terminal protocol: its own process, raw keep-alive HTTP, requests signed before the clock starts.

    python -m bench.load.client PLAN.json

The plan says where the gateway is, the terminals with their keys and next sequences, the cards, how long, and how: as fast
as the answers come (closed), or at a given rate whatever the answers do (open), or uploads of stored rows at a given rate.
Prints one JSON object: how many were approved, refused, failed, and the latencies in milliseconds.
"""

import asyncio
import hashlib
import hmac
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

PATH = "/terminal/v1/payment"
UPLOAD = "/terminal/v1/upload"


def request(plan: dict[str, Any], path: str, device: dict[str, Any], sequence: int, body: bytes) -> bytes:
    terminal, key = device["number"], bytes.fromhex(device["key"])
    clock = int(time.time())
    text = f"nanhu-terminal-1\nPOST\n{path}\n{terminal}\n{sequence}\n{clock}\n{hashlib.sha256(body).hexdigest()}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {plan['host']}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Nanhu-Terminal: {terminal}\r\nNanhu-Sequence: {sequence}\r\nNanhu-Clock: {clock}\r\nNanhu-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


class Device(asyncio.Protocol):
    """One terminal on one connection: sends, waits for the answer, says so."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] | None = None
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer + data if self.buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end > 0:
            at = buffer.lower().find(b"content-length: ")
            length = int(buffer[at + 16 : buffer.find(b"\r", at)])
            if len(buffer) >= end + 4 + length:
                self.buffer = b""
                if self.answer is not None and not self.answer.done():
                    self.answer.set_result(buffer)
                return
        self.buffer = buffer

    def connection_lost(self, _error: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(b"")

    def ask(self, message: bytes) -> asyncio.Future[bytes]:
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(message)
        return self.answer


class Tally:
    def __init__(self) -> None:
        self.approved = self.refused = self.failed = 0
        self.latencies: list[float] = []
        self.last_sequences: dict[str, int] = {}

    def count(self, answer: bytes, seconds: float) -> None:
        if b'"approved"' in answer:
            self.approved += 1
        elif b"HTTP/1.1 200" in answer:
            self.refused += 1
        else:
            self.failed += 1
        self.latencies.append(seconds)

    def result(self, seconds: float) -> dict[str, Any]:
        ordered = sorted(self.latencies) or [0.0]
        at = lambda share: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)  # noqa: E731
        return {
            "approved": self.approved,
            "refused": self.refused,
            "failed": self.failed,
            "seconds": seconds,
            "p50": at(0.5),
            "p99": at(0.99),
            "max": round(ordered[-1] * 1000, 2),
            "sequences": self.last_sequences,
        }


def payment(plan: dict[str, Any], terminal: dict[str, Any], sequence: int, dice: random.Random) -> bytes:
    body = f'{{"card":"{dice.choice(plan["cards"])}","amount_fen":{dice.randint(1, 20)}}}'.encode()
    return request(plan, PATH, terminal, sequence, body)


async def connect(plan: dict[str, Any]) -> Device:
    _transport, device = await asyncio.get_running_loop().create_connection(Device, plan["address"], plan["port"])
    return device


async def closed(plan: dict[str, Any], tally: Tally) -> float:
    """Every terminal sends its next payment as soon as it has the answer to the last."""
    dice = random.Random(plan.get("seed", 1))
    count = plan["presign"] // len(plan["terminals"])
    stacks = [
        [payment(plan, terminal, terminal["sequence"] + place, dice) for place in range(count)]
        for terminal in plan["terminals"]
    ]
    devices = [await connect(plan) for _ in stacks]
    started = time.perf_counter()
    end = started + plan["seconds"]

    async def run(place: int) -> None:
        device, terminal, sent = devices[place], plan["terminals"][place], 0
        while (begun := time.perf_counter()) < end:
            stack = stacks[place]
            message = stack[sent] if sent < count else payment(plan, terminal, terminal["sequence"] + sent, dice)
            sent += 1
            tally.count(await device.ask(message), time.perf_counter() - begun)
        tally.last_sequences[terminal["number"]] = terminal["sequence"] + sent

    await asyncio.gather(*[run(place) for place in range(len(devices))])
    return time.perf_counter() - started


async def opened(plan: dict[str, Any], tally: Tally) -> float:
    """Payments at a steady rate; latency counts from the moment a payment was due, so that a stall is not hidden."""
    dice = random.Random(plan.get("seed", 2))
    idle: asyncio.Queue[tuple[Device, dict[str, Any]]] = asyncio.Queue()
    for terminal in plan["terminals"]:
        idle.put_nowait((await connect(plan), terminal))
    started = time.perf_counter()
    total = int(plan["rate"] * plan["seconds"])
    running: set[asyncio.Task[None]] = set()

    async def one(due: float) -> None:
        device, terminal = await idle.get()
        message = payment(plan, terminal, terminal["sequence"], dice)
        terminal["sequence"] += 1
        tally.count(await device.ask(message), time.perf_counter() - due)
        idle.put_nowait((device, terminal))

    for number in range(total):
        due = started + number / plan["rate"]
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(one(due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    tally.last_sequences = {terminal["number"]: terminal["sequence"] for terminal in plan["terminals"]}
    return time.perf_counter() - started


async def uploads(plan: dict[str, Any], tally: Tally) -> float:
    """Stored rows at a steady rate, in uploads of `rows`; with rate 0 one after the other as fast as they are taken."""
    dice = random.Random(plan.get("seed", 3))
    devices = [(await connect(plan), terminal) for terminal in plan["terminals"]]
    started = time.perf_counter()
    number = 0
    while time.perf_counter() - started < plan["seconds"]:
        device, terminal = devices[number % len(devices)]
        first = terminal["sequence"]
        rows = [
            {
                "sequence": first + i,
                "card": dice.choice(plan["cards"]),
                "amount_fen": dice.randint(1, 20),
                "occurred_at": int(time.time()) - 3600 + i,
            }
            for i in range(plan["rows"])
        ]
        terminal["sequence"] += plan["rows"]
        body = json.dumps({"rows": rows}).encode()
        begun = time.perf_counter()
        answer = await device.ask(request(plan, UPLOAD, terminal, 0, body))
        tally.approved += answer.count(b'"approved"')
        tally.failed += plan["rows"] - answer.count(b'"approved"')
        tally.latencies.append(time.perf_counter() - begun)
        number += 1
        if plan["rate"]:
            await asyncio.sleep(max(0.0, started + number * plan["rows"] / plan["rate"] - time.perf_counter()))
    tally.last_sequences = {terminal["number"]: terminal["sequence"] for terminal in plan["terminals"]}
    return time.perf_counter() - started


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    plan["host"] = f"{plan['address']}:{plan['port']}"
    tally = Tally()
    before = time.process_time()
    seconds = uvloop.run({"closed": closed, "open": opened, "upload": uploads}[plan["how"]](plan, tally))
    print(json.dumps({**tally.result(seconds), "cpu": time.process_time() - before}))


if __name__ == "__main__":
    main()
