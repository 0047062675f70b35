"""One door controller: it asks, decides by its list where nobody answers, opens, and tells afterwards."""

import re
import threading
import time
from pathlib import Path
from typing import Any, Final

from nanhu.emulators.doors.configuration import Configuration, Terminal
from nanhu.emulators.doors.line import Line
from nanhu.emulators.doors.listing import OPENS, judge, store_page
from nanhu.emulators.doors.memory import Held, Memory

POLL_SECONDS: Final = 4.0
REFUSAL_SECONDS: Final = 4.0
MOST_ROWS: Final = 200
CODE_LENGTH: Final = 37
PICTURE: Final = re.compile("N1A([0-9A-Z]{18})[0-9A-Z]{16}([0-9A-Z]{16})")
SENTENCES: Final = {
    "allowed": "请进",
    "leaving": "请慢走",
    "emergency": "紧急开门，请通行",
    "no_rule": "断网名单里没有这张卡",
    "rule_denies": "现在不能从这里进入",
    "card_expired": "这张卡不在有效期内",
    "list_old": "断网太久，请找值班员",
    "code_offline": "门禁断网，请刷卡",
    "button": "出门按钮",
}


class Controller:
    def __init__(self, terminal: Terminal, configuration: Configuration, folder: Path) -> None:
        self.terminal = terminal
        self.memory = Memory(folder / f"{terminal.number}.json")
        self.line = Line(terminal, configuration, self.memory)
        self.lock = threading.RLock()
        self.polled_at = 0.0
        self.lamp, self.says, self.name, self.until = "idle", "请刷卡", "", 0.0
        self.was_offline = False
        self.kept_ends_at = 0.0

    # what people do

    def show(self, text: str, direction: str) -> None:
        """A card or a phone held to a reader. Of a phone's picture only the door's part goes on: what pays stays here, and is forgotten."""
        if picture := PICTURE.fullmatch(text):
            text = f"N1D{picture[1]}{picture[2]}"
        sequence = self.take_sequence()
        answer = self.line.ask("door/pass", sequence, {"card": text, "direction": direction})
        if answer is None or str(answer.get("code", "")).startswith("card.door"):
            self.decide_alone(text, direction, sequence, answer)
            return
        self.was_offline = False
        self.answer(answer["outcome"] == "approved", str(answer["sentence"]), str(answer.get("name", "")))
        self.memory.door.open_seconds = int(answer.get("open_seconds", self.memory.door.open_seconds))

    def decide_alone(self, text: str, direction: str, sequence: int, answer: dict[str, Any] | None) -> None:
        self.was_offline = True
        if answer is not None:
            self.answer(False, str(answer["sentence"]))
            return
        is_code, at = len(text) == CODE_LENGTH, self.line.now()
        if self.is_emergency():
            code = "emergency"
        elif is_code:
            code = "code_offline"
        else:
            code = judge(self.memory.door.held, text, at)
            code = "leaving" if direction == "out" and code != "list_old" else code
        is_opened = code in {OPENS, "leaving", "emergency"}
        means = "code" if is_code else "card"
        self.store(direction, means, is_opened=is_opened, code=code, card="" if is_code else text, instead_of=sequence)
        self.answer(is_opened, SENTENCES[code])

    def press_button(self) -> None:
        """The button inside opens always: nobody is locked in."""
        self.store("out", "button", is_opened=True, code="button")
        self.answer(True, "请慢走")
        self.upload()

    def switch_network(self, state: str) -> None:
        self.memory.door.network = "off" if state == "off" else "on"
        self.memory.keep()
        self.polled_at = 0.0
        self.tick()

    def set_skew(self, seconds: int) -> None:
        self.memory.door.skew, self.line.offset = seconds, 0.0
        self.memory.keep()

    # what the controller does

    def take_sequence(self) -> int:
        self.memory.door.last_sequence += 1
        self.memory.keep()
        return self.memory.door.last_sequence

    def store(
        self, direction: str, means: str, *, is_opened: bool, code: str, card: str = "", instead_of: int = 0
    ) -> None:
        """Written down before the lock moves."""
        row = {
            "sequence": self.memory.door.last_sequence + 1,
            "card": card,
            "direction": direction,
            "means": means,
            "is_opened": is_opened,
            "code": code,
            "at": round(self.line.now(), 3),
            "instead_of": instead_of,
        }
        self.memory.door.last_sequence += 1
        self.memory.door.stored.append(row)
        self.memory.keep()

    def answer(self, is_opened: bool, sentence: str, name: str = "") -> None:
        self.lamp, self.says, self.name = "open" if is_opened else "refused", sentence, name
        self.until = time.time() + (self.memory.door.open_seconds if is_opened else REFUSAL_SECONDS)

    def is_emergency(self) -> bool:
        return self.memory.door.open_until > self.line.now()

    def tick(self) -> None:
        if time.time() >= self.until:
            self.lamp, self.says, self.name = "idle", "请刷卡", ""
        if time.time() - self.polled_at >= POLL_SECONDS:
            self.polled_at = time.time()
            self.poll()

    def poll(self) -> None:
        """The list page by page; its version counts once all of it is stored."""
        door, versions = self.memory.door, list[int]()
        after: int | None = 0
        while after is not None:
            answer = self.line.ask("door/list", 0, {**self.held_facts(), "after": after}, quiet=after == 0)
            if answer is None or answer.get("outcome") != "approved":
                return
            store_page(door.held, answer, is_first=after == 0)
            versions.append(answer["version"])
            self.heard(answer)
            after = answer["next"]
        if versions[0] != door.held.version or door.held.ends_at != self.kept_ends_at:
            door.held.version, self.kept_ends_at = versions[0], door.held.ends_at
            self.memory.keep()
        self.upload()

    def held_facts(self) -> dict[str, Any]:
        door = self.memory.door
        return {
            "version": door.held.version,
            "profiles_tag": door.held.profiles_tag,
            "stored": len(door.stored),
            "is_open": self.is_emergency(),
        }

    def heard(self, answer: dict[str, Any]) -> None:
        door = self.memory.door
        self.line.set_clock(float(answer["server_time"]))
        opened = float(answer["open_until"] or 0)
        if opened != door.open_until or answer["last_sequence"] > door.last_sequence:
            door.open_until, door.last_sequence = opened, max(door.last_sequence, int(answer["last_sequence"]))
            self.memory.keep()

    def upload(self) -> None:
        """Rows are struck out only when the campus has them."""
        door = self.memory.door
        while door.stored:
            rows = door.stored[:MOST_ROWS]
            answer = self.line.ask("door/events", self.take_sequence(), {"rows": rows})
            if answer is None or answer.get("outcome") != "approved":
                return
            answered = {one["sequence"] for one in answer["rows"]}
            door.stored = [row for row in door.stored if row["sequence"] not in answered]
            self.memory.keep()

    def forget_list(self) -> None:
        self.memory.door.held, self.polled_at = Held(), 0.0
        self.memory.keep()

    def view(self) -> dict[str, Any]:
        door = self.memory.door
        lamp = "emergency" if self.is_emergency() else self.lamp
        return {
            "number": self.terminal.number,
            "place": self.terminal.place,
            "lamp": lamp,
            "says": "紧急开门，请通行" if lamp == "emergency" else self.says,
            "name": self.name,
            "network": door.network,
            "skew": door.skew,
            "clock": self.line.now(),
            "version": door.held.version,
            "listed": len(door.held.cards),
            "ends_at": door.held.ends_at,
            "stored": len(door.stored),
            "was_offline": self.was_offline,
            "last_sequence": door.last_sequence,
            "open_seconds": door.open_seconds,
        }
