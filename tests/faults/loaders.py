"""Students who load at kiosks and claim at tills over signed HTTP, with chips of their own, and go on through every fault."""

import http.client
import itertools
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import requests

from nanhu.emulators.chip.api import MadeCard, SoftwareCard
from nanhu.emulators.chip.pocket import fresh_card
from nanhu.emulators.chip.storage import Storage
from tests.faults.tills import Terminal, Told
from tests.faults.visits import Visit

SECONDS = 120
AWAY = (requests.RequestException,)


@dataclass(frozen=True)
class Plate:
    number: str
    key: str
    kind: str


@dataclass
class Machine:
    """A terminal at the services door, as `Visit` asks for it."""

    url: str
    terminal: Plate
    sequences: Iterator[int] = field(default_factory=lambda: itertools.count(5_000_000))

    def next_sequence(self) -> int:
        return next(self.sequences)

    def send(self, operation: str, body: bytes, sequence: int, *, clock: int | None = None) -> requests.Response:
        path = f"/terminal/v1/{operation}"
        signer = Terminal(0, self.terminal.number, self.terminal.key)
        headers = signer.headers(path, body, sequence, clock=clock, key=None)
        answer = requests.post(f"{self.url}{path}", data=body, headers=headers, timeout=SECONDS)
        told = Told(answer.status_code, answer.content)
        signer.check_answer(headers["Nanhu-Signature"], answer.headers.get("Nanhu-Signature"), told)
        return answer

    def ask(self, operation: str, pin: str, **body: Any) -> dict[str, Any]:
        """With a PIN; asked until it is answered."""
        sequence = self.next_sequence()
        block = Terminal(0, self.terminal.number, self.terminal.key).block(pin, sequence)
        return dict(self.send(operation, json.dumps({**body, "pin": block}).encode(), sequence).json())


@dataclass
class Loader:
    """One student. `ended` counts the visits that came to an end."""

    person: dict[str, Any]
    chip: SoftwareCard
    machines: list[Machine]
    stopping: threading.Event
    dice: random.Random
    told: dict[tuple[str, int], bytes] = field(default_factory=dict)
    ended: int = 0

    def live(self) -> None:
        while not self.stopping.is_set():
            self.walk(self.dice.choice(["load", "load", "claim"]), most=40)

    def walk(self, step: str, *, most: int, calm: bool = False) -> None:
        """One visit to its end, or the student has had enough of it."""
        machine = self.dice.choice([one for one in self.machines if step == "claim" or one.terminal.kind != "pos"])
        visit = Visit(
            device=machine,
            chip=self.chip,
            uid=self.person["uid"],
            pin=self.person["pin"],
            step=step,
            fen=self.dice.randrange(100, 500),
            told=self.told,
        )
        for _step in range(most):
            if visit.is_over:
                self.ended += 1
                return
            try:
                torn = None if calm or self.dice.random() < 0.8 else self.dice.randrange(600)
                visit.go_on(is_heard=calm or self.dice.random() < 0.9, power=None, torn=torn)
            except (*AWAY, ValueError):
                self.stopping.wait(0.3)
            self.chip = visit.chip
            self.stopping.wait(1 if visit.is_limited else 0.1)


@contextmanager
def living(loaders: list[Any]) -> Iterator[None]:
    """Until the end of the block; whoever saw something that must not be says so then."""
    with ThreadPoolExecutor(len(loaders)) as pool:
        lives = [pool.submit(one.live) for one in loaders]
        try:
            yield
        finally:
            for one in loaders:
                one.stopping.set()
    for life in lives:
        life.result()


def chip_of(person: dict[str, Any], folder: Path) -> SoftwareCard:
    storage = Storage(folder / f"{person['uid']}.card")
    storage.write(msgspec.msgpack.encode(fresh_card(msgspec.convert(person["chip"], MadeCard))))
    return SoftwareCard(storage)


@dataclass
class Payer:
    """A till that sells without end. `acknowledged` are the sales that it was told of."""

    terminal: Terminal
    cards: list[str]
    stopping: threading.Event
    dice: random.Random
    acknowledged: dict[int, int] = field(default_factory=dict)

    def live(self) -> None:
        while not self.stopping.is_set():
            sequence, fen = self.terminal.next(), self.dice.randrange(1, 6)
            if self.is_told(self.dice.choice(self.cards), fen, sequence):
                self.acknowledged[sequence] = fen
            self.stopping.wait(0.05)

    def is_told(self, card: str, fen: int, sequence: int) -> bool:
        """As long as nobody answers, the same sequence again."""
        while not self.stopping.is_set():
            try:
                told = self.terminal.pay(card, fen, sequence=sequence)
            except (OSError, http.client.HTTPException, ValueError):
                self.stopping.wait(0.2)
                continue
            if told.status == HTTPStatus.OK:
                return told.code == "ok"
            if (
                told.status == HTTPStatus.TOO_MANY_REQUESTS
            ):  # so much was sold and refused in this minute that no more is written down
                self.stopping.wait(1)
                return False
            assert told.status == HTTPStatus.SERVICE_UNAVAILABLE, told
            self.stopping.wait(0.2)
        return False
