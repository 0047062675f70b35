"""Calls that go together (group commit): what arrives while one call is under way goes as the next one, all in one.

WRITTEN = Together(lambda records: [...], most=64)  # one answer for each
is_written = WRITTEN(record)  # waits until the call that carried it is back
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock


class Turn[Item, Answer]:
    """`led`: what its thread has to carry, itself among it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_called = Event()
        self.answer: Answer | None = None
        self.fault: BaseException | None = None
        self.led: list[Turn[Item, Answer]] = []


class Together[Item, Answer]:
    """Of the threads that wait some lead, no more than `at_once`: each carries what has come in meanwhile, and hands the lead on."""

    def __init__(self, carry: Callable[[Sequence[Item]], Sequence[Answer]], *, most: int, at_once: int = 1) -> None:
        self.carry, self.most, self.at_once = carry, most, at_once
        self.lock = Lock()
        self.waiting: deque[Turn[Item, Answer]] = deque()
        self.leaders = 0

    def __call__(self, item: Item) -> Answer:
        turn: Turn[Item, Answer] = Turn(item)
        with self.lock:
            if self.leaders < self.at_once:
                self.leaders += 1
                turn.led = [turn]
            else:
                self.waiting.append(turn)
        if not turn.led:
            turn.is_called.wait()
        if turn.led:
            self.lead(turn.led)
        if turn.fault is not None:
            raise turn.fault
        return turn.answer  # type: ignore[return-value]  # the lead has carried it

    def lead(self, turns: Sequence[Turn[Item, Answer]]) -> None:
        try:
            answers = self.carry([turn.item for turn in turns])
            for turn, answer in zip(turns, answers, strict=True):
                turn.answer = answer
        except BaseException as error:  # noqa: BLE001  raised in each thread that waits for it
            for turn in turns:
                turn.fault = error
        self.hand_on()
        for turn in turns:
            turn.is_called.set()

    def hand_on(self) -> None:
        """To who has waited longest, with all that wait."""
        with self.lock:
            turns = [self.waiting.popleft() for _each in range(min(self.most, len(self.waiting)))]
            self.leaders -= not turns
        if turns:
            turns[0].led = turns
            turns[0].is_called.set()
