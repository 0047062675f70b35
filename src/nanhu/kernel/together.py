"""Calls that go together (group commit): what arrives while one call is under way goes as the next one, all in one.

WRITTEN = Together(lambda records: [...], most=64)  # one answer for each
is_written = WRITTEN(record)  # waits until the call that carried it is back
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Any


class Turn[Item, Answer]:
    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_called = Event()
        self.answer: Answer | None = None
        self.fault: BaseException | None = None
        self.leads = False


class Together[Item, Answer]:
    """Of the threads that wait one leads: it carries what all of them brought, and hands the lead on."""

    def __init__(self, carry: Callable[[Sequence[Item]], Sequence[Answer]], *, most: int) -> None:
        self.carry, self.most = carry, most
        self.lock = Lock()
        self.waiting: deque[Turn[Item, Answer]] = deque()
        self.is_led = False

    def __call__(self, item: Item) -> Answer:
        turn: Turn[Item, Answer] = Turn(item)
        with self.lock:
            self.waiting.append(turn)
            turn.leads, self.is_led = not self.is_led, True
        if not turn.leads:
            turn.is_called.wait()
        if turn.leads:
            self.lead()
        if turn.fault is not None:
            raise turn.fault
        return turn.answer  # type: ignore[return-value]  # the lead has carried it

    def lead(self) -> None:
        """One call, with whoever waits; the leader is always among them, for it waits longest."""
        with self.lock:
            turns = [self.waiting.popleft() for _each in range(min(self.most, len(self.waiting)))]
        answers: Sequence[Any] = []
        fault: BaseException | None = None
        try:
            answers = self.carry([turn.item for turn in turns])
        except BaseException as error:  # noqa: BLE001  raised in each thread that waits for it
            fault = error
        with self.lock:
            if self.waiting:
                self.waiting[0].leads = True
                self.waiting[0].is_called.set()
            else:
                self.is_led = False
        for place, turn in enumerate(turns):
            turn.answer, turn.fault = (None, fault) if fault else (answers[place], None)
            turn.is_called.set()
