"""One person at a kiosk or a POS with a chip, step by step over signed HTTP; any step may lose its answer, its power, its person.

A device asks again with the same sequence and the same bytes, and is told the same bytes, whenever it was told.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from nanhu.emulators.chip.api import PowerCutError, SoftwareCard, StatusRefusedError, terminal
from nanhu.systems.card.chip import messages
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.pins.tests.pinpad import seal_pin_block
from tests.faults.axe import axe

HELD_MS = 5000
TELLS_NOTHING, ASKED_TOO_OFTEN = 503, 429
BEGINNINGS = ("load", "claim")


@dataclass
class Visit:
    """`step` is what comes next; `pending` what was asked and not answered yet, by somebody who is `barred` from it or not.

    `is_limited`: its terminal asked, or was refused, so often in this minute that the last question was not looked at."""

    device: Device
    chip: SoftwareCard
    uid: str
    pin: str
    step: str
    fen: int = 0
    pending: tuple[str, bytes, int] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    told: dict[tuple[str, int], bytes] = field(default_factory=dict)
    is_lost: bool = False
    is_locked: bool = False
    is_barred: bool = False
    is_limited: bool = False
    refusal: str = ""
    initialize_fen: int = 1

    @property
    def is_over(self) -> bool:
        return self.step == "over"

    def go_on(self, *, is_heard: bool, power: int | None, torn: int | None, clock_off: int = 0) -> None:
        """The next step. A question without an answer is asked again before anything else."""
        if self.pending is None and self.step == "write":
            self.write(torn)
            return
        if self.pending is None:
            self.prepare()
        answer = self.deliver(is_heard=is_heard, power=power, clock_off=clock_off)
        if answer is not None:
            self.hear(answer)

    def prepare(self) -> None:
        operation, body = getattr(self, f"ask_{self.step}")()
        sequence, needs_pin = self.device.next_sequence(), body.pop("needs_pin", False)
        self.is_barred = self.step in BEGINNINGS and (self.is_lost or (needs_pin and self.is_locked))
        if needs_pin:
            device = self.device.terminal
            body["pin"] = seal_pin_block(bytes.fromhex(device.key), device.number, sequence, self.pin)
        self.pending = (operation, json.dumps(body).encode(), sequence)

    def deliver(self, *, is_heard: bool, power: int | None, clock_off: int) -> dict[str, Any] | None:
        assert self.pending is not None
        operation, sent, sequence = self.pending
        content, status = b"", TELLS_NOTHING
        with axe(power):
            response = self.device.send(operation, sent, sequence, clock=int(time.time()) + clock_off)
            content, status = response.content, response.status_code
        if clock_off and status != TELLS_NOTHING:
            assert (status, json.loads(content)["code"]) == (401, "clock_wrong")
            return None
        self.is_limited = status == ASKED_TOO_OFTEN
        if status == TELLS_NOTHING or self.is_limited:
            return None
        known = self.told.setdefault((self.device.terminal.number, sequence), content)
        assert known == content, f"{operation} was told {known!r}, and then {content!r}"
        return json.loads(content) if is_heard else None

    def hear(self, answer: dict[str, Any]) -> None:
        self.pending = None
        if answer["outcome"] != "approved" and answer["code"] == "bank.load_not_ready":
            return
        if answer["outcome"] != "approved" and answer["code"] == "card.chip_asked":
            self.initialize_fen = answer["facts"]["initialize_fen"]
            return
        if answer["outcome"] != "approved":
            self.step, self.refusal = "over", answer["code"]
            return
        assert not self.is_barred, "a lost card, or a PIN that is locked, begins nothing"
        self.facts |= answer
        self.step = getattr(self, f"after_{self.step}")()

    def ask_load(self) -> tuple[str, dict[str, Any]]:
        return "load/begin", {"card": self.uid, "amount_fen": self.fen, "needs_pin": True}

    def after_load(self) -> str:
        return "take"

    def ask_take(self) -> tuple[str, dict[str, Any]]:
        return "load/claim", {"order": self.facts["order"], "online_counter": self.counter(), "chip": self.signed()}

    def after_take(self) -> str:
        return "mac" if self.facts["write_fen"] else "report"

    def ask_claim(self) -> tuple[str, dict[str, Any]]:
        facts = {"card": self.uid, "online_counter": self.counter(), "chip": self.signed()}
        is_pos = self.device.terminal.kind == "pos"
        return "claim/begin", {**facts, **({"held_ms": HELD_MS} if is_pos else {"needs_pin": True})}

    after_claim = after_take

    def ask_mac(self) -> tuple[str, dict[str, Any]]:
        bought = terminal.read_facts(self.chip).offline_counter
        begun = terminal.begin_load(
            self.chip, amount_fen=self.facts["write_fen"], code=messages.terminal_code(self.device.terminal.number)
        )
        self.facts["before"] = begun.online_counter
        return "claim/mac", {
            "claim": self.facts["claim"],
            "balance_fen": begun.balance_fen,
            "online_counter": begun.online_counter,
            "offline_counter": bought,
            "random": begun.random,
            "mac1": begun.mac1,
        }

    def after_mac(self) -> str:
        return "write"

    def write(self, torn: int | None) -> None:
        self.chip.storage.torn_after = torn
        try:
            terminal.finish_load(self.chip, mac2=self.facts["mac2"], at=self.facts["at"])
        except PowerCutError:
            self.chip = SoftwareCard(self.chip.storage)
        except StatusRefusedError:
            pass
        self.chip.storage.torn_after = None
        self.step = "report"

    def ask_report(self) -> tuple[str, dict[str, Any]]:
        """The truth, which the chip's counter tells also after a power cut."""
        before = self.facts.get("before")
        is_written = before is None or self.counter() > before
        tac = terminal.prove_load(self.chip, before) if before is not None and is_written else None
        return "claim/finish", {
            "claim": self.facts["claim"],
            "is_written": is_written,
            "proof": {"tac": tac} if tac else {},
        }

    def after_report(self) -> str:
        return "over"

    def signed(self) -> dict[str, Any]:
        """The chip's word of what it counts, signed with the sum that the campus asked for."""
        code = messages.terminal_code(self.device.terminal.number)
        begun = terminal.begin_load(self.chip, amount_fen=self.initialize_fen, code=code)
        return {"amount_fen": self.initialize_fen, **msgspec.to_builtins(begun)}

    def counter(self) -> int:
        return terminal.read_facts(self.chip).online_counter
