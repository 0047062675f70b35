"""Calls that go together (group commit): what arrives while one call is under way goes as the next one, all in one.

WRITTEN = Together(lambda records: [...], most=64)  # one answer for each
is_written = WRITTEN(record)  # waits until the call that carried it is back
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic, sleep


class Turn[Item, Answer]:
    """`led`: what its thread has to carry, itself first. `gate` is shut until it is called."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.gate = Lock()
        self.answer: Answer | None = None
        self.fault: BaseException | None = None
        self.led: list[Turn[Item, Answer]] = []


class Together[Item, Answer]:
    """Of the threads that wait some lead, no more than `at_once`: each carries what has come in meanwhile, and hands the lead on.
    Calls begin `apart` seconds one after another, where so many come: what they have in common is paid once for more of them."""

    def __init__(
        self,
        carry: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        most: int,
        at_once: int = 1,
        apart: float = 0.0,
    ) -> None:
        self.carry, self.most, self.at_once, self.apart = carry, most, at_once, apart
        self.last = -apart
        self.lock = Lock()
        self.waiting: deque[Turn[Item, Answer]] = deque()
        self.leaders = 0

    def __call__(self, item: Item) -> Answer:
        turn: Turn[Item, Answer] = Turn(item)
        turn.gate.acquire()  # another thread opens it
        with self.lock:
            if self.may_lead():
                self.leaders += 1
                turn.led = [turn]
            else:
                self.waiting.append(turn)
        if not turn.led:
            turn.gate.acquire()
        if turn.led:
            self.lead(turn.led)
        if turn.fault is not None:
            raise turn.fault
        return turn.answer  # type: ignore[return-value]  # the lead has carried it

    def lead(self, turns: list[Turn[Item, Answer]]) -> None:
        if (early := self.last + self.apart - monotonic()) > 0:
            sleep(early)
        with self.lock:
            turns += self.taken(self.most - len(turns))
            self.last = monotonic()
        try:
            answers = self.carry([turn.item for turn in turns])
            for turn, answer in zip(turns, answers, strict=True):
                turn.answer = answer
        except BaseException as error:  # noqa: BLE001  raised in each thread that waits for it
            for turn in turns:
                turn.fault = error
        self.hand_on()
        for turn in turns[1:]:
            turn.gate.release()

    def hand_on(self) -> None:
        """To who has waited longest, with all that wait; or to whoever leads besides."""
        with self.lock:
            self.leaders -= 1
            turns = self.taken(self.most) if self.waiting and self.may_lead() else []
            self.leaders += bool(turns)
        if turns:
            turns[0].led = turns
            turns[0].gate.release()

    def may_lead(self) -> bool:
        """Asked with the lock held. Where nobody leads, always: none waits for ever."""
        return not self.leaders or (self.leaders < self.at_once and monotonic() - self.last >= self.apart)

    def taken(self, most: int) -> list[Turn[Item, Answer]]:
        return [self.waiting.popleft() for _each in range(min(most, len(self.waiting)))]
