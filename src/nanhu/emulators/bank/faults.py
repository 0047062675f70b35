"""What goes wrong at the bank, when somebody wants it to: chosen for an operation, so many times."""

import os
import signal
import threading
import time
from typing import Annotated, Literal

import msgspec

KINDS = ("silent_before", "silent_after", "late", "twice", "killed_before", "killed_after", "forged", "error")


class Fault(msgspec.Struct):
    """`silent_*`: no answer, before or after the deed. `late`: the answer (and the deed) comes after `seconds`."""

    operation: str
    kind: Literal["silent_before", "silent_after", "late", "twice", "killed_before", "killed_after", "forged", "error"]
    times: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 6.0


class Faults:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Fault] = []

    def put(self, fault: Fault) -> None:
        with self.lock:
            self.waiting = [one for one in self.waiting if one.operation != fault.operation]
            if fault.times:
                self.waiting.append(fault)

    def take(self, operation: str) -> Fault | None:
        with self.lock:
            found = next((one for one in self.waiting if one.operation in {operation, "*"}), None)
            if found is not None:
                found.times -= 1
                self.waiting = [one for one in self.waiting if one.times > 0]
            return found


class SilenceError(Exception):
    """No answer goes out."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


wait = time.sleep


def before(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind == "silent_before":
        raise SilenceError
    if fault.kind == "killed_before":
        die()
    if fault.kind == "late":
        wait(fault.seconds)


def after(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind == "silent_after":
        raise SilenceError
    if fault.kind == "killed_after":
        die()
