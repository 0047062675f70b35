"""One kiosk: its screen, its card slot, its paper and blanks, and what happens when the power goes between two steps."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, Final, Literal

from nanhu.emulators.chip.api import Pocket
from nanhu.emulators.kiosks.chipseal import SealBrokenError, open_chip
from nanhu.emulators.kiosks.configuration import KIND_NAMES, Configuration, Terminal
from nanhu.emulators.kiosks.line import Line
from nanhu.emulators.kiosks.memory import CARDS_IN_A_STACK, SLIPS_IN_A_ROLL, MadeCard, Memory, Pending
from nanhu.emulators.kiosks.screens import Screen

log = logging.getLogger(__name__)
type Flow = Generator[Screen, Any]
type Start = Callable[["Kiosk"], Flow]
type Recover = Callable[["Kiosk"], list[str]]
type Apply = Callable[["Kiosk", Pending, dict[str, Any]], None]
POINTS: Final = {
    "before_send": "请求记下、还没发出时",
    "answer_lost": "请求发出、应答没收到时",
    "after_answer": "收到应答之后",
    "before_write": "写卡之前",
    "after_write": "写卡之后、报告之前",
}
LOW_SLIPS, LOW_CARDS, MOST_SLIPS_SHOWN, MOST_MADE = 20, 20, 6, 20
OFF: Final = Screen(kind="off", title="")


class PowerCutError(Exception):
    """The power went between two steps."""


class Kiosk:
    """Everything but `file` is lost with the power. The card on the reader stays where it lies."""

    def __init__(
        self,
        terminal: Terminal,
        configuration: Configuration,
        file: Memory,
        pocket: Pocket,
        *,
        start: Start,
        recover: Recover,
        apply: Apply,
    ) -> None:
        self.terminal, self.configuration, self.file, self.pocket = terminal, configuration, file, pocket
        self.memory = file.of(terminal.number)
        self.start, self.recover = start, recover
        self.lock = threading.Lock()
        self.line = Line(
            terminal, configuration, file, self.point, lambda pending, answer: apply(self, pending, answer)
        )
        self.card, self.document = "", ""
        self.slips: list[list[str]] = []
        self.cut: tuple[str, int] | None = None
        self.write_mode: Literal["ok", "fail", "torn", "dead"] = "ok"
        self.flow: Flow | None = None
        self.screen, self.typed, self.busy = OFF, "", ""
        self.notices: list[str] = []
        self.deadline = 0.0
        self.is_fresh = True

    # the power and the line

    def wake(self) -> None:
        """Once after the emulator itself starts: a kiosk that was on is on again, as after a power cut."""
        if self.is_fresh:
            self.is_fresh = False
            if self.memory.power == "on":
                self.power_on()

    def power_on(self) -> None:
        self.memory.power = "on"
        self.file.keep()
        try:
            self.come_back()
        except PowerCutError:
            self.lose_power()

    def come_back(self) -> None:
        """Clock and sequence first, then what became of the request that was under way; only then the first screen."""
        self.busy = "正在开机，查询上一笔业务的结果"
        self.line.hello()
        self.notices = self.recover(self)
        self.report()
        self.restart()

    def lose_power(self) -> None:
        self.drop_flow()
        self.memory.power = "off"
        self.file.keep()
        self.screen, self.typed, self.busy, self.notices = OFF, "", "", []

    def switch_network(self, state: Literal["on", "off"]) -> None:
        self.memory.network = state
        self.file.keep()
        if state == "on" and self.memory.power == "on" and self.memory.pending is not None:
            self.drop_flow()
            self.guarded(self.come_back)

    def point(self, name: str) -> None:
        """A place between two steps: here the power goes, if it was told to at this one."""
        if self.cut is not None and self.cut[0] == name:
            left = self.cut[1] - 1
            self.cut = (name, left) if left else None
            if not left:
                raise PowerCutError

    # what a person does

    def press(self, key: str) -> None:
        if self.memory.power == "off" or self.is_over():
            return
        screen = self.screen
        if key == "cancel":
            self.cancel()
        elif key.startswith("choice:"):
            self.choose(key.removeprefix("choice:"))
        elif screen.kind in {"digits", "amount"}:
            self.type(key)
        elif key == "confirm" and screen.kind in {"confirm", "note"}:
            self.go_on(True)

    def choose(self, key: str) -> None:
        offered = {one.key for one in (*self.screen.choices, *self.screen.toolbar, *self.screen.footer)}
        if key not in offered:
            return
        if self.screen.kind == "amount":
            self.typed = key
            self.touch()
        else:
            self.go_on(key)

    def type(self, key: str) -> None:
        self.touch()
        if key == "back":
            self.typed = self.typed[:-1]
        elif key == "confirm" and len(self.typed) >= self.screen.least:
            self.go_on(self.typed)
        elif key.isdecimal() and key.isascii() and len(self.typed) + len(key) <= self.screen.most:
            self.typed += key

    def put_card(self, uid: str) -> None:
        """On the reader; taken away with an empty one. Away in the middle of a service ends it."""
        was, self.card = self.card, uid
        if self.memory.power == "off":
            return
        if uid and self.screen.kind == "card":
            self.go_on(uid)
        elif was and not uid:
            if self.screen.kind == "take_card":
                self.go_on(None)
            elif (self.flow is not None and self.screen.kind not in {"note", "menu"}) or self.screen.footer:
                self.cancel()

    def put_document(self, id_number: str) -> None:
        was, self.document = self.document, id_number
        if self.memory.power == "off":
            return
        if id_number and self.screen.kind == "document":
            self.go_on(id_number)
        elif was and not id_number and self.screen.kind == "take_document":
            self.go_on(None)

    def cancel(self) -> None:
        self.drop_flow()
        self.restart()

    def tick(self) -> None:
        """Called whenever somebody looks: a person who went away is not waited for."""
        self.wake()
        if self.memory.power == "on" and self.is_over():
            self.cancel()

    def is_over(self) -> bool:
        return bool(self.deadline) and time.monotonic() > self.deadline

    # paper, blanks, faults

    def print_slip(self, lines: list[str]) -> None:
        if self.memory.slips_left == 0:
            return
        self.memory.slips_left -= 1
        self.file.keep()
        self.slips = [[self.configuration.school, *lines], *self.slips][:MOST_SLIPS_SHOWN]
        self.report_if_changed()

    def hand_out(self, uid: str, number: str, id_number: str, chip_sealed: object = None) -> None:
        """The blank's chip is written, then it falls into the tray. `chip_sealed` is what the chip is to hold."""
        if isinstance(chip_sealed, str) and chip_sealed:
            key = bytes.fromhex(self.terminal.key)
            try:
                self.pocket.keep_made(open_chip(key, terminal=self.terminal.number, uid=uid, text=chip_sealed))
            except SealBrokenError:
                log.exception("%s could not open the chip of %s", self.terminal.number, number)
        self.memory.made = [MadeCard(uid, number, id_number, str(chip_sealed or "")), *self.memory.made][:MOST_MADE]

    def mend(self, what: str) -> None:
        """What a technician does behind the door of the machine."""
        memory = self.memory
        if what == "paper":
            memory.slips_left = SLIPS_IN_A_ROLL
        elif what == "no_paper":
            memory.slips_left = 0
        elif what == "cards":
            memory.cards_left = CARDS_IN_A_STACK
        elif what == "few_cards":
            memory.cards_left = min(memory.cards_left, 3)
        elif what == "no_cards":
            memory.cards_left = 0
        elif what in {"jam", "reader", "writer", "printer", ""}:
            memory.fault = what
        self.file.keep()
        if memory.power == "on":
            self.report()

    def condition(self) -> dict[str, Any]:
        slips = self.memory.slips_left
        facts: dict[str, Any] = {
            "paper": "out" if slips == 0 else "low" if slips <= LOW_SLIPS else "full",
            "fault": self.memory.fault,
        }
        if self.terminal.kind == "reissue_kiosk":
            facts["cards_left"] = self.memory.cards_left
        return facts

    def report(self) -> None:
        if self.memory.power == "on" and self.memory.network == "on":
            self.line.question("kiosk/report", {"said_at": round(self.line.now(), 3), **self.condition()})

    def report_if_changed(self) -> None:
        if self.memory.slips_left in {0, LOW_SLIPS} or self.memory.cards_left in {0, LOW_CARDS}:
            self.report()

    # the flow

    def restart(self) -> None:
        self.flow = self.start(self)
        self.guarded(lambda: self.show(next(self.flow)) if self.flow else None)

    def go_on(self, value: object) -> None:
        flow = self.flow
        if flow is None:
            return
        self.deadline = 0.0
        self.guarded(lambda: self.show(flow.send(value)))

    def guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except PowerCutError:
            self.lose_power()
        finally:
            self.busy = ""

    def show(self, screen: Screen) -> None:
        self.screen, self.typed = screen, ""
        self.touch()

    def touch(self) -> None:
        self.deadline = time.monotonic() + self.screen.seconds if self.screen.seconds else 0.0

    def drop_flow(self) -> None:
        """Whoever cancels leaves nothing behind but what the disk remembers."""
        if self.flow is not None:
            self.flow.close()
        self.flow, self.deadline = None, 0.0

    def view(self) -> dict[str, Any]:
        """The kiosk as a browser may know it: everything but its key and the digits of a PIN."""
        screen, memory = self.screen, self.memory
        typed = "●" * len(self.typed) if screen.is_masked else self.typed
        return {
            "number": self.terminal.number,
            "kind": self.terminal.kind,
            "kind_name": KIND_NAMES[self.terminal.kind],
            "place": self.terminal.place,
            "power": memory.power,
            "network": memory.network,
            "screen": screen,
            "typed": typed,
            "busy": self.busy,
            "notices": self.notices,
            "card": self.card,
            "document": self.document,
            "seconds_left": max(0, round(self.deadline - time.monotonic())) if self.deadline else None,
            "slips": self.slips,
            "slips_left": memory.slips_left,
            "fault": memory.fault,
            "cut": self.cut,
            "cards_left": memory.cards_left if self.terminal.kind == "reissue_kiosk" else None,
            "write_mode": self.write_mode,
            "has_pending": memory.pending is not None,
            "is_writing": memory.writing is not None,
            "last_sequence": memory.last_sequence,
        }
